"""Look up who signed in revocation lists that a user brings along, with no network."""

from __future__ import annotations

import io
from contextlib import suppress
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import extract_certificate_info
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter

from sygn_cli.domain.errors import InvalidRequest
from sygn_cli.domain.revocation import Reason, Revocation
from sygn_cli.engine.evidence import is_by, load_list
from sygn_cli.engine.issuers import MOST_ISSUERS, is_issued
from sygn_cli.engine.longterm import security_store
from sygn_cli.engine.roots import roots

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from asn1crypto import x509 as asn1


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
    by_name: dict[x509.Name, list[x509.Certificate]] = {}
    for certificate in dict.fromkeys(pool):
        by_name.setdefault(certificate.subject, []).append(certificate)
    chains = [_upwards(one, by_name) for one in dict.fromkeys(leaves)]
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
    """Return all certificates in a file, and those of whoever signed something in it."""
    around: list[asn1.Certificate] = []
    leaves: list[asn1.Certificate] = []
    for signature in reader.embedded_signatures:
        leaves.append(signature.signer_cert)
        around += signature.other_embedded_certs
        for token in extract_tst_data_iter(signature.signer_info, signed=False):
            found = extract_certificate_info(token)
            leaves.append(found.signer_cert)
            around += found.other_certs
    store = security_store(reader)
    if store is not None:
        around += store.load_certs()
    signing = [x509.load_der_x509_certificate(one.dump()) for one in leaves]
    return [*signing, *_readable(around)], signing


def _readable(certificates: Sequence[asn1.Certificate]) -> Iterator[x509.Certificate]:
    """Yield those that can be read; nobody has signed which others lie beside a signature."""
    for one in certificates:
        with suppress(ValueError, TypeError, UnsupportedAlgorithm):
            yield x509.load_der_x509_certificate(one.dump())


def _upwards(
    leaf: x509.Certificate, pool: Mapping[x509.Name, Sequence[x509.Certificate]]
) -> list[x509.Certificate]:
    """Return a certificate and those that lead up from it, wherever in the file they lie."""
    chain = {leaf: None}
    level = [leaf]
    for _ in range(MOST_ISSUERS):
        level = [
            above
            for one in level
            for above in pool.get(one.issuer, ())
            if above not in chain and is_issued(above, one)
        ]
        chain |= dict.fromkeys(level)
    return list(chain)


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
