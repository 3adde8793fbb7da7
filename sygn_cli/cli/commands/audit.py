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
from sygn_cli.domain.errors import InvalidRequest, StateConflict

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
    _require_one_act(doc, output, form, verify=verify or bool(against), checkpoint=checkpoint)
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


def _require_one_act(
    doc: str | None, output: str | None, form: Format | None, *, verify: bool, checkpoint: bool
) -> None:
    """Refuse what would be left undone in silence."""
    if verify and checkpoint:
        raise InvalidRequest(
            "A check and a checkpoint are two commands.",
            hint="sygn audit --verify && sygn audit --checkpoint -o FILE",
        )
    if checkpoint and doc is not None:
        raise InvalidRequest(
            "A checkpoint is of the whole workspace.",
            hint=f"Without {doc}: sygn audit --checkpoint -o FILE",
        )
    for option, value in (("--output", None if checkpoint else output), ("--format", form)):
        if value is not None and (verify or checkpoint):
            act = "--verify" if verify else "--checkpoint"
            raise InvalidRequest(f"{option} means nothing with {act}.")


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
            content = _certificate(rt, document)
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


def _certificate(rt: Runtime, document: str) -> bytes:
    from sygn_cli.services import downloads

    try:
        return downloads.certificate(rt, document)
    except StateConflict as error:
        # There is none yet, or never will be; what happened so far is told all the same.
        error.hint = f"What happened so far: sygn audit {document} --format jsonl"
        raise


def _by_ending(output: str | None, *, as_json: bool) -> Format:
    if output is None and as_json:
        return Format.JSON
    ending = (output or "").rpartition(".")[2].lower()
    return Format(ending) if ending in set(Format) else Format.PDF
