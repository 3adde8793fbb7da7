"""Revocation lists that somebody brings along: believed if their authority signed them."""

from datetime import timedelta

import pytest

from sygn_cli.domain.errors import InvalidRequest
from sygn_cli.domain.revocation import Reason, Revocation
from sygn_cli.engine import credential as credentials
from sygn_cli.engine.credential import make_ca
from sygn_cli.engine.crl import make_crl, to_pem
from sygn_cli.engine.listed import listed
from tests.engine.conftest import NOON

LATER = NOON + timedelta(days=3)


def _list(ca, credential, *, serial=None):
    found = credentials.certificate(credential.cert_pem)
    one = Revocation("", serial or found.serial_number, "", NOON, Reason.KEY_COMPROMISE)
    return make_crl(ca, now=LATER, revoked=[one])


def test_who_is_on_a_list_is_found_with_moment_and_reason(sealed, ca, credential):
    crl = _list(ca, credential)
    for written in (crl, to_pem(crl)):
        (found,), idle = listed(sealed.pdf, [written], trust=[ca.cert_pem])

        assert found.sha256 == credentials.fingerprint(credential.cert_pem)
        assert (found.since, found.reason) == (NOON, Reason.KEY_COMPROMISE)
        assert idle == ()


def test_a_list_without_the_signer_says_nothing_against_them(sealed, ca, credential):
    assert listed(sealed.pdf, [_list(ca, credential, serial=5)], trust=[ca.cert_pem]) == ((), ())


def test_a_list_by_an_authority_of_the_same_name_counts_for_nothing(sealed, ca, credential):
    other = make_ca("Test workspace", now=NOON)

    found, idle = listed(sealed.pdf, [_list(other, credential)], trust=[ca.cert_pem])

    assert found == ()
    assert len(idle) == 1


@pytest.mark.parametrize("content", [b"", b"-----BEGIN X509 CRL-----\nAAAA", b"<html>"])
def test_what_is_no_list_is_an_error(content, sealed, ca):
    with pytest.raises(InvalidRequest, match="revocation list"):
        listed(sealed.pdf, [content], trust=[ca.cert_pem])
