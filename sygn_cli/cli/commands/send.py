"""``sygn send``: let the signers of a draft act."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from sygn_cli.cli import console, post
from sygn_cli.cli.options import DocumentArgument, JsonOption, WorkspaceOption, runtime

if TYPE_CHECKING:
    from sygn_cli.domain.document import Document
    from sygn_cli.services.runtime import Runtime


def send(
    doc: DocumentArgument, workspace: WorkspaceOption = None, json: JsonOption = False
) -> None:
    """Let the signers of a draft act; doing so twice is no error.

    Prints the links to a terminal, only the document's id to a pipe, everything with --json.
    """
    from sygn_cli.services import documents, links, sending, wire

    rt = runtime(workspace)
    sent = sending.send(rt, documents.find(rt, doc).id)
    if json:
        sent = links.record_shown(rt, sent)
        console.emit_json(wire.status(rt, sent, with_links=True))
    else:
        _show(rt, sent)
    post.deliver(rt, sent.id)


def _show(rt: Runtime, sent: Document) -> None:
    from sygn_cli.services import links

    console.emit(sent.id)
    if not console.is_terminal(sys.stdout):
        return
    sent = links.record_shown(rt, sent)
    for signer in sent.signers:
        console.emit(f"  {signer.id}  {signer.name} <{signer.email}>")
        console.emit(f"      {links.signing_url(rt, sent, signer)}")
    console.narrate("whoever has a link can sign with it: give each only to its signer")
