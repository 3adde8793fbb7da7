"""Documents, signers and events in words for their owner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sygn_cli.domain import routing
from sygn_cli.domain.audit import EventType
from sygn_cli.domain.document import DocumentStatus
from sygn_cli.domain.identity import Step
from sygn_cli.domain.signer import SignerStatus
from sygn_cli.languages import later
from sygn_cli.server.words import bdi, t

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sygn_cli.domain.audit import Event
    from sygn_cli.domain.document import Document
    from sygn_cli.domain.signer import Signer

STATES: Final[Mapping[DocumentStatus, str]] = {
    DocumentStatus.DRAFT: later("Draft"),
    DocumentStatus.SENT: later("Sent"),
    DocumentStatus.PARTIALLY_SIGNED: later("Partly signed"),
    DocumentStatus.COMPLETED: later("Completed"),
    DocumentStatus.DECLINED: later("Declined"),
    DocumentStatus.EXPIRED: later("Expired"),
    DocumentStatus.VOIDED: later("Voided"),
}
STEPS: Final[Mapping[Step, str]] = {
    Step.CODE: later("access code"),
    Step.EMAIL: later("one-time code by e-mail"),
    Step.TOTP: later("code of an authenticator"),
}
_EVENTS: Final[Mapping[str, str]] = {
    EventType.CREATED: later("The document was created"),
    EventType.DRAFT_CHANGED: later("The draft was changed"),
    EventType.SENT: later("The document was sent"),
    EventType.LINK_SENT: later("The signing link was sent to {name}"),
    EventType.LINK_FAILED: later("The signing link could not be sent to {name}"),
    EventType.LINK_REVEALED: later("The signing link of {name} was shown to you"),
    EventType.LINK_ROTATED: later("The signing link of {name} was replaced; the old one is dead"),
    EventType.VIEWED: later("{name} opened the document"),
    EventType.IDENTITY_CHALLENGED: later("{name} asked for a one-time code"),
    EventType.IDENTITY_VERIFIED: later("{name} entered the right code"),
    EventType.IDENTITY_FAILED: later("Somebody with the link of {name} entered a wrong code"),
    EventType.IDENTITY_LOCKED: later("Too many wrong codes: the page of {name} was locked"),
    EventType.IDENTITY_UNLOCKED: later("The page of {name} was unlocked"),
    EventType.CONSENT_GIVEN: later("{name} agreed to sign electronically"),
    EventType.SIGNED: later("{name} signed"),
    EventType.DECLINED: later("{name} declined"),
    EventType.DEADLINE_CHANGED: later("The deadline was changed"),
    EventType.REMINDED: later("Those whose turn it was were reminded"),
    EventType.DELEGATED: later("The signature was passed on to {name}"),
    EventType.ASKED: later("{name} asked you a question"),
    EventType.VOIDED: later("The document was voided"),
    EventType.EXPIRED: later("The deadline passed"),
    EventType.SEAL_FAILED: later("Sealing failed and will be tried again"),
    EventType.SEALED: later("The signed file was sealed"),
    EventType.COMPLETED: later("The document was completed"),
    EventType.DOWNLOADED: later("A copy was downloaded"),
    EventType.RECOVERED: later("The record was repaired after an interruption"),
}
_RENEWED: Final = later("A new code was made for {name}")
_SETBACKS: Final = frozenset(
    {
        EventType.DECLINED,
        EventType.SEAL_FAILED,
        EventType.EXPIRED,
        EventType.LINK_FAILED,
        EventType.IDENTITY_LOCKED,
    }
)
_TOLD: Final = ("reason", "error")


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of a timeline.

    Attributes:
        detail: What somebody wrote or a program said, "" for nothing.
        good: Whether it brought the document forward; None for neither.
    """

    at: datetime
    words: str
    detail: str
    good: bool | None


def state_words(document: Document) -> str:
    """Return where a document stands."""
    if document.awaits_seal:
        return t("Sealing failed") if document.seal_error else t("Being sealed")
    return t(STATES[document.status])


def signer_words(document: Document, signer: Signer) -> str:
    """Return what a signer has done, or is to do."""
    match signer.status:
        case SignerStatus.SIGNED:
            return t("Signed")
        case SignerStatus.DECLINED:
            return t("Declined")
        case SignerStatus.PENDING:
            return _pending(document, signer)


def _pending(document: Document, signer: Signer) -> str:
    if document.status is DocumentStatus.DRAFT:
        return t("Not sent yet")
    if not document.status.is_open:
        return t("Did not sign")
    if signer.identity.is_locked:
        return t("Locked after too many wrong codes")
    if not routing.may_act(document, signer):
        return t("Waits for others")
    return t("Has opened it") if signer.viewed_at else t("Has not opened it yet")


def timeline(document: Document, trail: Sequence[Event]) -> list[Moment]:
    """Return the audit trail in words, the newest first."""
    return [_moment(document, event) for event in reversed(trail)]


def _moment(document: Document, event: Event) -> Moment:
    who = event.data.get("signer") or event.actor.get("id", "")
    name = next((one.name for one in document.signers if one.id == who), str(who))
    words = _EVENTS.get(event.type, str(event.type))
    if event.type is EventType.IDENTITY_UNLOCKED and event.data.get("renewed"):
        words = _RENEWED
    detail = next((str(event.data[one]) for one in _TOLD if event.data.get(one)), "")
    good: bool | None = None
    if event.type in {EventType.SIGNED, EventType.SEALED, EventType.COMPLETED}:
        good = True
    elif event.type in _SETBACKS:
        good = False
    return Moment(event.at, t(words, name=bdi(name)), detail, good)
