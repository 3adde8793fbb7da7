"""Where repairs put what they take away: nothing is deleted that a person may still want to see."""

from __future__ import annotations

import itertools
from datetime import UTC
from typing import TYPE_CHECKING

from sygn_cli.store import durable

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from sygn_cli.store.workspace import Workspace


class Quarantine:
    """A folder in the workspace, one below it for each repair; files keep their paths in it."""

    def __init__(self, workspace: Workspace, *, now: datetime) -> None:
        self._root = workspace.path
        stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
        self._folder = workspace.path / "quarantine" / stamp

    def take(self, path: Path) -> Path:
        """Move a file or folder there; return where it is now.

        Raises:
            OSError: It cannot be moved; it is still where it was.
        """
        target = self._free(path)
        self._make(target.parent)
        if path.is_dir():
            durable.move_folder(path, target)
            durable.sync_folder(path.parent)
        else:
            durable.move_apart(path, target)
        return target

    def keep(self, path: Path, content: bytes) -> Path:
        """Keep bytes that are about to be cut off a file; return where they are.

        Raises:
            OSError: They cannot be written.
        """
        target = self._free(path)
        self._make(target.parent)
        durable.write_new(target, content)
        durable.sync_folder(target.parent)
        return target

    def _make(self, folder: Path) -> None:
        """Make a folder with all above it, and flush their names: a repair may be a second one."""
        if folder != self._root:
            self._make(folder.parent)
            durable.make_folder(folder)

    def _free(self, path: Path) -> Path:
        wanted = self._folder / path.relative_to(self._root)
        for number in itertools.count(1):
            if not wanted.exists():
                break
            wanted = self._folder / f"{path.relative_to(self._root)}.{number}"
        return wanted
