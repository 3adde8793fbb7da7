"""What a webhook tells: CyberSygn's names and payload, made of one event and the document after it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from sygn_cli.domain import moment
from sygn_cli.domain.audit import Event, EventType
from sygn_cli.domain.webhook import Endpoint, Message, WebhookEvent

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sygn_cli.domain.document import Document
    from sygn_cli.domain.signer import Signer


def messages(document: Document, event: Event) -> list[Message]:
    """Return what a committed event has to tell.

    Args:
        document: As it is after the event.
    """
    return [
        _message(document, event, kind, number)
        for number, kind in enumerate(_kinds(document, event))
    ]


def _kinds(document: Document, event: Event) -> Sequence[WebhookEvent]:
    if document.sent_at is None:
        return ()  # a draft is nobody's business
    if event.type is EventType.CREATED:
        return (WebhookEvent.DOC_CREATED,)
    return _KINDS.get(event.type, ())


_KINDS: Final = {
    EventType.SENT: (WebhookEvent.DOC_CREATED,),
    EventType.VIEWED: (WebhookEvent.SIGNER_VIEWED,),
    EventType.SIGNED: (WebhookEvent.SIGNER_COMPLETED,),
    EventType.DECLINED: (WebhookEvent.SIGNER_DECLINED, WebhookEvent.DOC_DECLINED),
    EventType.DELEGATED: (WebhookEvent.SIGNER_DELEGATED,),
    EventType.ASKED: (WebhookEvent.SIGNER_ASKED,),
    EventType.IDENTITY_LOCKED: (WebhookEvent.SIGNER_LOCKED,),
    EventType.COMPLETED: (WebhookEvent.DOC_COMPLETED,),
    EventType.EXPIRED: (WebhookEvent.DOC_EXPIRED,),
    EventType.VOIDED: (WebhookEvent.DOC_VOIDED,),
}


def _message(document: Document, event: Event, kind: WebhookEvent, number: int) -> Message:
    suffix = f"_{number}" if number else ""
    # Padded, so that jobs that are due in the same millisecond are done in their order.
    message_id = f"evt_{document.id.removeprefix('doc_')}_{event.seq:05d}{suffix}"
    payload: dict[str, object] = {
        "event": str(kind),
        "id": message_id,
        "timestamp": moment.to_wire(event.at),
        "document": _document(document),
        "audit": {"seq": document.seq, "head": document.head},
    }
    if kind.startswith("signer."):
        payload["signer"] = _signer(document.signer(str(event.data["signer"])))
    if kind is WebhookEvent.SIGNER_DELEGATED:
        payload["delegated"] = {
            "from": {"name": event.data["from_name"], "email": event.data["from_email"]},
            "reason": event.data["reason"] or None,
        }
    if kind is WebhookEvent.SIGNER_ASKED:
        payload["question"] = next((q.text for q in document.questions if q.seq == event.seq), "")
    return Message(message_id, kind, document.id, event.at, _serialise(payload))


def trial(endpoint: Endpoint, message_id: str, at: datetime) -> Message:
    """Return a message that only shows whether an endpoint can be reached."""
    document: dict[str, object] = {
        "id": "doc_00000000000000000000000000",
        "status": "completed",
        "title": "A test of this webhook",
        "mode": "test",
        "created_at": None,
        "completed_at": moment.to_wire(at),
        "declined_at": None,
        "expired_at": None,
        "voided_at": None,
    }
    payload: dict[str, object] = {
        "event": str(WebhookEvent.DOC_COMPLETED),
        "id": message_id,
        "timestamp": moment.to_wire(at),
        "test": True,
        "endpoint": endpoint.id,
        "document": document,
        "audit": {"seq": 0, "head": "0" * 64},
    }
    return Message(message_id, WebhookEvent.DOC_COMPLETED, "", at, _serialise(payload))


def _serialise(payload: dict[str, object]) -> str:
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":"))


def _document(document: Document) -> dict[str, object]:
    return {
        "id": document.id,
        "status": str(document.status),
        "title": document.title,
        "mode": str(document.mode),
        "created_at": moment.to_wire(document.created_at),
        "completed_at": moment.to_wire_if(document.completed_at),
        "declined_at": moment.to_wire_if(document.declined_at),
        "expired_at": moment.to_wire_if(document.expired_at),
        "voided_at": moment.to_wire_if(document.voided_at),
    }


def _signer(signer: Signer) -> dict[str, object]:
    return {
        "id": signer.id,
        "name": signer.name,
        "email": signer.email,
        "status": str(signer.status),
        "viewed_at": moment.to_wire_if(signer.viewed_at),
        "signed_at": moment.to_wire_if(signer.signed_at),
        "declined_at": moment.to_wire_if(signer.declined_at),
        "decline_reason": signer.decline_reason or None,
    }
