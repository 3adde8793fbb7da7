"""Ways in which a file is harmed."""

from __future__ import annotations

import random
from typing import Final

from tests.soak import at_length

FLIPS: Final = at_length(40, 1000)


def empty(content: bytes) -> bytes:
    return b""


def half(content: bytes) -> bytes:
    return content[: len(content) // 2]


def one_less(content: bytes) -> bytes:
    return content[:-1]


def crlf(content: bytes) -> bytes:
    return content.replace(b"\n", b"\r\n")


def zeros(content: bytes) -> bytes:
    return bytes(len(content))


def flipped(content: bytes, chance: random.Random) -> bytes:
    """Return it with one bit another."""
    changed = bytearray(content)
    changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


HARMS: Final = [empty, half, one_less, crlf, zeros]
