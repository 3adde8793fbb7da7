"""Token buckets: how many requests somebody has left, and when there will be one more.

A bucket says both numbers of "100 a minute, 200 in a burst" at once, and taking from one costs two
microseconds. (flask-limiter's storage in memory starts a timer thread for most requests, which cost
more than all the rest of a short answer; limits 5.8.)
"""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_MOST: Final = 20_000


@dataclass(frozen=True, slots=True)
class Rate:
    """So many a minute in the long run, and so many at once after a pause."""

    per_minute: int
    burst: int


@dataclass(frozen=True, slots=True)
class Left:
    """What is left after a request.

    Attributes:
        wait: Seconds until one is allowed again, 0 if this one was.
    """

    burst: int
    remaining: int
    wait: int


class Buckets:
    """A bucket for each name; names that were not seen for long are forgotten, being full again."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._mutex = threading.Lock()
        # Tokens at a moment, by name; dictionaries keep the order of insertion.
        self._levels: dict[str, tuple[float, float]] = {}

    def take(self, name: str, rate: Rate) -> Left:
        """Take one token from a bucket, if there is one."""
        now = self._clock()
        per_second = rate.per_minute / 60
        with self._mutex:
            level, then = self._levels.pop(name, (float(rate.burst), now))
            level = min(float(rate.burst), level + (now - then) * per_second)
            allowed = level >= 1
            if allowed:
                level -= 1
            self._levels[name] = (level, now)
            if len(self._levels) > _MOST:
                del self._levels[next(iter(self._levels))]
        wait = 0 if allowed else max(1, math.ceil((1 - level) / per_second))
        return Left(rate.burst, int(level), wait)

    def give_back(self, name: str, rate: Rate) -> None:
        """Put a token back that should not have been taken."""
        with self._mutex:
            level, then = self._levels.get(name, (float(rate.burst), self._clock()))
            self._levels[name] = (min(float(rate.burst), level + 1), then)
