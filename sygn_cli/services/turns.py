"""Turns: somebody signs on a device that is handed round, under an address that soon is worth nothing.

A turn stands for a signer's link where the device keeps what it was shown: it dies when they have
signed, when the next turn begins, after a while, and with this process. Nothing of it is stored.
"""

from __future__ import annotations

import base64
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

ENTROPY_BYTES: Final = 24
LASTS: Final = timedelta(minutes=30)
_PREFIX: Final = "turn_"


@dataclass(frozen=True, slots=True)
class Turn:
    """Who signs on the device now, and until when."""

    document: str
    signer: str
    until: datetime


class Turns:
    """The turns of this process; safe to share by threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[str, Turn] = {}

    def begin(self, document: str, signer: str, *, now: datetime, entropy: bytes) -> str:
        """Return a token for a signer; every earlier turn at the document ends.

        Args:
            document: The document.
            signer: ``s1``, ``s2`` ...
            now: The moment.
            entropy: ``ENTROPY_BYTES`` random bytes.
        """
        token = _PREFIX + base64.urlsafe_b64encode(entropy).decode("ascii")
        with self._lock:
            kept = {k: one for k, one in self._open.items() if one.document != document}
            self._open = {**kept, token: Turn(document, signer, now + LASTS)}
        return token

    def find(self, token: str, *, now: datetime) -> Turn | None:
        """Return whose turn a token stands for, None where it is over or never was."""
        turn = self._open.get(token)
        return turn if turn is not None and now < turn.until else None


def is_turn(token: str) -> bool:
    """Tell whether a token is or was one of a turn, and not a signer's link."""
    return token.startswith(_PREFIX)
