"""Read a credential from a PKCS #12 file (.p12, .pfx), as authorities hand them out (RFC 7292)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from asn1crypto import pkcs12 as asn1
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12

from sygn_cli.domain.errors import InvalidRequest, Unauthorized
from sygn_cli.engine.credential import Credential
from sygn_cli.engine.issuers import issuers

if TYPE_CHECKING:
    from cryptography import x509

# RFC 7292, appendix C: pbeWithSHAAnd128BitRC4 up to pbeWithSHAAnd40BitRC2-CBC, as encoded.
_LEGACY: Final = tuple(bytes.fromhex("060a2a864886f70d010c01") + bytes([n]) for n in range(1, 7))
_MODERNISE: Final = (
    "Write it anew: openssl pkcs12 -legacy -in OLD.p12 -out KEY.pem -nodes && "
    "openssl pkcs12 -export -in KEY.pem -out NEW.p12 && rm KEY.pem"
)


def read(content: bytes, passphrase: bytes | None) -> Credential:
    """Return the credential in the file; its chain is put in order, strangers are left out.

    Raises:
        Unauthorized: The passphrase is wrong or missing.
        InvalidRequest: It is no PKCS #12 file, is encrypted in a way that is not read any more, or
            holds no key with its certificate.
    """
    _require_pfx(content)
    legacy = any(one in content for one in _LEGACY)
    try:
        key, cert, others = pkcs12.load_key_and_certificates(content, passphrase)
    except UnsupportedAlgorithm as error:
        raise InvalidRequest(
            "The PKCS #12 file is encrypted in an old way that is not supported any more.",
            hint=_MODERNISE,
        ) from error
    except ValueError as error:
        hint = f"If it is right, the file's old encryption may be why. {_MODERNISE}"
        raise Unauthorized(
            "The passphrase of the PKCS #12 file is wrong, or the file is damaged.",
            hint=hint if legacy else None,
        ) from error
    if key is None or cert is None:
        raise InvalidRequest("The PKCS #12 file holds no private key with its certificate.")
    key_pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return Credential(key_pem, _pem(cert), tuple(map(_pem, issuers(cert, others))))


def _require_pfx(content: bytes) -> None:
    try:
        version = asn1.Pfx.load(content, strict=True)["version"].native
    except (ValueError, TypeError, KeyError) as error:
        raise _no_pfx() from error
    if version != "v3":
        raise _no_pfx()


def _no_pfx() -> InvalidRequest:
    return InvalidRequest(
        "The file is no PKCS #12 file (.p12 or .pfx).",
        hint="Make one from PEM: openssl pkcs12 -export -inkey KEY.pem -in CERT.pem "
        "-certfile CHAIN.pem -out CERT.p12",
    )


def _pem(cert: x509.Certificate) -> bytes:
    return cert.public_bytes(serialization.Encoding.PEM)
