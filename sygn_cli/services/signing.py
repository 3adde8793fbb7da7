"""What a signer can do with their link: look, consent, sign, decline."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, tzinfo
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sygn_cli.domain import consent, identity_checks, lifecycle, mark, routing
from sygn_cli.domain.document import DocumentStatus
from sygn_cli.domain.errors import InvalidRequest, NotFound
from sygn_cli.domain.evidence import COMMAND_LINE
from sygn_cli.domain.field import FieldType
from sygn_cli.domain.mark import Look, Mark, Method
from sygn_cli.domain.signer import SignerStatus
from sygn_cli.services import documents, links
from sygn_cli.services.filling import headless_marks, missing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from sygn_cli.domain.audit import Entry
    from sygn_cli.domain.document import Document
    from sygn_cli.domain.evidence import Evidence
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
    signed = _record(runtime, document.id, signer.id, submission, method=method, evidence=evidence)
    return _receipt(runtime, signed, signer.id)


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

    Dates are filled with today, initials from the name; other fields come from ``values``, named
    by their ids or labels, where checkboxes take yes or no, and a choice is made by its group's
    name and a place's label or id. Where that is refused nothing is recorded, no consent either:
    it would be taken for the signer's own.

    Raises:
        NotFound, StateConflict, InvalidRequest: As for :func:`submit`.
    """
    document = documents.get(runtime, document_id)
    document.require_open()
    signer = document.signer(signer_id)
    identity_checks.refuse_operator(signer)
    marks = headless_marks(document.fields_of(signer_id), name=name, values=values, look=look)
    with runtime.store.exclusive(document_id):
        if signer.status is not SignerStatus.SIGNED:
            _consent_to(runtime, document_id, signer_id, marks)
        document = _record(
            runtime,
            document_id,
            signer_id,
            Submission(marks),
            method=Method.CLI,
            evidence=COMMAND_LINE,
        )
    return _receipt(runtime, document, signer_id)


def _consent_to(
    runtime: Runtime, document_id: str, signer_id: str, marks: Mapping[str, Mark]
) -> None:
    """Record consent to marks that will do, under the lock under which they follow."""
    now = runtime.clock.now()

    def decide(fresh: Document, same: Signer) -> Entry | None:
        locale = fresh.locale_of(same)
        entry = _agreed(fresh, same, locale=locale, now=now, evidence=COMMAND_LINE)
        try:
            lifecycle.require_fit(fresh, same, marks, today=_today(now, COMMAND_LINE.time_zone))
        except InvalidRequest as error:
            error.hint = error.hint or missing(fresh.fields_of(signer_id), marks)
            raise
        return entry

    _change(runtime, document_id, signer_id, decide)


def _consent(
    runtime: Runtime, document_id: str, signer_id: str, *, locale: str, evidence: Evidence
) -> None:
    _change(
        runtime,
        document_id,
        signer_id,
        lambda fresh, same: _agreed(
            fresh, same, locale=locale, now=runtime.clock.now(), evidence=evidence
        ),
    )


def _agreed(
    document: Document, signer: Signer, *, locale: str, now: datetime, evidence: Evidence
) -> Entry | None:
    return lifecycle.consent(
        document,
        signer,
        wording=consent.wording(locale),
        locale=consent.language_for(locale),
        now=now,
        evidence=evidence,
    )


def _record(
    runtime: Runtime,
    document_id: str,
    signer_id: str,
    submission: Submission,
    *,
    method: Method,
    evidence: Evidence,
) -> Document:
    now = runtime.clock.now()
    return _change(
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


def _receipt(runtime: Runtime, document: Document, signer_id: str) -> Receipt:
    """Do what follows a recorded signature, and return what the signer takes away."""
    document_id = document.id
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
