"""The owner's link, and what a browser holds once it has opened it.

All of it is made by HMAC-SHA256 under the owner's key, so nothing secret is stored, the link
survives a restart, and another key kills link and sessions at once.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

# The owner comes back within that time or opens the link again.
SESSION_SECONDS: Final = 12 * 60 * 60
_SESSION: Final = re.compile(r"(\d{1,12})\.([A-Za-z0-9_-]{22})\.[A-Za-z0-9_-]{43}")
_PLACE_CHARACTERS: Final = 22
_NONCE_CHARACTERS: Final = 22


def token(key: bytes) -> str:
    """Return the 43 characters (256 bits) that open the owner's page."""
    return _mac(key, "link")


def opens(presented: str, key: bytes) -> bool:
    """Tell in constant time whether a token is the present one."""
    return _same(presented, token(key))


def place(key: bytes) -> str:
    """Return the part of the address under which the owner's pages lie.

    Browsers send a cookie to every port of a host. Its path is the only fence against a program
    that listens on another port of this machine, so the path is one that nobody can guess.
    """
    return _mac(key, "place")[:_PLACE_CHARACTERS]


def session(key: bytes, *, now: datetime, entropy: bytes) -> str:
    """Return what a browser holds instead of the link.

    Args:
        key: The owner's key.
        now: The present moment.
        entropy: 16 random bytes.
    """
    nonce = base64.urlsafe_b64encode(entropy).rstrip(b"=").decode("ascii")
    until = int(now.timestamp()) + SESSION_SECONDS
    return f"{until}.{nonce}.{_mac(key, f'session {until} {nonce}')}"


def seconds_left(presented: str, key: bytes, *, now: datetime) -> int:
    """Return how long a session is still good; 0 if it is not."""
    match = _SESSION.fullmatch(presented)
    if match is None:
        return 0
    expected = f"{match[1]}.{match[2]}.{_mac(key, f'session {match[1]} {match[2]}')}"
    if not _same(presented, expected):
        return 0
    left = int(match[1]) - int(now.timestamp())
    return left if 0 < left <= SESSION_SECONDS else 0


def form_token(key: bytes, entropy: bytes) -> str:
    """Return what a form carries and no other site can know, another one on each page.

    It lives as long as the key: what somebody typed is not lost because a session was renewed.
    """
    nonce = base64.urlsafe_b64encode(entropy).rstrip(b"=").decode("ascii")
    return nonce + _mac(key, f"form {nonce}")


def is_form_token(presented: str, key: bytes) -> bool:
    """Tell in constant time whether a form is one of ours."""
    nonce = presented[:_NONCE_CHARACTERS]
    return nonce.isascii() and _same(presented, nonce + _mac(key, f"form {nonce}"))


def _mac(key: bytes, purpose: str) -> str:
    digest = hmac.new(key, f"sygn-owner-1\n{purpose}".encode("ascii"), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def _same(presented: str, expected: str) -> bool:
    return hmac.compare_digest(presented.encode("utf-8", "replace"), expected.encode("ascii"))
