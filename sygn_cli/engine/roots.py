"""Read the certificates that a user trusts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asn1crypto import pem, x509

from sygn_cli.domain.errors import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Sequence


def roots(trust: Sequence[bytes]) -> tuple[x509.Certificate, ...]:
    """Return the certificates of PEM files, each of which may hold several.

    Raises:
        InvalidRequest: One of them holds anything else, or nothing.
    """
    return tuple(certificate for content in trust for certificate in _read(content))


def _read(content: bytes) -> list[x509.Certificate]:
    try:
        found = [
            x509.Certificate.load(der, strict=True)
            for kind, _, der in pem.unarmor(content, multiple=True)
            if kind == "CERTIFICATE"
        ]
        for one in found:
            one.native  # noqa: B018  asn1crypto parses lazily
    except (ValueError, TypeError) as error:
        raise _unusable() from error
    if not found:
        raise _unusable()
    return found


def _unusable() -> InvalidRequest:
    return InvalidRequest(
        "The trusted certificate is not a certificate in PEM.",
        hint="Convert it with: openssl x509 -inform DER -in root.der -out root.pem",
    )
