"""Chains of certificates are followed as far in a file, on a token and on the network."""

from datetime import timedelta
from itertools import pairwise

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from sygn_cli.domain.errors import NetworkFailed
from sygn_cli.engine.evidence import gather
from sygn_cli.engine.issuers import MOST_ISSUERS, issuers
from tests.engine.conftest import NOON

DER = serialization.Encoding.DER
KEY = ec.generate_private_key(ec.SECP256R1())
STRANGER = ec.generate_private_key(ec.SECP256R1())


def name(number):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Number {number}")])


def certificate(number, issuer, key=KEY):
    above = x509.UniformResourceIdentifier(f"http://example.com/{issuer}")
    issuers_lie = x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, above)
    return (
        x509.CertificateBuilder()
        .subject_name(name(number))
        .issuer_name(name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOON)
        .not_valid_after(NOON + timedelta(days=9))
        .add_extension(x509.AuthorityInformationAccess([issuers_lie]), critical=False)
        .sign(KEY, hashes.SHA256())
    )


def tower(height):
    """Return a signer's certificate and those above it, the last one a root."""
    return [certificate(n, min(n + 1, height)) for n in range(height + 1)]


def revoking_nobody(issuer):
    return (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.subject)
        .last_update(NOON)
        .next_update(NOON + timedelta(days=9))
        .sign(KEY, hashes.SHA256())
        .public_bytes(DER)
    )


def fetched(chain):
    """Return what is gathered for a signer whose issuers lie on the network."""
    lying = {f"http://example.com/{n}": one.public_bytes(DER) for n, one in enumerate(chain)}
    lists = [revoking_nobody(issuer) for _, issuer in pairwise(chain)]
    return gather([chain[0].public_bytes(DER)], lists, lying.__getitem__).certificates


def test_a_chain_is_put_in_order_and_strangers_are_left_out():
    signer, *above = tower(3)
    stranger = certificate(1, 2, STRANGER)
    assert list(issuers(signer, [stranger, *reversed(above)])) == above


def test_a_chain_of_the_greatest_length_is_followed_wherever_it_lies():
    chain = tower(MOST_ISSUERS)
    assert list(issuers(chain[0], chain)) == chain[1:]
    assert fetched(chain) == tuple(one.public_bytes(DER) for one in chain)


def test_a_longer_one_is_not():
    chain = tower(MOST_ISSUERS + 1)
    assert list(issuers(chain[0], chain)) == chain[1:-1]
    with pytest.raises(NetworkFailed):
        fetched(chain)


def test_authorities_that_signed_each_other_have_no_end():
    one, other = certificate(1, 2), certificate(2, 1)
    assert len(list(issuers(certificate(0, 1), [one, other]))) == MOST_ISSUERS
