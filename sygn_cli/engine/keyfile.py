"""Credential files as they lie on the disk, their key in the clear or under a passphrase.

Key (PKCS #8, RFC 5958), certificate and chain follow each other in PEM.
"""

from __future__ import annotations

from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization

from sygn_cli.domain.errors import SealFailed, Unauthorized
from sygn_cli.domain.pem import certificates as certificates_in

_PROTECTED: Final = b"-----BEGIN ENCRYPTED PRIVATE KEY-----"


def is_protected(pem: bytes) -> bool:
    """Tell whether the key is under a passphrase."""
    return _PROTECTED in pem


def certificates(pem: bytes) -> tuple[bytes, ...]:
    """Return the certificates, the key's own first, without needing the key.

    Raises:
        SealFailed: There is none.
    """
    found = certificates_in(pem)
    if not found:
        raise SealFailed("The credential holds no certificate.")
    return found


def protected(pem: bytes, passphrase: bytes) -> bytes:
    """Return the file with its key, which is in the clear, put under a passphrase.

    Raises:
        SealFailed: The key cannot be read.
    """
    return _rewritten(pem, None, serialization.BestAvailableEncryption(passphrase))


def unprotected(pem: bytes, passphrase: bytes) -> bytes:
    """Return the file with its key in the clear.

    Raises:
        Unauthorized: The passphrase is wrong.
        SealFailed: The key cannot be read.
    """
    return _rewritten(pem, passphrase, serialization.NoEncryption())


def opens(passphrase: bytes, pem: bytes) -> bool:
    """Tell whether the key is under this passphrase."""
    if not is_protected(pem):
        return False
    try:
        unprotected(pem, passphrase)
    except Unauthorized:
        return False
    return True


def _rewritten(
    pem: bytes, passphrase: bytes | None, wanted: serialization.KeySerializationEncryption
) -> bytes:
    try:
        key = serialization.load_pem_private_key(pem, password=passphrase)
    except ValueError as error:
        if passphrase is not None:
            raise Unauthorized("The passphrase of the seal key is wrong.") from error
        raise SealFailed("The private key of the seal cannot be read.") from error
    except (TypeError, UnsupportedAlgorithm) as error:
        raise SealFailed(f"The private key of the seal cannot be read: {error}.") from error
    written = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, wanted
    )
    return written + b"".join(certificates(pem))
