"""What a signer can do with their link: look, consent, sign, decline."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, tzinfo
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sygn_cli.domain import choices, consent, identity_checks, lifecycle, mark, routing
from sygn_cli.domain.document import DocumentStatus
from sygn_cli.domain.errors import NotFound
from sygn_cli.domain.evidence import COMMAND_LINE
from sygn_cli.domain.field import FieldType, means_yes
from sygn_cli.domain.mark import Look, Mark, Method
from sygn_cli.domain.signer import SignerStatus
from sygn_cli.services import documents, links

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from sygn_cli.domain.audit import Entry
    from sygn_cli.domain.document import Document
    from sygn_cli.domain.evidence import Evidence
    from sygn_cli.domain.field import Field
    from sygn_cli.domain.signer import Signer
    from sygn_cli.services.runtime import Runtime


class LinkState(StrEnum):
    """What a signer sees behind their link."""

    READY = "ready"
    WAITING = "waiting"
    SIGNED = "signed"
    COMPLETED = "completed"
    DECLINED = "declined"
    VOIDED = "voided"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class OpenLink:
    """Whom a link stands for, and what they may do now."""

    document: Document
    signer: Signer
    state: LinkState


@dataclass(frozen=True, slots=True)
class Submission:
    """A signer's marks by field id, and the PNG bytes of uploaded pictures among them."""

    marks: Mapping[str, Mark]
    pictures: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a signer takes away.

    Attributes:
        head: Hash of the audit trail that holds the signature: kept elsewhere, it proves later
            that the record was not rewritten.
        completed: Whether the sealed file exists.
    """

    document: Document
    signer: Signer
    head: str
    completed: bool


def open_link(runtime: Runtime, token: str) -> OpenLink:
    """Return what a link shows; writes nothing.

    Raises:
        NotFound: The link is unknown, was replaced, or its document is not sent yet.
    """
    document, signer = links.open_token(runtime, token)
    if document.status is DocumentStatus.DRAFT:
        raise NotFound("This document has not been sent yet.")
    return OpenLink(document, signer, _state(document, signer, runtime.clock.now()))


def _state(document: Document, signer: Signer, now: datetime) -> LinkState:
    if not document.status.is_open:
        return LinkState(document.status)
    if document.is_overdue(now):
        return LinkState.EXPIRED
    if signer.status is SignerStatus.SIGNED:
        return LinkState.SIGNED
    return LinkState.READY if routing.may_act(document, signer) else LinkState.WAITING


def record_view(runtime: Runtime, token: str, evidence: Evidence) -> None:
    """Record that the signer's page was really looked at; only the first time counts."""
    document, signer = links.open_token(runtime, token)
    if lifecycle.view(document, signer, evidence) is None:
        return
    _change(
        runtime,
        document.id,
        signer.id,
        lambda fresh, same: lifecycle.view(fresh, same, evidence),
    )


def give_consent(runtime: Runtime, token: str, *, locale: str, evidence: Evidence) -> None:
    """Record that the signer agrees to sign electronically.

    Raises:
        NotFound, StateConflict: The link is not good, or it is not their turn.
    """
    document, signer = links.open_token(runtime, token)
    _consent(runtime, document.id, signer.id, locale=locale, evidence=evidence)


def submit(runtime: Runtime, token: str, submission: Submission, evidence: Evidence) -> Receipt:
    """Record the signer's marks for good, and complete the document if they were the last.

    The same marks again give the same receipt, so a retry after a lost answer is safe.

    Raises:
        NotFound, StateConflict: The link is not good, it is not their turn, or they have signed
            something else.
        InvalidRequest: A mark does not fit, or a required field is empty.
    """
    document, signer = links.open_token(runtime, token)
    method = _method(document, signer, submission.marks)
    return _sign(runtime, document.id, signer.id, submission, method=method, evidence=evidence)


def decline(runtime: Runtime, token: str, *, reason: str, evidence: Evidence) -> Document:
    """Record that the signer will not sign; this ends the document.

    Raises:
        NotFound, StateConflict: The link is not good, or there is nothing to decline.
        InvalidRequest: There is no reason, or an unusable one.
    """
    document, signer = links.open_token(runtime, token)
    declined = _change(
        runtime,
        document.id,
        signer.id,
        lambda fresh, same: lifecycle.decline(
            fresh, same, reason=reason, now=runtime.clock.now(), evidence=evidence
        ),
    )
    runtime.progress.remove(document.id)
    return declined


def sign_headlessly(
    runtime: Runtime,
    document_id: str,
    signer_id: str,
    *,
    name: str,
    values: Mapping[str, str],
    look: Look | None = None,
) -> Receipt:
    """Sign for somebody from the command line; recorded as method ``cli``.

    Dates are filled with today, initials from the name; other fields come from ``values``, where
    checkboxes take yes or no, and a choice is made by its group's name and a place's label or id.

    Raises:
        NotFound, StateConflict, InvalidRequest: As for :func:`submit`.
    """
    document = documents.get(runtime, document_id)
    signer = document.signer(signer_id)
    identity_checks.refuse_operator(signer)
    marks = headless_marks(document.fields_of(signer_id), name=name, values=values, look=look)
    if signer.status is not SignerStatus.SIGNED:
        locale = document.locale_of(signer)
        _consent(runtime, document_id, signer_id, locale=locale, evidence=COMMAND_LINE)
    return _sign(
        runtime,
        document_id,
        signer_id,
        Submission(marks),
        method=Method.CLI,
        evidence=COMMAND_LINE,
    )


def headless_marks(
    fields: tuple[Field, ...], *, name: str, values: Mapping[str, str], look: Look | None = None
) -> dict[str, Mark]:
    """Return a mark for every field that a name and some values can fill."""
    known = {field.id: field for field in fields}
    marks: dict[str, Mark] = {}
    for field in fields:
        if field.type is FieldType.SIGNATURE:
            marks[field.id] = mark.Typed(name, look)
        elif field.type is FieldType.INITIALS:
            marks[field.id] = mark.Typed(initials(name), look)
    for name, value in values.items():
        if name in known:
            is_box = known[name].type in {FieldType.CHECKBOX, FieldType.RADIO}
            marks[name] = mark.Ticked(means_yes(value)) if is_box else mark.Typed(value)
        else:
            marks[_chosen(fields, name, value)] = mark.Ticked(on=True)
    return marks


def _chosen(fields: tuple[Field, ...], group: str, option: str) -> str:
    """Return the id of the place that ``GROUP=LABEL`` chooses."""
    if found := choices.place(fields, group, option):
        return found.id
    if places := choices.groups(fields).get(group):
        offered = ", ".join(one.label or one.id for one in places)
        raise NotFound(f"{group!r} has no choice {option!r}.", hint=f"It has: {offered}.")
    raise NotFound(
        f"The signer has no field {group!r}.",
        hint=f"Their fields are: {', '.join(one.id for one in fields)}.",
    )


def initials(name: str) -> str:
    """Return the first letters of a name's parts: "Ada King Lovelace" gives "AKL"."""
    return "".join(part[0] for part in name.replace("-", " ").split())[:5] or name[:1]


def _consent(
    runtime: Runtime, document_id: str, signer_id: str, *, locale: str, evidence: Evidence
) -> None:
    _change(
        runtime,
        document_id,
        signer_id,
        lambda fresh, same: lifecycle.consent(
            fresh,
            same,
            wording=consent.wording(locale),
            locale=consent.language_for(locale),
            now=runtime.clock.now(),
            evidence=evidence,
        ),
    )


def _sign(
    runtime: Runtime,
    document_id: str,
    signer_id: str,
    submission: Submission,
    *,
    method: Method,
    evidence: Evidence,
) -> Receipt:
    now = runtime.clock.now()
    document = _change(
        runtime,
        document_id,
        signer_id,
        lambda fresh, same: lifecycle.sign(
            fresh,
            same,
            submission.marks,
            today=_today(now, evidence.time_zone),
            now=now,
            method=method,
            evidence=evidence,
            pictures=submission.pictures,
        ),
    )
    runtime.progress.remove(document_id, signer_id)
    if document.awaits_seal:
        from sygn_cli.services import finalise  # noqa: PLC0415 - brings in the PDF libraries

        document = finalise.finalise_or_report(runtime, document_id)
    return Receipt(
        document=document,
        signer=document.signer(signer_id),
        head=document.head,
        completed=document.status is DocumentStatus.COMPLETED,
    )


def _change(
    runtime: Runtime,
    document_id: str,
    signer_id: str,
    decide: Callable[[Document, Signer], Entry | None],
) -> Document:
    """Decide on the state as it is under the lock, and record what was decided."""
    store = runtime.store
    with store.exclusive(document_id):
        document = store.load(document_id)
        entry = decide(document, document.signer(signer_id))
        return document if entry is None else store.commit(document, entry, at=runtime.clock.now())


def _method(document: Document, signer: Signer, marks: Mapping[str, Mark]) -> Method:
    """Return how the signature was adopted, from the first signature or initials given."""
    for field in document.fields_of(signer.id):
        if field.type not in {FieldType.SIGNATURE, FieldType.INITIALS}:
            continue
        match marks.get(field.id):
            case mark.Drawn():
                return Method.DRAWN
            case mark.Picture():
                return Method.UPLOADED
            case _:
                return Method.TYPED
    return Method.TYPED


def _today(now: datetime, time_zone: str) -> str:
    """Return the day as written in the PDF, in the signer's zone if it is known, else in UTC."""
    zone: tzinfo = UTC
    # ZoneInfo raises ValueError, OSError or KeyError, depending on what is wrong with the name.
    with suppress(ValueError, OSError, KeyError):
        zone = ZoneInfo(time_zone) if time_zone else UTC
    return now.astimezone(zone).date().isoformat()
