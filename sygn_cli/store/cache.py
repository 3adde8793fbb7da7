"""Bytes that can be made again: page pictures and the like, one file each, no guarantees."""

from __future__ import annotations

import os
import re
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

_KEY: Final = re.compile(r"[0-9a-z][0-9a-z._-]{2,199}")


class FolderCache:
    """A cache in a folder that may be deleted at any time, also while it is used.

    Args:
        folder: Made on first use; a folder that cannot be written makes a cache that forgets.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, key: str) -> bytes | None:
        """Return what was put there, or None."""
        try:
            return self._path(key).read_bytes()
        except OSError:
            return None

    def put(self, key: str, content: bytes) -> None:
        """Keep the bytes if that is possible."""
        path = self._path(key)
        with suppress(OSError):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, scratch = tempfile.mkstemp(dir=path.parent, prefix=".new-")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(content)
                Path(scratch).replace(path)
            except OSError:
                Path(scratch).unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ValueError(f"not a cache key: {key!r}")
        return self._folder / key[:2] / key


class MemoryCache:
    """A cache that lives as long as the process: for tests."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def get(self, key: str) -> bytes | None:
        """Return what was put there, or None."""
        return self._kept.get(key)

    def put(self, key: str, content: bytes) -> None:
        """Keep the bytes."""
        self._kept[key] = content
