"""``sygn void``: take a document back."""

from __future__ import annotations

from typing import Annotated

import typer

from sygn_cli.cli import console, ended, post
from sygn_cli.cli.options import DocumentArgument, JsonOption, WorkspaceOption, runtime


def void(
    doc: DocumentArgument,
    reason: Annotated[
        str, typer.Option(help="Why; goes into the trail.", show_default=False)
    ] = "",
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Take a document back, so that nobody can sign it any more; doing so twice is no error."""
    from sygn_cli.services import documents, wire

    rt = runtime(workspace)
    document = documents.find(rt, doc)
    with ended.advising(document):
        document = documents.void(rt, document.id, reason=reason)
    if json:
        console.emit_json(wire.status(rt, document, with_links=False))
    else:
        console.emit_table(["document", "status"], [[document.id, str(document.status)]])
    post.deliver(rt, document.id)
