"""``sygn audit``: the completion certificate, the audit trail itself, and whether all is whole."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, assert_never

import typer

from sygn_cli.cli import console
from sygn_cli.cli.commands import audit_check
from sygn_cli.cli.options import (
    ForceOption,
    JsonOption,
    OutputOption,
    WorkspaceOption,
    runtime,
)
from sygn_cli.domain.audit import sha256
from sygn_cli.domain.errors import InvalidRequest

if TYPE_CHECKING:
    from sygn_cli.services.runtime import Runtime


class Format(StrEnum):
    """How the audit trail is told."""

    PDF = "pdf"
    JSON = "json"
    JSONL = "jsonl"


def audit(
    doc: Annotated[
        str | None,
        typer.Argument(
            metavar="DOC",
            help="Document id, a unique beginning of one, or @last.",
            show_default=False,
        ),
    ] = None,
    output: OutputOption = None,
    form: Annotated[
        Format | None,
        typer.Option(
            "--format",
            help="pdf: the completion certificate; jsonl: the trail as it is hashed; json: both.",
            show_default="by the ending of FILE, else pdf",
        ),
    ] = None,
    verify: Annotated[
        bool,
        typer.Option(
            "--verify", help="Check everything that is stored, or DOC, instead of writing it."
        ),
    ] = False,
    against: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="With --verify: a checkpoint kept elsewhere that the workspace must continue.",
            show_default=False,
        ),
    ] = None,
    checkpoint: Annotated[
        bool,
        typer.Option(
            "--checkpoint",
            help="Write the signed head of the workspace's log, to be kept elsewhere.",
        ),
    ] = False,
    force: ForceOption = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Write the completion certificate (PDF), or the audit trail (json, jsonl) at any time.

    With --verify, tell instead whether anything that was recorded is changed or gone: exit code
    10 if it is.
    """
    if checkpoint:
        audit_check.write_checkpoint(workspace, output, force=force, as_json=json)
    elif verify or against:
        audit_check.verify(workspace, doc, against or (), as_json=json)
    elif doc is None:
        raise InvalidRequest(
            "Which document?", hint="Name one, or check the whole workspace with --verify."
        )
    else:
        _write(runtime(workspace), doc, form, output, force=force, as_json=json)


def _write(
    rt: Runtime, doc: str, form: Format | None, output: str | None, *, force: bool, as_json: bool
) -> None:
    import json as json_

    from sygn_cli.services import downloads

    document = rt.store.resolve(doc)
    wanted = form or _by_ending(output, as_json=as_json)
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
    console.emit_download(content, output, force=force, what=what, as_json=as_json, about=about)


def _by_ending(output: str | None, *, as_json: bool) -> Format:
    if output is None and as_json:
        return Format.JSON
    ending = (output or "").rpartition(".")[2].lower()
    return Format(ending) if ending in set(Format) else Format.PDF
