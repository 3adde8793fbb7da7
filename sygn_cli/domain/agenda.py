"""When an open document has to be looked at although nobody asks for it.

Which of a hundred thousand documents are due must be told without reading them, so what decides that
is little enough to be kept in an index. Being due promises nothing: who looks decides what is to be done.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from sygn_cli.domain import reminders

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sygn_cli.domain.document import Document


@dataclass(frozen=True, slots=True)
class Appointment:
    """The next thing that comes of itself.

    Attributes:
        at: The deadline; a moment long ago for what everyone has signed and nobody has sealed.
        reminded_at: When signers were reminded last.
    """

    at: datetime
    reminded_at: datetime | None = None

    def is_due(self, *, days: Sequence[int], now: datetime) -> bool:
        """Tell whether to look at the document now.

        Args:
            days: Before the deadline, on which signers are reminded.
            now: The present moment.
        """
        if self.at <= now:
            return True
        return reminders.fell_due(self.at, self.reminded_at, days=days, now=now) is not None


AT_ONCE: Final = Appointment(datetime.min.replace(tzinfo=UTC))


def appointment(document: Document) -> Appointment | None:
    """Return what comes of itself, None if nothing does."""
    if document.awaits_seal:
        return AT_ONCE
    if not document.status.is_open or document.expires_at is None:
        return None
    return Appointment(document.expires_at, document.reminded_at)


def horizon(*, days: Sequence[int], now: datetime) -> datetime:
    """Return the moment behind which no appointment is due yet."""
    return now + timedelta(days=max(days, default=0))
