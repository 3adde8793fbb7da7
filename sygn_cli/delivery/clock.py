"""The system's time and randomness; the only place that asks for either."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime


class SystemClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        return datetime.now(UTC)

    def entropy(self, count: int) -> bytes:
        """Return bytes from the operating system's random source."""
        return os.urandom(count)

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        time.sleep(seconds)
