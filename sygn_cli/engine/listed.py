"""Look up who signed in revocation lists that a user brings along, with no network."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from pyhanko.pdf_utils.reader import PdfFileReader

from sygn_cli.domain.errors import InvalidRequest
from sygn_cli.domain.revocation import Reason, Revocation
from sygn_cli.engine.evidence import is_by, is_issued, load_list
from sygn_cli.engine.longterm import security_store
from sygn_cli.engine.roots import roots

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from asn1crypto import x509 as asn1
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature


def listed(
    pdf: bytes, lists: Sequence[bytes], *, trust: Sequence[bytes]
) -> tuple[tuple[Revocation, ...], tuple[str, ...]]:
    """Return who of those that signed a valid file is on a list, and which lists say nothing.

    A list counts if it is signed by an authority that leads up from a signer or a time-stamping
    authority, however old it is: who is on it stays revoked. An authority on a list takes with it
    whom it issued to. Its certificate may lie anywhere in the file, as when paths are built.

    Args:
        pdf: A file that was judged valid.
        lists: Revocation lists, PEM or DER.
        trust: Trusted root certificates, PEM.

    Raises:
        InvalidRequest: One is no revocation list.
    """
    pool, leaves = _certificates(PdfFileReader(io.BytesIO(pdf)))
    pool += [x509.load_der_x509_certificate(one.dump()) for one in roots(trust)]
    chains = [_upwards(one, pool) for one in dict.fromkeys(leaves)]
    found: dict[tuple[str, int], Revocation] = {}
    idle: list[str] = []
    for crl in map(_loaded, lists):
        used = False
        for chain in chains:
            for issuer in chain:
                if not is_by(crl, issuer):
                    continue
                used = True
                for one in _on(crl, issuer, chain):
                    found.setdefault((one.sha256, one.serial), one)
        if not used:
            idle.append(crl.issuer.rfc4514_string())
    return tuple(found.values()), tuple(idle)


def _certificates(reader: PdfFileReader) -> tuple[list[x509.Certificate], list[x509.Certificate]]:
    """Return all certificates in a file, and those of whoever signed something.

    Those that came with a timestamp are among the latter: one of them has signed it.
    """
    around: list[asn1.Certificate] = []
    leaves: list[asn1.Certificate] = []
    for signature in reader.embedded_signatures:
        leaves += [signature.signer_cert, *_with_timestamps(signature)]
        around += signature.other_embedded_certs
    store = security_store(reader)
    if store is not None:
        around += store.load_certs()
    signing = [x509.load_der_x509_certificate(one.dump()) for one in leaves]
    return [*signing, *(x509.load_der_x509_certificate(one.dump()) for one in around)], signing


def _with_timestamps(signature: EmbeddedPdfSignature) -> Iterator[asn1.Certificate]:
    for attribute in signature.signer_info["unsigned_attrs"]:
        if attribute["type"].native != "signature_time_stamp_token":
            continue
        for token in attribute["values"]:
            yield from (one.chosen for one in token["content"]["certificates"])


def _upwards(leaf: x509.Certificate, pool: Sequence[x509.Certificate]) -> list[x509.Certificate]:
    """Return a certificate and all that lead up from it, wherever in the file they lie."""
    chain = [leaf]
    for one in chain:  # it grows meanwhile
        chain += [
            above
            for above in dict.fromkeys(pool)
            if above.subject == one.issuer and above not in chain and is_issued(above, one)
        ]
    return chain


def _loaded(content: bytes) -> x509.CertificateRevocationList:
    try:
        return load_list(content)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise InvalidRequest(
            "The revocation list is not one in PEM or DER.",
            hint="Look at it with: openssl crl -in list.crl -noout -text",
        ) from error


def _on(
    crl: x509.CertificateRevocationList,
    issuer: x509.Certificate,
    chain: Sequence[x509.Certificate],
) -> Iterator[Revocation]:
    signer = chain[0]
    for one in chain:
        entry = crl.get_revoked_certificate_by_serial_number(one.serial_number)
        if entry is not None and is_issued(issuer, one):
            yield Revocation(
                sha256=signer.fingerprint(hashes.SHA256()).hex(),
                serial=one.serial_number,
                name=one.subject.rfc4514_string(),
                since=entry.revocation_date_utc,
                reason=_reason(entry),
            )


def _reason(entry: x509.RevokedCertificate) -> Reason:
    try:
        flag = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
        return Reason.parse(flag.name)
    except (x509.ExtensionNotFound, InvalidRequest, ValueError):
        return Reason.UNSPECIFIED
