"""What mail needs from outside, as shapes; and all of it in one value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime, timedelta

    from sygn_cli.domain.mail import Handover, Letter, Posting
    from sygn_cli.services.webhook_ports import Jobs


class Mailer(Protocol):
    """Somebody who takes letters."""

    @property
    def delivers(self) -> bool:
        """Whether letters leave for their readers; if not they are only kept in files."""
        ...

    def send(self, letter: Letter) -> Handover:
        """Hand a letter over, once; what went wrong is part of the answer, never raised.

        ``ACCEPTED`` is said only after the server has said so. An answer that was lost counts as
        ``LATER``: the letter may arrive twice, under one ``Message-ID``.
        """
        ...

    def check(self) -> str:
        """Log in, send nothing, and say whom one reached.

        Raises:
            NetworkFailed: The server cannot be reached or used.
        """
        ...


class MailLog(Protocol):
    """What became of letters."""

    def add(self, posting: Posting) -> None:
        """Write a try down."""
        ...

    def newest(self) -> Iterator[Posting]:
        """Yield all tries, the newest first."""
        ...

    def forget(self, *, now: datetime, older_than: timedelta) -> int:
        """Forget tries of days that are long gone; return how many days."""
        ...


@dataclass(frozen=True, slots=True)
class Mails:
    """The implementations that one process works with."""

    mailer: Mailer
    log: MailLog
    jobs: Jobs
