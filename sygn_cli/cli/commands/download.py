"""``sygn download``: the signed PDF, or the original."""

from __future__ import annotations

from typing import Annotated

import typer

from sygn_cli.cli import console
from sygn_cli.cli.options import (
    DocumentArgument,
    ForceOption,
    JsonOption,
    OutputOption,
    WorkspaceOption,
    runtime,
)
from sygn_cli.domain.audit import sha256


def download(
    doc: DocumentArgument,
    output: OutputOption = None,
    original: Annotated[
        bool, typer.Option("--original", help="The PDF as it was before anybody signed.")
    ] = False,
    file: Annotated[int, typer.Option(min=1, help="With --original: which of several files.")] = 1,
    force: ForceOption = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Write the sealed PDF that everyone has signed."""
    from sygn_cli.services import downloads

    rt = runtime(workspace)
    document = rt.store.resolve(doc)
    content = (
        downloads.original_pdf(rt, document, file)
        if original
        else downloads.signed_pdf(rt, document)
    )
    console.emit_download(
        content,
        output,
        force=force,
        what="PDF",
        as_json=json,
        about={
            "document": document,
            "sha256": sha256(content),
            "size": len(content),
        },
    )
