"""What the sender does while a document waits: send a draft, move the deadline, remind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sygn_cli.domain import moment, sending
from sygn_cli.domain.evidence import OPERATOR
from sygn_cli.services import documents

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sygn_cli.domain.audit import Json
    from sygn_cli.domain.document import Document
    from sygn_cli.domain.signer import Signer
    from sygn_cli.services.runtime import Runtime

# Whoever asks for a reminder gets the links and passes them on.
BY_OPERATOR: Final = "operator"


def send(runtime: Runtime, document_id: str, *, actor: Json = OPERATOR) -> Document:
    """Let the signers of a draft act; doing so twice is no error.

    Raises:
        NotFound, StateConflict: There is no such document, or it has ended.
    """
    documents.get(runtime, document_id)
    store, now = runtime.store, runtime.clock.now()
    with store.exclusive(document_id):
        document = store.load(document_id)
        entry = sending.send(document, actor=actor, now=now)
        return document if entry is None else store.commit(document, entry, at=now)


def change_deadline(
    runtime: Runtime, document_id: str, expires: str, *, actor: Json = OPERATOR
) -> Document:
    """Set another deadline, written as for ``--expires``: 30d, a date, a moment or never.

    Raises:
        InvalidRequest: It is none of those, or lies in the past.
        NotFound, StateConflict: There is no such document, or it has ended.
    """
    documents.get(runtime, document_id)
    store, now = runtime.store, runtime.clock.now()
    with store.exclusive(document_id):
        document = store.load(document_id)
        wanted = moment.deadline(expires, now=now)
        entry = sending.change_deadline(document, wanted, actor=actor, now=now)
        return document if entry is None else store.commit(document, entry, at=now)


def remind(
    runtime: Runtime, document_id: str, *, actor: Json = OPERATOR
) -> tuple[Document, Sequence[Signer]]:
    """Record a reminder and return whose turn it is; the caller passes their links on.

    Raises:
        NotFound, StateConflict: There is no such document, or nobody has to sign.
    """
    documents.get(runtime, document_id)
    store, now = runtime.store, runtime.clock.now()
    with store.exclusive(document_id):
        document = store.load(document_id)
        entry, waiting = sending.remind(document, channel=BY_OPERATOR, actor=actor, now=now)
        return store.commit(document, entry, at=now), waiting
