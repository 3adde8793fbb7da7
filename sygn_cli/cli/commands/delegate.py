"""``sygn delegate``: let somebody else sign in a signer's place."""

from __future__ import annotations

from typing import Annotated

import typer

from sygn_cli.cli import console, ended, post
from sygn_cli.cli.options import DocumentArgument, JsonOption, WorkspaceOption, runtime


def delegate(
    doc: DocumentArgument,
    signer: Annotated[
        str, typer.Argument(metavar="SIGNER", help="s1, s2, ... or their e-mail address.")
    ],
    other: Annotated[str, typer.Argument(metavar='"NAME <MAIL>[;lang=de]"', help="Who signs.")],
    reason: Annotated[
        str, typer.Option(help="Why; it stands on the certificate.", show_default=False)
    ] = "",
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Let somebody else sign in a signer's place, with a link of their own; the old link dies."""
    from sygn_cli.domain.signer import Invitee
    from sygn_cli.services import delegation, documents, links, wire

    rt = runtime(workspace)
    document = documents.find(rt, doc)
    who = documents.signer_id(document, signer)
    new = Invitee.parse(other)
    with ended.advising(document):
        changed = delegation.replace_signer(rt, document.id, who, new, reason=reason)
    if json:
        changed = links.record_shown(rt, changed)
        console.emit_json(wire.status(rt, changed, with_links=True))
    else:
        console.emit(links.reveal(rt, changed.id, who))
        console.narrate("whoever has the link can sign with it: give it only to its signer")
    post.deliver(rt, changed.id)
