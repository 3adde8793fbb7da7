"""``sygn init``: make a workspace with its keys."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sygn_cli.cli import console
from sygn_cli.cli.options import JsonOption
from sygn_cli.domain.errors import InvalidRequest


def init(
    context: typer.Context,
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FOLDER]", help="Where .sygn/ shall lie.", show_default="this folder"
        ),
    ] = None,
    workspace: Annotated[
        str | None,
        typer.Option(
            "--workspace",
            "-w",
            metavar="FOLDER",
            envvar="SYGN_WORKSPACE",
            help="The workspace itself, as the other commands name it.",
            show_default=False,
        ),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Make a workspace: a folder .sygn/ with the keys that links and seals are made with.

    Not needed before `create`, `seal` or `serve`, which make one for you; doing it twice changes
    nothing.
    """
    from sygn_cli import bootstrap
    from sygn_cli.engine import credential

    if folder is not None and workspace is not None and not _is_in_environment(context):
        raise InvalidRequest("Name a folder, or a workspace with --workspace; not both.")
    place = _place(folder, workspace)
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
    now = bootstrap.used_in(place.parent)
    if now != place:
        console.narrate(_how_to_use(place, now, in_environment=_is_in_environment(context)))
    elif before is not None and before != place:
        console.narrate(
            f"commands in {place.parent} used {before} until now: use that with "
            f"--workspace {before}"
        )
    console.narrate("its keys cannot be made again: keep a copy of this folder in a safe place")


def _is_in_environment(context: typer.Context) -> bool:
    source = context.get_parameter_source("workspace")
    return source is not None and source.name == "ENVIRONMENT"


def _place(folder: Path | None, workspace: str | None) -> Path:
    """Return where the workspace is or shall be, absolute."""
    from sygn_cli import bootstrap
    from sygn_cli.store.workspace import FOLDER_NAME

    if folder is None and workspace is not None:
        return bootstrap.place_for(workspace).expanduser().resolve()
    named = (folder or Path()).expanduser().resolve()
    # Whoever names a workspace, or is in one, wants none inside it.
    is_it = named.name == FOLDER_NAME or (named / "sygn.json").exists()
    return named if is_it else named / FOLDER_NAME


def _how_to_use(place: Path, used: Path | None, *, in_environment: bool) -> str:
    """Return how commands find a workspace that is not the one they use of themselves."""
    if in_environment:
        return f"SYGN_WORKSPACE is set, so commands still use {used or 'what that names'}"
    return f"other commands use it with --workspace {place}, or SYGN_WORKSPACE"
