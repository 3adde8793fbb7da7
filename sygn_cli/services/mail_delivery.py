"""Bringing letters to a mail server: at least once, later and later, and told in the trail.

The order is send, record, log, forget the job. Who dies after the server has taken the letter sends it
again, under the same ``Message-ID``; nobody's letter is lost, and none counts as sent before it was
taken. Where the record cannot be made the job waits with what the server said, and only the record is
tried again.
"""

from __future__ import annotations

import contextlib
import logging
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sygn_cli.domain import moment, notices, sending
from sygn_cli.domain.audit import EventType
from sygn_cli.domain.errors import NotFound, SygnError, WorkspaceUnusable
from sygn_cli.domain.mail import Handover, Notice, Outcome, Posting, next_attempt, prefix
from sygn_cli.services import letters, sent
from sygn_cli.store.mails import KIND, having_said, notice_of, said_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sygn_cli.domain.audit import Entry
    from sygn_cli.domain.document import Document
    from sygn_cli.services.runtime import Runtime
    from sygn_cli.store.outbox import Job

# Longer than a try can take: a dozen answers to wait for, each as long as the settings allow.
LEASE: Final = timedelta(minutes=15)
_KEPT_FOR: Final = timedelta(days=90)
_LOG: Final = logging.getLogger("sygn.mail")


def deliver_due(
    runtime: Runtime, *, document_id: str | None = None, seconds: float | None = None
) -> Iterator[Posting]:
    """Try everything that is due, one after the other; yield what became of it.

    Args:
        runtime: What to work with.
        document_id: Only letters about this document.
        seconds: Begin no further letter after so long; the rest stays for the next.
    """
    started = runtime.clock.now()
    while seconds is None or runtime.clock.now() - started < timedelta(seconds=seconds):
        jobs = claim(runtime, limit=1, document_id=document_id)
        if not jobs:
            return
        posting = deliver(runtime, jobs[0])
        if posting is not None:
            yield posting


def claim(runtime: Runtime, *, limit: int, document_id: str | None = None) -> list[Job]:
    """Return letters that are due; nobody else gets them until the lease ends."""
    return runtime.mails.jobs.claim_some(
        now=runtime.clock.now(),
        lease=LEASE,
        limit=limit,
        kind=KIND,
        prefix=prefix(document_id) if document_id else "",
    )


def deliver(runtime: Runtime, job: Job) -> Posting | None:
    """Try a claimed job once, tell the trail and the log, and plan what comes next.

    Returns:
        What became of it; None if there is nothing to tell.
    """
    jobs = runtime.mails.jobs
    try:
        notice = notice_of(job)
        document = runtime.store.load(notice.document)
    except (KeyError, TypeError, ValueError):
        _LOG.warning("the job %s is damaged and was dropped", job.id)
        jobs.acknowledge(job)
        return None
    except NotFound:
        jobs.acknowledge(job)
        return None
    if _is_told(runtime, document, notice):
        jobs.acknowledge(job)  # we died between the record and this line
        return None
    number = job.attempts + 1
    handover = said_in(job) or _hand_over(runtime, document, notice)
    if handover is None:
        jobs.acknowledge(job)
        return None
    next_at = _next(runtime, handover, number)
    try:
        _record(runtime, notice, handover, is_final=next_at is None)
    except Exception:
        _keep(runtime, job, handover)
        raise
    posting = Posting(notice, number, runtime.clock.now(), handover, next_at)
    is_there = sent.close(
        runtime,
        jobs,
        job,
        document_id=notice.document,
        note=lambda: runtime.mails.log.add(posting),
        next_at=next_at,
    )
    return posting if is_there else None


def forget_old(runtime: Runtime) -> None:
    """Drop what the mail log has kept long enough."""
    runtime.mails.log.forget(now=runtime.clock.now(), older_than=_KEPT_FOR)


def _keep(runtime: Runtime, job: Job, handover: Handover) -> None:
    """Put off a letter of which only the record is missing.

    Where even that fails one that was taken is forgotten: nobody gets it every quarter of an hour
    because a disk is full.
    """
    jobs, later = runtime.mails.jobs, runtime.clock.now() + LEASE
    try:
        jobs.retry(having_said(job, handover), at=later, counts=False)
    except SygnError:
        if handover.outcome is Outcome.ACCEPTED:
            for one in (job, replace(job, due=moment.to_millisecond(later))):
                jobs.acknowledge(one)


def _hand_over(runtime: Runtime, document: Document, notice: Notice) -> Handover | None:
    """Return what became of a letter; None if its document was purged meanwhile."""
    mailer = runtime.mails.mailer
    if mailer.delivers:
        return _sent(runtime, document, notice)
    # Then the letter is a file, and a purge that comes later has to find it.
    with runtime.mails.jobs.held():
        if sent.is_gone(runtime, document.id):
            return None
        return _sent(runtime, document, notice)


def _sent(runtime: Runtime, document: Document, notice: Notice) -> Handover:
    is_late = notice.kind.brings_link and document.is_overdue(runtime.clock.now())
    if is_late or not notices.is_still_due(document, notice):
        return Handover(Outcome.DROPPED, "there was nothing left to do for the reader")
    try:
        letter = letters.write(runtime, document, notice)
    except WorkspaceUnusable as error:  # which says nothing about the letter
        return Handover(Outcome.LATER, error.message.rstrip("."))
    except SygnError as error:
        return Handover(Outcome.REFUSED, error.message.rstrip("."))
    return runtime.mails.mailer.send(letter)


def _next(runtime: Runtime, handover: Handover, number: int) -> datetime | None:
    if handover.outcome is not Outcome.LATER:
        return None
    chance = int.from_bytes(runtime.clock.entropy(2), "big") / 65535
    return next_attempt(number, now=runtime.clock.now(), chance=chance)


def _is_told(runtime: Runtime, document: Document, notice: Notice) -> bool:
    """Tell whether the trail says already that this very letter was taken."""
    signer = next((one for one in document.signers if one.id == notice.to), None)
    if not notice.kind.brings_link or signer is None or signer.mailed_at is None:
        return False
    return any(
        event.type is EventType.LINK_SENT and event.data.get("letter") == notice.id
        for event in runtime.store.trail(document.id)
    )


def _record(runtime: Runtime, notice: Notice, handover: Handover, *, is_final: bool) -> None:
    """Tell the trail how a signer's link went out, or that it cannot."""
    if not notice.kind.brings_link or not is_final:
        return
    with contextlib.suppress(NotFound), runtime.store.exclusive(notice.document):
        document = runtime.store.load(notice.document)
        entry = _entry(document, notice, handover)
        if entry is not None:
            runtime.store.commit(document, entry, at=runtime.clock.now())


def _entry(document: Document, notice: Notice, handover: Handover) -> Entry | None:
    signer = document.signer(notice.to)
    if signer.email != notice.email:
        return None  # somebody else has taken their place meanwhile
    match handover.outcome:
        case Outcome.ACCEPTED:
            return sending.link_sent(document, signer, letter=notice.id, at_host=handover.words)
        case Outcome.LATER | Outcome.REFUSED:
            return sending.link_failed(document, signer, letter=notice.id, error=handover.words)
        case _:
            return None
