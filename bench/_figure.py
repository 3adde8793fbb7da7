"""Figures as values: what was measured, next to what, and whether that is good enough."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_HEAD = (
    "| | | median | p10 - p90 | runs | next to | ratio | at most | |\n"
    "| --- | --- | ---: | ---: | ---: | --- | ---: | ---: | --- |"
)


@dataclass(frozen=True, slots=True)
class Peer:
    """What a figure is held against, measured in the same run and in turn with it.

    Attributes:
        name: What it is.
        values: In the figure's unit.
    """

    name: str
    values: Sequence[float]


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the summary.

    Attributes:
        topic: The part of the program.
        what: What was done.
        values: One a run; their median counts.
        unit: Of the values.
        peer: What the ratio is to.
        limit: The most that the ratio may be; without a peer, the most that the median may be.
        note: What else is worth knowing, for the column of the peer.
    """

    topic: str
    what: str
    values: Sequence[float]
    unit: str = "ms"
    peer: Peer | None = None
    limit: float | None = None
    note: str = ""

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def spread(self) -> tuple[float, float]:
        """The tenth and the ninetieth percentile."""
        return spread(self.values)

    @property
    def ratio(self) -> float | None:
        return None if self.peer is None else self.median / statistics.median(self.peer.values)

    @property
    def is_kept(self) -> bool | None:
        """Whether the limit holds, by what is printed; None where there is none."""
        if self.limit is None:
            return None
        return round(self.median if self.ratio is None else self.ratio, 2) <= self.limit


def spread(values: Sequence[float]) -> tuple[float, float]:
    """Return the tenth and the ninetieth percentile."""
    if len(values) == 1:
        return values[0], values[0]
    tenths = statistics.quantiles(values, n=10, method="inclusive")
    return tenths[0], tenths[-1]


def table(figures: Sequence[Figure]) -> str:
    """Return the summary as Markdown; a topic is named in its first line."""
    lines, topic = [_HEAD], ""
    for one in figures:
        shown = "" if one.topic == topic else f"**{one.topic}**"
        topic = one.topic
        lines.append(f"| {shown} | {' | '.join(_cells(one))} |".replace("  ", " "))
    return "\n".join(lines)


def _cells(one: Figure) -> list[str]:
    beside = [] if one.peer is None else [f"{one.peer.name}: {_told(one.peer.values, one.unit)}"]
    verdict = {None: "", True: "kept", False: "**missed**"}[one.is_kept]
    limit = "" if one.limit is None else f"{one.limit:g}"
    if limit and one.ratio is None:
        limit += f" {one.unit}"
    was_repeated = len(one.values) > 1
    return [
        one.what,
        _told(one.values, one.unit),
        " - ".join(map(number, one.spread)) if was_repeated else "",
        str(len(one.values)) if was_repeated else "",
        "; ".join([*beside, *([one.note] if one.note else [])]),
        "" if one.ratio is None else f"{one.ratio:.2f}",
        limit,
        verdict,
    ]


def _told(values: Sequence[float], unit: str) -> str:
    return f"{number(statistics.median(values))} {unit}"


def number(value: float) -> str:
    """Return three digits that count."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"
