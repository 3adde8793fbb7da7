"""What may happen to a document: each function checks the rules and returns what to record.

Nothing changes here. The entry is chained and stored, and :mod:`sygn_cli.domain.history` turns
the stored event into the new state, so that the state is always what the audit trail says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sygn_cli.domain import mark, moment, record, routing, text
from sygn_cli.domain.audit import Entry, EventType, Json, canonical, sha256
from sygn_cli.domain.document import (
    LONGEST_MESSAGE,
    LONGEST_TITLE,
    MOST_CC,
    MOST_FIELDS,
    MOST_FILES,
    Document,
    DocumentStatus,
    Mode,
    SigningOrder,
    SourceFile,
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
    MOST_SIGNERS,
    Invitee,
    Signer,
    SignerStatus,
    email,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sygn_cli.domain.field import Field
    from sygn_cli.domain.mark import Mark, Method

_MOST_SEAL_ERRORS_CHARACTERS: Final = 500


@dataclass(frozen=True, slots=True)
class Proposal:
    """Everything a new document is made of.

    Attributes:
        fields: All routed: each names a signer ``s1`` ... by the place in ``invitees``.
        links_to: Who gets the signing links out of the creation, and could act as a signer.
        webhook: Id of an endpoint that is to hear of this document; never its URL, because the
            trail travels in the sealed file.
    """

    account: str
    title: str
    files: tuple[SourceFile, ...]
    invitees: tuple[Invitee, ...]
    fields: tuple[Field, ...]
    signing_order: SigningOrder = SigningOrder.PARALLEL
    mode: Mode = Mode.LIVE
    detected_fields: bool = False
    cc: tuple[str, ...] = ()
    message: str = ""
    expires_at: datetime | None = None
    draft: bool = False
    links_to: str = "operator"
    flattened_signatures: bool = False
    active_content: tuple[str, ...] = ()
    webhook: str = ""


def create(proposal: Proposal, *, actor: Json) -> Entry:
    """Propose a new document.

    Raises:
        InvalidRequest: Something about it is not acceptable; the message says what.
    """
    signers = signers_of(proposal.invitees)
    _check_files(proposal.files)
    _check_fields(proposal.fields, proposal.files, [signer.id for signer in signers])
    if len(proposal.cc) > MOST_CC:
        raise InvalidRequest(f"At most {MOST_CC} people can get copies.")
    title = text.require(proposal.title, what="The title", longest=LONGEST_TITLE)
    message = text.clean(
        proposal.message, what="The message", longest=LONGEST_MESSAGE, multiline=True
    )
    fields = canonical(record.fields_to_json(proposal.fields))
    data: dict[str, object] = {
        "account": proposal.account,
        "title": title,
        "files": [record.file_to_json(file) for file in proposal.files],
        "signers": [record.signer_to_json(signer) for signer in signers],
        "fields_sha256": sha256(fields),
        "signing_order": str(proposal.signing_order),
        "mode": str(proposal.mode),
        "detected_fields": proposal.detected_fields,
        "cc": [email(address) for address in proposal.cc],
        "message": message,
        "expires_at": None if proposal.expires_at is None else moment.to_wire(proposal.expires_at),
        "draft": proposal.draft,
        "links_to": proposal.links_to,
        "flattened_signatures": proposal.flattened_signatures,
        "active_content": list(proposal.active_content),
    }
    if proposal.webhook:
        data["webhook"] = proposal.webhook
    return Entry(EventType.CREATED, actor, data, attachments=(fields,))


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


def sealed(pdf: bytes, *, credential: str, level: str, stamped_sha256: str) -> Entry:
    """Record the sealed file.

    Args:
        credential: SHA-256 of the seal's X.509 certificate (DER).
        level: PAdES level that was reached, for example "B-B".
        stamped_sha256: Hash of the flattened file before the seal.
    """
    return Entry(
        EventType.SEALED,
        SYSTEM,
        {
            "sha256": sha256(pdf),
            "credential_sha256": credential,
            "level": level,
            "stamped_sha256": stamped_sha256,
        },
        attachments=(pdf,),
    )


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


def signers_of(invitees: Sequence[Invitee]) -> list[Signer]:
    """Return the signers that a list of people makes.

    Raises:
        InvalidRequest: There are none, or too many.
    """
    if not 1 <= len(invitees) <= MOST_SIGNERS:
        raise InvalidRequest(
            f"A document has 1 to {MOST_SIGNERS} signers, not {len(invitees)}.",
            hint='Add each with --signer "Ada Lovelace <ada@example.com>".',
        )
    return [
        Signer(
            id=f"s{number}",
            name=invitee.name,
            email=invitee.email,
            order=number - 1 if invitee.order is None else invitee.order,
            role=invitee.role,
        )
        for number, invitee in enumerate(invitees, start=1)
    ]


def _check_files(files: Sequence[SourceFile]) -> None:
    if not 1 <= len(files) <= MOST_FILES:
        raise InvalidRequest(f"A document has 1 to {MOST_FILES} files, not {len(files)}.")
    for file in files:
        text.require(file.name, what="The file name", longest=LONGEST_TITLE)


def _check_fields(
    fields: Sequence[Field], files: Sequence[SourceFile], signers: Sequence[str]
) -> None:
    if not 1 <= len(fields) <= MOST_FIELDS:
        raise InvalidRequest(f"A document has 1 to {MOST_FIELDS} fields, not {len(fields)}.")
    seen: set[str] = set()
    for field in fields:
        if field.id in seen:
            raise InvalidRequest(f"Two fields have the id {field.id!r}.")
        seen.add(field.id)
        if field.signer not in signers:
            raise InvalidRequest(
                f"Field {field.id} belongs to {field.signer!r}, who is no signer."
            )
        _check_place(field, files)


def _check_place(field: Field, files: Sequence[SourceFile]) -> None:
    if field.file > len(files):
        raise InvalidRequest(f"Field {field.id} is in file {field.file}; there are {len(files)}.")
    pages = files[field.file - 1].pages
    if field.page > len(pages):
        raise InvalidRequest(f"Field {field.id} is on page {field.page}; there are {len(pages)}.")
    width, height = pages[field.page - 1]
    box = field.box
    if box.x < -1 or box.y < -1 or box.right > width + 1 or box.bottom > height + 1:
        raise InvalidRequest(
            f"Field {field.id} does not lie on page {field.page}, which is "
            f"{width:g} x {height:g} points.",
            hint="Places are in points from the top left corner of the page as displayed.",
        )


def _complete(
    document: Document, signer: Signer, marks: Mapping[str, Mark], *, today: str
) -> dict[str, Mark]:
    """Return every mark of the signer, checked, with fixed dates and preset values filled in."""
    fields = document.fields_of(signer.id)
    own = {field.id for field in fields}
    for field_id in marks:
        if field_id not in own:
            raise InvalidRequest(f"{signer.name} has no field {text.printable(field_id)!r}.")
    whole: dict[str, Mark] = {}
    for field in fields:
        one = _mark_for(field, marks.get(field.id), today=today)
        if one is not None:
            whole[field.id] = mark.check(one, field)
        if field.required and (one is None or mark.is_empty(whole[field.id])):
            named = f" ({field.label})" if field.label else ""
            raise InvalidRequest(f"Field {field.id}{named} must be filled.")
    return whole


def _mark_for(field: Field, given: Mark | None, *, today: str) -> Mark | None:
    if field.read_only:
        return mark.Typed(field.value) if field.type in {"text", "date"} else given
    if field.type == "date" and not field.editable:
        return mark.Typed(today)
    if given is None and field.value and field.type in {"text", "date"}:
        return mark.Typed(field.value)
    return given


def _check_pictures(marks: Mapping[str, Mark], pictures: Sequence[bytes]) -> None:
    held = {sha256(picture) for picture in pictures}
    for one in marks.values():
        if isinstance(one, mark.Picture) and one.sha256 not in held:
            raise InvalidRequest("A picture that a mark refers to is missing.")
