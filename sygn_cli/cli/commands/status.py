"""``sygn status``: where a document stands, and waiting for it."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from sygn_cli.cli import console
from sygn_cli.cli.options import DocumentArgument, JsonOption, WorkspaceOption, runtime
from sygn_cli.domain import moment
from sygn_cli.domain.document import DocumentStatus
from sygn_cli.domain.errors import EndedUncompleted, StillPending, WorkspaceUnusable
from sygn_cli.domain.routing import may_act
from sygn_cli.domain.signer import SignerStatus

if TYPE_CHECKING:
    from datetime import datetime

    from sygn_cli.domain.beside import Delegation
    from sygn_cli.domain.document import Document
    from sygn_cli.domain.signer import Signer
    from sygn_cli.services.runtime import Runtime

_SHORTEST_PAUSE = 0.1
_LONGEST_PAUSE = 2.0


def status(
    doc: DocumentArgument,
    wait: Annotated[
        bool, typer.Option("--wait", help="Come back when the document is completed or ended.")
    ] = False,
    timeout: Annotated[
        str, typer.Option(help="Longest to wait: 90s, 15m, 2h, 7d.", metavar="SPAN")
    ] = "2h",
    with_links: Annotated[
        bool,
        typer.Option(
            "--links/--no-links",
            help="Put the signing links into --json; the audit trail records that you got them.",
        ),
    ] = True,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Show where a document stands, and who has still to sign."""
    from sygn_cli.services import documents

    rt = runtime(workspace)
    longest = moment.span(timeout)
    document = documents.find(rt, doc)
    if wait:
        document = _wait(rt, document, longest)
    if json:
        _show_as_json(rt, document, with_links=with_links)
    else:
        _show(document)
    if not wait or document.status is DocumentStatus.COMPLETED:
        return
    if _may_go_on(document):
        raise StillPending(
            f"Document {document.id} is still {document.status} after {timeout}.",
            hint=_what_it_waits_for(document),
        )
    raise EndedUncompleted(f"Document {document.id} ended as {document.status}.")


def _wait(rt: Runtime, document: Document, longest: timedelta) -> Document:
    from sygn_cli.services import documents

    until = rt.clock.now() + longest
    pause = _SHORTEST_PAUSE
    while _may_go_on(document):
        left = (until - rt.clock.now()).total_seconds()
        if left <= 0:
            break
        rt.clock.sleep(min(pause, left))
        pause = min(pause * 1.5, _LONGEST_PAUSE)
        document = documents.get(rt, document.id)
    return document


def _may_go_on(document: Document) -> bool:
    return document.status.is_open or document.status is DocumentStatus.DRAFT


def _what_it_waits_for(document: Document) -> str | None:
    if document.status is DocumentStatus.DRAFT:
        return f"Nobody can sign a draft. Send it: sygn send {document.id}"
    return f"Sealing failed: {document.seal_error}" if document.seal_error else None


def _show_as_json(rt: Runtime, document: Document, *, with_links: bool) -> None:
    from sygn_cli.services import links, wire

    if with_links:
        try:
            document = links.record_shown(rt, document)
        except WorkspaceUnusable as error:
            # On a read-only disk a document can still be asked after, but no link leaves unrecorded.
            console.narrate(
                f"the links are left out, for that cannot be recorded: {error.message}"
            )
            with_links = False
    console.emit_json(wire.status(rt, document, with_links=with_links))


def _show(document: Document) -> None:
    rows = [
        [one.id, _state(document, one), f"{one.name} <{one.email}>"] for one in document.signers
    ]
    console.emit_table(["document", "status", "title"], [_headline(document)])
    console.emit_table(["signer", "status", "who"], rows)
    for one in document.signers:
        if one.mail_error and may_act(document, one):
            console.narrate(f"no mail was sent to {one.email}: {one.mail_error}")
            console.hint(f"look with: sygn mail list --document {document.id}")
    for handed_over in document.delegations:
        console.narrate(_handed_over(handed_over))
    for question in document.questions:
        who = document.signer(question.signer)
        console.narrate(f"{who.name} <{who.email}> asked on {_day(question.at)}: {question.text}")
    if document.seal_error:
        console.narrate(f"everyone has signed, but sealing failed: {document.seal_error}")
        console.hint("the signatures are safe; look with: sygn doctor")
    if console.is_terminal(sys.stdout) and document.status is DocumentStatus.COMPLETED:
        console.hint(f"next: sygn download {document.id} -o signed.pdf")


def _handed_over(one: Delegation) -> str:
    whose = "you passed" if one.by_operator else f"{one.from_name} passed"
    why = f": {one.reason}" if one.reason else ""
    return f"{whose} {one.signer} on to {one.name} <{one.email}> on {_day(one.at)}{why}"


def _day(at: datetime) -> str:
    return moment.to_wire(at)[:10]


def _headline(document: Document) -> list[str]:
    return [document.id, str(document.status), document.title]


def _state(document: Document, signer: Signer) -> str:
    if signer.signed_at:
        return f"signed {moment.to_wire(signer.signed_at)[:16].replace('T', ' ')} UTC"
    if signer.status is not SignerStatus.PENDING or not document.status.is_open:
        return str(signer.status)
    if signer.identity.is_locked:
        return f"pending, locked: sygn unlock {document.id} {signer.id}"
    if not may_act(document, signer):
        return "waits for their turn"
    if signer.viewed_at:
        return "pending, has looked"
    return "pending, no mail reached them" if signer.mail_error else "pending"
