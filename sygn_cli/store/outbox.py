"""Jobs that follow from committed events: mails and webhooks, one file each, done at least once.

A file's name starts with the moment at which the job is due, so taking a job is renaming it to a
later moment: of any number that try one succeeds, and if it dies the job is due again.
"""

from __future__ import annotations

import contextlib
import json
import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sygn_cli.domain import moment
from sygn_cli.store import durable, locks, trouble

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

_NAME: Final = re.compile(r"(\d{8}T\d{9}Z)_([A-Za-z0-9._-]{1,150})\.json")
_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,150}")
_MOMENT: Final = "%Y%m%dT%H%M%S%f"
_LENGTH: Final = len("20261121T090000123Z")
# Nothing is put off for longer than 24 hours and a fifth, nor leased: what is due after that was
# planned by a clock that was ahead, and would wait until the right one comes to it.
_FARTHEST: Final = timedelta(hours=30)


@dataclass(frozen=True, slots=True)
class Job:
    """Something to be done after a commit.

    Attributes:
        id: The same whenever it is derived from the same event; receivers may rely on it.
        kind: Who does it, for example ``webhook`` or ``mail``.
        due: Not before this moment.
        payload: What the doer needs; JSON.
        attempts: How often it was tried.
    """

    id: str
    kind: str
    due: datetime
    payload: Mapping[str, Any]
    attempts: int = 0

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id):
            raise ValueError(f"not a job id: {self.id!r}")


class Outbox:
    """The folder of jobs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, jobs: Sequence[Job], *, again: bool = False) -> None:
        """Store jobs; durable on return.

        Args:
            again: They may be there already, under another moment: leave those as they are.

        Raises:
            OSError: They could not be written.
        """
        present = {job_id for _, job_id in self._files()} if again and jobs else set()
        for job in jobs:
            if job.id not in present:
                durable.place_if_absent(self._path(job), _serialise(job))
        if jobs:
            # Once for all of them; whoever put those that are present may have died before this.
            durable.sync_folder(self._folder)

    def claim(self, *, now: datetime, lease: timedelta) -> Job | None:
        """Return the job that is due longest, now due again when the lease ends; None if none is.

        Raises:
            WorkspaceUnusable: The outbox cannot be read or written.
        """
        return next(iter(self.claim_some(now=now, lease=lease, limit=1)), None)

    def claim_some(
        self,
        *,
        now: datetime,
        lease: timedelta,
        limit: int,
        kind: str | None = None,
        prefix: str = "",
    ) -> list[Job]:
        """Return up to ``limit`` jobs as :func:`claim` does, for one look at the folder.

        Args:
            now: The present moment.
            lease: How long nobody else gets them.
            limit: At most so many.
            kind: Only jobs of this kind; None for any.
            prefix: Only jobs whose ids begin with this.

        Raises:
            WorkspaceUnusable: The outbox cannot be read or written.
        """
        claimed: list[Job] = []
        with trouble.guarded(self._folder):
            for name, job_id in self._due(now):
                if len(claimed) == limit:
                    break
                if not job_id.startswith(prefix):
                    continue
                job = self._claim(self._folder / name, kind, until=now + lease)
                if job is not None:
                    claimed.append(job)
        return claimed

    def acknowledge(self, job: Job) -> None:
        """Forget a job that was claimed and is done; no error if its lease ended meanwhile."""
        with trouble.guarded(self._folder):
            durable.remove(self._path(job))

    def retry(self, job: Job, *, at: datetime, counts: bool = True) -> Job:
        """Put a claimed job off, one attempt older if this counts; return it as it is now."""
        due, attempts = moment.to_millisecond(at), job.attempts + counts
        later = replace(job, due=due, attempts=attempts)
        with trouble.guarded(self._folder):
            try:
                # First the name, then the content: there is never a second file for the job.
                durable.move(self._path(job), self._path(later))
            except FileNotFoundError:  # the lease ended and somebody else has it
                return later
            durable.replace(self._path(later), _serialise(later))
        return later

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Keep a purge waiting until the block ends, in which a document was found to be there.

        Nobody waits for a document's lock in the block: who holds one may wait for this.

        Raises:
            WorkspaceUnusable: The outbox cannot be locked.
        """
        with locks.hold(self._folder / ".lock"):
            yield

    def pending(self) -> Iterator[Job]:
        """Yield all jobs, the earliest first."""
        for name, _ in self._files():
            job = _load(self._folder / name)
            if job is not None:
                yield job

    def _due(self, now: datetime) -> list[tuple[str, str]]:
        """Return the files of jobs that are due, and after them those that are due too late."""
        files = self._files()
        first, last = (
            bisect_right(files, _stamp(at), key=lambda file: file[0][:_LENGTH])
            for at in (now, now + _FARTHEST)
        )
        return files[:first] + files[last:]

    def _claim(self, path: Path, kind: str | None, *, until: datetime) -> Job | None:
        job = _load(path)
        if job is None or kind not in {None, job.kind}:
            return None
        claimed = replace(job, due=moment.to_millisecond(until))
        try:
            durable.move(path, self._path(claimed))
        except FileNotFoundError:  # somebody else was faster
            return None
        return claimed

    def _path(self, job: Job) -> Path:
        return self._folder / f"{_stamp(job.due)}_{job.id}.json"

    def _files(self) -> list[tuple[str, str]]:
        names = durable.names(self._folder)
        return [(name, found[2]) for name in names if (found := _NAME.fullmatch(name))]


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime(_MOMENT)[:-3] + "Z"


def _serialise(job: Job) -> bytes:
    data = {
        "id": job.id,
        "kind": job.kind,
        "payload": dict(job.payload),
        "attempts": job.attempts,
    }
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _load(path: Path) -> Job | None:
    """Return the job of a file; None if it is gone or was damaged from outside."""
    found = _NAME.fullmatch(path.name)
    try:
        data: dict[str, Any] = json.loads(durable.read(path))
        due = (
            datetime.strptime(found[1][:-1] + "000", _MOMENT).replace(tzinfo=UTC)
            if found
            else None
        )
        if due is None:
            return None
        return Job(data["id"], data["kind"], due, data["payload"], data["attempts"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
