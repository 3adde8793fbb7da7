"""``sygn send``: let the signers of a draft act."""

from __future__ import annotations

from sygn_cli.cli import console
from sygn_cli.cli.options import DocumentArgument, JsonOption, WorkspaceOption, runtime


def send(
    doc: DocumentArgument, workspace: WorkspaceOption = None, json: JsonOption = False
) -> None:
    """Let the signers of a draft act; doing so twice is no error."""
    from sygn_cli.services import documents, links, sending, wire

    rt = runtime(workspace)
    sent = sending.send(rt, documents.find(rt, doc).id)
    if json:
        console.emit_json(wire.status(rt, sent, with_links=True))
        return
    console.emit(sent.id)
    for signer in sent.signers:
        console.emit(f"  {signer.id}  {signer.name} <{signer.email}>")
        console.emit(f"      {links.signing_url(rt, sent, signer)}")
    console.narrate("whoever has a link can sign with it: give each only to its signer")
