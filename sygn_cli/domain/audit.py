"""The audit trail: one canonical line per event, each line holding the hash of the one before.

A line is RFC 8785 (JCS) bytes and a line feed. Its hash is SHA-256(0x00 || line without LF), the
leaf hash of RFC 6962, so that the same hash serves the chain and the workspace's Merkle log.
Numbers are integers only: floats print differently in different languages.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, TypeAlias

import rfc8785

from sygn_cli.domain import moment
from sygn_cli.domain.errors import Tampered
from sygn_cli.domain.stated import stated

Json: TypeAlias = Mapping[str, object]
NO_EVENT: Final = "0" * 64
_VERSION: Final = 1
_KEYS: Final = frozenset({"actor", "data", "doc", "prev", "seq", "ts", "type", "v"})
_LARGEST_INTEGER: Final = 2**53 - 1  # RFC 8785, 3.2.2.3, by way of I-JSON (RFC 7493, 2.2)


class EventType(StrEnum):
    """What can happen to a document."""

    CREATED = "created"
    DRAFT_CHANGED = "draft.changed"
    SENT = "sent"
    LINK_SENT = "link.sent"
    LINK_FAILED = "link.failed"
    LINK_REVEALED = "link.revealed"
    LINK_ROTATED = "link.rotated"
    VIEWED = "viewed"
    IDENTITY_CHALLENGED = "identity.challenged"
    IDENTITY_VERIFIED = "identity.verified"
    IDENTITY_FAILED = "identity.failed"
    IDENTITY_LOCKED = "identity.locked"
    IDENTITY_UNLOCKED = "identity.unlocked"
    CONSENT_GIVEN = "consent.given"
    SIGNED = "signed"
    DECLINED = "declined"
    DELEGATED = "delegated"
    ASKED = "asked"
    DEADLINE_CHANGED = "deadline.changed"
    REMINDED = "reminded"
    VOIDED = "voided"
    EXPIRED = "expired"
    SEAL_FAILED = "seal.failed"
    SEALED = "sealed"
    COMPLETED = "completed"
    DOWNLOADED = "downloaded"
    RECOVERED = "recovered"
    PURGED = "purged"  # in no trail: it stands in the place of one


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened, before it has its place in the trail.

    Attributes:
        actor: Who: ``{"kind": "operator"}``, ``{"kind": "signer", "id": "s1"}``,
            ``{"kind": "system"}``.
        data: What, by the type's own keys; JSON without floats.
        attachments: Bytes that the data refers to by SHA-256; kept as blobs.
    """

    type: EventType
    actor: Json
    data: Json
    attachments: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a trail."""

    type: EventType
    doc: str
    seq: int
    at: datetime
    actor: Json
    data: Json
    prev: str

    @property
    def by_clock(self) -> datetime:
        """What the clock showed: before ``at`` where it had gone back."""
        back = self.data.get("clock_back_ms")
        if not isinstance(back, int):
            return self.at
        try:
            return self.at - timedelta(milliseconds=back)
        except OverflowError:
            return self.at

    def line(self) -> bytes:
        """Return the canonical bytes, without the line feed."""
        return canonical(
            {
                "actor": dict(self.actor),
                "data": dict(self.data),
                "doc": self.doc,
                "prev": self.prev,
                "seq": self.seq,
                "ts": moment.to_wire(self.at),
                "type": str(self.type),
                "v": _VERSION,
            }
        )

    def hash(self) -> str:
        """Return the hash that the next line carries as ``prev``."""
        return line_hash(self.line())


def line_hash(line: bytes) -> str:
    """Return SHA-256(0x00 || line) in hex (RFC 6962, 2.1: leaf hash)."""
    return hashlib.sha256(b"\x00" + line).hexdigest()


def sha256(content: bytes) -> str:
    """Return the plain SHA-256 in hex, as ``sha256sum`` prints it."""
    return hashlib.sha256(content).hexdigest()


def canonical(value: Json) -> bytes:
    """Return RFC 8785 bytes of a JSON object without floats."""
    plain: Any = dict(value)  # rfc8785 types its argument narrower than JSON is
    return rfc8785.dumps(plain)


def chain(entry: Entry, *, doc: str, after: Event | None, at: datetime) -> Event:
    """Return the entry as the next event of a trail.

    Time never runs backwards inside a trail: an event is not earlier than the one before, and
    carries how far the clock had gone back.
    """
    at = moment.to_millisecond(at)
    data = dict(entry.data)
    if after is not None and at < after.at:
        data["clock_back_ms"] = (after.at - at) // timedelta(milliseconds=1)
        at = after.at
    return Event(
        type=entry.type,
        doc=doc,
        seq=0 if after is None else after.seq + 1,
        at=at,
        actor=entry.actor,
        data=data,
        prev=NO_EVENT if after is None else after.hash(),
    )


def parse(line: bytes) -> Event:
    """Return the event of one line, without its line feed.

    Raises:
        Tampered: The line is not canonical or not an event.
    """
    try:
        return _event(line)
    except (ValueError, TypeError, RecursionError, OverflowError) as error:
        raise Tampered(
            stated("A line of the audit trail is not what sygn writes: {error}.", error=str(error))
        ) from error


def _event(line: bytes) -> Event:
    data = json.loads(line, parse_float=_no_float, parse_constant=_no_float)
    if not isinstance(data, dict) or data.keys() != _KEYS or data["v"] != _VERSION:
        raise ValueError("not an event of version 1")
    event = Event(
        type=EventType(data["type"]),
        doc=_text(data["doc"]),
        seq=_integer(data["seq"]),
        at=moment.from_wire(_text(data["ts"])),
        actor=_object(data["actor"]),
        data=_object(data["data"]),
        prev=_text(data["prev"]),
    )
    if event.line() != line:
        raise ValueError("not canonical JSON")
    return event


def verify(lines: Iterable[bytes], *, doc: str | None = None) -> Iterator[Event]:
    """Yield the events of a trail, each checked against the one before.

    Args:
        lines: Lines without line feeds, from the first.
        doc: The document that all of them must be about; None takes that of the first.

    Raises:
        Tampered: A line is changed, missing, doubled, out of order or from another document.
    """
    head = NO_EVENT
    for seq, line in enumerate(lines):
        event = parse(line)
        if doc is None:
            doc = event.doc
        if event.seq != seq or event.prev != head or event.doc != doc:
            raise Tampered(stated("The audit trail is broken at event {seq}.", seq=seq))
        head = line_hash(line)
        yield event


def _no_float(_: str) -> float:
    raise ValueError("a number that is not whole")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a text is missing")
    return value


def _integer(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _LARGEST_INTEGER:
        raise ValueError("a count is missing")
    return value


def _object(value: object) -> Json:
    if not isinstance(value, dict):
        raise TypeError("an object is missing")
    return value
