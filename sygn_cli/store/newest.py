"""The last so many things that were remembered."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Newest(Generic[K, V]):
    """A mapping that forgets what was put first; any number of threads may use it at once."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: dict[K, V] = {}
        self._mutex = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: K) -> V | None:
        """Return what was remembered; None if nothing was, or not any more."""
        return self._kept.get(key)

    def put(self, key: K, value: V) -> None:
        """Remember a thing in the place of what was under the key."""
        with self._mutex:
            self._kept[key] = value
            if len(self._kept) > self._most:
                del self._kept[next(iter(self._kept))]
