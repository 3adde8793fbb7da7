"""Issue the workspace CA's revocation list (RFC 5280, section 5)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

from sygn_cli.domain.revocation import Reason
from sygn_cli.engine import credential as credentials

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sygn_cli.domain.revocation import Revocation
    from sygn_cli.engine.credential import Credential

# The authority of the timestamp may have a clock that is behind ours.
_BACKDATED: Final = timedelta(hours=1)
_LASTS: Final = timedelta(days=7)


def make_crl(ca: Credential, *, now: datetime, revoked: Sequence[Revocation] = ()) -> bytes:
    """Return a revocation list in DER.

    Args:
        ca: Who issues it.
        now: When; its number is that moment in seconds, so that later lists count higher.
        revoked: What it has revoked so far.

    Raises:
        SealFailed: The CA's key or certificate is unreadable.
    """
    key, issuer = credentials.file_key(ca), credentials.certificate(ca.cert_pem)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.subject)
        .last_update(now - _BACKDATED)
        .next_update(now + _LASTS)
        .add_extension(x509.CRLNumber(int(now.timestamp())), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False
        )
    )
    for one in revoked:
        builder = builder.add_revoked_certificate(_entry(one))
    digest = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return builder.sign(key, digest).public_bytes(serialization.Encoding.DER)


def to_pem(crl: bytes) -> bytes:
    """Return a list in PEM."""
    return x509.load_der_x509_crl(crl).public_bytes(serialization.Encoding.PEM)


def _entry(one: Revocation) -> x509.RevokedCertificate:
    entry = x509.RevokedCertificateBuilder().serial_number(one.serial).revocation_date(one.since)
    if one.reason is not Reason.UNSPECIFIED:
        # RFC 5280, 5.3.1: a reason that says nothing is left out.
        reason = x509.CRLReason(x509.ReasonFlags[one.reason.name.lower()])
        entry = entry.add_extension(reason, critical=False)
    return entry.build()
