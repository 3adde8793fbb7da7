"""Summaries in the README: what stands between two marks is replaced, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where a summary stands.

    Attributes:
        begin: The line before it.
        end: The line behind it.
    """

    begin: str
    end: str


FIGURES = Place("<!-- figures: written by make figures -->", "<!-- end of figures -->")
GROWTH = Place("<!-- growth: written by make growth -->", "<!-- end of growth -->")


def with_summary(readme: str, summary: str, place: Place = FIGURES) -> str:
    """Return the README with these figures.

    Raises:
        ValueError: The marks are not there, once each and in order.
    """
    before, begin, rest = readme.partition(place.begin)
    _, end, after = rest.partition(place.end)
    if not (begin and end) or place.begin in rest or place.end in before + after:
        raise ValueError(f"README.md must have {place.begin} and then {place.end}, once each.")
    return f"{before}{place.begin}\nMeasured on {summary}\n{place.end}{after}"
