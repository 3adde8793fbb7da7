"""The workspace's X.509 credentials: a small CA, and the key that seals."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Credential:
    """A private key with its certificate, everything as PEM.

    Attributes:
        key_pem: PKCS#8, not encrypted.
        cert_pem: The X.509 certificate of the key.
        chain_pem: The certificates above it, nearest first, the root last; empty for a root.
    """

    key_pem: bytes = field(repr=False)
    cert_pem: bytes
    chain_pem: tuple[bytes, ...] = ()


def make_ca(name: str, *, now: datetime) -> Credential:
    """Return a new certification authority, valid for 20 years from ``now``."""
    raise NotImplementedError


def make_seal_credential(ca: Credential, name: str, *, now: datetime) -> Credential:
    """Return a new sealing credential issued by the CA, valid for 10 years from ``now``."""
    raise NotImplementedError


def dump(credential: Credential) -> bytes:
    """Return key, certificate and chain as one PEM file."""
    raise NotImplementedError


def load(pem: bytes) -> Credential:
    """Return the credential that :func:`dump` wrote.

    Raises:
        SealFailed: It is no such file.
    """
    raise NotImplementedError


def fingerprint(cert_pem: bytes) -> str:
    """Return the SHA-256 of the certificate in hex, as ``openssl x509 -fingerprint -sha256``."""
    raise NotImplementedError


def expires_at(cert_pem: bytes) -> datetime:
    """Return the moment after which the certificate is no longer valid."""
    raise NotImplementedError


def test_sign(credential: Credential, *, now: datetime) -> None:
    """Make and check one signature, so that an unusable key is found before it is needed.

    Raises:
        SealFailed: The key is unreadable or not that of the certificate, the certificate is not
            for signing, not valid now, or not issued by its chain.
    """
    raise NotImplementedError
