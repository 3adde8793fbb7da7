"""Letting somebody else sign in a signer's place, by the signer's wish or the sender's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sygn_cli.domain import delegation, link
from sygn_cli.domain.errors import NotFound
from sygn_cli.domain.evidence import COMMAND_LINE, OPERATOR
from sygn_cli.services import links

if TYPE_CHECKING:
    from sygn_cli.domain.audit import Entry, Json
    from sygn_cli.domain.beside import Delegation
    from sygn_cli.domain.document import Document
    from sygn_cli.domain.evidence import Evidence
    from sygn_cli.domain.signer import Invitee
    from sygn_cli.services.runtime import Runtime


def delegate(
    runtime: Runtime, token: str, other: Invitee, *, reason: str, evidence: Evidence
) -> Document:
    """Let somebody else sign, as the holder of a link wishes; that link is dead at once.

    Raises:
        NotFound: The link is unknown or was replaced.
        Forbidden, StateConflict, InvalidRequest: As for the rule in the domain.
    """
    document, _ = links.open_token(runtime, token)
    with runtime.store.exclusive(document.id):
        document, signer = links.open_token(runtime, token)
        entry = delegation.delegate(
            document,
            signer,
            other,
            reason=reason,
            now=runtime.clock.now(),
            evidence=evidence,
        )
        return _commit(runtime, document, signer.id, entry)


def replace_signer(
    runtime: Runtime,
    document_id: str,
    signer_id: str,
    other: Invitee,
    *,
    reason: str = "",
    actor: Json = OPERATOR,
    evidence: Evidence = COMMAND_LINE,
) -> Document:
    """Let somebody else sign, as the sender wishes; the signer's link is dead at once.

    Raises:
        NotFound: There is no such document or signer.
        Forbidden, StateConflict, InvalidRequest: As for the rule in the domain.
    """
    with runtime.store.exclusive(document_id):
        document = runtime.store.load(document_id)
        signer = document.signer(signer_id)
        entry = delegation.replace_signer(
            document, signer, other, reason=reason, actor=actor, evidence=evidence
        )
        return _commit(runtime, document, signer_id, entry)


def former(runtime: Runtime, token: str) -> tuple[Document, Delegation] | None:
    """Return what became of the signature that a dead link once stood for.

    Only who held the link just before a hand-over learns of it.
    """
    try:
        where = link.address(token)
        document = runtime.store.load(where.document)
    except NotFound:
        return None
    key = runtime.keys.link_key()
    for one in document.delegations:
        if one.signer == where.signer and link.opens(token, key, where, one.generation - 1):
            return document, one
    return None


def _commit(runtime: Runtime, document: Document, signer_id: str, entry: Entry) -> Document:
    changed = runtime.store.commit(document, entry, at=runtime.clock.now())
    runtime.progress.remove(document.id, signer_id)
    return changed
