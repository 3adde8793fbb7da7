"""The lines of the workspace log: one for each event of each document, in the order of commits."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sygn_cli.domain.audit import canonical
from sygn_cli.domain.errors import Tampered
from sygn_cli.store import audit, durable, merkle

if TYPE_CHECKING:
    from pathlib import Path

_LONGEST_LINE: Final = 4096
_SHA256: Final = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Logged:
    """One entry: a document had this head after that event.

    Attributes:
        head: "" if it was forgotten because the document was purged.
        kept_leaf: Then the entry's leaf hash in hex. It keeps the tree as it was; a head would
            let anybody who knows the rest of a short event try out what it said of a person.
    """

    doc: str
    seq: int
    head: str
    kept_leaf: str = ""

    def line(self) -> bytes:
        """Return the canonical bytes, without the line feed.

        They are as long with the leaf hash as they were with the head.
        """
        if self.kept_leaf:
            return canonical({"doc": self.doc, "leaf": self.kept_leaf, "seq": self.seq})
        return canonical({"doc": self.doc, "head": self.head, "seq": self.seq})

    def leaf(self) -> bytes:
        """Return the hash of the entry in the tree."""
        return bytes.fromhex(self.kept_leaf) if self.kept_leaf else merkle.leaf(self.line())

    def forgotten(self) -> Logged:
        """Return the entry without its head."""
        return Logged(self.doc, self.seq, "", self.leaf().hex())


class Entries:
    """``log/entries.jsonl``, for reading.

    Attributes:
        entries: The file.
    """

    def __init__(self, folder: Path) -> None:
        self.entries = folder / "entries.jsonl"

    def size(self) -> int:
        """Return the length of the entries in bytes."""
        try:
            return self.entries.stat().st_size
        except FileNotFoundError:
            return 0

    def read(self, *, start: int) -> tuple[list[Logged], int]:
        """Return the entries behind a place in bytes, and the place behind them.

        Raises:
            Tampered: No line starts at that place.
        """
        try:
            with self.entries.open("rb") as file:
                if start:
                    file.seek(start - 1)
                    if file.read(1) != b"\n":
                        raise Tampered("The workspace log became another one.")
                committed, _ = audit.split(file.read())
        except FileNotFoundError:
            committed = b""
        return [entry(line) for line in audit.lines(committed)], start + len(committed)

    def line_start(self, place: int) -> int:
        """Return the start of the line that a place in bytes is in, or the end if it is behind."""
        try:
            with self.entries.open("rb") as file:
                start = max(0, place - _LONGEST_LINE)
                file.seek(start)
                return start + file.read(place - start).rfind(b"\n") + 1
        except FileNotFoundError:
            return 0

    def lines(self) -> list[bytes]:
        """Return all complete lines, without their line feeds."""
        try:
            return audit.lines(audit.split(durable.read(self.entries))[0])
        except FileNotFoundError:
            return []


def leaf(line: bytes) -> bytes:
    """Return the hash of a line in the tree; its own, or the one that it keeps.

    Raises:
        Tampered: It keeps one and is not what sygn writes.
    """
    return entry(line).leaf() if b',"leaf":' in line else merkle.leaf(line)


def entry(line: bytes) -> Logged:
    """Return the entry of one line.

    Raises:
        Tampered: It is none.
    """
    try:
        data: dict[str, Any] = json.loads(line)
        kept = data.get("leaf", "")
        found = Logged(data["doc"], data["seq"], "" if kept else data["head"], kept)
        canonical_line = found.line() if not kept or _SHA256.fullmatch(kept) else b""
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Tampered("A line of the workspace log is not what sygn writes.") from error
    if canonical_line != line:
        raise Tampered("A line of the workspace log is not canonical JSON.")
    return found
