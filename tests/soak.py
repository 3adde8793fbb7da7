"""How much of a long test is run: a slice each time, all of it in ``make soak``."""

from __future__ import annotations

import os
from typing import Final, TypeVar

T = TypeVar("T")

SOAK: Final = os.environ.get("SYGN_SOAK") == "1"


def at_length(quick: T, long: T) -> T:
    """Return the quick measure, or the long one in a soak."""
    return long if SOAK else quick
