"""Which certificates lead up from another: each signed the one before (RFC 5280, 6.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cryptography import x509

# Authorities have one to three above a signer; those that signed each other have no end.
MOST_ISSUERS: Final = 10


def is_issued(issuer: x509.Certificate, cert: x509.Certificate) -> bool:
    """Tell whether one certificate signed the other."""
    try:
        cert.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def issuers(
    cert: x509.Certificate, others: Sequence[x509.Certificate]
) -> Iterator[x509.Certificate]:
    """Yield the certificates above one, nearest first, as far up as they are among the others."""
    for _ in range(MOST_ISSUERS):
        if cert.issuer == cert.subject:
            return
        issuer = next((one for one in others if is_issued(one, cert)), None)
        if issuer is None:
            return
        yield issuer
        cert = issuer
