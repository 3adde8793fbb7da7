"""Gather what a validator will need in ten years: whole chains, and a revocation list for each link.

PAdES calls it validation data (ETSI EN 319 142-1, 5.4); a seal of level B-LT carries it.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AuthorityInformationAccessOID

from sygn_cli.domain.errors import NetworkFailed
from sygn_cli.engine import web
from sygn_cli.engine.issuers import MOST_ISSUERS, is_issued

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Fetch = Callable[[str], bytes]

_LARGEST: Final = 4 * 1024 * 1024  # revocation lists of busy authorities are long


def fetcher(*, allow_private: bool) -> Fetch:
    """Return what fetches from addresses that stand in certificates.

    Args:
        allow_private: They may lead to this machine or a private network, because the certificates
            are the operator's own, or those of an authority there.
    """
    return partial(web.ask, largest=_LARGEST, named_by_others=True, allow_private=allow_private)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Certificates and revocation lists, each as DER."""

    certificates: tuple[bytes, ...] = field(repr=False)
    crls: tuple[bytes, ...] = field(repr=False)

    def __add__(self, other: Evidence) -> Evidence:
        """Return both, nothing twice."""
        return Evidence(
            tuple(dict.fromkeys((*self.certificates, *other.certificates))),
            tuple(dict.fromkeys((*self.crls, *other.crls))),
        )


def gather(chain: Sequence[bytes], crls: Sequence[bytes], fetch: Fetch) -> Evidence:
    """Return all that is needed to check a chain without asking anybody.

    Args:
        chain: Certificates in DER, the signer's first, each issued by the next.
        crls: Revocation lists that are at hand, DER; others are fetched from where the
            certificates say.
        fetch: Returns what lies at an address.

    Raises:
        NetworkFailed: Something cannot be had. What is incomplete proves nothing.
    """
    try:
        certs = [x509.load_der_x509_certificate(der) for der in chain]
        lists = [x509.load_der_x509_crl(der) for der in crls]
        certs = _completed(certs, fetch)
        found = [
            _list_for(cert, issuer, lists, fetch) for cert, issuer in itertools.pairwise(certs)
        ]
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise NetworkFailed(f"A certificate or revocation list is unreadable: {error}.") from error
    return Evidence(
        tuple(cert.public_bytes(Encoding.DER) for cert in certs),
        tuple(one.public_bytes(Encoding.DER) for one in found),
    )


def _completed(certs: list[x509.Certificate], fetch: Fetch) -> list[x509.Certificate]:
    """Return the chain up to a root."""
    while not is_issued(certs[-1], certs[-1]):
        addresses = list(_issuer_addresses(certs[-1]))
        if not addresses or len(certs) > MOST_ISSUERS:
            raise NetworkFailed(f"Nobody tells who issued the certificate of {_name(certs[-1])}.")
        issuer = _any_certificate(fetch(addresses[0]))
        if not is_issued(issuer, certs[-1]):
            raise NetworkFailed(f"{addresses[0]} did not issue the one of {_name(certs[-1])}.")
        certs = [*certs, issuer]
    return certs


def _any_certificate(content: bytes) -> x509.Certificate:
    if content.lstrip().startswith(b"-----BEGIN"):
        return x509.load_pem_x509_certificate(content)
    return x509.load_der_x509_certificate(content)


def _list_for(
    cert: x509.Certificate,
    issuer: x509.Certificate,
    at_hand: Sequence[x509.CertificateRevocationList],
    fetch: Fetch,
) -> x509.CertificateRevocationList:
    for one in at_hand:
        if is_by(one, issuer):
            return one
    for address in _list_addresses(cert):
        found = load_list(fetch(address))
        if is_by(found, issuer):
            return found
    raise NetworkFailed(f"There is no revocation list for the certificate of {_name(cert)}.")


def is_by(crl: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    """Tell whether a certificate signed the list."""
    try:
        return crl.issuer == issuer.subject and crl.is_signature_valid(
            issuer.public_key()  # type: ignore[arg-type]  # keys of other kinds raise TypeError
        )
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False


def load_list(content: bytes) -> x509.CertificateRevocationList:
    """Return a revocation list, PEM or DER.

    Raises:
        ValueError, TypeError, UnsupportedAlgorithm: It is none.
    """
    if content.lstrip().startswith(b"-----BEGIN"):
        return x509.load_pem_x509_crl(content)
    return x509.load_der_x509_crl(content)


def _list_addresses(cert: x509.Certificate) -> Iterator[str]:
    try:
        points = cert.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except x509.ExtensionNotFound:
        return
    for point in points:
        yield from _web_addresses(point.full_name or ())


def _issuer_addresses(cert: x509.Certificate) -> Iterator[str]:
    try:
        access = cert.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except x509.ExtensionNotFound:
        return
    for one in access:
        if one.access_method == AuthorityInformationAccessOID.CA_ISSUERS:
            yield from _web_addresses((one.access_location,))


def _web_addresses(names: Sequence[x509.GeneralName]) -> Iterator[str]:
    for name in names:
        if isinstance(name, x509.UniformResourceIdentifier) and name.value.startswith("http"):
            yield name.value


def _name(cert: x509.Certificate) -> str:
    return cert.subject.rfc4514_string()
