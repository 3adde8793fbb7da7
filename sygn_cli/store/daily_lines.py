"""Logs of what was sent: one JSON object a line, one file per day.

They are for people and for sending things again. Losing the last lines in a power cut costs a second
delivery at most, so lines are not flushed one by one.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from sygn_cli.domain import moment
from sygn_cli.store import durable, trouble

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime, timedelta
    from pathlib import Path

_NAME: Final = re.compile(r"(\d{4}-\d{2}-\d{2})\.jsonl")


class DailyLines:
    """A folder of such files; any number of processes may write to it at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, data: Mapping[str, object], *, at: datetime) -> None:
        """Write a line into the file of that day.

        Raises:
            WorkspaceUnusable: It could not be written.
        """
        path = self._folder / f"{moment.to_wire(at)[:10]}.jsonl"
        with trouble.guarded(path):
            if not self._folder.is_dir():
                durable.make_folder(self._folder)
            line = json.dumps(dict(data), ensure_ascii=False, separators=(",", ":"))
            durable.add_line(path, line.encode())

    def newest(self) -> Iterator[Any]:
        """Yield what was written, the newest first; lines that were damaged are left out."""
        for name in reversed(self._names()):
            try:
                lines = durable.read(self._folder / name).splitlines()
            except FileNotFoundError:
                continue
            for line in reversed(lines):
                try:
                    yield json.loads(line)
                except ValueError:
                    continue

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
        return [name for name in durable.names(self._folder) if _NAME.fullmatch(name)]
