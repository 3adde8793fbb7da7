"""``sygn list``: documents, newest first."""

from __future__ import annotations

import json as json_
from typing import TYPE_CHECKING, Annotated, Final

import typer

from sygn_cli.cli import console
from sygn_cli.cli.options import BEGIN, JsonOption, WorkspaceOption
from sygn_cli.domain import moment
from sygn_cli.domain.document import DocumentStatus
from sygn_cli.domain.errors import InvalidRequest
from sygn_cli.domain.signer import SignerStatus

if TYPE_CHECKING:
    from sygn_cli.domain.listing import Page
    from sygn_cli.services.runtime import Runtime

_USUAL: Final = 50
_STRETCH: Final = 200


def list_(
    status: Annotated[
        str | None, typer.Option(help="Only documents in this state.", show_default=False)
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="7d|DATE", help="Only newer ones.", show_default=False)
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(
            min=1, max=1000, help="At most so many.", show_default=f"{_USUAL}; all with --nl"
        ),
    ] = None,
    cursor: Annotated[
        str | None, typer.Option(help="Go on after an earlier list.", show_default=False)
    ] = None,
    lines: Annotated[bool, typer.Option("--nl", help="JSON, one document a line.")] = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """List documents, newest first."""
    from sygn_cli import bootstrap
    from sygn_cli.domain.listing import Filters
    from sygn_cli.services import documents, wire

    rt = bootstrap.existing_runtime(workspace)
    filters = Filters(
        status=None if status is None else _status(status),
        since=None if since is None else moment.since(since, now=bootstrap.now()),
    )
    if rt is None:
        _tell_that_nothing_is_there(as_json=json and not lines)
        return
    page = documents.show(rt, filters, limit=limit or _USUAL, cursor=cursor)
    if lines:
        _emit_lines(rt, page)
        while limit is None and page.next_cursor:
            page = documents.show(rt, filters, limit=_STRETCH, cursor=page.next_cursor)
            _emit_lines(rt, page)
        _tell_more(page)
        return
    if json:
        console.emit_json(wire.listing(rt, page))
        return
    rows = []
    for one in page.documents:
        done = sum(signer.status is SignerStatus.SIGNED for signer in one.signers)
        created = moment.to_wire(one.created_at)[:16].replace("T", " ")
        rows.append([one.id, str(one.status), f"{done}/{len(one.signers)}", created, one.title])
    if rows:
        console.emit_table(["document", "status", "signed", "created (UTC)", "title"], rows)
    else:
        console.narrate("there are no documents")
    _tell_more(page)


def _emit_lines(rt: Runtime, page: Page) -> None:
    from sygn_cli.services import wire

    for one in page.documents:
        line = json_.dumps(wire.status(rt, one, with_links=False), ensure_ascii=False)
        console.emit_raw(line)


def _tell_that_nothing_is_there(*, as_json: bool) -> None:
    if as_json:
        console.emit_json({"data": [], "has_more": False, "next_cursor": None})
        return
    console.narrate("there are no documents, as there is no workspace here")
    console.hint(BEGIN)


def _tell_more(page: Page) -> None:
    if page.next_cursor:
        console.hint(f"more with: --cursor {page.next_cursor}")


def _status(written: str) -> DocumentStatus:
    try:
        return DocumentStatus(written)
    except ValueError as error:
        known = ", ".join(DocumentStatus)
        raise InvalidRequest(f"There is no status {written!r}.", hint=f"Use: {known}.") from error
