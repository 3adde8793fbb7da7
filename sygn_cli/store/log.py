"""The workspace log: one line for each event of each document, in the order they were committed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sygn_cli.domain.audit import Event, canonical
from sygn_cli.store import audit, durable, locks

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class WorkspaceLog:
    """The files of ``log/``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def entries(self) -> Path:
        """The lines."""
        return self._folder / "entries.jsonl"

    def append(self, events: Sequence[Event], *, again: bool = False) -> None:
        """Add events of one document, in their order; durable on return.

        Args:
            again: Some may be there already.
        """
        with locks.hold(self._folder / ".lock"):
            if again and events:
                known = self.heads(events[0].doc)
                events = [event for event in events if event.seq not in known]
            if not events:
                return
            if not self.entries.exists():
                durable.put_if_absent(self.entries, b"")
            content = durable.read(self.entries)
            size = len(audit.split(content)[0])
            durable.append(self.entries, b"".join(map(_line, events)), at=size)

    def heads(self, document_id: str) -> dict[int, str]:
        """Return the logged heads of a document by event number."""
        try:
            content = durable.read(self.entries)
        except FileNotFoundError:
            return {}
        wanted = f'"{document_id}"'.encode()
        found = (
            json.loads(line) for line in audit.lines(audit.split(content)[0]) if wanted in line
        )
        return {one["seq"]: one["head"] for one in found}


def _line(event: Event) -> bytes:
    return canonical({"doc": event.doc, "head": event.hash(), "seq": event.seq}) + b"\n"
