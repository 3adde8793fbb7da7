"""Identity steps: what a signer has to know beside their link before anything is shown to them.

Where a signer stands is part of the document, so that wrong codes count whoever tries them, however
many at once, and through a restart.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from sygn_cli.domain import moment, text
from sygn_cli.domain.audit import Event, EventType
from sygn_cli.domain.errors import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Mapping


CODE_LIFE: Final = timedelta(minutes=10)
MOST_ENTRIES: Final = 50


class Step(StrEnum):
    """One thing to know or to have."""

    CODE = "code"
    EMAIL = "email"
    TOTP = "totp"


class Channel(StrEnum):
    """How a one-time code goes to a signer."""

    EMAIL = "email"
    OPERATOR = "operator"  # there is no mail server: the sender passes it on


@dataclass(frozen=True, slots=True)
class Challenge:
    """A one-time code that was asked for and not used yet; the code itself is nowhere.

    Attributes:
        seq: Number of the event that records it; the code follows from it and a key.
    """

    seq: int
    at: datetime
    channel: Channel

    def is_alive(self, now: datetime) -> bool:
        """Whether its code is still good."""
        return now - self.at < CODE_LIFE


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a signer came, since the sender last unlocked their page.

    Attributes:
        passed: When each step was last passed and recorded.
        wrong: Wrong codes in a row, by step.
        wrong_in_all: Wrong codes of all steps.
        entries: How often a step was passed.
        sent: When one-time codes were sent.
        challenge: The one-time code that is out, if there is one.
        period: The last TOTP period whose code was used; that of another is to be later.
        locked_at: When there were too many wrong codes.
        issue: Counts how often the sender renewed the signer's secrets.
    """

    passed: Mapping[Step, datetime] = field(default_factory=lambda: MappingProxyType({}))
    wrong: Mapping[Step, int] = field(default_factory=lambda: MappingProxyType({}))
    wrong_in_all: int = 0
    entries: int = 0
    sent: tuple[datetime, ...] = ()
    challenge: Challenge | None = None
    period: int = -1
    locked_at: datetime | None = None
    issue: int = 0

    @property
    def is_locked(self) -> bool:
        """Whether no code is looked at any more."""
        return self.locked_at is not None or self.entries >= MOST_ENTRIES


def steps(written: str) -> tuple[Step, ...]:
    """Return the steps of ``code+totp``, in the order in which they are asked for.

    Raises:
        InvalidRequest: One is unknown or named twice.
    """
    named = [one.strip().lower() for one in written.split("+")]
    known = {str(step): step for step in Step}
    if not all(one in known for one in named) or len(set(named)) != len(named):
        raise InvalidRequest(
            f"{text.printable(written)!r} names no identity steps.",
            hint=f"They are {', '.join(known)}; several are written like code+totp.",
        )
    return tuple(step for step in Step if str(step) in named)


def evolve(standing: Standing, event: Event) -> Standing:
    """Return how a signer stands after an event that is about their identity."""
    data: dict[str, Any] = dict(event.data)
    if event.type is EventType.IDENTITY_UNLOCKED:
        issue = standing.issue + bool(data["renewed"])
        passed: Mapping[Step, datetime] = {} if data["renewed"] else standing.passed
        return Standing(passed=passed, period=standing.period, issue=issue)
    step = Step(data["step"])
    if event.type is EventType.IDENTITY_CHALLENGED:
        out = Challenge(event.seq, event.at, Channel(data["channel"]))
        return replace(standing, challenge=out, sent=(*standing.sent, event.at))
    if event.type is EventType.IDENTITY_VERIFIED:
        return replace(
            standing,
            passed=MappingProxyType({**standing.passed, step: event.at}),
            wrong=MappingProxyType({k: v for k, v in standing.wrong.items() if k is not step}),
            entries=standing.entries + 1,
            challenge=None if step is Step.EMAIL else standing.challenge,
            period=max(standing.period, data.get("period", -1)),
        )
    return replace(
        standing,
        wrong=MappingProxyType({**standing.wrong, step: data["wrong"]}),
        wrong_in_all=standing.wrong_in_all + 1,
        locked_at=event.at if event.type is EventType.IDENTITY_LOCKED else standing.locked_at,
    )


def to_json(standing: Standing) -> dict[str, object]:
    """Return what :func:`from_json` reads."""
    out = standing.challenge
    return {
        "passed": {str(step): moment.to_wire(at) for step, at in standing.passed.items()},
        "wrong": {str(step): count for step, count in standing.wrong.items()},
        "wrong_in_all": standing.wrong_in_all,
        "entries": standing.entries,
        "sent": [moment.to_wire(at) for at in standing.sent],
        "challenge": None if out is None else [out.seq, moment.to_wire(out.at), str(out.channel)],
        "period": standing.period,
        "locked_at": moment.to_wire_if(standing.locked_at),
        "issue": standing.issue,
    }


def _challenge(seq: int, at: str, channel: str) -> Challenge:
    return Challenge(seq, moment.from_wire(at), Channel(channel))


def from_json(data: Mapping[str, Any]) -> Standing:
    """Return the standing that :func:`to_json` wrote."""
    out, locked = data["challenge"], data["locked_at"]
    return Standing(
        passed=MappingProxyType({Step(k): moment.from_wire(v) for k, v in data["passed"].items()}),
        wrong=MappingProxyType({Step(k): v for k, v in data["wrong"].items()}),
        wrong_in_all=data["wrong_in_all"],
        entries=data["entries"],
        sent=tuple(moment.from_wire(one) for one in data["sent"]),
        challenge=None if out is None else _challenge(*out),
        period=data["period"],
        locked_at=None if locked is None else moment.from_wire(locked),
        issue=data["issue"],
    )
