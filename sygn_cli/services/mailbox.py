"""Looking after letters: what became of each, sending one again, trying the mail server out."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Final

from sygn_cli.domain import ids
from sygn_cli.domain.errors import InvalidRequest, NotFound
from sygn_cli.domain.mail import Handover, Letter, Mailbox, Outcome, Posting, prefix
from sygn_cli.languages import translator
from sygn_cli.services import letters, mail_render
from sygn_cli.services.mail_render import Paragraph
from sygn_cli.services.mail_words import t
from sygn_cli.store.mails import KIND, job_for, notice_of, said_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sygn_cli.services.runtime import Runtime
    from sygn_cli.store.outbox import Job

_WAITING: Final = Handover(Outcome.LATER, "it has not been tried yet")


def newest(
    runtime: Runtime, *, document_id: str = "", failed: bool = False, limit: int = 50
) -> list[Posting]:
    """Return where letters stand, the newest first, each once.

    Args:
        runtime: Where to look.
        document_id: Only letters about this document; "" for all.
        failed: Only those that nobody got and nobody will.
        limit: At most so many.
    """
    wanted = (
        one
        for one in _latest(runtime)
        if (not document_id or one.notice.document == document_id)
        and (not failed or one.has_failed)
    )
    return list(islice(wanted, limit))


def _latest(runtime: Runtime) -> Iterator[Posting]:
    """Yield the last try of each letter; before those, letters that were not tried yet."""
    waiting = _waiting(runtime)
    for notice_id in reversed([name for name, job in waiting.items() if not job.attempts]):
        job = waiting[notice_id]
        handover = said_in(job) or _WAITING
        yield Posting(notice_of(job), 0, job.due, handover, next_at=job.due)
    seen = {name for name, job in waiting.items() if not job.attempts}
    for posting in runtime.mails.log.newest():
        if posting.notice.id not in seen:
            seen.add(posting.notice.id)
            yield posting


def _waiting(runtime: Runtime) -> dict[str, Job]:
    return {job.id: job for job in runtime.mails.jobs.pending() if job.kind == KIND}


def waiting(runtime: Runtime, document_id: str) -> int:
    """Return how many letters about a document are still to be taken."""
    return sum(name.startswith(prefix(document_id)) for name in _waiting(runtime))


def retry(runtime: Runtime, letter_id: str) -> Posting:
    """Make a letter due now, whatever became of it; it keeps its ``Message-ID``.

    Raises:
        NotFound: There is no such letter, or several begin like that.
        InvalidRequest: It was taken already.
    """
    found = [one for one in _latest(runtime) if one.notice.id.startswith(letter_id)]
    if len(found) != 1:
        raise NotFound(
            f"There is no single letter {letter_id!r}.", hint="Look with: sygn mail list"
        )
    (posting,) = found
    if posting.handover.outcome is Outcome.ACCEPTED:
        raise InvalidRequest(
            f"The letter to {posting.notice.email} was taken already.",
            hint=f"Remind them with: sygn remind {posting.notice.document}",
        )
    _make_due(runtime, posting)
    return posting


def retry_failed(runtime: Runtime) -> list[Posting]:
    """Make all letters due now that were given up."""
    again = [one for one in _latest(runtime) if one.has_failed]
    for posting in again:
        _make_due(runtime, posting)
    return again


def _make_due(runtime: Runtime, posting: Posting) -> None:
    now, jobs = runtime.clock.now(), runtime.mails.jobs
    job = _waiting(runtime).get(posting.notice.id)
    if job is None:
        jobs.put([replace(job_for(posting.notice), due=now)], again=True)
    else:
        jobs.retry(job, at=now)


def try_out(runtime: Runtime, address: str) -> Handover:
    """Send somebody a letter that only says that mail works.

    Raises:
        InvalidRequest: That is no address.
    """
    to, words, now = Mailbox.parse(address), translator(), runtime.clock.now()
    name = runtime.settings.organisation
    blocks = [
        Paragraph(t("This is a test of the mail settings of {name}.", name=name)),
        Paragraph(t("If you can read it, letters to signers arrive as well.")),
    ]
    subject = mail_render.line(t("A test by {name}", name=name), words)
    number = ids.ulid(now, runtime.clock.entropy(ids.ENTROPY_BYTES))
    letter = Letter(
        id=f"mail_test_{number}",
        thread=f"mail_test_{number}",
        at=now,
        sender=letters.sender(runtime),
        to=to,
        subject=subject,
        text=mail_render.plain(blocks, words),
        html=mail_render.page(blocks, title=subject, words=words),
        locale=words.tag,
        reply_to=letters.owner(runtime),
    )
    return runtime.mails.mailer.send(letter)


def as_json(posting: Posting) -> dict[str, object]:
    """Return what became of a letter, as ``--json`` shows it."""
    from sygn_cli.domain.moment import to_wire  # noqa: PLC0415 - beside its only use

    return {
        "id": posting.notice.id,
        "document": posting.notice.document,
        "mail": str(posting.notice.kind),
        "to": posting.notice.to,
        "email": posting.notice.email,
        "outcome": str(posting.handover.outcome),
        "words": posting.handover.words,
        "attempt": posting.number,
        "at": to_wire(posting.at),
        "next_at": None if posting.next_at is None else to_wire(posting.next_at),
        "failed": posting.has_failed,
    }
