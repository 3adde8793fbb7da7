"""``sygn init``: make a workspace with its keys."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sygn_cli.cli import console
from sygn_cli.cli.options import JsonOption


def init(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="[FOLDER]", help="Where .sygn/ shall lie.", show_default="this folder"
        ),
    ] = Path(),
    json: JsonOption = False,
) -> None:
    """Make a workspace: a folder .sygn/ with the keys that links and seals are made with.

    Not needed before the other commands, which make one for you; doing it twice changes nothing.
    """
    from sygn_cli import bootstrap
    from sygn_cli.engine import credential

    place = folder.expanduser().resolve() / ".sygn"
    before = bootstrap.used_in(place.parent)
    runtime = bootstrap.open_runtime(str(place))
    held = runtime.keys.credential()
    credential.test_sign(held, now=runtime.clock.now())
    fingerprint = credential.fingerprint(held.cert_pem)
    if json:
        console.emit_json({"workspace": str(place), "credential_sha256": fingerprint})
        return
    console.emit(str(place))
    console.narrate(f"the workspace is ready; its seal has the fingerprint {fingerprint[:16]}...")
    if before is not None and before != place:
        console.narrate(_instead_of(place, before, now=bootstrap.used_in(place.parent)))
    console.narrate("its keys cannot be made again: keep a copy of this folder in a safe place")


def _instead_of(place: Path, before: Path, *, now: Path | None) -> str:
    """Return which of two workspaces is used in the folder from now on."""
    if now == place:
        return f"commands in {place.parent} used {before} until now: use that with --workspace {before}"
    return f"SYGN_WORKSPACE is set, so commands still use {before}"
