"""Cursors: where a stretch of a list ended, as text that nobody else can make by accident."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Final

from sygn_cli.domain.errors import InvalidRequest

_CHECK_BYTES: Final = 4


def made_of(position: str) -> str:
    """Return the cursor for a position in a list."""
    content = position.encode()
    check = hashlib.sha256(content).digest()[:_CHECK_BYTES]
    return base64.urlsafe_b64encode(check + content).rstrip(b"=").decode()


def position_of(cursor: str) -> str:
    """Return the position that a cursor was made of.

    Raises:
        InvalidRequest: It is not one of ours.
    """
    try:
        content = base64.b64decode(
            cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True
        )
        position = content[_CHECK_BYTES:].decode("ascii")
    except (binascii.Error, ValueError):
        raise not_ours() from None
    if made_of(position) != cursor:
        raise not_ours()
    return position


def not_ours() -> InvalidRequest:
    """Return the refusal of a cursor that no list gave."""
    return InvalidRequest(
        "The cursor is not one that a list gave.", hint="Start again without a cursor."
    )
