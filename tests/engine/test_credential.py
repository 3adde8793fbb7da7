"""Credentials that other tools accept, and that are found out early when they are unusable."""

import subprocess
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from sygn_cli.domain.errors import SealFailed
from sygn_cli.engine import credential as credentials
from sygn_cli.engine.credential import (
    certificate,
    dump,
    expires_at,
    fingerprint,
    load,
    make_ca,
    make_seal_credential,
    test_sign,
)
from tests.engine.conftest import NOON


def _openssl(*arguments, **files):
    found = subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=False)
    return found.stdout + found.stderr


def test_openssl_accepts_the_chain_for_signing(ca, credential, tmp_path):
    root, leaf = tmp_path / "root.pem", tmp_path / "leaf.pem"
    root.write_bytes(ca.cert_pem)
    leaf.write_bytes(credential.cert_pem)
    moment = str(int((NOON + timedelta(days=1)).timestamp()))

    said = _openssl("verify", "-x509_strict", "-attime", moment, "-CAfile", str(root), str(leaf))

    assert said.strip() == f"{leaf}: OK"


def test_the_seal_may_sign_and_nothing_else(credential):
    cert = certificate(credential.cert_pem)
    usage = cert.extensions.get_extension_for_class(x509.KeyUsage)
    basic = cert.extensions.get_extension_for_class(x509.BasicConstraints)

    assert usage.critical
    assert (usage.value.digital_signature, usage.value.content_commitment) == (True, True)
    assert {usage.value.key_cert_sign, usage.value.key_encipherment} == {False}
    assert (basic.critical, basic.value.ca) == (True, False)
    assert isinstance(cert.public_key(), ec.EllipticCurvePublicKey)


def test_the_authority_may_issue_and_nothing_else(ca):
    cert = certificate(ca.cert_pem)
    usage = cert.extensions.get_extension_for_class(x509.KeyUsage).value

    assert (usage.key_cert_sign, usage.crl_sign) == (True, True)
    assert {usage.digital_signature, usage.content_commitment} == {False}


def test_a_credential_survives_being_written_and_read(credential):
    assert load(dump(credential)) == credential


def test_the_key_is_not_shown(credential):
    assert b"PRIVATE" in credential.key_pem
    assert "PRIVATE" not in repr(credential)


def test_the_fingerprint_is_that_of_openssl(ca, tmp_path):
    path = tmp_path / "root.pem"
    path.write_bytes(ca.cert_pem)

    said = _openssl("x509", "-noout", "-fingerprint", "-sha256", "-in", str(path))

    assert said.strip().lower().partition("=")[2].replace(":", "") == fingerprint(ca.cert_pem)


def test_a_seal_lasts_ten_years_and_its_authority_twenty(ca, credential):
    assert (expires_at(credential.cert_pem) - NOON).days // 365 == 10
    assert (expires_at(ca.cert_pem) - NOON).days // 365 == 20


def test_a_long_name_fits_the_certificate():
    name = "Gesellschaft für Müllverwertung und Recycling in Niederösterreich mbH & Co. KG"

    ca = make_ca(name, now=NOON)

    short = credentials.common_name(ca.cert_pem)
    assert name.startswith(short)
    assert len(short.encode()) == 64


def test_a_good_credential_passes_the_test(credential):
    test_sign(credential, now=NOON)


def _unusable(ca, credential):
    other = make_seal_credential(make_ca("Test workspace", now=NOON), "Other", now=NOON)
    return {
        "another key": replace(credential, key_pem=other.key_pem),
        "another chain": replace(credential, chain_pem=other.chain_pem),
        "no key": replace(credential, key_pem=b"-----BEGIN RUBBISH-----"),
        "no certificate": replace(credential, cert_pem=b"rubbish"),
        "an authority's": ca,
    }


@pytest.mark.parametrize(
    "flaw", ["another key", "another chain", "no key", "no certificate", "an authority's"]
)
def test_an_unusable_credential_is_found_out(flaw, ca, credential):
    with pytest.raises(SealFailed):
        test_sign(_unusable(ca, credential)[flaw], now=NOON)


@pytest.mark.parametrize("days", [-1, 11 * 365])
def test_a_credential_is_good_only_in_its_time(days, credential):
    with pytest.raises(SealFailed, match=r"valid|expired"):
        test_sign(credential, now=NOON + timedelta(days=days))


@pytest.mark.parametrize("text", [b"", b"rubbish", b"-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_what_is_no_credential_is_not_loaded(text):
    with pytest.raises(SealFailed):
        load(text)


def test_a_certificate_without_its_key_is_not_loaded(ca):
    with pytest.raises(SealFailed):
        load(ca.cert_pem)


@pytest.mark.parametrize(
    ("email", "told"),
    [("ada@example.com", ["ada@example.com"]), ("(c)ada@example.com", []), ("ä@example.com", [])],
)
def test_a_signer_s_credential_names_what_a_certificate_can_name(email, told):
    ca = credentials.make_ca("Test CA", now=NOON)
    made = credentials.make_signer_credential(
        ca, "Łukasz Żółć " * 9, email=email, unit="Held here", now=NOON
    )
    cert = credentials.certificate(made.cert_pem)
    credentials.test_sign(made, now=NOON)
    assert "Held here" in cert.subject.rfc4514_string()
    found = [
        name
        for one in cert.extensions
        if isinstance(one.value, x509.SubjectAlternativeName)
        for name in one.value.get_values_for_type(x509.RFC822Name)
    ]
    assert found == told
