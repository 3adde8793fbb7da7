"""Where keys are kept, as far as whoever makes and uses them has to know."""

from __future__ import annotations

from typing import Protocol


class KeyFiles(Protocol):
    """Small secret files by name."""

    def link_key(self) -> bytes:
        """Return the link key, made on first use."""
        ...

    def read(self, name: str) -> bytes | None:
        """Return a file's content, or None."""
        ...

    def put_if_absent(self, name: str, content: bytes) -> bytes:
        """Store a file unless it exists, and return what is there now."""
        ...

    def replace(self, name: str, content: bytes) -> None:
        """Store a file in the place of the one that is there, whole or not at all."""
        ...

    def require_not_lost(self, name: str) -> None:
        """Refuse to go on without a file that is not there and that seals were made with.

        Raises:
            SealFailed: It is lost.
        """
        ...
