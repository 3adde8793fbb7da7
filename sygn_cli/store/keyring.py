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
    """The folder of keys. What is in it is overwritten only where that is asked for.

    Args:
        folder: Where they are.
        entropy: What new ones are made of.
        has_links: Whether anything may have been made with the link key.
    """

    def __init__(
        self,
        folder: Path,
        *,
        entropy: Callable[[int], bytes] = os.urandom,
        has_links: Callable[[], bool] = bool,
    ) -> None:
        self._folder = folder
        self._entropy = entropy
        self._has_links = has_links
        self._is_flushed = False

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
            WorkspaceUnusable: It is gone or damaged, or cannot be written.
        """
        kept = self.kept_link_key()
        if kept is not None:
            return kept
        return self._sound(self.put_if_absent(LINK_KEY, self._entropy(_LINK_KEY_BYTES)))

    def kept_link_key(self) -> bytes | None:
        """Return the link key, or None where there is none and nothing was made with one.

        Raises:
            WorkspaceUnusable: It is damaged, or gone and what was made with it is not.
        """
        key = self.read(LINK_KEY)
        if key is None and self._has_links():
            key = self.read(LINK_KEY)  # others may have made it meanwhile, and then a document
            if key is None:
                raise self._lost("is gone")
        return None if key is None else self._sound(key)

    def require_link_key(self) -> None:
        """Make the link key unless it is there; durable on return, as a document may now be.

        Raises:
            WorkspaceUnusable: As for :meth:`link_key`.
        """
        self.link_key()
        if not self._is_flushed:  # whoever made it may have died before that
            with trouble.guarded(self._folder):
                durable.sync_folder(self._folder)
            self._is_flushed = True

    def renew_link_key(self) -> None:
        """Make another link key: whatever was made with the one before is void.

        Raises:
            WorkspaceUnusable: It cannot be written; nothing has changed.
        """
        self.replace(LINK_KEY, self._entropy(_LINK_KEY_BYTES))

    def _sound(self, key: bytes) -> bytes:
        if len(key) != _LINK_KEY_BYTES:
            raise self._lost(f"is damaged ({len(key)} bytes instead of {_LINK_KEY_BYTES})")
        if not any(key):  # what a power cut may leave of a file
            raise self._lost("is damaged (nothing but zeros)")
        return key

    def _lost(self, how: str) -> WorkspaceUnusable:
        return WorkspaceUnusable(
            f"{self._path(LINK_KEY)} {how}: no signing link, access code or authenticator that "
            "was given out works without it.",
            hint="Put it back from a backup; else sygn fsck --repair makes a new one, and all "
            "links have to be sent again.",
        )

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise ValueError(f"not a name of a key: {name!r}")
        return self._folder / name
