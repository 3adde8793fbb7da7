"""The workspace's secrets as files that only their owner may read."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final

from sygn_cli.domain.document import Signatures
from sygn_cli.domain.errors import SealFailed, WorkspaceUnusable
from sygn_cli.store import durable, locks, trouble

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

LINK_KEY: Final = "link.key"
CA: Final = "ca.pem"
SEAL: Final = "seal.pem"
# The certificates of a token that took the place of the seal's credential.
SEEN: Final = "token.pem"
# Certificates of credentials that were replaced; their keys are gone.
FORMER_SEALS: Final = "former-seals.pem"
# Roots of credentials that were replaced: what they sealed is still to be trusted.
FORMER_ROOTS: Final = "former-roots.pem"
_LINK_KEY_BYTES: Final = 32
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


class Keyring:
    """The folder of keys. What is in it is overwritten only where that is asked for.

    Args:
        folder: Where they are.
        entropy: What new ones are made of.
        has_links: Whether anything may have been made with the link key.
        has_seals: Whether any document may have been sealed with signatures of these kinds.
    """

    def __init__(
        self,
        folder: Path,
        *,
        entropy: Callable[[int], bytes] = os.urandom,
        has_links: Callable[[], bool] = bool,
        has_seals: Callable[[Collection[Signatures]], bool] = lambda _: False,
    ) -> None:
        self._folder = folder
        self._entropy = entropy
        self._has_links = has_links
        self._has_seals = has_seals
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

    def require_not_lost(self, name: str) -> None:
        """Refuse to go on without the CA or the seal's credential where something needs it.

        Documents are looked through only if it is not there.

        Raises:
            SealFailed: It is gone, and what was made with it is not.
        """
        # Others may have made it meanwhile, and then a seal.
        if self.read(name) is None and self._was_used(name) and self.read(name) is None:
            both = "are gone, though seals were made with them"
            lost = [one for one in (CA, SEAL) if self.read(one) is None and self._was_used(one)]
            raise SealFailed(
                f"{' and '.join(str(self._path(one)) for one in lost)} "
                f"{'is gone, though seals were made with it' if len(lost) == 1 else both}.",
                hint="Put back from a backup what is gone; else sygn fsck --repair makes it anew.",
            )

    def lost(self) -> tuple[str, SealFailed] | None:
        """Return the first that is lost of the CA and the seal's credential, and what to say."""
        for name in (CA, SEAL):
            try:
                self.require_not_lost(name)
            except SealFailed as error:
                return name, error
        return None

    def _was_used(self, name: str) -> bool:
        """Tell whether the CA or the seal's credential was there: by what only follows from it."""
        if name == CA and self.read(SEAL) is not None:
            return True
        if self.read(FORMER_SEALS) is not None:
            return True
        has_token = self.read(SEEN) is not None
        # A token's seals need neither; its workspace's CA is for signatures of signers' own.
        if name == SEAL and has_token:
            return False
        return self._has_seals([Signatures.EACH] if has_token else list(Signatures))

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
