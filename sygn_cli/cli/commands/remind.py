"""``sygn remind``: those whose turn it is, by hand or by cron."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

from sygn_cli.cli import console, ended, post
from sygn_cli.cli.options import JsonOption, WorkspaceOption, runtime
from sygn_cli.domain.errors import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sygn_cli.domain.document import Document
    from sygn_cli.domain.signer import Signer
    from sygn_cli.services.runtime import Runtime

_CRON_PATIENCE: Final = 600.0  # seconds; cron comes again


def remind(
    doc: Annotated[
        str | None,
        typer.Argument(
            metavar="[DOC]",
            help="Document id, a unique beginning of one, or @last.",
            show_default=False,
        ),
    ] = None,
    due: Annotated[
        bool,
        typer.Option(
            "--due", help="Do what is due in all documents: remind, expire, send; for cron."
        ),
    ] = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Remind those whose turn it is, by mail; without a mail server their links are printed."""
    if doc is not None and due:
        raise InvalidRequest("Name a document, or use --due; not both.")
    if doc is None and not due:
        raise InvalidRequest("Say whom to remind.", hint="Name a document, or use --due.")
    rt = runtime(workspace)
    if doc is not None:
        _one(rt, doc, as_json=json)
    else:
        _all(rt, as_json=json)


def _one(rt: Runtime, doc: str, *, as_json: bool) -> None:
    from sygn_cli.services import documents, links, sending, wire

    document = documents.find(rt, doc)
    with ended.advising(document):
        document, waiting = sending.remind(rt, document.id)
    if as_json:
        document = links.record_shown(rt, document, waiting)
        console.emit_json(wire.reminded(rt, document, waiting))
    else:
        _show(rt, document, waiting)
    post.deliver(rt, document.id)


def _all(rt: Runtime, *, as_json: bool) -> None:
    from sygn_cli.services import links, mailbox, maintenance, wire

    rt.store.tend(now=rt.clock.now())
    listed = []
    for document, waiting in maintenance.attend(rt, links_are_shown=True):
        if as_json:
            told = links.record_shown(rt, document, waiting)
            listed.append(wire.reminded(rt, told, waiting))
        elif waiting:
            _show(rt, document, waiting)
        else:
            console.emit_table(["document", "status"], [[document.id, str(document.status)]])
    postings = post.deliver(rt, seconds=_CRON_PATIENCE)
    if not (postings or as_json):
        console.narrate("no letter was due")
    if as_json:
        mail = [mailbox.as_json(one) for one in postings]
        console.emit_json({"data": listed, "mail": mail})


def _show(rt: Runtime, document: Document, waiting: Sequence[Signer]) -> None:
    from sygn_cli.domain.sending import BY_OPERATOR
    from sygn_cli.services import links, sending

    console.emit(document.id)
    by_hand = sending.channel(rt, document) == BY_OPERATOR
    if by_hand:
        document = links.record_shown(rt, document, waiting)
    for signer in waiting:
        console.emit(f"  {signer.id}  {signer.name} <{signer.email}>")
        if by_hand:
            console.emit(f"      {links.signing_url(rt, document, signer)}")
    if by_hand:
        console.narrate("no mail goes out: pass each link on to its signer yourself")
