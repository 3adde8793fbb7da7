"""A cryptographic token (PKCS #11): a smart card, a USB key or a hardware security module."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Token:
    """Where the key that seals is, if not in a file.

    Attributes:
        module: Path of the PKCS #11 library that the token's maker supplies.
        token: The token's label.
        label: Label of key and certificate on it; "" where there is one of each.
        chain: Certificates above that of the key, PEM, nearest first; those on the token are
            found there.
    """

    module: str
    token: str
    label: str = ""
    chain: tuple[bytes, ...] = ()
