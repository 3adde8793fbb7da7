"""Each signer's own signature beside the seal: every reader finds all valid, and none can be missing."""

import asyncio
import io
import subprocess

import pypdf
import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, append_signature_field
from pyhanko.sign.signers import cms_embedder
from pyhanko.sign.signers.pdf_byterange import SignatureObject

from sygn_cli.engine import signer_signatures
from sygn_cli.engine.certify import KeySigner
from sygn_cli.engine.credential import make_ca, make_seal_credential
from sygn_cli.engine.crl import make_crl
from sygn_cli.engine.level import Level
from sygn_cli.engine.renew import renew
from sygn_cli.engine.signer_signatures import SignerSignature
from sygn_cli.engine.verify import Status, verify
from tests.engine import timestamping
from tests.engine.conftest import NOON
from tests.engine.own_signatures import UNIT, sealed_by_each
from tests.engine.papers import qpdf_complaints
from tests.engine.timestamping import Authority, served


@pytest.fixture(scope="module")
def authority():
    return Authority(NOON)


@pytest.fixture(scope="module")
def each(ca, credential):
    return sealed_by_each(ca, credential)


def _revisions(pdf):
    """Return the file as it was after each of its revisions."""
    ends, at = [], pdf.find(b"%%EOF")
    while at >= 0:
        ends.append(pdf.index(b"\n", at) + 1 if b"\n" in pdf[at : at + 8] else len(pdf))
        at = pdf.find(b"%%EOF", at + 1)
    return [pdf[:end] for end in ends]


def test_everybody_has_signed_and_the_whole_is_valid(each, ca, tmp_path):
    verdict = verify(each, trust=[ca.cert_pem])

    assert verdict.status is Status.VALID, verdict.reasons
    assert [(s.field, s.signer, s.docmdp) for s in verdict.signatures] == [
        ("Seal", verdict.signatures[0].signer, 2),
        ("Signer-s1", "Person 1", None),
        ("Signer-s2", "Person 2", None),
        ("Signer-s3", "Person 3", 1),
    ]
    assert verdict.signatures[-1].covers_file
    assert qpdf_complaints(each, tmp_path) == ""


def test_poppler_finds_every_signature_valid_and_trusted(each, ca, tmp_path):
    (tmp_path / "each.pdf").write_bytes(each)
    (tmp_path / "root.pem").write_bytes(ca.cert_pem)
    script = """mkdir nss; certutil -N -d sql:nss --empty-password
    certutil -A -d sql:nss -n sygn -t C,C,C -i root.pem; pdfsig -nssdir "$PWD/nss" each.pdf"""

    said = subprocess.run(
        ["sh", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False
    ).stdout

    assert said.count("Signature is Valid") == 4
    assert said.count("Certificate is Trusted") == 4
    assert said.count("- Total document signed") == 1
    assert said.count(f"OU={UNIT}") == 3


def test_each_stands_on_its_mark_and_draws_nothing(each, ca, credential):
    page = pypdf.PdfReader(io.BytesIO(each)).pages[0]
    shown = {}
    for one in list(page["/Annots"]):  # type: ignore[call-overload]  # pypdf's types
        widget = one.get_object()
        x0, y0, x1, y1 = widget["/Rect"]
        if x1 > x0:
            shown[widget["/T"]] = (x1 - x0, y1 - y0)
            assert widget["/AP"]["/N"].get_data().strip() == b""
            assert widget["/V"]["/Contents"]
    assert shown == {"Signer-s1": (150, 30), "Signer-s2": (150, 30)}


@pytest.mark.parametrize("kept", [1, 2, 3])
def test_a_file_from_which_signatures_were_taken_is_tampered_with(kept, each, ca):
    """Cut off at the end of an earlier revision, every signature that is left is good."""
    revisions = _revisions(each)
    assert revisions[-1] == each
    verdict = verify(revisions[kept], trust=[ca.cert_pem])

    assert [s.valid and s.intact for s in verdict.signatures] == [True] * kept
    assert verdict.status is Status.TAMPERED
    assert any("missing" in r or "does not forbid changes" in r for r in verdict.reasons)


@pytest.mark.parametrize("marked", [True, False], ids=["as ours", "openly"])
def test_nobody_signs_in_place_of_a_signer(marked, each, ca):
    """Somebody whom the verifier trusts as well fills the fields that the seal leaves open."""
    other = make_ca("Some authority", now=NOON)
    mallory = make_seal_credential(other, "Mallory", now=NOON)
    forged = io.BytesIO(_revisions(each)[1])
    for number in (1, 2, 3):
        if marked:
            one = SignerSignature(f"Signer-s{number}", "", mallory, "Signed")
            forged = asyncio.run(
                signer_signatures.sign(forged, one, at=NOON, locks=number == 3, timestamper=None)
            )
        else:
            forged = _signed_regardless(forged, f"Signer-s{number}", KeySigner(mallory))

    verdict = verify(forged.getvalue(), trust=[ca.cert_pem, other.cert_pem])

    assert verdict.status is Status.TAMPERED, verdict.reasons


def _signed_regardless(pdf, field, signer):
    """Sign without a look at what the seal provides for."""

    async def work():
        output = io.BytesIO()
        pdf.seek(0)
        steps = cms_embedder.PdfCMSEmbedder().write_cms(
            field_name=field, writer=IncrementalPdfFileWriter(pdf), existing_fields_only=True
        )
        next(steps)
        steps.send(cms_embedder.SigObjSetup(sig_placeholder=SignatureObject(bytes_reserved=8192)))
        digest, _ = steps.send(cms_embedder.SigIOSetup(md_algorithm="sha256", output=output))
        steps.send(await signer.async_sign(digest.document_digest, "sha256"))
        return output

    return asyncio.run(work())


def test_nobody_adds_a_signature_behind_the_last(each, ca):
    other = make_ca("Some authority", now=NOON)
    mallory = make_seal_credential(other, "Mallory", now=NOON)
    writer = IncrementalPdfFileWriter(io.BytesIO(each))
    append_signature_field(writer, SigFieldSpec("Extra"))
    prepared = io.BytesIO()
    writer.write(prepared)
    forged = _signed_regardless(prepared, "Extra", KeySigner(mallory)).getvalue()

    for pdf in (prepared.getvalue(), forged):
        verdict = verify(pdf, trust=[ca.cert_pem, other.cert_pem])
        assert verdict.status is Status.TAMPERED, verdict.reasons


@pytest.mark.parametrize("level", [Level.B_T, Level.B_LT, Level.B_LTA])
def test_every_signature_reaches_the_level(level, ca, credential, authority):
    with served(authority, timestamping.good) as url:
        pdf = sealed_by_each(
            ca, credential, level=level, tsa_urls=[url], crls=[make_crl(ca, now=NOON)]
        )
        renewed = renew(pdf, tsa_urls=[url])

    for one in (pdf, renewed):
        verdict = verify(one, trust=[ca.cert_pem, authority.cert_pem])
        assert verdict.status is Status.VALID, verdict.reasons
        assert all(s.timestamp_trusted for s in verdict.signatures)
    assert verify(pdf, trust=[ca.cert_pem, authority.cert_pem]).level == level


def test_sixteen_people_sign(ca, credential, tmp_path):
    pdf = sealed_by_each(ca, credential, count=16)

    verdict = verify(pdf, trust=[ca.cert_pem])
    assert (verdict.status, len(verdict.signatures)) == (Status.VALID, 17), verdict.reasons
    assert qpdf_complaints(pdf, tmp_path) == ""


def test_no_byte_can_be_changed(each, ca):
    missed = []
    for place in range(0, len(each), 397):
        changed = bytearray(each)
        changed[place] ^= 1
        if verify(bytes(changed), trust=[ca.cert_pem]).status is Status.VALID:
            missed.append(place)

    assert missed == []
