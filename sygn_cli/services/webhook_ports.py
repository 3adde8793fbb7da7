"""What webhooks need from outside, as shapes; and all of it in one value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime, timedelta

    from sygn_cli.domain.webhook import Answer, Attempt, Endpoint
    from sygn_cli.store.outbox import Job


class Endpoints(Protocol):
    """Who wants to be told."""

    def all(self) -> list[Endpoint]:
        """Return all endpoints, the oldest first."""
        ...

    def get(self, endpoint_id: str) -> Endpoint:
        """Return an endpoint.

        Raises:
            NotFound: There is none.
        """
        ...

    def add(self, endpoint: Endpoint) -> None:
        """Store a new endpoint; durable on return."""
        ...

    def change(self, endpoint_id: str, decide: Callable[[Endpoint], Endpoint]) -> Endpoint:
        """Put what ``decide`` makes of an endpoint in its place; nobody comes in between.

        Raises:
            NotFound: There is none.
        """
        ...

    def remove(self, endpoint_id: str) -> None:
        """Forget an endpoint.

        Raises:
            NotFound: There is none.
        """
        ...


class DeliveryLog(Protocol):
    """What was delivered, and what was not."""

    def add(self, attempt: Attempt) -> None:
        """Write an attempt down."""
        ...

    def newest(self) -> Iterator[Attempt]:
        """Yield all attempts, the newest first."""
        ...

    def forget(self, *, now: datetime, older_than: timedelta) -> int:
        """Forget attempts of days that are long gone; return how many days."""
        ...


class Jobs(Protocol):
    """What is to be done after commits, at least once."""

    def put(self, jobs: Sequence[Job], *, again: bool = False) -> None:
        """Store jobs; with ``again`` those that are there already stay as they are."""
        ...

    def claim_some(
        self,
        *,
        now: datetime,
        lease: timedelta,
        limit: int,
        kind: str | None = None,
        prefix: str = "",
    ) -> list[Job]:
        """Return jobs of a kind that are due; they are due again when the lease ends.

        With a prefix only those whose ids begin with it.
        """
        ...

    def acknowledge(self, job: Job) -> None:
        """Forget a job that is done."""
        ...

    def retry(self, job: Job, *, at: datetime, counts: bool = True) -> Job:
        """Put a job off, one attempt older if this counts."""
        ...

    def held(self) -> AbstractContextManager[None]:
        """Keep a purge waiting until the block ends; no document is locked in it."""
        ...

    def pending(self) -> Iterator[Job]:
        """Yield all jobs, the earliest first."""
        ...


class Http(Protocol):
    """Requests to URLs that others wrote."""

    def post(
        self, url: str, body: bytes, headers: Mapping[str, str], *, allow_private: bool
    ) -> Answer:
        """Send a body, and return the answer whatever its status.

        Raises:
            InvalidRequest: It is no URL that sygn sends to.
            NetworkFailed: There was no answer, or the address is not allowed.
        """
        ...

    def fetch(self, url: str, *, most: int, allow_private: bool = False) -> bytes:
        """Return what lies at a URL, at most so many bytes.

        Raises:
            InvalidRequest: It is no URL that sygn reads from, or the file is larger.
            NetworkFailed: It could not be had.
        """
        ...


@dataclass(frozen=True, slots=True)
class Webhooks:
    """The implementations that one process works with."""

    endpoints: Endpoints
    log: DeliveryLog
    jobs: Jobs
    http: Http
