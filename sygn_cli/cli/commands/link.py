"""``sygn link``: a signer's private link."""

from __future__ import annotations

from typing import Annotated

import typer

from sygn_cli.cli import console, ended
from sygn_cli.cli.options import DocumentArgument, JsonOption, WorkspaceOption, runtime


def link(
    doc: DocumentArgument,
    signer: Annotated[
        str, typer.Argument(metavar="SIGNER", help="s1, s2, ... or their e-mail address.")
    ],
    qr: Annotated[bool, typer.Option("--qr", help="Show it as a QR code, too.")] = False,
    rotate: Annotated[
        bool, typer.Option("--rotate", help="Make a new link; the old one dies.")
    ] = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Print a signer's private link; the audit trail records that you saw it."""
    from sygn_cli.services import documents, links

    rt = runtime(workspace)
    document = documents.find(rt, doc)
    who = document.signer(documents.signer_id(document, signer))
    with ended.advising(document):
        url = links.reveal(rt, document.id, who.id, rotate=rotate)
    if json:
        console.emit_json({"document": document.id, "signer": who.id, "signing_url": url})
    else:
        console.emit(url)
    if qr:
        from sygn_cli.engine import qr as codes

        for line in codes.terminal(url).splitlines():
            console.note(line)
