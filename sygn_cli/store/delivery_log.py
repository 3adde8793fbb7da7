"""What was delivered to webhooks: one line per attempt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sygn_cli.domain import moment
from sygn_cli.domain.webhook import Attempt
from sygn_cli.store import webhooks
from sygn_cli.store.daily_lines import DailyLines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime, timedelta
    from pathlib import Path


class DeliveryLog:
    """The folder of delivery logs; any number of processes may write to it at once."""

    def __init__(self, folder: Path) -> None:
        self._lines = DailyLines(folder)

    def add(self, attempt: Attempt) -> None:
        """Write an attempt down.

        Raises:
            WorkspaceUnusable: It could not be written.
        """
        self._lines.add(_to_json(attempt), at=attempt.at)

    def newest(self) -> Iterator[Attempt]:
        """Yield all attempts, the newest first; lines that were damaged are left out."""
        for data in self._lines.newest():
            attempt = _from_json(data)
            if attempt is not None:
                yield attempt

    def forget(self, *, now: datetime, older_than: timedelta) -> int:
        """Remove the files of days that are long gone; return how many.

        Raises:
            WorkspaceUnusable: They cannot be removed.
        """
        return self._lines.forget(now=now, older_than=older_than)


def _to_json(attempt: Attempt) -> dict[str, object]:
    return {
        "delivery": attempt.delivery,
        "endpoint": attempt.endpoint,
        **webhooks.message_to_json(attempt.message),
        "number": attempt.number,
        "at": moment.to_wire(attempt.at),
        "status": attempt.status,
        "ms": attempt.milliseconds,
        "error": attempt.error,
        "head": attempt.head,
        "next_at": moment.to_wire_if(attempt.next_at),
    }


def _from_json(data: Any) -> Attempt | None:  # noqa: ANN401 - what json.loads gives
    try:
        next_at = data["next_at"]
        return Attempt(
            delivery=data["delivery"],
            endpoint=data["endpoint"],
            message=webhooks.message_from_json(data),
            number=data["number"],
            at=moment.from_wire(data["at"]),
            status=data["status"],
            milliseconds=data["ms"],
            error=data["error"],
            head=data["head"],
            next_at=None if next_at is None else moment.from_wire(next_at),
        )
    except (ValueError, KeyError, TypeError):
        return None
