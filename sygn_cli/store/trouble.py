"""What errors of the operating system mean for the user."""

from __future__ import annotations

import contextlib
import errno
from typing import TYPE_CHECKING, Final

from sygn_cli.domain.errors import WorkspaceUnusable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_FORBIDDEN: Final = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})


def unusable(error: OSError, path: Path) -> WorkspaceUnusable:
    """Return what an error of the operating system means for the user."""
    place = error.filename if isinstance(error.filename, str) else path
    if error.errno in _FULL:
        return WorkspaceUnusable(
            f"There is no space left for {place}; nothing was changed.",
            hint="Free some space and try again.",
        )
    if error.errno in _FORBIDDEN:
        return WorkspaceUnusable(
            f"{place} cannot be written: {error.strerror}.",
            hint="Check who owns the workspace folder, or choose another with --workspace.",
        )
    return WorkspaceUnusable(f"The workspace cannot be used: {place}: {error.strerror or error}.")


@contextlib.contextmanager
def guarded(path: Path) -> Iterator[None]:
    """Turn errors of the operating system inside the block into ``WorkspaceUnusable``."""
    try:
        yield
    except OSError as error:
        raise unusable(error, path) from error
