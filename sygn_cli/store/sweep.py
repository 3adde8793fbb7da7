"""Taking away what processes that died left lying about; nothing here ever counted."""

from __future__ import annotations

import shutil
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sygn_cli.store import durable, locks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from sygn_cli.store.workspace import Workspace

# Longer than any write takes, so that nobody who is alive loses a file.
_LEFT_ALONE: Final = timedelta(hours=1)


def sweep(workspace: Workspace, *, now: datetime) -> int:
    """Remove unfinished files and creations older than an hour; return how many there were."""
    return sum(_removed(path) for path in unfinished(workspace, now=now))


def unfinished(workspace: Workspace, *, now: datetime) -> Iterator[Path]:
    """Yield unfinished files and creations older than an hour."""
    oldest = (now - _LEFT_ALONE).timestamp()
    yield from (path for path in _unfinished(workspace) if _is_older(path, oldest))


def _unfinished(workspace: Workspace) -> Iterator[Path]:
    yield from durable.paths(workspace.staging)
    for folder in (
        workspace.path,
        workspace.keys,
        workspace.log,
        workspace.outbox,
        workspace.idempotency,
        workspace.progress,
    ):
        yield from durable.paths(folder, durable.TEMPORARY)


def _is_older(path: Path, oldest: float) -> bool:
    try:
        return path.stat().st_mtime < oldest
    except FileNotFoundError:
        return False


def _removed(path: Path) -> bool:
    if not path.is_dir():
        durable.remove(path)
        return True
    with locks.hold_if_free(path / ".lock") as free:
        if free:
            shutil.rmtree(path, ignore_errors=True)
        return free
