"""``sygn keys``: the workspace's keys."""

from __future__ import annotations

import typer

from sygn_cli.cli import console
from sygn_cli.cli.options import (
    ForceOption,
    JsonOption,
    OutputOption,
    WorkspaceOption,
    runtime,
)

app = typer.Typer(
    name="keys",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="The keys of the workspace.",
)


@app.callback()
def _keys() -> None:
    """The keys of the workspace."""


@app.command("export-root")
def export_root(
    output: OutputOption = None,
    force: ForceOption = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Write the root certificate (PEM) that others need to trust your seals.

    Give it to whoever verifies: `sygn verify signed.pdf --trust root.pem`, or import it in
    Acrobat as a trusted root.
    """
    from sygn_cli.engine import credential

    root = runtime(workspace).keys.root_pem()
    fingerprint = credential.fingerprint(root)
    to_stdout = output in {None, "-"}
    if not to_stdout:
        console.emit_bytes(root, output, force=force, what="root certificate")
    if json:
        console.emit_json({"sha256": fingerprint, "pem": root.decode("ascii")})
    elif to_stdout:
        console.emit_raw(root.decode("ascii").rstrip("\n"))
    console.narrate(f"SHA-256 of the root certificate: {fingerprint}")
