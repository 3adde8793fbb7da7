"""From audit trail to state: the document is what its events say, in their order."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from types import MappingProxyType
from typing import Any, TypeAlias, assert_never

from sygn_cli.domain import identity, moment, record
from sygn_cli.domain.audit import Event, EventType
from sygn_cli.domain.beside import Delegation, Question
from sygn_cli.domain.document import Document, DocumentStatus, Mode, Signatures, SigningOrder
from sygn_cli.domain.errors import Tampered
from sygn_cli.domain.identity import Standing
from sygn_cli.domain.signer import Signer, SignerStatus

# Gives the bytes that an event refers to by SHA-256.
Attachments: TypeAlias = Callable[[str], bytes]


def fold(events: Iterable[Event], attachments: Attachments) -> Document:
    """Return the document after all of its events.

    Raises:
        Tampered: There is no event, or the first one does not create a document.
    """
    document: Document | None = None
    for event in events:
        document = evolve(document, event, attachments)
    if document is None:
        raise Tampered("The audit trail is empty.")
    return document


def evolve(document: Document | None, event: Event, attachments: Attachments) -> Document:
    """Return the document after one more event."""
    if document is None:
        if event.type is not EventType.CREATED:
            raise Tampered("The audit trail does not start with the document's creation.")
        document = _created(event, attachments)
    else:
        document = _changed(document, event, dict(event.data), attachments)
    return replace(document, seq=event.seq, head=event.hash(), updated_at=event.at)


def _created(event: Event, attachments: Attachments) -> Document:
    data: dict[str, Any] = dict(event.data)
    expires_at = data["expires_at"]
    draft = data["draft"]
    return Document(
        id=event.doc,
        account=data["account"],
        title=data["title"],
        status=DocumentStatus.DRAFT if draft else DocumentStatus.SENT,
        signing_order=SigningOrder(data["signing_order"]),
        mode=Mode(data["mode"]),
        files=tuple(record.file_from_json(one) for one in data["files"]),
        signers=tuple(record.signer_from_json(one) for one in data["signers"]),
        fields=record.fields_from_json(json.loads(attachments(data["fields_sha256"]))),
        created_at=event.at,
        expires_at=None if expires_at is None else moment.from_wire(expires_at),
        seq=event.seq,
        head="",
        updated_at=event.at,
        cc=tuple(data["cc"]),
        message=data["message"],
        detected_fields=data["detected_fields"],
        sent_at=None if draft else event.at,
        webhook=data.get("webhook", ""),
        # A visitor of a page that embeds sygn types an address in, which may be anybody's.
        mailed=data.get("mail", True) and data.get("links_to") != "visitor",
        locale=data.get("locale", ""),
        allow_delegation=data.get("allow_delegation", True),
        signatures=Signatures(data.get("signatures", Signatures.SEAL)),
    )


def _changed(  # noqa: C901, PLR0912 - one arm per event type, each a line or two
    document: Document, event: Event, data: dict[str, Any], attachments: Attachments
) -> Document:
    match event.type:
        case EventType.CREATED:
            raise Tampered("The audit trail creates the document twice.")
        case EventType.DRAFT_CHANGED:
            return _redrafted(document, data, attachments)
        case EventType.SENT:
            return replace(document, status=DocumentStatus.SENT, sent_at=event.at)
        case EventType.DEADLINE_CHANGED:
            wire = data["expires_at"]
            moved = None if wire is None else moment.from_wire(wire)
            return replace(document, expires_at=moved)
        case EventType.LINK_SENT:
            return _with(document, data["signer"], mailed_at=event.at, mail_error="")
        case EventType.LINK_FAILED:
            return _with(document, data["signer"], mail_error=data["error"])
        case EventType.REMINDED:
            return replace(document, reminded_at=event.at)
        case EventType.LINK_ROTATED:
            return _with(document, data["signer"], link_generation=data["generation"])
        case EventType.VIEWED:
            return _with(document, data["signer"], viewed_at=event.at)
        case (
            EventType.IDENTITY_CHALLENGED
            | EventType.IDENTITY_VERIFIED
            | EventType.IDENTITY_FAILED
            | EventType.IDENTITY_LOCKED
            | EventType.IDENTITY_UNLOCKED
        ):
            return _identified(document, event, data)
        case EventType.CONSENT_GIVEN:
            return _with(
                document,
                data["signer"],
                consented_at=event.at,
                consent_sha256=data["text_sha256"],
            )
        case EventType.SIGNED:
            return _signed(document, event, data, attachments)
        case EventType.DECLINED:
            declined = _with(
                document,
                data["signer"],
                status=SignerStatus.DECLINED,
                declined_at=event.at,
                decline_reason=data["reason"],
            )
            return replace(declined, status=DocumentStatus.DECLINED, declined_at=event.at)
        case EventType.DELEGATED:
            return _delegated(document, event, data)
        case EventType.ASKED:
            return _asked(document, event, data, attachments)
        case EventType.VOIDED:
            return replace(document, status=DocumentStatus.VOIDED, voided_at=event.at)
        case EventType.EXPIRED:
            return replace(document, status=DocumentStatus.EXPIRED, expired_at=event.at)
        case EventType.SEAL_FAILED:
            return replace(document, seal_error=data["error"])
        case EventType.SEALED:
            return replace(document, sealed_sha256=data["sha256"], seal_error="")
        case EventType.COMPLETED:
            return replace(
                document,
                status=DocumentStatus.COMPLETED,
                completed_at=event.at,
                certificate_sha256=data["certificate_sha256"],
                seal_error="",
            )
        case EventType.LINK_REVEALED | EventType.DOWNLOADED | EventType.RECOVERED:
            return document
        case EventType.PURGED:
            raise Tampered("The audit trail goes on after the document was purged.")
        case _:  # pragma: no cover
            assert_never(event.type)


def _redrafted(document: Document, data: dict[str, Any], attachments: Attachments) -> Document:
    """Return the draft with what the event tells of; what it leaves out stays as it is."""
    changes: dict[str, Any] = {
        name: data[name] for name in ("title", "message", "detected_fields") if name in data
    }
    if "signers" in data:
        changes["signers"] = tuple(record.signer_from_json(one) for one in data["signers"])
    if "signing_order" in data:
        changes["signing_order"] = SigningOrder(data["signing_order"])
    if "cc" in data:
        changes["cc"] = tuple(data["cc"])
    if "expires_at" in data:
        wire = data["expires_at"]
        changes["expires_at"] = None if wire is None else moment.from_wire(wire)
    if "fields_sha256" in data:
        changes["fields"] = record.fields_from_json(json.loads(attachments(data["fields_sha256"])))
    return replace(document, **changes)


def _signed(
    document: Document, event: Event, data: dict[str, Any], attachments: Attachments
) -> Document:
    values = data["values_sha256"]
    marks = record.marks_from_json(json.loads(attachments(values)))
    signed = _with(
        document,
        data["signer"],
        status=SignerStatus.SIGNED,
        signed_at=event.at,
        values_sha256=values,
        method=data["method"],
    )
    return replace(
        signed,
        status=DocumentStatus.PARTIALLY_SIGNED,
        marks=MappingProxyType({**document.marks, **marks}),
    )


def _delegated(document: Document, event: Event, data: dict[str, Any]) -> Document:
    """Return the document with somebody new in a signer's place, who has done nothing yet."""
    handed_over = Delegation(
        seq=event.seq,
        at=event.at,
        by_operator=event.actor.get("kind") != "signer",
        **{name: data[name] for name in _HAND_OVER},
    )
    changed = _with(
        document,
        data["signer"],
        name=data["name"],
        email=data["email"],
        locale=data["locale"],
        link_generation=data["generation"],
        viewed_at=None,
        consented_at=None,
        consent_sha256="",
        mailed_at=None,
        mail_error="",
        identity=Standing(),
    )
    return replace(changed, delegations=(*document.delegations, handed_over))


_HAND_OVER = ("signer", "generation", "from_name", "from_email", "name", "email", "reason")


def _asked(
    document: Document, event: Event, data: dict[str, Any], attachments: Attachments
) -> Document:
    words = json.loads(attachments(data["question_sha256"]))["question"]
    question = Question(event.seq, event.at, data["signer"], words)
    return replace(document, questions=(*document.questions, question))


def _identified(document: Document, event: Event, data: dict[str, Any]) -> Document:
    signer = document.signer(data["signer"])
    changes: dict[str, Any] = {"identity": identity.evolve(signer.identity, event)}
    if "access" in data:
        changes["access"] = data["access"]
    return _with(document, signer.id, **changes)


def _with(document: Document, signer_id: str, **changes: Any) -> Document:  # noqa: ANN401 - passed to replace()
    def change(signer: Signer) -> Signer:
        return replace(signer, **changes) if signer.id == signer_id else signer

    return replace(document, signers=tuple(map(change, document.signers)))
