"""The workspace's secrets as files that only their owner may read."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final

from sygn_cli.domain.errors import WorkspaceUnusable
from sygn_cli.store import durable, locks, trouble

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LINK_KEY: Final = "link.key"
_LINK_KEY_BYTES: Final = 32
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


class Keyring:
    """The folder of keys. What is in it is overwritten only where that is asked for."""

    def __init__(self, folder: Path, *, entropy: Callable[[int], bytes] = os.urandom) -> None:
        self._folder = folder
        self._entropy = entropy

    def read(self, name: str) -> bytes | None:
        """Return what is kept under a name, for example ``seal.pem``; None if nothing is."""
        try:
            return durable.read(self._path(name))
        except FileNotFoundError:
            return None

    def put_if_absent(self, name: str, content: bytes) -> bytes:
        """Keep bytes under a name unless something is there; return what is there afterwards.

        Of any number of processes that do so at once all return the same.

        Raises:
            WorkspaceUnusable: It cannot be written.
        """
        path = self._path(name)
        with trouble.guarded(path):
            durable.put_if_absent(path, content)
            return durable.read(path)

    def replace(self, name: str, content: bytes) -> None:
        """Keep bytes in the place of what is under a name: all of them, or what was there.

        Raises:
            WorkspaceUnusable: They cannot be written; nothing has changed.
        """
        path = self._path(name)
        with trouble.guarded(path), locks.hold(self._folder / ".lock"):
            durable.replace(path, content)
            durable.sync_folder(self._folder)

    def link_key(self) -> bytes:
        """Return the key under which signing links are made (32 bytes); made on first use.

        Raises:
            WorkspaceUnusable: It is damaged or cannot be written.
        """
        key = self.read(LINK_KEY) or self.put_if_absent(LINK_KEY, self._entropy(_LINK_KEY_BYTES))
        if len(key) != _LINK_KEY_BYTES:
            raise WorkspaceUnusable(
                f"{self._path(LINK_KEY)} is damaged: {len(key)} bytes instead of "
                f"{_LINK_KEY_BYTES}.",
                hint="Restore it from a backup; without it all signing links are dead.",
            )
        return key

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise ValueError(f"not a name of a key: {name!r}")
        return self._folder / name
