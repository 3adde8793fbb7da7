"""What was delivered to webhooks: one line per attempt, one file per day.

The log is for people and for sending things again. Losing its last lines in a power cut costs a
second delivery at most, so lines are not flushed one by one.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from sygn_cli.domain import moment
from sygn_cli.domain.webhook import Attempt
from sygn_cli.store import durable, trouble, webhooks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime, timedelta
    from pathlib import Path

_NAME: Final = re.compile(r"(\d{4}-\d{2}-\d{2})\.jsonl")


class DeliveryLog:
    """The folder of delivery logs; any number of processes may write to it at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, attempt: Attempt) -> None:
        """Write an attempt down.

        Raises:
            WorkspaceUnusable: It could not be written.
        """
        path = self._folder / f"{moment.to_wire(attempt.at)[:10]}.jsonl"
        with trouble.guarded(path):
            if not self._folder.is_dir():
                durable.make_folder(self._folder)
            durable.add_line(path, _serialise(attempt))

    def newest(self) -> Iterator[Attempt]:
        """Yield all attempts, the newest first; lines that were damaged are left out."""
        for name in reversed(self._names()):
            try:
                lines = durable.read(self._folder / name).splitlines()
            except FileNotFoundError:
                continue
            for line in reversed(lines):
                attempt = _parse(line)
                if attempt is not None:
                    yield attempt

    def forget(self, *, now: datetime, older_than: timedelta) -> int:
        """Remove the files of days that are long gone; return how many.

        Raises:
            WorkspaceUnusable: They cannot be removed.
        """
        first = moment.to_wire(now - older_than)[:10]
        old = [name for name in self._names() if name[:10] < first]
        with trouble.guarded(self._folder):
            for name in old:
                durable.remove(self._folder / name)
        return len(old)

    def _names(self) -> list[str]:
        try:
            names = sorted(one.name for one in self._folder.iterdir())
        except FileNotFoundError:
            return []
        return [name for name in names if _NAME.fullmatch(name)]


def _serialise(attempt: Attempt) -> bytes:
    data = {
        "delivery": attempt.delivery,
        "endpoint": attempt.endpoint,
        **webhooks.message_to_json(attempt.message),
        "number": attempt.number,
        "at": moment.to_wire(attempt.at),
        "status": attempt.status,
        "ms": attempt.milliseconds,
        "error": attempt.error,
        "head": attempt.head,
        "next_at": None if attempt.next_at is None else moment.to_wire(attempt.next_at),
    }
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def _parse(line: bytes) -> Attempt | None:
    try:
        data: dict[str, Any] = json.loads(line)
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
