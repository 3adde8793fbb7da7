"""``sygn export``: all evidence about a document in one archive, to be checked without sygn."""

from __future__ import annotations

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


def export(
    doc: DocumentArgument,
    output: OutputOption = None,
    force: ForceOption = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Write the evidence bundle (ZIP): files, trail, seals, proofs, and how to check them.

    Its VERIFY.md needs openssl, qpdf and sha256sum, and neither sygn nor Python.
    """
    from sygn_cli.services import bundle

    rt = runtime(workspace)
    made = bundle.export(rt, rt.store.resolve(doc))
    about = {
        "document": made.document,
        "sha256": sha256(made.archive),
        "size": len(made.archive),
        "files": list(made.names),
    }
    console.emit_download(
        made.archive, output, force=force, what="bundle", as_json=json, about=about
    )
