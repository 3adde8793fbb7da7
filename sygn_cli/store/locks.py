"""Kernel locks on files: they wait without polling and die with the process that holds them."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sygn_cli.domain.errors import WorkspaceUnusable
from sygn_cli.store import trouble

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

# How a file system says that it has none.
NO_HARD_LINKS: Final = frozenset(
    {errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EMLINK, errno.ENOSYS, errno.EXDEV}
)
_BUSY: Final = frozenset({errno.EWOULDBLOCK, errno.EACCES, errno.EAGAIN, errno.EDEADLK})


@dataclass(slots=True)
class _Held:
    handle: int
    depth: int = 0


# By thread and path. A lock belongs to an open file, so each thread opens its own and two threads
# of one process exclude each other like two processes do.
_held: Final[dict[tuple[int, str], _Held]] = {}
_mutex: Final = threading.Lock()


@contextlib.contextmanager
def hold(path: Path) -> Iterator[None]:
    """Hold the lock of a file for the block, waiting for it; the same thread may enter again.

    Raises:
        WorkspaceUnusable: The file cannot be made, or the file system knows no locks.
    """
    _enter(path, wait=True)
    try:
        yield
    finally:
        _leave(path)


@contextlib.contextmanager
def hold_if_free(path: Path) -> Iterator[bool]:
    """Like :func:`hold`, without waiting; tells the block whether the lock is held."""
    got = _enter(path, wait=False)
    try:
        yield got
    finally:
        if got:
            _leave(path)


def share(path: Path, other: Path) -> None:
    """Let another path lead to a lock; what was locked there must be free.

    Nothing happens where there is no such lock, no such folder, or no hard links.

    Raises:
        OSError: It cannot be done for another reason.
    """
    if not path.is_file() or not other.parent.is_dir():
        return
    other.unlink(missing_ok=True)
    try:
        os.link(path, other)
    except OSError as error:
        if error.errno not in NO_HARD_LINKS:
            raise


def _enter(path: Path, *, wait: bool) -> bool:
    key = (threading.get_ident(), str(path))
    held = _held.get(key)
    if held is not None:
        held.depth += 1
        return True
    with _mutex:  # a fork in between must not leave a child with an open file nobody knows of
        with trouble.guarded(path):
            handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        _held[key] = _Held(handle)
    try:
        got = _lock(handle, wait=wait)
    except BaseException as error:
        _close(key)
        if isinstance(error, OSError):
            raise _no_locks(path, error) from error
        raise
    if not got:
        _close(key)
    return got


def _leave(path: Path) -> None:
    key = (threading.get_ident(), str(path))
    held = _held.get(key)
    if held is None:  # in the child of a fork, which holds nothing
        return
    if held.depth:
        held.depth -= 1
    else:
        _close(key)


def _close(key: tuple[int, str]) -> None:
    with _mutex:
        held = _held.pop(key, None)
        if held is not None:
            os.close(held.handle)  # which also unlocks


def _lock(handle: int, *, wait: bool) -> bool:
    try:
        if sys.platform == "win32":
            _lock_on_windows(handle, wait=wait)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if not wait and error.errno in _BUSY:
            return False
        raise
    return True


if sys.platform == "win32":

    def _lock_on_windows(handle: int, *, wait: bool) -> None:
        while True:
            try:
                # Waits for ten seconds by itself, then gives up.
                msvcrt.locking(handle, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
            except OSError as error:
                if not wait or error.errno not in _BUSY:
                    raise
            else:
                return


def _no_locks(path: Path, error: OSError) -> WorkspaceUnusable:
    return WorkspaceUnusable(
        f"{path.parent} lies on a file system without locks ({error.strerror}).",
        hint="Keep the workspace on a local disk: --workspace FOLDER.",
    )


def _forget_in_child() -> None:
    # The child shares the parent's open files: were they left open, the locks would outlive the
    # parent, and the child would believe it held them.
    for held in _held.values():
        os.close(held.handle)
    _held.clear()
    _mutex.release()


if sys.platform != "win32":
    os.register_at_fork(
        before=_mutex.acquire,
        after_in_parent=_mutex.release,
        after_in_child=_forget_in_child,
    )
