"""``sygn audit --verify`` and ``--checkpoint``: is the workspace what it was?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from sygn_cli.cli import console
from sygn_cli.cli.exit_codes import ExitCode
from sygn_cli.cli.options import runtime
from sygn_cli.domain.errors import InvalidRequest, NotFound, Purged
from sygn_cli.domain.ids import DOCUMENT_ID

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sygn_cli.services.runtime import Runtime
    from sygn_cli.store.findings import Finding


def write_checkpoint(
    workspace: str | None, output: str | None, *, force: bool, as_json: bool
) -> None:
    """Print the signed head of the workspace log, or write it to a file."""
    ledger = runtime(workspace).ledger
    note = ledger.checkpoint()
    origin, size, root, *_ = note.decode().splitlines()
    if output not in {None, "-"}:
        console.emit_bytes(note, output, force=force, what="checkpoint")
    elif not as_json:
        console.emit_raw(note.decode().rstrip("\n"))
    if as_json:
        told = {"origin": origin, "size": int(size), "root": root, "checkpoint": note.decode()}
        console.emit_json({**told, "verifier": ledger.verifier(), "file": output})
    console.narrate(f"public key of the log: {ledger.verifier()}")


def verify(
    workspace: str | None, doc: str | None, against: Sequence[Path], *, as_json: bool
) -> None:
    """Print what is wrong with the workspace or with one document.

    Raises:
        typer.Exit: With the code for tampering, if anything that was recorded is changed or gone.
    """
    kept = [_kept(path) for path in against]
    rt = runtime(workspace)
    document, findings = _check(rt, doc, kept)
    damaged = any(one.level == "damage" for one in findings)
    if as_json:
        told = [{"level": str(f.level), "where": f.where, "what": f.what} for f in findings]
        console.emit_json({"ok": not damaged, "document": document, "findings": told})
    else:
        _show(document, findings, damaged=damaged, kept=len(kept))
    if damaged:
        raise typer.Exit(ExitCode.TAMPERED)


def _kept(path: Path) -> bytes:
    """Return a checkpoint; another kind of file says nothing about the workspace."""
    note = console.read_bytes(str(path), what="checkpoint")
    if b"\n\n\xe2\x80\x94 " not in note:  # the dash before a signature (C2SP signed-note)
        raise InvalidRequest(
            f"{path} is no checkpoint.", hint="Write one with: sygn audit --checkpoint -o FILE"
        )
    return note


def _check(
    rt: Runtime, doc: str | None, kept: Sequence[bytes]
) -> tuple[str | None, list[Finding]]:
    if doc is None:
        return None, list(rt.ledger.check(kept=kept))
    try:
        document = rt.store.resolve(doc)
    except Purged:
        document = doc.lower()
        return document, list(rt.ledger.check(document, kept=kept))
    except NotFound:
        # It may have been there: then the log knows it.
        document = doc.lower()
        findings = list(rt.ledger.check(document, kept=kept))
        if not DOCUMENT_ID.fullmatch(document) or not findings:
            raise
        return document, findings
    return document, list(rt.ledger.check(document, kept=kept))


def _show(document: str | None, findings: Sequence[Finding], *, damaged: bool, kept: int) -> None:
    what = "the workspace" if document is None else f"document {document}"
    if damaged:
        console.emit(f"DAMAGED: {what} is not what was recorded")
    elif kept:
        console.emit(f"WHOLE: {what} is what was recorded, and continues what was kept")
    else:
        console.emit(f"WHOLE: {what} is what was recorded")
    purged = [one for one in findings if one.level == "purged"]
    for one in findings if document else (one for one in findings if one not in purged):
        console.emit(f"  - {one.level}: {one.where}: {one.what}")
    if purged and document is None:
        console.emit(f"  - purged: {len(purged)} under retention; name one to see when and why")
    if not damaged and not kept:
        console.hint("Only a checkpoint kept elsewhere finds a copy rolled back or signed anew.")
