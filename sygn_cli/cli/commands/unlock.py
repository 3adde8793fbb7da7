"""``sygn unlock``: let a signer try again after too many wrong codes."""

from __future__ import annotations

from typing import Annotated

import typer

from sygn_cli.cli import console, identity
from sygn_cli.cli.options import DocumentArgument, JsonOption, WorkspaceOption, runtime


def unlock(
    doc: DocumentArgument,
    signer: Annotated[
        str, typer.Argument(metavar="SIGNER", help="s1, s2, ... or their e-mail address.")
    ],
    new_secrets: Annotated[
        bool,
        typer.Option("--new-secrets", help="Give them another access code and authenticator."),
    ] = False,
    qr: Annotated[bool, typer.Option("--qr", help="Show the authenticator as a QR code.")] = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Let a signer enter codes again after too many wrong ones; the audit trail records it."""
    from sygn_cli.services import documents, wire
    from sygn_cli.services import identity as steps

    rt = runtime(workspace)
    document = documents.find(rt, doc)
    who = documents.signer_id(document, signer)
    document, given = steps.unlock(rt, document.id, who, renew=new_secrets)
    if json:
        console.emit_json(wire.unlocked(document, who, given))
        return
    one = document.signer(who)
    console.emit_table(
        ["document", "signer", "identity steps"], [[document.id, one.id, "+".join(one.auth)]]
    )
    console.narrate(f"{one.name} may try again")
    identity.tell(document, {who: given} if given != steps.Given() else {}, qr=qr)
