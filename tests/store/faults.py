"""An operating system that fails when it is told to."""

from __future__ import annotations

import errno
import os
from collections import Counter
from pathlib import Path
from typing import Any


class FaultyOs:
    """Stands for the module ``os`` and passes everything on, except what is to fail."""

    def __init__(self, *, longest_write: int | None = None) -> None:
        self.calls: Counter[str] = Counter()
        self._longest_write = longest_write
        self._call, self._at = "", 0
        self._error: BaseException = OSError()

    def fail(
        self,
        call: str,
        *,
        at: int | None,
        code: int = 0,
        error: BaseException | None = None,
    ) -> None:
        """Let the n-th call fail, counted from now; None means every one; "*" means any call."""
        self.calls.clear()
        self._call, self._at = call, at or 0
        self._error = error or OSError(code, os.strerror(code))

    @property
    def count(self) -> int:
        return self.calls["*"]

    def __getattr__(self, name: str) -> Any:
        real = getattr(os, name)
        if name not in _CHANGING:
            return real

        def call(*args: Any, **kwargs: Any) -> Any:
            self.calls[name] += 1
            self.calls["*"] += 1
            if self._call in {name, "*"} and self._at in {0, self.calls[self._call]}:
                raise self._error
            if name == "write" and self._longest_write is not None:
                args = (args[0], args[1][: self._longest_write])
            return real(*args, **kwargs)

        return call


_CHANGING = frozenset(
    {"open", "write", "fsync", "ftruncate", "replace", "rename", "link", "unlink", "mkdir"}
)


def unreadable_once(monkeypatch: Any, path: Path, *, after: int = 0) -> list[Path]:
    """Let one reading of a file fail as where too many are open; return which one did.

    Args:
        monkeypatch: Of the test.
        path: Of the file.
        after: How many readings of it succeed before.
    """
    real = Path.read_bytes
    read: list[Path] = []
    failed: list[Path] = []

    def read_bytes(self: Path) -> bytes:
        if self == path and not failed:
            read.append(self)
            if len(read) > after:
                failed.append(self)
                raise OSError(errno.EMFILE, os.strerror(errno.EMFILE), str(self))
        return real(self)

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    return failed
