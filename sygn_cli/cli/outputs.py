"""Files that the user names for a result: whole or not at all, and nothing overwritten unasked."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from sygn_cli.domain.errors import InvalidRequest


@contextmanager
def whole_file(path: Path, *, force: bool, private: bool = False) -> Iterator[IO[bytes]]:
    """Give a file to write to that appears in its place when the block ends without an error.

    A link is followed. Into a pipe or device is written directly: it holds nothing to overwrite.

    Args:
        path: Where it is to appear.
        force: Whether a file that is there is replaced.
        private: Only its owner may read it, whatever the umask says; and it outlasts a power cut.

    Raises:
        InvalidRequest: It exists and ``force`` is off, or it cannot be written.
    """
    try:
        if _takes_a_stream(path, force=force):
            with path.open("wb") as file:
                yield file
        else:
            with _appearing(Path(os.path.realpath(path)), force=force, private=private) as file:
                yield file
    except FileExistsError as error:
        raise _exists(path) from error
    except OSError as error:
        raise InvalidRequest(f"{path} cannot be written: {error.strerror}.") from error


def _takes_a_stream(path: Path, *, force: bool) -> bool:
    """Tell whether it is a pipe, a terminal or a device.

    Raises:
        InvalidRequest: It is a folder, or exists and ``force`` is off.
        OSError: It cannot be looked at.
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return False
    if stat.S_ISDIR(mode):
        raise InvalidRequest(f"{path} is a folder.", hint="Name a file in it.")
    holds_something = stat.S_ISREG(mode) or stat.S_ISBLK(mode)
    if holds_something and not force:
        raise _exists(path)
    return not stat.S_ISREG(mode)


def _exists(path: Path) -> InvalidRequest:
    return InvalidRequest(f"{path} exists.", hint="Overwrite it with --force.")


@contextmanager
def _appearing(path: Path, *, force: bool, private: bool) -> Iterator[IO[bytes]]:
    scratch: Path | None = None
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        scratch = Path(name)
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            if private:
                os.fsync(file.fileno())
        if not private:
            scratch.chmod(0o666 & ~_umask())
        if force:
            scratch.replace(path)
        else:
            _put_if_absent(scratch, path)
        if private:
            _keep_name(path)
    finally:
        if scratch is not None:
            with suppress(OSError):
                scratch.unlink(missing_ok=True)


def _put_if_absent(scratch: Path, path: Path) -> None:
    """Put a file into a place that is still free.

    Raises:
        FileExistsError: It is not; ``replace`` would overwrite a file just made.
    """
    try:
        os.link(scratch, path)
    except FileExistsError:
        raise
    except OSError:
        # exFAT and some network drives have no hard links. Whoever makes the name owns the place.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        try:
            scratch.replace(path)
        except OSError:
            path.unlink()
            raise


def _keep_name(path: Path) -> None:
    """Flush a file's name: a backup that was told of must not go with the power."""
    from sygn_cli.store import durable

    durable.sync_folder(path.parent)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
