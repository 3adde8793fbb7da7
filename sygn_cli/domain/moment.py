"""Moments on the wire: UTC, milliseconds, ``2026-06-13T17:04:00.000Z``; and spans such as 30d."""

from __future__ import annotations

import re
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, timedelta
from typing import Final

from sygn_cli.domain.errors import InvalidRequest
from sygn_cli.domain.text import printable

_SPAN: Final = re.compile(r"(\d{1,5})\s*([smhdw])")
_MONTHS: Final = re.compile(r"(\d{1,4})\s*(mo|y)")
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def to_wire(moment: datetime) -> str:
    """Return ISO 8601 in UTC with milliseconds, cut off and not rounded."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def to_wire_if(at: datetime | None) -> str | None:
    """Return what :func:`to_wire` does, and None for a moment that never was."""
    return None if at is None else to_wire(at)


def from_wire(text: str) -> datetime:
    """Return the moment that :func:`to_wire` wrote.

    Raises:
        ValueError: It has no time zone or is no ISO 8601 timestamp, or lies in no year of UTC.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"timestamp without a time zone: {text!r}")
    return _in_utc(moment)


def to_millisecond(moment: datetime) -> datetime:
    """Return the moment as the wire carries it, so that reading back gives an equal value."""
    return from_wire(to_wire(moment))


def span(text: str) -> timedelta:
    """Return the length of time of ``90s``, ``15m``, ``2h``, ``30d`` or ``4w``.

    Raises:
        InvalidRequest: It is none of those.
    """
    match = _SPAN.fullmatch(text.strip().lower())
    if not match:
        raise InvalidRequest(
            f"{printable(text[:100])!r} is not a length of time.",
            hint="Write it like 90s, 15m, 2h, 30d or 4w.",
        )
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def instant(text: str) -> datetime:
    """Return the moment, in UTC, that somebody wrote as a day (its beginning) or a timestamp.

    Without a time zone it is meant in UTC.

    Raises:
        InvalidRequest: It is neither, or lies in no year that there is in UTC.
    """
    try:
        moment = datetime.fromisoformat(text.strip().upper())
        return _in_utc(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except ValueError as error:
        raise InvalidRequest(
            f"{printable(text[:100])!r} is not a moment.",
            hint="Write it like 2026-12-31 or 2026-12-31T17:00:00Z.",
        ) from error


def since(text: str, *, now: datetime) -> datetime:
    """Return the moment that ``7d`` (so long ago), ``2026-06-13`` or a timestamp means.

    Raises:
        InvalidRequest: It is none of those.
    """
    try:
        return now - span(text) if _SPAN.fullmatch(text.strip().lower()) else instant(text)
    except (InvalidRequest, OverflowError) as error:
        raise InvalidRequest(
            f"{printable(text[:100])!r} is neither a length of time nor a moment.",
            hint="Write it like 7d, 12h, 2026-06-13 or 2026-06-13T17:00:00Z.",
        ) from error


def _in_utc(moment: datetime) -> datetime:
    """Return the moment in UTC; where that is no moment any more, it was written wrong."""
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        # 9999-12-31T23:59:59-14:00 is in the year 10000, which datetime does not have.
        raise ValueError(f"no moment in UTC: {moment.isoformat()}") from error


def deadline(text: str, *, now: datetime) -> datetime | None:
    """Return the moment that ``30d``, ``6mo``, ``1y``, ``2026-12-31``, a timestamp or ``never`` means.

    A date alone means the end of that day, UTC.

    Raises:
        InvalidRequest: It is none of those, or lies in the past.
    """
    wanted = text.strip().lower()
    if wanted == "never":
        return None
    moment = _moment(wanted, now=now)
    if moment <= now:
        raise InvalidRequest(f"The deadline {printable(text[:100])!r} lies in the past.")
    return to_millisecond(moment)


def _moment(wanted: str, *, now: datetime) -> datetime:
    try:
        if _SPAN.fullmatch(wanted):
            return now + span(wanted)
        if months := _MONTHS.fullmatch(wanted):
            return months_later(now, int(months[1]) * (12 if months[2] == "y" else 1))
        moment = instant(wanted)
    except (InvalidRequest, OverflowError, ValueError) as error:
        raise InvalidRequest(
            f"{printable(wanted[:100])!r} is not a deadline.",
            hint="Write it like 30d, 6mo, 2026-12-31, 2026-12-31T17:00:00Z or never.",
        ) from error
    if _is_day(wanted):
        return moment.replace(hour=23, minute=59, second=59)
    return moment


def months_later(now: datetime, months: int) -> datetime:
    """Return the same day so many months later, or the last day of a shorter month.

    Raises:
        ValueError: There is no such year.
    """
    import calendar  # noqa: PLC0415 - `status` does not need it

    year, month = divmod(now.year * 12 + now.month - 1 + months, 12)
    if not MINYEAR <= year <= MAXYEAR:
        raise ValueError(f"no year: {year}")
    last = calendar.monthrange(year, month + 1)[1]
    return now.replace(year=year, month=month + 1, day=min(now.day, last))


def _is_day(wanted: str) -> bool:
    try:
        date.fromisoformat(wanted.upper())
    except ValueError:
        return False
    return True
