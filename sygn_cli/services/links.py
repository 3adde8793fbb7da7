"""Signing links: made from the workspace's link key and the public URL, checked in constant time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sygn_cli.domain import lifecycle, link, routing
from sygn_cli.domain.errors import NotFound
from sygn_cli.domain.evidence import COMMAND_LINE, OPERATOR
from sygn_cli.services.turns import is_turn

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sygn_cli.domain.audit import Json
    from sygn_cli.domain.document import Document
    from sygn_cli.domain.evidence import Evidence
    from sygn_cli.domain.signer import Signer
    from sygn_cli.services.runtime import Runtime

_UNKNOWN = "This signing link is not known. It may have been replaced by a newer one."


def signing_url(runtime: Runtime, document: Document, signer: Signer) -> str:
    """Return the signer's current link; whoever holds it can act as that signer."""
    token = link.token(runtime.keys.link_key(), document.id, signer.id, signer.link_generation)
    return f"{runtime.settings.public_url.rstrip('/')}/x?t={token}"


def open_token(runtime: Runtime, token: str) -> tuple[Document, Signer]:
    """Return whom a token stands for.

    Raises:
        NotFound: It is unknown, wrong, or was replaced; these are not told apart.
    """
    if is_turn(token):
        return _in_turn(runtime, token)
    where = link.address(token)
    try:
        document = runtime.store.load(where.document)
        signer = document.signer(where.signer)
    except NotFound as error:
        raise NotFound(_UNKNOWN) from error
    if not link.opens(token, runtime.keys.link_key(), where, signer.link_generation):
        raise NotFound(_UNKNOWN)
    return document, signer


def _in_turn(runtime: Runtime, token: str) -> tuple[Document, Signer]:
    """Return whose turn it is; a turn is over as soon as there is nothing left to do in it."""
    turn = runtime.turns.find(token, now=runtime.clock.now())
    if turn is not None:
        document = runtime.store.load(turn.document)
        signer = document.signer(turn.signer)
        if routing.may_act(document, signer):
            return document, signer
    raise NotFound("This turn is over.")


def record_shown(
    runtime: Runtime, document: Document, only: Sequence[Signer] | None = None
) -> Document:
    """Record that the operator is shown the links of an open document; call it before.

    What the trail says already is not said again: that they got the links when they created the
    document, or have been shown these since. So a script may ask as often as it likes.

    Args:
        runtime: Where to record it.
        document: As it was just read.
        only: Whose links are shown; None for all.

    Raises:
        WorkspaceUnusable: It cannot be recorded, or the key of all links is lost.
    """
    store = runtime.store
    wanted = {one.id for one in (document.signers if only is None else only)}
    if not document.status.is_open or not _not_shown(runtime, document, wanted):
        return document
    runtime.keys.link_key()
    with store.exclusive(document.id):
        document = store.load(document.id)
        if not document.status.is_open:
            return document
        for signer in _not_shown(runtime, document, wanted):
            entry = lifecycle.reveal_link(document, signer, to="operator", evidence=COMMAND_LINE)
            document = store.commit(document, entry, at=runtime.clock.now())
    return document


def _not_shown(runtime: Runtime, document: Document, wanted: Collection[str]) -> list[Signer]:
    trail = runtime.store.trail(document.id)
    asked = (one for one in document.signers if one.id in wanted)
    return [one for one in asked if not lifecycle.was_revealed(trail, one)]


def reveal(
    runtime: Runtime,
    document_id: str,
    signer_id: str,
    *,
    rotate: bool = False,
    actor: Json = OPERATOR,
    evidence: Evidence = COMMAND_LINE,
) -> str:
    """Return a signer's link for the operator, and record that it was shown.

    Args:
        runtime: Where to look.
        document_id: The document.
        signer_id: ``s1``, ``s2`` ...
        rotate: Make a new link first; the old one dies.
        actor: Who asked for it.
        evidence: Where they asked from.

    Raises:
        NotFound, StateConflict: There is no such signer, or nothing left to sign.
        WorkspaceUnusable: The key of all links is lost; nothing is recorded.
    """
    store, now = runtime.store, runtime.clock.now()
    runtime.keys.link_key()
    with store.exclusive(document_id):
        document = store.load(document_id)
        if rotate:
            entry = lifecycle.rotate_link(document, document.signer(signer_id), actor=actor)
            document = store.commit(document, entry, at=now)
            runtime.progress.remove(document_id, signer_id)
        signer = document.signer(signer_id)
        entry = lifecycle.reveal_link(
            document, signer, to="operator", evidence=evidence, actor=actor
        )
        document = store.commit(document, entry, at=now)
    return signing_url(runtime, document, signer)
