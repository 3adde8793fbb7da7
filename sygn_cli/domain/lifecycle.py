"""What may happen to a document: each function checks the rules and returns what to record.

Nothing changes here. The entry is chained and stored, and :mod:`sygn_cli.domain.history` turns
the stored event into the new state, so that the state is always what the audit trail says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sygn_cli.domain import choices, identity_checks, mark, record, routing, text
from sygn_cli.domain.audit import Entry, EventType, Json, canonical, sha256
from sygn_cli.domain.document import (
    Document,
    DocumentStatus,
)
from sygn_cli.domain.errors import (
    AlreadyCompleted,
    AlreadySigned,
    ConsentMissing,
    Expired,
    InvalidRequest,
    NotYourTurn,
)
from sygn_cli.domain.evidence import OPERATOR, SYSTEM, Evidence, signer_actor
from sygn_cli.domain.signer import (
    LONGEST_REASON,
    Signer,
    SignerStatus,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sygn_cli.domain.audit import Event
    from sygn_cli.domain.field import Field
    from sygn_cli.domain.mark import Mark, Method

_MOST_SEAL_ERRORS_CHARACTERS: Final = 500


def reveal_link(
    document: Document, signer: Signer, *, to: str, evidence: Evidence, actor: Json = OPERATOR
) -> Entry:
    """Record that a signing link was shown to somebody other than its signer."""
    document.require_open()
    return Entry(
        EventType.LINK_REVEALED,
        actor,
        {"signer": signer.id, "to": to, **evidence.to_json()},
    )


def was_revealed(trail: Sequence[Event], signer: Signer) -> bool:
    """Tell whether a trail says that the operator got the link that a signer has now."""
    known = trail[0].data.get("links_to") == "operator"
    for event in trail:
        if event.data.get("signer") != signer.id:
            continue
        if "generation" in event.data:
            known = False
        elif event.type is EventType.LINK_REVEALED:
            known = True
    return known


def rotate_link(document: Document, signer: Signer, *, actor: Json = OPERATOR) -> Entry:
    """Make a new signing link; the old one dies."""
    document.require_open()
    if signer.status is not SignerStatus.PENDING:
        raise AlreadySigned(f"{signer.name} has signed; there is no link to renew.")
    return Entry(
        EventType.LINK_ROTATED,
        actor,
        {"signer": signer.id, "generation": signer.link_generation + 1},
    )


def view(document: Document, signer: Signer, evidence: Evidence) -> Entry | None:
    """Record the first time a signer looks; None if that is known or of no use any more."""
    if signer.viewed_at is not None or not document.status.is_open:
        return None
    return Entry(
        EventType.VIEWED, signer_actor(signer.id), {"signer": signer.id, **evidence.to_json()}
    )


def consent(
    document: Document,
    signer: Signer,
    *,
    wording: str,
    locale: str,
    now: datetime,
    evidence: Evidence,
) -> Entry | None:
    """Record that a signer accepts to sign electronically; None if already recorded.

    Raises:
        StateConflict: The document does not take signatures from this signer now.
    """
    require_turn(document, signer, now=now)
    identity_checks.require_passed(signer)
    fingerprint = sha256(wording.encode())
    if signer.consent_sha256 == fingerprint:
        return None
    return Entry(
        EventType.CONSENT_GIVEN,
        signer_actor(signer.id),
        {
            "signer": signer.id,
            "text_sha256": fingerprint,
            "locale": locale,
            **evidence.to_json(),
        },
        attachments=(wording.encode(),),
    )


def sign(
    document: Document,
    signer: Signer,
    marks: Mapping[str, Mark],
    *,
    today: str,
    now: datetime,
    method: Method,
    evidence: Evidence,
    pictures: Sequence[bytes] = (),
) -> Entry | None:
    """Record a signer's marks; None if exactly these were recorded before.

    Args:
        today: The day of signing as it is written; put into dates that cannot be edited.
        pictures: PNG bytes of every :class:`~sygn_cli.domain.mark.Picture` among the marks.

    Raises:
        StateConflict: It is not this signer's turn, or they signed something else.
        InvalidRequest: A mark does not fit, or a required field is empty.
    """
    if signer.status is SignerStatus.SIGNED:
        whole = _complete(document, signer, marks, today=signer_day(document, signer, today))
        if sha256(canonical(record.marks_to_json(whole))) == signer.values_sha256:
            return None
        raise AlreadySigned(f"{signer.name} has already signed document {document.id}.")
    require_turn(document, signer, now=now)
    identity_checks.require_passed(signer)
    if not signer.consent_sha256:
        raise ConsentMissing(f"{signer.name} has not agreed to sign electronically.")
    whole = _complete(document, signer, marks, today=today)
    _check_pictures(whole, pictures)
    values = canonical(record.marks_to_json(whole))
    data: dict[str, object] = {
        "signer": signer.id,
        "values_sha256": sha256(values),
        "method": str(method),
        **evidence.to_json(),
    }
    if pictures:
        data["pictures_sha256"] = sorted(sha256(picture) for picture in pictures)
    return Entry(EventType.SIGNED, signer_actor(signer.id), data, attachments=(values, *pictures))


def require_fit(
    document: Document, signer: Signer, marks: Mapping[str, Mark], *, today: str
) -> None:
    """Refuse marks that :func:`sign` would refuse.

    Raises:
        InvalidRequest: A mark does not fit, or a required field is empty.
    """
    _complete(document, signer, marks, today=today)


def signer_day(document: Document, signer: Signer, otherwise: str) -> str:
    """Return the day that stands in a signed document's own date, else the other one."""
    for field in document.fields_of(signer.id):
        written = document.marks.get(field.id)
        if field.type == "date" and not field.editable and isinstance(written, mark.Typed):
            return written.text
    return otherwise


def decline(
    document: Document, signer: Signer, *, reason: str, now: datetime, evidence: Evidence
) -> Entry:
    """Record that a signer will not sign, which ends the document."""
    require_turn(document, signer, now=now)
    identity_checks.require_passed(signer)
    words = text.require(reason, what="The reason", longest=LONGEST_REASON, multiline=True)
    return Entry(
        EventType.DECLINED,
        signer_actor(signer.id),
        {"signer": signer.id, "reason": words, **evidence.to_json()},
    )


def void(document: Document, *, actor: Json, reason: str = "") -> Entry | None:
    """Record that the sender takes the document back; None if it is voided already.

    Raises:
        AlreadyCompleted: Everyone has signed; nothing can be taken back.
        Declined, Expired: It has ended another way.
    """
    if document.status is DocumentStatus.VOIDED:
        return None
    if document.awaits_seal:
        raise AlreadyCompleted(f"Everyone has signed document {document.id}; it is being sealed.")
    if document.status is not DocumentStatus.DRAFT:
        document.require_open()
    words = text.clean(reason, what="The reason", longest=LONGEST_REASON, multiline=True)
    return Entry(EventType.VOIDED, actor, {"reason": words} if words else {})


def expire(document: Document, *, now: datetime) -> Entry | None:
    """Record that the deadline passed; None if it has not or does not matter any more."""
    if not document.is_overdue(now):
        return None
    return Entry(EventType.EXPIRED, SYSTEM, {})


def seal_failed(document: Document, error: str) -> Entry | None:
    """Record why sealing failed; None if that is what is recorded already."""
    words = text.printable(error)[:_MOST_SEAL_ERRORS_CHARACTERS]
    if document.seal_error == words or document.status is DocumentStatus.COMPLETED:
        return None
    return Entry(EventType.SEAL_FAILED, SYSTEM, {"error": words})


def sealed(
    pdf: bytes,
    *,
    credential: str,
    level: str,
    stamped_sha256: str,
    level_error: str = "",
    signers: Mapping[str, str] | None = None,
) -> Entry:
    """Record the sealed file.

    Args:
        credential: SHA-256 of the seal's X.509 certificate (DER).
        level: PAdES level that was reached, for example "B-B".
        stamped_sha256: Hash of the flattened file before the seal.
        level_error: Why a higher level that was wanted was not reached, "" otherwise.
        signers: SHA-256 of the X.509 certificates (DER) of their own signatures, by signer id.
    """
    data: dict[str, object] = {
        "sha256": sha256(pdf),
        "credential_sha256": credential,
        "level": level,
        "stamped_sha256": stamped_sha256,
    }
    if level_error:
        data["level_error"] = level_error
    if signers:
        data["signers"] = dict(signers)
    return Entry(EventType.SEALED, SYSTEM, data, attachments=(pdf,))


def completed(document: Document, certificate: bytes) -> Entry:
    """Record that all is done: the sealed file and its completion certificate exist."""
    return Entry(
        EventType.COMPLETED,
        SYSTEM,
        {"sha256": document.sealed_sha256, "certificate_sha256": sha256(certificate)},
        attachments=(certificate,),
    )


def downloaded(document: Document, what: str, actor: Json, evidence: Evidence) -> Entry:
    """Record that somebody took a copy."""
    data = {"what": what, "sha256": document.sealed_sha256, **evidence.to_json()}
    return Entry(EventType.DOWNLOADED, actor, data)


def require_turn(document: Document, signer: Signer, *, now: datetime) -> None:
    """Refuse unless this signer may act at this moment.

    Raises:
        StateConflict: The document is closed or overdue, they have signed, or others come first.
    """
    document.require_open()
    if document.is_overdue(now):
        raise Expired(f"Document {document.id} has expired.")
    if signer.status is SignerStatus.SIGNED:
        raise AlreadySigned(f"{signer.name} has already signed document {document.id}.")
    if not routing.may_act(document, signer):
        names = ", ".join(one.name for one in routing.next_signers(document))
        raise NotYourTurn(f"It is not {signer.name}'s turn yet: {names} signs first.")


def _complete(
    document: Document, signer: Signer, marks: Mapping[str, Mark], *, today: str
) -> dict[str, Mark]:
    """Return every mark of the signer, checked, with fixed dates and preset values filled in."""
    fields = document.fields_of(signer.id)
    own = {field.id for field in fields}
    for field_id in marks:
        if field_id not in own:
            raise InvalidRequest(f"{signer.name} has no field {text.printable(field_id)!r}.")
    marks = choices.with_presets(fields, marks)
    whole: dict[str, Mark] = {}
    for field in fields:
        one = _mark_for(field, marks.get(field.id), today=today)
        if one is not None:
            whole[field.id] = mark.check(one, field)
        if choices.is_place(field):
            continue
        if field.required and (one is None or mark.is_empty(whole[field.id])):
            named = f" ({field.label})" if field.label else ""
            raise InvalidRequest(f"Field {field.id}{named} must be filled.")
    choices.check(fields, whole)
    return whole


def _mark_for(field: Field, given: Mark | None, *, today: str) -> Mark | None:
    if field.read_only:
        return _preset(field) or given
    if field.type == "date" and not field.editable:
        return mark.Typed(today)
    if given is None and field.value and not choices.is_place(field):
        return _preset(field)
    return given


def _preset(field: Field) -> Mark | None:
    """Return what a field starts with; None for signatures, which nobody can prepare."""
    if field.type in {"signature", "initials"}:
        return None
    if field.type in {"checkbox", "radio"}:
        return mark.Ticked(field.starts_marked)
    return mark.Typed(field.value)


def _check_pictures(marks: Mapping[str, Mark], pictures: Sequence[bytes]) -> None:
    held = {sha256(picture) for picture in pictures}
    for one in marks.values():
        if isinstance(one, mark.Picture) and one.sha256 not in held:
            raise InvalidRequest("A picture that a mark refers to is missing.")
