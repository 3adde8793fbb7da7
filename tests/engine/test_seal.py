"""Sealed files, judged by programs that we did not write."""

import hashlib
import shutil
import subprocess
from datetime import timedelta

import pymupdf
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from sygn_cli.domain.errors import SealFailed
from sygn_cli.engine.credential import Credential
from sygn_cli.engine.seal import TRAIL_NAME, Attachment, seal
from sygn_cli.engine.stamp import stamp
from sygn_cli.engine.verify import Status, verify
from tests.engine.conftest import NOON
from tests.engine.papers import paper, qpdf_complaints
from tests.engine.strangers import self_signed


def _said(*command, folder=None):
    found = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    return found.stdout + found.stderr


@pytest.fixture
def path(sealed, tmp_path):
    target = tmp_path / "sealed.pdf"
    target.write_bytes(sealed.pdf)
    return target


def test_poppler_finds_a_valid_certification_of_the_whole_file(path):
    said = _said("pdfsig", path)

    assert "Signature is Valid" in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said
    assert "Signing Time: Jun 13 2026 12:00:00" in said


def test_poppler_trusts_the_seal_once_it_knows_the_root(path, ca, tmp_path):
    root = tmp_path / "root.pem"
    root.write_bytes(ca.cert_pem)
    if not shutil.which("certutil"):
        pytest.skip("certutil (package libnss3-tools) is not installed")
    _said("certutil", "-N", "-d", "sql:.", "--empty-password", folder=tmp_path)
    _said("certutil", "-A", "-d", "sql:.", "-n", "s", "-t", "C,C,C", "-i", root, folder=tmp_path)

    assert "Certificate is Trusted" in _said("pdfsig", "-nssdir", tmp_path, path)


def test_qpdf_finds_no_flaw(sealed, tmp_path):
    assert qpdf_complaints(sealed.pdf, tmp_path) == ""


def test_openssl_alone_verifies_the_seal(path, sealed, ca, tmp_path):
    start = sealed.pdf.index(b"/ByteRange [") + len(b"/ByteRange [")
    _, before, after, rest = map(int, sealed.pdf[start : sealed.pdf.index(b"]", start)].split())
    container = bytes.fromhex(sealed.pdf[before + 1 : after - 1].decode("ascii"))
    (tmp_path / "seal.der").write_bytes(container)
    (tmp_path / "signed").write_bytes(sealed.pdf[:before] + sealed.pdf[after : after + rest])
    (tmp_path / "root.pem").write_bytes(ca.cert_pem)

    said = _said(
        *("openssl", "cms", "-verify", "-inform", "DER", "-in", "seal.der", "-binary"),
        *("-content", "signed", "-CAfile", "root.pem", "-purpose", "any", "-out", "out"),
        *("-attime", str(int(NOON.timestamp()) + 60)),
        folder=tmp_path,
    )

    assert "Verification successful" in said


def test_the_trail_comes_out_of_the_file_as_it_went_in(path, trail):
    out = subprocess.run(
        ["qpdf", f"--show-attachment={TRAIL_NAME}", path], capture_output=True, check=True
    )

    assert out.stdout == trail
    assert TRAIL_NAME in _said("pdfdetach", "-list", path)


def test_the_trail_is_an_associated_file(sealed):
    document = pymupdf.open(stream=sealed.pdf)
    associated = document.xref_get_key(document.pdf_catalog(), "AF")

    assert associated[0] != "null"
    assert b"/AFRelationship /Supplement" in sealed.pdf


def test_one_revision_is_added_to_a_file_that_stays_as_it_is(sealed):
    stamped = stamp([paper()], [], title="A letter")

    assert sealed.pdf.startswith(stamped)
    assert sealed.pdf.count(b"%%EOF") == 2
    assert sealed.sha256 == hashlib.sha256(sealed.pdf).hexdigest()
    assert (sealed.level, sealed.timestamp_error) == ("B-B", "")


def test_no_clock_but_ours_gets_into_the_file(sealed):
    dates = {part[:14] for part in sealed.pdf.split(b"(D\\072")[1:]}

    assert dates == {b"20260613120000"}


def test_a_file_with_no_attachment_is_sealed_too(credential, ca):
    done = seal(stamp([paper()], [], title="T"), credential, at=NOON, reason="r")

    assert verify(done.pdf, trust=[ca.cert_pem]).status is Status.VALID


def test_names_of_attachments_and_reasons_may_be_of_any_script(credential, ca, tmp_path):
    attachment = Attachment("прото кол.txt", b"x", "Протокол")

    done = seal(
        stamp([paper()], [], title="標題"),
        credential,
        at=NOON,
        reason="Всё подписано ✓",
        attachments=[attachment],
    )

    assert verify(done.pdf, trust=[ca.cert_pem]).status is Status.VALID
    (tmp_path / "sealed.pdf").write_bytes(done.pdf)
    assert "прото кол.txt" in _said("pdfdetach", "-list", tmp_path / "sealed.pdf")


@pytest.mark.parametrize("make", [
    lambda: rsa.generate_private_key(65537, 2048), ed25519.Ed25519PrivateKey.generate,
], ids=["rsa", "ed25519"])  # fmt: skip
def test_other_keys_seal_as_well(make, tmp_path):
    key = make()
    key_pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    own = Credential(key_pem, self_signed("Own key", key, at=NOON))

    done = seal(stamp([paper()], [], title="T"), own, at=NOON, reason="r")

    verdict = verify(done.pdf, trust=[own.cert_pem])
    assert (verdict.status, verdict.reasons[0]) == (
        Status.VALID,
        "Signed by Own key, unchanged since.",
    )


def test_time_may_go_on_between_seals(credential, ca):
    later = seal(
        stamp([paper()], [], title="T"), credential, at=NOON + timedelta(days=300), reason="r"
    )

    assert verify(later.pdf, trust=[ca.cert_pem]).signatures[0].claimed_at == NOON + timedelta(
        days=300
    )


@pytest.mark.parametrize("pdf", [b"", b"rubbish", b"%PDF-1.7\nrubbish"])
def test_what_is_no_pdf_is_not_sealed(pdf, credential):
    with pytest.raises(SealFailed):
        seal(pdf, credential, at=NOON, reason="r")


def test_a_file_whose_signatures_were_given_up_is_sealed_afresh(sealed, credential, ca):
    flat = stamp([sealed.pdf], [], title="T")

    done = seal(flat, credential, at=NOON, reason="r")

    assert b"/ByteRange" not in flat
    verdict = verify(done.pdf, trust=[ca.cert_pem])
    assert (verdict.status, len(verdict.signatures), verdict.trail) == (Status.VALID, 1, ())


def test_a_sealed_file_is_not_sealed_again(sealed, credential):
    with pytest.raises(SealFailed):
        seal(sealed.pdf, credential, at=NOON, reason="r")


def test_an_unreadable_key_is_a_failure_of_the_seal(credential):
    broken = Credential(b"rubbish", credential.cert_pem, credential.chain_pem)

    with pytest.raises(SealFailed):
        seal(stamp([paper()], [], title="T"), broken, at=NOON, reason="r")
