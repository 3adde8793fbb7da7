"""From audit trail to the words that stand on a completion certificate."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from sygn_cli import __version__
from sygn_cli.domain.audit import Event, EventType
from sygn_cli.domain.document import Document, Mode, Signatures
from sygn_cli.domain.signer import Signer, SignerStatus
from sygn_cli.engine.certificate_content import (
    CertificateView,
    ConsentView,
    EventView,
    FileView,
    SignerView,
)
from sygn_cli.languages import later, translator
from sygn_cli.services import identity_words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sygn_cli.domain.beside import Delegation
    from sygn_cli.languages import Catalogue

_ASSURANCE: Final = (
    "Simple electronic signature (SES). Each signer was identified only by holding a secret link; "
    "nobody's identity was checked otherwise. The seal proves that file and history have not been "
    "changed since; it was made with a key of the sender's own workspace."
)
_EACH: Final = later(
    "Beside the seal, each signer has a digital signature of their own in the file. Its key was "
    "made and held by the sender's workspace for this one act and was destroyed afterwards: the "
    "signature shows what was signed, and proves nobody's identity."
)
_NO_TIMESTAMP: Final = (
    "No trusted timestamp: all times are those of the clock of the sender's machine."
)
_TIMESTAMPED: Final = {
    "B-T": "A time-stamping authority vouches for the time of the seal (PAdES level B-T).",
    "B-LT": "A time-stamping authority vouches for the time of the seal; all that is needed to "
    "check it is in the file (PAdES level B-LT).",
    "B-LTA": "A time-stamping authority vouches for the time of the seal; all that is needed to "
    "check it is in the file, under one more timestamp, which can be renewed (PAdES level B-LTA).",
}
_STATUS: Final = {
    SignerStatus.SIGNED: later("Signed"),
    SignerStatus.DECLINED: later("Declined"),
    SignerStatus.PENDING: later("Pending"),
}
_METHODS: Final = {
    "drawn": "drawn by hand",
    "typed": "typed",
    "uploaded": "uploaded picture",
    "cli": "typed on the sender's command line",
}
_EVENTS: Final[Mapping[EventType, str]] = {
    EventType.CREATED: "The document was created",
    EventType.DRAFT_CHANGED: "The draft was changed",
    EventType.SENT: "The document was sent",
    EventType.LINK_SENT: "The signing link was sent by e-mail",
    EventType.LINK_FAILED: "The signing link could not be sent by e-mail",
    EventType.LINK_REVEALED: "The signing link was shown to the sender",
    EventType.LINK_ROTATED: "The signing link was replaced; the old one no longer works",
    EventType.VIEWED: "The document was opened for the first time",
    EventType.IDENTITY_CHALLENGED: "A one-time code was asked for",
    EventType.IDENTITY_VERIFIED: "An identity step was passed",
    EventType.IDENTITY_FAILED: "A wrong code was entered",
    EventType.IDENTITY_LOCKED: "Too many wrong codes were entered; the page was locked",
    EventType.IDENTITY_UNLOCKED: "The page was unlocked by the sender",
    EventType.CONSENT_GIVEN: "Consent to sign electronically was given",
    EventType.SIGNED: "The document was signed",
    EventType.DECLINED: "Signing was declined",
    EventType.DEADLINE_CHANGED: "The deadline was changed",
    EventType.REMINDED: "The signers whose turn it was were reminded",
    EventType.DELEGATED: "The signature was passed on",
    EventType.ASKED: "The sender was asked a question",
    EventType.VOIDED: "The document was voided",
    EventType.EXPIRED: "The deadline passed",
    EventType.SEAL_FAILED: "Sealing failed and was put off",
    EventType.SEALED: "The signed file was sealed",
    EventType.COMPLETED: "The document was completed",
    EventType.DOWNLOADED: "A copy was downloaded",
    EventType.RECOVERED: "The record was repaired after an interruption",
}
# The page of who is given others may have been locked or not: it is open afterwards.
_RENEWED: Final = later("New secrets were given out by the sender")


def certificate_view(
    document: Document,
    trail: Sequence[Event],
    *,
    fingerprint: str,
    sealed_by: str,
    consents: Mapping[str, str] = MappingProxyType({}),
    log_key: str = "",
) -> CertificateView:
    """Return what the completion certificate of a sealed document says, in its language.

    Args:
        document: As it is after its ``sealed`` event.
        trail: All events up to that one.
        fingerprint: SHA-256 of the X.509 certificate that the seal was made with.
        sealed_by: Who that certificate names.
        consents: The wordings that were accepted, by their SHA-256.
        log_key: Public key of the workspace log.
    """
    say = translator(document.locale)
    seal = next((e for e in reversed(trail) if e.type is EventType.SEALED), None)
    return CertificateView(
        title=document.title,
        document=document.id,
        outcome=say.t("Completed"),
        created_at=document.created_at,
        completed_at=seal.at if seal else None,
        files=tuple(FileView(f.name, len(f.pages), f.sha256) for f in document.files),
        signers=tuple(_signer(say, document, signer, trail) for signer in document.signers),
        events=tuple(_event(say, document, event) for event in trail),
        sealed_sha256=document.sealed_sha256,
        chain_head=trail[-1].hash(),
        credential=fingerprint,
        log_key=log_key,
        credential_name=sealed_by,
        timestamp_status=_timestamp_status(say, seal),
        assurance=_assurance(say, document),
        verify_command="sygn verify signed.pdf",
        qr_text=f"sygn:{document.id}?sha256={document.sealed_sha256}&head={trail[-1].hash()}",
        made_by=f"sygn {__version__}",
        sandbox=document.mode is Mode.TEST,
        cc=document.cc,
        consents=_consents(trail, consents),
        locale=document.locale,
    )


def _consents(trail: Sequence[Event], wordings: Mapping[str, str]) -> tuple[ConsentView, ...]:
    given = {
        str(event.data["text_sha256"]): str(event.data["locale"])
        for event in trail
        if event.type is EventType.CONSENT_GIVEN
    }
    return tuple(
        ConsentView(locale, wordings[sha256], sha256)
        for sha256, locale in given.items()
        if sha256 in wordings
    )


def _assurance(say: Catalogue, document: Document) -> str:
    is_checked = any(signer.auth for signer in document.signers)
    words = say.sentence(identity_words.CHECKED if is_checked else _ASSURANCE)
    if document.signatures is Signatures.EACH:
        words = f"{words} {say.sentence(_EACH)}"
    return words


def _timestamp_status(say: Catalogue, seal: Event | None) -> str:
    """Say which level was reached, and why it is not the one that was wanted."""
    data = dict(seal.data) if seal else {}
    words = say.sentence(_TIMESTAMPED.get(str(data.get("level")), _NO_TIMESTAMP))
    if why := data.get("level_error"):
        return f"{words} {say.t('More was wanted and not reached: {why}', why=why)}"
    return words


def _signer(
    say: Catalogue, document: Document, signer: Signer, trail: Sequence[Event]
) -> SignerView:
    signed = _last(trail, EventType.SIGNED, signer)
    evidence = dict(signed.data) if signed else {}
    return SignerView(
        name=signer.name,
        email=signer.email,
        role=signer.role,
        status=say.sentence(_STATUS[signer.status]),
        delivery=_delivery(say, document, signer, trail),
        identity=identity_words.checked(say, signer, trail),
        passed_on=_passed_on(say, document, signer),
        ip=_address(say, evidence),
        user_agent=str(evidence.get("user_agent", "")),
        time_zone=str(evidence.get("time_zone", "")),
        sent_at=max((d.at for d in _hand_overs(document, signer)), default=trail[0].at),
        viewed_at=signer.viewed_at,
        consented_at=signer.consented_at,
        signed_at=signer.signed_at,
        declined_at=signer.declined_at,
        decline_reason=signer.decline_reason,
        consent_sha256=signer.consent_sha256,
        values_sha256=signer.values_sha256,
        method=say.sentence(_METHODS.get(signer.method, signer.method)),
    )


def _hand_overs(document: Document, signer: Signer) -> list[Delegation]:
    return [one for one in document.delegations if one.signer == signer.id]


def _passed_on(say: Catalogue, document: Document, signer: Signer) -> str:
    """Say who was asked first, who is asked now, and why; "" where nobody passed anything on."""
    told = []
    for one in _hand_overs(document, signer):
        before = f"{one.from_name} <{one.from_email}>"
        after = f"{one.name} <{one.email}>"
        words = (
            say.t("by the sender, from {before} to {after}", before=before, after=after)
            if one.by_operator
            else say.t("by {before} to {after}", before=before, after=after)
        )
        told.append(f"{words}: {one.reason}" if one.reason else words)
    return "; ".join(told)


def _delivery(say: Catalogue, document: Document, signer: Signer, trail: Sequence[Event]) -> str:
    """Say how the link came to the signer, as far as is known: whoever saw it could have signed."""
    if signer.method == "cli":
        return say.t("no link was used: the sender signed on the command line")
    signed = _last(trail, EventType.SIGNED, signer)
    if signed and signed.data.get("in_person"):
        return say.t(
            "no link was used: signed in person, on a device that the sender handed over; "
            "who held it is what they said themselves"
        )
    ways = []
    # What came before a hand-over brought somebody else's link, which is dead.
    started = max((one.seq for one in _hand_overs(document, signer)), default=0)
    trail = trail[started:]
    if trail[0].data.get("links_to") == "visitor":
        origin = trail[0].actor.get("origin", "a site that embeds sygn")
        ways.append(
            say.t(
                "given to a visitor of {origin}, whose name and e-mail nobody checked",
                origin=origin,
            )
        )
    mailed = _last(trail, EventType.LINK_SENT, signer)
    if mailed:
        ways.append(say.t("sent by e-mail to {email}", email=mailed.data.get("email", "")))
    if trail[0].data.get("links_to") == "operator" or _last(
        trail, EventType.LINK_REVEALED, signer
    ):
        passed_on = say.t("shown to the sender, who passed it on")
        ways.append(say.t("also shown to the sender") if mailed else passed_on)
    return "; ".join(ways) or say.t("not known")


def _last(trail: Sequence[Event], kind: EventType, signer: Signer) -> Event | None:
    mine = (e for e in trail if e.type is kind and e.data.get("signer") == signer.id)
    return max(mine, key=lambda event: event.seq, default=None)


def _address(say: Catalogue, evidence: Mapping[str, object]) -> str:
    address = str(evidence.get("ip", ""))
    if address and evidence.get("ip_source") == "proxy":
        return say.t("{address} (named by a trusted proxy)", address=address)
    return address


def what_happened(event: Event) -> str:
    """Return the English sentence of an event, which is the key to all others."""
    if event.type is EventType.IDENTITY_UNLOCKED and event.data.get("renewed"):
        return _RENEWED
    return _EVENTS.get(event.type, str(event.type))


def _event(say: Catalogue, document: Document, event: Event) -> EventView:
    words = say.sentence(what_happened(event))
    match event.type:
        case EventType.DECLINED | EventType.VOIDED if event.data.get("reason"):
            words = f"{words}: {event.data['reason']}"
        case EventType.SEAL_FAILED:
            words = f"{words}{_why(event)}"
        case (
            EventType.IDENTITY_CHALLENGED
            | EventType.IDENTITY_VERIFIED
            | EventType.IDENTITY_FAILED
            | EventType.IDENTITY_LOCKED
        ):
            words = f"{words} ({event.data.get('step', '')})"
        case (
            EventType.IDENTITY_UNLOCKED
            | EventType.LINK_REVEALED
            | EventType.LINK_ROTATED
            | EventType.LINK_SENT
            | EventType.LINK_FAILED
        ):
            words = (
                f"{words} ({_name(document, event.data.get('signer'), event.seq)}){_why(event)}"
            )
        case EventType.DELEGATED:
            reason = f": {event.data['reason']}" if event.data["reason"] else ""
            words = f"{words} ({event.data['from_name']} → {event.data['name']}){reason}"
        case EventType.SIGNED:
            method = str(event.data.get("method", ""))
            words = f"{words} ({say.sentence(_METHODS.get(method, method))})"
        case _:
            pass
    actor = who_did(event, say, lambda signer: _name(document, signer, event.seq))
    return EventView(at=event.at, actor=actor, words=words)


def _why(event: Event) -> str:
    error = event.data.get("error")
    return f": {error}" if error else ""


def who_did(event: Event, say: Catalogue, named: Callable[[str], str]) -> str:
    """Return who did it, as they are called.

    Args:
        event: Of any trail, also one that somebody else wrote.
        say: The reader's language.
        named: The name that a signer of this id had at that moment.
    """
    match event.actor:
        case {"kind": "signer", "id": str(signer)}:
            return named(signer)
        case {"kind": "operator"}:
            return say.t("Sender")
        case {"kind": "system"}:
            return "sygn"
        case {"kind": "embed", "origin": str(origin)}:
            return say.t("Visitor of {origin}", origin=origin)
        case _:
            return str(event.actor.get("id") or event.actor.get("kind", ""))


def _name(document: Document, signer_id: object, seq: int) -> str:
    """Return the name of who was that signer when an event happened."""
    for one in document.delegations:
        if one.signer == signer_id and one.seq >= seq:
            return one.from_name
    return next((s.name for s in document.signers if s.id == signer_id), str(signer_id))
