"""A machine that notes what changes a folder, dies at a given call, or lets that call fail.

It takes the place of the functions of ``os`` itself, so that whatever changes a file below the
folder is met, by whichever module; where it is asked to, whatever reads one as well. Not met is
SQLite, which only keeps a cache here; that may be thrown away at any time and is left alone.
"""

from __future__ import annotations

import errno
import io
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from unittest import mock

from sygn_cli.store import durable

SHORT: Final = -1  # instead of an error: half of what was to be written is written
# How what changes nothing can fail: there is no lack of space then, and nothing forbids it.
_OF_READS: Final = {
    "look": (errno.EMFILE,),  # opening a file to read it
    "read": (errno.EIO,),
    "list": (errno.EIO, errno.EMFILE),
}
_CACHE: Final = "/cache/"


class Death(BaseException):
    """The process is gone: nothing that it would do afterwards happens."""


def can_fail(call: str, code: int) -> bool:
    """Tell whether a call can fail in that way."""
    if code == SHORT:
        return call == "write"
    return code in _OF_READS.get(call, (code,))


class Machine:
    """Stands in for ``os`` while it is entered.

    Args:
        root: The folder that is watched, a real path.
        die_at: The call before which the process dies; 0 for none.
        fail_at: The call that fails; 0 for none.
        code: How it fails: an ``errno``, or :data:`SHORT`.
        reads: Whether what reads a file or a folder is a call, too.

    Attributes:
        operations: What changed the folder, as :class:`tests.store.power.Disk` applies it.
        steps: The functions that were called, closing not counted.
        calls: How often each of them was.
        failed: The function that failed, "" while none did.
    """

    def __init__(
        self,
        root: Path,
        *,
        die_at: int = 0,
        fail_at: int = 0,
        code: int = 0,
        reads: bool = False,
    ) -> None:
        self.operations: list[tuple[Any, ...]] = []
        self.steps: list[str] = []
        self.calls: Counter[str] = Counter()
        self.failed = ""
        self._root = f"{root}/"
        self._die_at, self._fail_at, self._code = die_at, fail_at, code
        self._reads = reads
        self._dead = False
        self._handles: dict[int, str] = {}
        self._patches: list[Any] = []
        self._real: dict[str, Callable[..., Any]] = {}

    @property
    def count(self) -> int:
        """How many calls there were."""
        return len(self.steps)

    def __enter__(self) -> Machine:
        instead = {
            "open": self._open,
            "close": self._close,
            "fdopen": self._fdopen,
            "write": self._write,
            "fsync": self._fsync,
            "ftruncate": self._ftruncate,
            "mkdir": self._mkdir,
            "rename": self._rename,
            "replace": self._rename,
            "link": self._link,
            "unlink": self._unlink,
            "remove": self._unlink,
            "rmdir": self._rmdir,
        }
        self._real = {name: getattr(os, name) for name in instead}
        patches = [mock.patch.object(os, name, call) for name, call in instead.items()]
        # On macOS it is no call of os.
        patches.append(mock.patch.object(durable, "sync", self._fsync))
        if self._reads:
            patches += self._reading()
        for patch in patches:
            patch.start()
        self._patches = patches
        return self

    def __exit__(self, *_: object) -> None:
        for patch in self._patches:
            patch.stop()

    def _ours(self, path: Any, dir_fd: int | None = None) -> str | None:
        """Return where a path leads if that is below the folder."""
        if isinstance(path, int):
            return None
        named = os.fsdecode(path)
        if dir_fd is not None:
            named = f"{self._handles.get(dir_fd, '')}/{named}"
        inside = f"{named}/".startswith(self._root) and _CACHE not in f"{named}/"
        return named if inside else None

    def _step(self, name: str) -> bool:
        """Count a call, which may be the one; tell whether it is to be cut short."""
        if self._dead:
            raise Death
        self.steps.append(name)
        self.calls[name] += 1
        if self.count == self._die_at:
            self._dead = True
            raise Death
        if self.count != self._fail_at or not can_fail(name, self._code):
            return False
        self.failed = name
        if self._code != SHORT:
            raise OSError(self._code, os.strerror(self._code))
        return True

    def _open(self, path: Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        ours = self._ours(path, dir_fd)
        if ours is None:
            handle = int(self._real["open"](path, flags, mode, dir_fd=dir_fd))
            self._handles.pop(handle, None)
            return handle
        self._step("open")
        there = Path(ours).exists()
        handle = int(self._real["open"](path, flags, mode, dir_fd=dir_fd))
        if flags & os.O_CREAT and not there:
            self.operations.append(("create", ours))
        if flags & os.O_TRUNC:
            self.operations.append(("resize", ours, 0))
        self._handles[handle] = ours
        return handle

    def _reading(self) -> list[Any]:
        self._real |= {name: getattr(os, name) for name in ("read", "listdir", "scandir")}
        self._real["io.open"] = io.open
        return [
            mock.patch.object(os, "read", self._read),
            mock.patch.object(os, "listdir", self._lister("listdir")),
            mock.patch.object(os, "scandir", self._lister("scandir")),
            mock.patch.object(io, "open", self._look),  # which pathlib calls
        ]

    def _look(self, path: Any, mode: str = "r", *how: Any, **more: Any) -> Any:
        if self._ours(path) is None or set(mode) & set("wax+"):
            return self._real["io.open"](path, mode, *how, **more)
        self._step("look")
        return _Looked(self._real["io.open"](path, mode, *how, **more), self._step)

    def _read(self, handle: int, count: int) -> bytes:
        if handle in self._handles:
            self._step("read")
        return bytes(self._real["read"](handle, count))

    def _lister(self, name: str) -> Callable[..., Any]:
        def listed(path: Any = ".") -> Any:
            if (
                self._handles.get(path) if isinstance(path, int) else self._ours(path)
            ) is not None:
                self._step("list")
            return self._real[name](path)

        return listed

    def _close(self, handle: int) -> None:
        self._handles.pop(handle, None)
        self._real["close"](handle)

    def _fdopen(self, handle: int, *how: Any, **more: Any) -> Any:
        if handle in self._handles:
            return _Written(handle)
        return self._real["fdopen"](handle, *how, **more)

    def _write(self, handle: int, data: Any) -> int:
        path = self._handles.get(handle)
        if path is None:
            return int(self._real["write"](handle, data))
        if self._step("write"):
            data = bytes(data)[: (len(data) + 1) // 2]
        count = int(self._real["write"](handle, data))
        # With O_APPEND too the place is behind what was written.
        place = os.lseek(handle, 0, os.SEEK_CUR) - count
        self.operations.append(("write", path, place, bytes(data[:count])))
        return count

    def _fsync(self, handle: int) -> None:
        path = self._handles.get(handle)
        if path is None:
            self._real["fsync"](handle)
            return
        self._step("fsync")
        self.operations.append(("flush", path))

    def _ftruncate(self, handle: int, size: int) -> None:
        path = self._handles.get(handle)
        if path is not None:
            self._step("ftruncate")
            self.operations.append(("resize", path, size))
        self._real["ftruncate"](handle, size)

    def _mkdir(self, path: Any, mode: int = 0o777, *, dir_fd: int | None = None) -> None:
        self._named("mkdir", "mkdir", path, mode, dir_fd=dir_fd)

    def _unlink(self, path: Any, *, dir_fd: int | None = None) -> None:
        self._named("unlink", "unlink", path, dir_fd=dir_fd)

    def _rmdir(self, path: Any, *, dir_fd: int | None = None) -> None:
        self._named("rmdir", "unlink", path, dir_fd=dir_fd)

    def _named(self, name: str, noted: str, path: Any, *more: Any, dir_fd: int | None) -> None:
        ours = self._ours(path, dir_fd)
        if ours is not None:
            self._step(name)
        self._real[name](path, *more, dir_fd=dir_fd)
        if ours is not None:
            self.operations.append((noted, ours))

    def _rename(self, source: Any, target: Any) -> None:
        self._two("rename", source, target)

    def _link(self, source: Any, target: Any) -> None:
        self._two("link", source, target)

    def _two(self, name: str, source: Any, target: Any) -> None:
        ours = self._ours(source), self._ours(target)
        if None not in ours:
            self._step(name)
        self._real[name](source, target)
        if None not in ours:
            self.operations.append((name, *map(str, ours)))


class _Looked:
    """A file object whose reading is a call."""

    def __init__(self, file: Any, step: Callable[[str], object]) -> None:
        self._file, self._step = file, step

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> _Looked:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def read(self, *count: int) -> Any:
        self._step("read")
        return self._file.read(*count)


class _Written:
    """A file object that writes at once, and by way of ``os``."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    def __enter__(self) -> _Written:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._handle)

    def write(self, content: bytes) -> int:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(self._handle, rest) :]
        return len(content)

    def flush(self) -> None:
        """There is nothing to flush."""

    def fileno(self) -> int:
        return self._handle
