"""How long documents are kept, and what is left of one that was purged.

The personal data of a document lie in its trail, its files and its marks; all of them go. What
stays is one event in the place of the trail: that there was a document, how it ended, when each
event happened, and the hash under which the workspace log holds it. With that the log still
verifies, and whoever holds a sealed file or an exported trail can still show that it was logged.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sygn_cli.domain import audit, moment
from sygn_cli.domain.audit import Entry, Event, EventType
from sygn_cli.domain.document import DocumentStatus
from sygn_cli.domain.errors import InvalidRequest, Purged, Tampered

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from sygn_cli.domain.audit import Json
    from sygn_cli.domain.document import Document

NEVER: Final = "never"
ENDED: Final = (
    DocumentStatus.COMPLETED,
    DocumentStatus.DECLINED,
    DocumentStatus.EXPIRED,
    DocumentStatus.VOIDED,
)
# No minutes or hours: "6m" must not purge what ended six minutes ago.
_AGE: Final = re.compile(r"(\d{1,4})\s*(d|w|mo|y)")
_DAYS: Final = {"d": 1, "w": 7}
_MONTHS: Final = {"mo": 1, "y": 12}


@dataclass(frozen=True, slots=True)
class Retention:
    """A rule about which documents may go.

    Attributes:
        older_than: As a person wrote it, for example ``2y``.
        before: Documents that ended earlier may go.
        states: Only those that ended so.
    """

    older_than: str
    before: datetime
    states: Collection[DocumentStatus] = ENDED

    def covers(self, document: Document) -> bool:
        """Tell whether the document may go. One that has not ended never does."""
        at = ended_at(document)
        return at is not None and at < self.before and document.status in self.states


def retention(
    older_than: str, *, now: datetime, states: Collection[DocumentStatus] = ENDED
) -> Retention:
    """Return the rule that ``90d``, ``26w``, ``18mo`` or ``2y`` means at a moment.

    Raises:
        InvalidRequest: It is none of those, or a state is none in which a document ends.
    """
    written = older_than.strip().lower()
    found = _AGE.fullmatch(written)
    if found is None or not int(found[1]):
        raise InvalidRequest(
            f"{older_than!r} is no time of retention.", hint="Write it like 90d, 26w, 18mo or 2y."
        )
    open_ones = [one for one in states if one not in ENDED]
    if open_ones:
        raise InvalidRequest(
            f"A document that is {open_ones[0]} has not ended.", hint=f"Use: {', '.join(ENDED)}."
        )
    count, unit = int(found[1]), found[2]
    try:
        before = (
            now - timedelta(days=count * _DAYS[unit])
            if unit in _DAYS
            else moment.months_later(now, -count * _MONTHS[unit])
        )
    except (OverflowError, ValueError) as error:
        raise InvalidRequest(f"{older_than!r} is longer than there has been time.") from error
    return Retention(written, before, tuple(states))


def ended_at(document: Document) -> datetime | None:
    """Return when the document came to its end; None while it has not."""
    match document.status:
        case DocumentStatus.COMPLETED:
            return document.completed_at
        case DocumentStatus.DECLINED:
            return document.declined_at
        case DocumentStatus.EXPIRED:
            return document.expired_at
        case DocumentStatus.VOIDED:
            return document.voided_at
        case _:
            return None


def purge(document: Document, rule: Retention, *, actor: Json) -> Entry | None:
    """Decide that a document goes; None if the rule does not cover it."""
    at = ended_at(document)
    if at is None or not rule.covers(document):
        return None
    data = {
        "reason": "retention",
        "older_than": rule.older_than,
        "status": str(document.status),
        "ended_at": moment.to_wire(at),
        "sealed_sha256": document.sealed_sha256,
        "certificate_sha256": document.certificate_sha256,
    }
    return Entry(EventType.PURGED, actor, data)


def tombstone(
    entry: Entry, events: Sequence[Event], *, at: datetime, leaf: Callable[[Event], str]
) -> Event:
    """Return the event that stands in the place of a trail.

    Args:
        entry: What :func:`purge` decided.
        events: The trail.
        at: The moment.
        leaf: Gives the hash of an event's entry in the workspace log.
    """
    kept = [
        {"leaf": leaf(one), "seq": one.seq, "ts": moment.to_wire(one.at), "type": str(one.type)}
        for one in events
    ]
    whole = Entry(entry.type, entry.actor, {**entry.data, "events": kept})
    return audit.chain(whole, doc=events[0].doc, after=events[-1], at=at)


def kept_leaves(buried: Event) -> dict[int, str]:
    """Return the hashes of log entries that a tombstone keeps, by event number.

    Raises:
        Tampered: It is not what :func:`tombstone` makes.
    """
    data: dict[str, Any] = dict(buried.data)
    try:
        leaves = {int(one["seq"]): str(one["leaf"]) for one in data["events"]}
        ends = {(one["type"], one["ts"]) for one in data["events"]}
        end = (data["status"], data["ended_at"])
        known = {str(data[name]) for name in ("older_than", "sealed_sha256")}
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise Tampered(f"The tombstone of document {buried.doc} makes no sense.") from error
    if (
        buried.type is not EventType.PURGED
        or not known
        or end[0] not in ENDED
        or end not in ends  # it ended as one of its events says
        or buried.seq != len(leaves)
        or set(leaves) != set(range(buried.seq))
    ):
        raise Tampered(f"The tombstone of document {buried.doc} makes no sense.")
    return leaves


def words(buried: Event) -> str:
    """Return one sentence about a document that was purged."""
    data: dict[str, Any] = dict(buried.data)
    day = moment.to_wire(buried.at)[:10]
    ended = str(data.get("ended_at", ""))[:10]
    return (
        f"It was purged on {day} under retention: it was {data.get('status')} on {ended}, more "
        f"than {data.get('older_than')} before."
    )


def refusal(buried: Event) -> Purged:
    """Return the error for whoever asks for a document that was purged."""
    data: dict[str, Any] = dict(buried.data)
    held = [str(data.get(name, "")) for name in ("sealed_sha256", "certificate_sha256")]
    day = moment.to_wire(buried.at)[:10]
    return Purged(
        f"There is no document {buried.doc} any more. {words(buried)}",
        day=day,
        sealed_sha256=tuple(one for one in held if one),
        hint=f"What is left of it: sygn audit {buried.doc} --verify",
    )
