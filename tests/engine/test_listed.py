"""Revocation lists that somebody brings along: believed if their authority signed them."""

import io
from datetime import timedelta
from types import SimpleNamespace

import pytest
from asn1crypto import tsp
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sygn_cli.domain.errors import InvalidRequest
from sygn_cli.domain.revocation import Reason, Revocation
from sygn_cli.engine import credential as credentials
from sygn_cli.engine.certify import Writer, add_evidence
from sygn_cli.engine.credential import make_ca
from sygn_cli.engine.crl import make_crl, to_pem
from sygn_cli.engine.evidence import Evidence
from sygn_cli.engine.listed import listed
from sygn_cli.engine.seal import seal
from sygn_cli.engine.stamp import stamp
from sygn_cli.engine.verdict import Status
from sygn_cli.services import verification
from tests.engine.conftest import NOON
from tests.engine.papers import paper
from tests.engine.strangers import sign_like_others, timestamped
from tests.engine.timestamping import Authority, good, served

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


PEM, DER = serialization.Encoding.PEM, serialization.Encoding.DER


def _issued(name, key, issuer, issuer_key, *, is_ca):
    usage = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "encipher_only",
         "decipher_only"), False)  # fmt: skip
    usage |= {"digital_signature": not is_ca, "content_commitment": not is_ca}
    usage |= {"key_cert_sign": is_ca, "crl_sign": is_ca}
    return (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOON - timedelta(days=9))
        .not_valid_after(NOON + timedelta(days=900))
        .add_extension(x509.BasicConstraints(is_ca, None), True)
        .add_extension(x509.KeyUsage(**usage), True)
        .sign(issuer_key, hashes.SHA256())
    )


def _name(name):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _revoking(cert, issuer, issuer_key, *, since=NOON - timedelta(days=2), reason=None):
    entry = x509.RevokedCertificateBuilder().serial_number(cert.serial_number)
    if reason is not None:
        entry = entry.add_extension(x509.CRLReason(reason), critical=False)
    return (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.subject)
        .last_update(NOON)
        .next_update(LATER)
        .add_revoked_certificate(entry.revocation_date(since).build())
        .sign(issuer_key, hashes.SHA256())
        .public_bytes(DER)
    )


@pytest.mark.parametrize("lies", ["beside the signature", "among the evidence"])
@pytest.mark.parametrize("listed_one", ["signer", "authority"])
def test_nobody_hides_from_a_list_by_where_their_authority_lies(lies, listed_one):
    root_key, between_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
    root = _issued("Root", root_key, "Root", root_key, is_ca=True)
    between = _issued("Between", between_key, "Root", root_key, is_ca=True)
    cert = _issued("Mallory", key, "Between", between_key, is_ca=False)
    key_pem = key.private_bytes(
        PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pdf, chain_pem = paper(), [between.public_bytes(PEM)]
    if lies == "among the evidence":
        writer, output = Writer(io.BytesIO(pdf)), io.BytesIO()
        add_evidence(writer, Evidence((between.public_bytes(DER),), ()))
        writer.write(output)
        pdf, chain_pem = output.getvalue(), []
    mallory = SimpleNamespace(
        cert_pem=cert.public_bytes(PEM), key_pem=key_pem, chain_pem=chain_pem
    )
    signed = sign_like_others(pdf, mallory, field="S")
    crl = (
        _revoking(cert, between, between_key)
        if listed_one == "signer"
        else _revoking(between, root, root_key)
    )

    def judged(*lists):
        return verification.verify(None, signed, trust=[root.public_bytes(PEM)], revoked=lists)

    assert judged().status is Status.VALID
    assert judged(crl).status is Status.UNTRUSTED


@pytest.mark.parametrize(
    ("since", "reason", "trusted"),
    [
        (NOON + timedelta(days=1), x509.ReasonFlags.superseded, True),
        (NOON + timedelta(days=1), x509.ReasonFlags.cessation_of_operation, True),
        (NOON - timedelta(days=1), x509.ReasonFlags.superseded, False),
        (NOON + timedelta(days=1), x509.ReasonFlags.key_compromise, False),
        (NOON + timedelta(days=1), x509.ReasonFlags.ca_compromise, False),
        (NOON + timedelta(days=1), None, False),
    ],
)
@pytest.mark.parametrize("over", ["the file", "the signature"])
def test_an_authority_on_a_list_vouches_for_times_before_at_best(
    sealed, credential, ca, over, since, reason, trusted
):
    authority = Authority(NOON)
    cert = x509.load_pem_x509_certificate(authority.cert_pem)
    key = serialization.load_der_private_key(authority.stamper.tsa_key.dump(), None)
    if over == "the file":
        stamped = timestamped(sealed.pdf, authority)
    else:
        with served(authority, good) as url:
            stamped = seal(
                stamp([paper()], [], title="T"), credential, at=NOON, reason="r", tsa_urls=[url]
            ).pdf

    def judged(*lists):
        return verification.verify(
            None,
            stamped,
            trust=[ca.cert_pem, authority.cert_pem],
            revoked=lists,
            require_timestamp=True,
        )

    assert judged().status is Status.VALID
    verdict = judged(_revoking(cert, cert, key, since=since, reason=reason))
    bad = Status.UNMET if over == "the signature" else Status.UNTRUSTED
    assert verdict.status is (Status.VALID if trusted else bad)
    assert any("revoked since" in one for one in verdict.reasons) is (
        not trusted or over == "the file"
    )


def test_certificates_that_nobody_signed_beside_a_timestamp_break_nothing(credential, ca):
    authority = Authority(NOON)
    key = ec.generate_private_key(ec.SECP256R1())
    many = [_issued("Test time", key, "Test time", key, is_ca=True) for _ in range(60)]

    def crowded(authority, question):
        answer = tsp.TimeStampResp.load(good(authority, question))
        signed = answer["time_stamp_token"]["content"]
        signed["certificates"] = [
            *signed["certificates"],
            *(asn1.Certificate.load(one.public_bytes(DER)) for one in many),
        ]
        return answer.dump(force=True)

    with served(authority, crowded) as url:
        stamped = seal(
            stamp([paper()], [], title="T"), credential, at=NOON, reason="r", tsa_urls=[url]
        ).pdf

    found, idle = listed(stamped, [_list(ca, credential)], trust=[ca.cert_pem])

    assert [one.sha256 for one in found] == [credentials.fingerprint(credential.cert_pem)]
    assert idle == ()
