"""The certificates in a PEM file (RFC 7468), whatever else is in it."""

from __future__ import annotations

from typing import Final

_BEGIN: Final = b"-----BEGIN CERTIFICATE-----"
_END: Final = b"-----END CERTIFICATE-----"


def certificates(content: bytes) -> tuple[bytes, ...]:
    """Return them one by one, in their order and as they are; () where there is none."""
    return tuple(
        _BEGIN + part.partition(_END)[0] + _END + b"\n" for part in content.split(_BEGIN)[1:]
    )
