"""``sygn doctor``: is everything there that signing and sealing will need?"""

from __future__ import annotations

import typer

from sygn_cli.cli import console
from sygn_cli.cli.exit_codes import ExitCode
from sygn_cli.cli.options import BEGIN, JsonOption, WorkspaceOption


def doctor(workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """Check the workspace, its keys and what it holds, before you need them; makes nothing.

    Where there is no workspace yet it checks this machine.
    """
    from sygn_cli import bootstrap
    from sygn_cli.services import health

    rt = bootstrap.existing_runtime(workspace)
    place = None if rt is None else str(bootstrap.place_for(workspace))
    findings = list(
        health.examine_machine(bootstrap.pdf_work(), now=bootstrap.now())
        if rt is None
        else health.examine(rt)
    )
    good = not any(one.level == "fail" for one in findings)
    if json:
        listed = [{"check": f.check, "level": f.level, "message": f.message} for f in findings]
        console.emit_json({"ok": good, "workspace": place, "findings": listed})
    else:
        console.emit_table(
            ["check", "result", "what"],
            [
                ["workspace", "ok", place or "no workspace yet"],
                *([f.check, f.level, f.message] for f in findings),
            ],
        )
        if rt is None:
            console.hint(BEGIN)
    if not good:
        raise typer.Exit(ExitCode.WORKSPACE)
