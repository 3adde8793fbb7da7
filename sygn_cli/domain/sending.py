"""What the sender may do while a document waits: send a draft, move the deadline, remind.

As in :mod:`sygn_cli.domain.lifecycle` each function checks the rules and returns what to record.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sygn_cli.domain import moment, routing, text
from sygn_cli.domain.audit import Entry, EventType
from sygn_cli.domain.document import DocumentStatus
from sygn_cli.domain.errors import AlreadyCompleted, Expired, NoFieldsDetected
from sygn_cli.domain.evidence import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sygn_cli.domain.audit import Json
    from sygn_cli.domain.document import Document
    from sygn_cli.domain.signer import Signer

EMAIL: Final = "email"
# Whoever asks for a reminder gets the links and passes them on.
BY_OPERATOR: Final = "operator"


def send(document: Document, *, actor: Json, now: datetime) -> Entry | None:
    """Let the signers of a draft act; None if they may already.

    Raises:
        Expired: The deadline has passed.
        StateConflict: The document has ended.
        NoFieldsDetected: There is nothing to fill yet.
    """
    if document.status is not DocumentStatus.DRAFT:
        document.require_open()
        return None
    if document.expires_at is not None and now >= document.expires_at:
        raise Expired(
            f"The deadline of document {document.id} has passed.",
            hint="Set another one before you send it.",
        )
    if not document.fields:
        raise NoFieldsDetected(
            f"Document {document.id} has no field to fill.", hint="Place at least one."
        )
    return Entry(EventType.SENT, actor, {})


def change_deadline(
    document: Document, expires_at: datetime | None, *, actor: Json, now: datetime
) -> Entry | None:
    """Set another deadline; None if it is the present one.

    Raises:
        Expired: The old deadline has passed; nobody who saw that is overruled.
        AlreadyCompleted: Everyone has signed.
        StateConflict: The document has ended.
    """
    if document.status is not DocumentStatus.DRAFT:
        document.require_open()
    if document.is_overdue(now):
        raise Expired(f"Document {document.id} has expired.")
    if document.awaits_seal:
        raise AlreadyCompleted(f"Everyone has signed document {document.id}; it is being sealed.")
    if document.expires_at == expires_at:
        return None
    wire = moment.to_wire_if(expires_at)
    return Entry(EventType.DEADLINE_CHANGED, actor, {"expires_at": wire})


def remind(
    document: Document,
    *,
    channel: str,
    actor: Json,
    now: datetime,
    only: Sequence[Signer] | None = None,
    request: str = "",
) -> tuple[Entry, Sequence[Signer]]:
    """Record that those whose turn it is are reminded, and return who they are.

    Args:
        document: The document.
        channel: How their links reach them; ``operator`` where whoever asked passes them on.
        actor: Who reminds.
        now: The present moment.
        only: Not all whose turn it is, but these of them.
        request: By what the request is known when it is sent again; "" if it may not be.

    Raises:
        AlreadyCompleted: Everyone has signed.
        StateConflict: The document is not open.
    """
    document.require_open()
    if document.is_overdue(now):
        raise Expired(f"Document {document.id} has expired.")
    waiting = routing.next_signers(document) if only is None else only
    if not waiting:
        raise AlreadyCompleted(f"Everyone has signed document {document.id}.")
    data: dict[str, object] = {"signers": [one.id for one in waiting], "channel": channel}
    if request:
        data["request"] = request
    return Entry(EventType.REMINDED, actor, data), waiting


def link_sent(document: Document, signer: Signer, *, letter: str, at_host: str) -> Entry | None:
    """Record that a mail server took a letter with a signer's link; None if that is of no use now.

    Args:
        letter: Id of the letter, so that whoever tries again after a crash finds it told.
        at_host: The server that took it and answers for it.
    """
    if not document.status.is_open:
        return None
    data = {"signer": signer.id, "channel": EMAIL, "letter": letter, "server": at_host}
    return Entry(EventType.LINK_SENT, SYSTEM, {**data, "email": signer.email})


def link_failed(document: Document, signer: Signer, *, letter: str, error: str) -> Entry | None:
    """Record that no mail server takes a letter with a signer's link; None if of no use now."""
    if not document.status.is_open:
        return None
    data = {"signer": signer.id, "channel": EMAIL, "letter": letter, "email": signer.email}
    return Entry(EventType.LINK_FAILED, SYSTEM, {**data, "error": text.printable(error)})
