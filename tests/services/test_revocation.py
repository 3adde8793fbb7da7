"""A revoked credential seals nothing more; what it sealed is judged by trusted time alone."""

import subprocess
from dataclasses import replace
from datetime import timedelta

import pytest

from sygn_cli.delivery.keys import WorkspaceKeys
from sygn_cli.domain.errors import InvalidRequest, NotFound, SealFailed
from sygn_cli.domain.revocation import Reason
from sygn_cli.engine import credential, crl, seal, verify
from sygn_cli.engine.level import Level
from sygn_cli.engine.renew import renew
from sygn_cli.services import revocation, seal_keys, verification
from sygn_cli.services.runtime import Settings
from tests.engine import timestamping
from tests.engine.timestamping import Authority, served
from tests.life import NOW
from tests.runtimes import FixedClock, MemoryKeyFiles, memory_runtime, sample

STOLEN = NOW + timedelta(days=1)
TODAY = NOW + timedelta(days=2)


@pytest.fixture(scope="module")
def authority():
    return Authority(NOW)


@pytest.fixture(scope="module")
def late_authority():
    return Authority(TODAY)


@pytest.fixture
def keys():
    made = WorkspaceKeys(MemoryKeyFiles(), FixedClock(NOW), "Test workspace")
    made.credential()
    return made


def sealed(keys, authority=None, **options):
    def done(*urls):
        return seal.seal(
            sample("letter.pdf"), keys.credential(), at=NOW, reason="r", tsa_urls=urls, **options
        ).pdf

    if authority is None:
        return done()
    with served(authority, timestamping.good) as url:
        return done(url)


def verdict(keys, pdf, *authorities):
    trusted = tuple(one.cert_pem for one in authorities)
    runtime = replace(memory_runtime(settings=Settings(tsa_trust=trusted)), keys=keys)
    return verification.verify(runtime, pdf)


def revoked(keys, which="seal", **options):
    return revocation.revoke(keys, FixedClock(TODAY), which, **options)


def test_only_a_trusted_timestamp_from_before_saves_a_seal(keys, authority, late_authority):
    plain, stamped, late = (
        sealed(keys),
        sealed(keys, authority),
        sealed(keys, late_authority),
    )
    with served(authority, timestamping.good) as url:
        archived = renew(plain, tsa_urls=[url])
    revoked(keys, reason="key-compromise", since="2026-11-22T12:00:00Z")

    good = verdict(keys, stamped, authority)
    assert good.status == "valid"
    assert "a trusted timestamp shows that it was made before" in good.reasons[-1]
    assert verdict(keys, archived, authority).status == "valid"

    for pdf, why in (
        (plain, "no trusted timestamp shows that it was made before"),
        (late, "the trusted timestamp is not from before"),
    ):
        bad = verdict(keys, pdf, late_authority)
        assert bad.status == "untrusted"
        assert why in bad.reasons[0]
        assert "revoked since 2026-11-22 12:00 UTC (key-compromise)" in bad.reasons[0]
    # The authority of the timestamp is a stranger: it proves nothing.
    assert verdict(keys, stamped).status == "untrusted"


def test_a_change_is_still_the_worse_news(keys):
    pdf = bytearray(sealed(keys))
    revoked(keys)
    pdf[200] ^= 1
    assert verdict(keys, bytes(pdf)).status == "tampered"


def test_nothing_is_sealed_until_the_key_is_rotated(keys):
    revoked(keys)
    with pytest.raises(SealFailed, match="revoked since 2026-11-23") as caught:
        keys.credential()
    assert "keys rotate" in (caught.value.hint or "")
    assert seal_keys.show(keys, FixedClock(TODAY)).revoked is not None
    seal_keys.rotate(keys, FixedClock(TODAY))
    assert verdict(keys, sealed(keys)).status == "valid"
    assert seal_keys.show(keys, FixedClock(TODAY)).revoked is None


def test_a_former_credential_is_revoked_by_its_fingerprint(keys):
    old = sealed(keys)
    fingerprint = credential.fingerprint(keys.certificate())
    seal_keys.rotate(keys, FixedClock(TODAY))
    new = sealed(keys)

    first = revoked(keys, fingerprint[:12].upper(), reason="superseded")
    again = revoked(keys, fingerprint, reason="key_compromise")

    assert first == again
    assert first.reason is Reason.SUPERSEDED
    assert verdict(keys, old).status == "untrusted"
    assert verdict(keys, new).status == "valid"


@pytest.mark.parametrize(
    ("which", "options", "wrong"),
    [
        ("deadbeef00", {}, NotFound),
        ("seal", {"reason": "boredom"}, InvalidRequest),
        ("seal", {"since": "2027-01-01"}, InvalidRequest),
        ("seal", {"since": "yesterday"}, InvalidRequest),
        ("seal", {"since": "0001-01-01T00:00:00+14:00"}, InvalidRequest),
        ("seal", {"since": "9999-12-31T23:59:59-14:00"}, InvalidRequest),
        ("seal", {"since": "0001-01-01"}, InvalidRequest),
        ("seal", {"since": "1949-12-31"}, InvalidRequest),
        ("seal", {"since": "2016-12-31T23:59:60Z"}, InvalidRequest),
    ],
)
def test_a_mistake_revokes_nothing(keys, which, options, wrong):
    with pytest.raises(wrong):
        revoked(keys, which, **options)
    assert keys.revocations() == ()
    keys.credential()


def test_a_credential_of_another_authority_is_not_ours_to_revoke(keys):
    other = WorkspaceKeys(MemoryKeyFiles(), FixedClock(NOW), "Another")
    keys.adopt(other.credential())
    with pytest.raises(InvalidRequest, match="another authority"):
        revoked(keys)


def test_openssl_knows_the_revoked_by_our_list(keys, tmp_path):
    before = keys.certificate()
    (tmp_path / "root.pem").write_bytes(keys.root_pem())
    (tmp_path / "seal.pem").write_bytes(before)

    def said():
        (tmp_path / "list.pem").write_bytes(crl.to_pem(keys.crl()))
        done = subprocess.run(
            ["openssl", "verify", "-crl_check", "-attime", str(int(TODAY.timestamp())),
             "-CAfile", "root.pem", "-CRLfile", "list.pem", "seal.pem"],
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.stdout + done.stderr

    assert "seal.pem: OK" in said()
    revoked(keys, reason="key-compromise")
    assert "certificate revoked" in said()
    seal_keys.rotate(keys, FixedClock(TODAY))
    assert "certificate revoked" in said()  # the list goes on naming it
    text = subprocess.run(
        ["openssl", "crl", "-noout", "-text", "-in", "list.pem"],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert "Key Compromise" in text


def test_a_long_term_seal_carries_the_list_that_names_the_revoked(keys, authority):
    revoked(keys)
    serial = credential.certificate(keys.certificate()).serial_number
    seal_keys.rotate(keys, FixedClock(TODAY))

    pdf = sealed(keys, authority, level=Level.B_LT, crls=keys.crls())

    assert verdict(keys, pdf, authority).level == "B-LT"
    import io

    from cryptography import x509
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation.dss import DocumentSecurityStore

    store = DocumentSecurityStore.read_dss(PdfFileReader(io.BytesIO(pdf)))
    lists = [x509.load_der_x509_crl(one.get_object().data) for one in store.crls]
    assert any(one.get_revoked_certificate_by_serial_number(serial) for one in lists)
    # A stranger who has only the file and the root finds the new seal good.
    assert verify.verify(pdf, trust=[keys.root_pem(), authority.cert_pem]).status == "valid"
