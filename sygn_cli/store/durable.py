"""Writing so that it is still there after a power cut: the file operations all else is made of.

Every change that the store makes to a disk goes through this module, one function per promise.
"Durable on return" means that the bytes and the name that leads to them were flushed.
"""

# One call here is one system call, which the fault tests count and break; pathlib hides them.
# ruff: noqa: PTH102, PTH104, PTH105, PTH106, PTH108, PTH208

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import sys
import threading
from typing import TYPE_CHECKING, Final

from sygn_cli.domain.errors import WorkspaceUnusable
from sygn_cli.store import changes, locks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

TEMPORARY: Final = ".tmp"
_counter: Final = itertools.count()
# Windows refuses to replace a file that a virus scanner or an indexer has open for a moment.
_REPLACE_ATTEMPTS: Final = 50
_WINDOWS: Final = os.name == "nt"


class Unreadable(WorkspaceUnusable):
    """The system does not give us what is there: that says nothing about what it is.

    Whoever passes over what is damaged must not pass over this. It may be good again at once, for
    example when other files were closed.
    """


def read(path: Path) -> bytes:
    """Return a file's bytes.

    Raises:
        FileNotFoundError: There is none.
        Unreadable: It is there and cannot be read.
    """
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise FileNotFoundError(errno.ENOENT, "no such file", str(path)) from error
    except OSError as error:
        raise Unreadable(f"{path} cannot be read: {error.strerror}.") from error


def names(folder: Path) -> list[str]:
    """Return the names of what is in a folder, sorted; none if it is not there.

    ``glob`` would keep silent about some folders that cannot be read.

    Raises:
        Unreadable: It is there and cannot be read.
    """
    try:
        # A path each for tens of thousands of names would keep other threads waiting.
        return sorted(os.listdir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise Unreadable(f"{folder} cannot be read: {error.strerror}.") from error


def paths(folder: Path, ending: str = "") -> list[Path]:
    """Return what is in a folder and has that ending; see :func:`names`."""
    return [folder / name for name in names(folder) if name.endswith(ending)]


def below(folder: Path) -> Iterator[Path]:
    """Yield what is in a folder and in the folders below it, each folder before what is in it.

    Raises:
        Unreadable: One of them cannot be read.
    """
    for path in paths(folder):
        yield path
        if path.is_dir() and not path.is_symlink():
            yield from below(path)


def sync(handle: int) -> None:
    """Flush an open file to the medium."""
    if sys.platform == "darwin":
        import fcntl  # noqa: PLC0415 - not on Windows

        # fsync on macOS leaves the drive's own cache alone; see its manual page.
        fcntl.fcntl(handle, fcntl.F_FULLFSYNC)
    else:
        os.fsync(handle)


def sync_folder(path: Path) -> None:
    """Flush a folder's names; Windows has no such thing and needs none."""
    if sys.platform == "win32":
        return
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_folder(path: Path) -> None:
    """Make a private folder unless it is there, and its parents; durable on return.

    Also if it was there: whoever made it may have died before it was flushed.
    """
    try:
        os.mkdir(path, 0o700)
    except FileExistsError:
        pass
    except FileNotFoundError:
        make_folder(path.parent)
        os.mkdir(path, 0o700)
    sync_folder(path.parent)


def make_staging(path: Path) -> None:
    """Make a private folder that must not be there; its name is not flushed."""
    os.mkdir(path, 0o700)


def write_new(path: Path, content: bytes, *, flush: bool = True) -> None:
    """Write a file that nobody else knows yet; its name is not flushed."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _BINARY, 0o600)
    try:
        _write_all(handle, content)
        if flush:
            sync(handle)
    finally:
        os.close(handle)


def write_stream(path: Path, chunks: Iterable[bytes]) -> None:
    """Write a file that must not be there, piece by piece; its name is not flushed.

    Raises:
        FileExistsError: It is there.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o600)
    try:
        for chunk in chunks:
            _write_all(handle, chunk)
        sync(handle)
    finally:
        os.close(handle)


def replace(path: Path, content: bytes, *, flush: bool = True) -> None:
    """Put new content in the place of a file: readers see the old or the new, never a mixture.

    Only for files that one writer at a time may touch. The name is not flushed: after a power
    cut it may lead to the old content.

    Args:
        flush: False for what can be made again: after a power cut the file may then be empty.
    """
    temporary = path.with_name(path.name + TEMPORARY)
    with _removed_on_error(temporary):
        write_new(temporary, content, flush=flush)
        move(temporary, path)


def move(source: Path, target: Path) -> None:
    """Rename a file over whatever is there."""
    changes.note()
    for attempt in range(_REPLACE_ATTEMPTS):
        try:
            os.replace(source, target)
        except PermissionError:
            if not _WINDOWS or attempt == _REPLACE_ATTEMPTS - 1:
                raise
            threading.Event().wait(0.01)
        else:
            return


def move_folder(source: Path, target: Path) -> None:
    """Rename a folder to a name that must be free; durable on return.

    Raises:
        FileExistsError: The name is taken.
    """
    changes.note()
    try:
        os.rename(source, target)
    except OSError as error:
        if error.errno in {errno.ENOTEMPTY, errno.EEXIST}:
            raise FileExistsError(error.errno, error.strerror, str(target)) from error
        raise
    try:
        sync_folder(target.parent)
    except OSError:
        with contextlib.suppress(OSError):
            os.rename(target, source)
        raise


def move_apart(source: Path, target: Path) -> None:
    """Move a file to a free name in another folder; durable on return.

    A power cut between two folders may keep the one without the name and the other as it was;
    so the file has both names for a while.
    """
    changes.note()
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in locks.NO_HARD_LINKS:
            raise
        os.replace(source, target)
    sync_folder(target.parent)
    remove(source)
    sync_folder(source.parent)


def put_if_absent(path: Path, content: bytes) -> bool:
    """Make a file with this content unless the name is taken; durable on return.

    Returns:
        Whether it was made; of any number that try at once exactly one gets True.
    """
    made = place_if_absent(path, content)
    sync_folder(path.parent)  # also if another made it, who may have died before this
    return made


def place_if_absent(path: Path, content: bytes) -> bool:
    """Make a file as :func:`put_if_absent` does; its name is not flushed."""
    if path.exists():
        return False
    temporary = path.with_name(f"{path.name}.{os.getpid()}.{next(_counter)}{TEMPORARY}")
    try:
        write_new(temporary, content)
        return _link(temporary, path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)


def _link(temporary: Path, path: Path) -> bool:
    changes.note()
    try:
        os.link(temporary, path)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in locks.NO_HARD_LINKS:
            raise
        return _rename_if_absent(temporary, path)
    return True


def _rename_if_absent(temporary: Path, path: Path) -> bool:
    """Do without hard links (FAT, some network drives): a lock makes test and rename one step."""
    with locks.hold(path.parent / ".lock"):
        if path.exists():
            return False
        move(temporary, path)
        return True


def append(path: Path, line: bytes, *, at: int) -> None:
    """Write at the end of a file that is known to be ``at`` bytes long; durable on return.

    What lies behind ``at`` was never finished and is cut off. If anything goes wrong the file
    is cut back to ``at``: either all of the line is there or none of it. An error of fsync is
    not tried again, because the kernel may have dropped the pages and the next fsync would lie
    (PostgreSQL's "fsyncgate", 2018).

    Raises:
        OSError: It is not as before, or could not be written.
    """
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | _BINARY)
    try:
        size = os.fstat(handle).st_size
        if size < at:
            raise OSError(errno.EIO, "the file became shorter", str(path))
        if size > at:
            os.ftruncate(handle, at)
        changes.note()
        try:
            _write_all(handle, line)
            sync(handle)
        except BaseException:
            with contextlib.suppress(OSError):
                os.ftruncate(handle, at)
                sync(handle)
                changes.take_back()
            raise
    finally:
        os.close(handle)


def add_line(path: Path, line: bytes) -> None:
    """Add a line to a file that several processes write to at once; it is not flushed.

    The line feed comes first: what somebody who died left unfinished spoils no line but its own.
    """
    changes.note()
    # O_APPEND moves to the end and writes in one step.
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | _BINARY, 0o600)
    try:
        _write_all(handle, b"\n" + line)
    finally:
        os.close(handle)


def overwrite(path: Path, content: bytes) -> None:
    """Write over the start of a file without any promise, for what is checked when it is read.

    Faster than :func:`replace`: ext4 flushes a file that takes another's place.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | _BINARY, 0o600)
    try:
        _write_all(handle, content)
    finally:
        os.close(handle)


def blank(path: Path, start: int, count: int) -> None:
    """Write spaces over a stretch of a file to which others may be appending; durable on return."""
    handle = os.open(path, os.O_WRONLY | _BINARY)
    try:
        os.lseek(handle, start, os.SEEK_SET)
        _write_all(handle, b" " * count)
        sync(handle)
    finally:
        os.close(handle)


def cut(path: Path, *, at: int) -> None:
    """Shorten a file to ``at`` bytes; durable on return."""
    handle = os.open(path, os.O_WRONLY | _BINARY)
    try:
        os.ftruncate(handle, at)
        sync(handle)
    finally:
        os.close(handle)


def flush(path: Path) -> None:
    """Flush what somebody wrote to a file who may have died before they did."""
    handle = os.open(path, os.O_WRONLY | _BINARY)
    try:
        sync(handle)
    finally:
        os.close(handle)


def remove(path: Path) -> None:
    """Remove a file; no error if it is gone."""
    changes.note()
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)


def remove_folder(path: Path) -> None:
    """Remove a folder with the files in it; no error if it is gone."""
    with contextlib.suppress(FileNotFoundError):
        for one in path.iterdir():
            remove(one)
        os.rmdir(path)


def touch(path: Path, content: bytes = b"") -> None:
    """Make a small file that only has to outlive this process, not a power cut."""
    write_new(path, content, flush=False)


_BINARY: Final[int] = getattr(os, "O_BINARY", 0)


def _write_all(handle: int, content: bytes) -> None:
    # A write may take less than it was given without an error (a nearly full disk, a file size
    # limit); the error comes with the next one.
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(handle, rest) :]


@contextlib.contextmanager
def _removed_on_error(temporary: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
