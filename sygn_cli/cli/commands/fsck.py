"""``sygn fsck``: what is wrong with the workspace, and what can be done about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from sygn_cli.cli import console
from sygn_cli.cli.exit_codes import ExitCode
from sygn_cli.cli.options import JsonOption, WorkspaceOption

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sygn_cli.store.fsck import Problem


def fsck(
    repair: Annotated[
        bool,
        typer.Option(
            "--repair",
            help="Make again what can be made again; move what is in the way into quarantine/.",
        ),
    ] = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Look through the whole workspace: what is wrong, where, and with --repair what was done.

    Evidence is never repaired: damage to trails, log or files exits with 10, and a backup is the
    cure. In the place of a lost link key --repair puts another: all links given out before are void
    then. So it does with a lost CA or seal's credential: later seals lead to another root. Exit
    code 13 if something else stays broken.
    """
    from sygn_cli import bootstrap
    from sygn_cli.store import fsck as checks

    store = bootstrap.open_store(workspace)
    found = list(
        checks.fsck(
            store,
            now=bootstrap.now(),
            repair=repair,
            replace_lost_keys=lambda: bootstrap.replace_lost_keys(workspace),
        )
    )
    left = [one for one in found if not one.done]
    if json:
        told = [
            {"level": str(p.level), "where": p.where, "what": p.what, "done": p.done or None}
            for p in found
        ]
        damaged = {"damage", "broken"} & {str(one.level) for one in left}
        console.emit_json({"ok": not damaged, "repaired": repair, "problems": told})
    else:
        _show(found, left, repair=repair)
    levels = {one.level for one in left}
    if "damage" in levels:
        raise typer.Exit(ExitCode.TAMPERED)
    if "broken" in levels:
        raise typer.Exit(ExitCode.WORKSPACE)


def _show(found: Sequence[Problem], left: Sequence[Problem], *, repair: bool) -> None:
    for one in found:
        done = f" -> {one.done}" if one.done else ""
        console.emit(f"{one.level}: {one.where}: {one.what}{done}")
    if not found:
        console.emit("nothing is wrong")
        return
    console.narrate(f"{len(found)} found, {len(found) - len(left)} mended")
    if any(one.level == "damage" for one in left):
        console.hint(
            "Evidence is not repaired; restore it: sygn restore FILE --workspace ELSEWHERE"
        )
    elif left and not repair:
        console.hint("Mend it with: sygn fsck --repair")
