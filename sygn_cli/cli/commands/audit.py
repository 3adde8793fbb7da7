"""``sygn audit``: the completion certificate, or the audit trail itself."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, assert_never

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


class Format(StrEnum):
    """How the audit trail is told."""

    PDF = "pdf"
    JSON = "json"
    JSONL = "jsonl"


def audit(
    doc: DocumentArgument,
    output: OutputOption = None,
    form: Annotated[
        Format | None,
        typer.Option(
            "--format",
            help="pdf: the completion certificate; jsonl: the trail as it is hashed; json: both.",
            show_default="by the ending of FILE, else pdf",
        ),
    ] = None,
    force: ForceOption = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Write the completion certificate (PDF), or the audit trail (json, jsonl) at any time."""
    import json as json_

    from sygn_cli.services import downloads

    rt = runtime(workspace)
    document = rt.store.resolve(doc)
    wanted = form or _by_ending(output, as_json=json)
    if wanted is Format.JSON and output is None:
        console.emit_json(downloads.trail_json(rt, document))
        return
    match wanted:
        case Format.PDF:
            content = downloads.certificate(rt, document)
        case Format.JSONL:
            content = downloads.trail_lines(rt, document)
        case Format.JSON:
            told = json_.dumps(downloads.trail_json(rt, document), indent=2, ensure_ascii=False)
            content = told.encode() + b"\n"
        case _:  # pragma: no cover
            assert_never(wanted)
    what = "certificate" if wanted is Format.PDF else "trail"
    about = {"document": document, "sha256": sha256(content), "size": len(content)}
    if wanted is not Format.PDF and output is None:
        console.emit_raw(content.decode().rstrip("\n"))
        return
    console.emit_download(content, output, force=force, what=what, as_json=json, about=about)


def _by_ending(output: str | None, *, as_json: bool) -> Format:
    if output is None and as_json:
        return Format.JSON
    ending = (output or "").rpartition(".")[2].lower()
    return Format(ending) if ending in set(Format) else Format.PDF
