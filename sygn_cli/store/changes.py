"""Whether anything was changed: a count of the steps by which others see what this thread wrote.

Whoever was refused for want of a disk can tell by it whether that came before the first change.
What nobody sees yet does not count, such as temporary files and marks of what is in hand.
"""

from __future__ import annotations

import threading

_here = threading.local()


def count() -> int:
    """Return a number that is the same later if this thread changed nothing meanwhile."""
    found: int = getattr(_here, "count", 0)
    return found


def note() -> None:
    """Count a change that is about to be made: if it fails, it may have been made all the same."""
    _here.count = count() + 1


def take_back() -> None:
    """Count the last change no more, since it was undone and that is durable."""
    _here.count = count() - 1
