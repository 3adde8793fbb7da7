"""How much is measured, and measuring in turn."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured.

    Attributes:
        runs: How often, instead of as often as each bench thinks fit.
        sizes: How many documents the workspaces hold, the smallest first.
        folder: Where large things are written; None takes the system's folder for such.
    """

    runs: int | None = None
    sizes: tuple[int, ...] = (1_000, 10_000)
    folder: Path | None = None

    def times(self, usual: int) -> int:
        return self.runs or usual


def timed(
    call: Callable[[], object], clock: Callable[[], float] = time.perf_counter
) -> Callable[[], float]:
    """Return a function that makes the call and returns how many milliseconds it took."""

    def measure() -> float:
        started = clock()
        call()
        return (clock() - started) * 1000

    return measure


def in_turn(measures: Mapping[K, Callable[[], float]], runs: int) -> dict[K, list[float]]:
    """Return what was measured, once a run each.

    They take turns, so that what else the machine does meanwhile falls on all of them.
    """
    found: dict[K, list[float]] = {label: [] for label in measures}
    for run in range(runs):
        for label in turns(measures, run):
            found[label].append(measures[label]())
    return found


def turns(all_of_them: Iterable[K], run: int) -> list[K]:
    """Return who is measured after whom; each second run goes backwards.

    Whoever comes first finds the processor's caches cold, which is up to half of a short time.
    """
    order = list(all_of_them)
    return order[::-1] if run % 2 else order
