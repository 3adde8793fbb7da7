"""Letters on their way as jobs, and the log of what became of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from sygn_cli.domain import moment
from sygn_cli.domain.mail import Handover, MailKind, Notice, Outcome, Posting
from sygn_cli.domain.notices import notices
from sygn_cli.store.daily_lines import DailyLines
from sygn_cli.store.outbox import Job

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime, timedelta
    from pathlib import Path

    from sygn_cli.domain.audit import Event
    from sygn_cli.domain.document import Document

KIND: Final = "mail"
_SAID: Final = "said"


def jobs_for(document: Document, event: Event, *, owner: str) -> list[Job]:
    """Return a job for each person who is to be told of a committed event.

    They are due by the clock that was right at last, whatever it showed before.
    """
    told = notices(document, event, owner=owner)
    return [replace(job_for(one), due=event.by_clock) for one in told]


def job_for(notice: Notice) -> Job:
    """Return the job that tells somebody; due when the event happened.

    It holds no link and no code: those are made when the letter is written.
    """
    return Job(id=notice.id, kind=KIND, due=notice.at, payload=_notice_to_json(notice))


def notice_of(job: Job) -> Notice:
    """Return the notice that :func:`job_for` wrote down.

    Raises:
        KeyError, TypeError, ValueError: It did not.
    """
    return _notice_from_json(job.payload)


def said_in(job: Job) -> Handover | None:
    """Return what :func:`having_said` wrote down; None if nothing was."""
    match job.payload.get(_SAID):
        case [str(outcome), str(words)] if outcome in {str(one) for one in Outcome}:
            return Handover(Outcome(outcome), words)
    return None


def having_said(job: Job, handover: Handover) -> Job:
    """Return a job that tells what became of its letter, of which only the trail does not know."""
    said = [str(handover.outcome), handover.words]
    return replace(job, payload={**job.payload, _SAID: said})


class MailLog:
    """The folder of mail logs; any number of processes may write to it at once."""

    def __init__(self, folder: Path) -> None:
        self._lines = DailyLines(folder)

    def add(self, posting: Posting) -> None:
        """Write a try down.

        Raises:
            WorkspaceUnusable: It could not be written.
        """
        self._lines.add(
            {
                **_notice_to_json(posting.notice),
                "number": posting.number,
                "at": moment.to_wire(posting.at),
                "outcome": str(posting.handover.outcome),
                "words": posting.handover.words,
                "next_at": moment.to_wire_if(posting.next_at),
            },
            at=posting.at,
        )

    def newest(self) -> Iterator[Posting]:
        """Yield all tries, the newest first; lines that were damaged are left out."""
        for data in self._lines.newest():
            posting = _posting(data)
            if posting is not None:
                yield posting

    def forget(self, *, now: datetime, older_than: timedelta) -> int:
        """Remove the files of days that are long gone; return how many.

        Raises:
            WorkspaceUnusable: They cannot be removed.
        """
        return self._lines.forget(now=now, older_than=older_than)


def _posting(data: Any) -> Posting | None:  # noqa: ANN401 - what json.loads gives
    try:
        next_at = data["next_at"]
        return Posting(
            notice=_notice_from_json(data),
            number=data["number"],
            at=moment.from_wire(data["at"]),
            handover=Handover(Outcome(data["outcome"]), data["words"]),
            next_at=None if next_at is None else moment.from_wire(next_at),
        )
    except (ValueError, KeyError, TypeError):
        return None


def _notice_to_json(notice: Notice) -> dict[str, object]:
    return {
        "document": notice.document,
        "seq": notice.seq,
        "event_at": moment.to_wire(notice.at),
        "mail": str(notice.kind),
        "to": notice.to,
        "email": notice.email,
    }


def _notice_from_json(data: Any) -> Notice:  # noqa: ANN401 - what json.loads gives
    return Notice(
        document=data["document"],
        seq=data["seq"],
        at=moment.from_wire(data["event_at"]),
        kind=MailKind(data["mail"]),
        to=data["to"],
        email=data["email"],
    )
