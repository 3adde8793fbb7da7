"""Beside the seal, each signer has a signature of their own on their mark."""

from __future__ import annotations

import io
import subprocess

import pypdf
import pytest

from sygn_cli.domain.document import DocumentStatus, Signatures
from sygn_cli.domain.evidence import COMMAND_LINE
from sygn_cli.domain.field import Field, FieldType
from sygn_cli.domain.geometry import Box
from sygn_cli.domain.signer import Invitee
from sygn_cli.engine import stamp
from sygn_cli.services import creation, downloads, finalise, links, signing, verification, wire
from sygn_cli.services.runtime import Settings
from tests.engine import timestamping
from tests.engine.timestamping import Authority, served
from tests.runtimes import FixedClock, a_document, memory_runtime, sample, token_of


def completed(runtime, document):
    for signer in document.signers:
        signing.sign_headlessly(runtime, document.id, signer.id, name=signer.name, values={})
    return runtime.store.load(document.id)


def judged(runtime, document):
    pdf = downloads.signed_pdf(runtime, document.id)
    return pdf, verification.verify(runtime, pdf)


def words(runtime, document):
    pdf = downloads.certificate(runtime, document.id)
    told = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)
    return " ".join(told.split())


def test_everybody_signs_in_their_own_name_and_the_certificate_says_who_held_the_keys(runtime):
    document = completed(runtime, a_document(runtime, signatures=Signatures.EACH))

    _, verdict = judged(runtime, document)
    assert verdict.status == "valid", verdict.reasons
    assert [one.signer for one in verdict.signatures] == [
        "Test workspace", "Ada Lovelace", "Alan Turing",
    ]  # fmt: skip
    told = words(runtime, document)
    assert "made and held by the sender's workspace for this one act" in told
    (sealed,) = (e for e in runtime.store.trail(document.id) if e.type == "sealed")
    assert sealed.data["signers"] == {
        "s1": verdict.signatures[1].fingerprint,
        "s2": verdict.signatures[2].fingerprint,
    }
    assert wire.status(runtime, document, with_links=False)["signatures"] == "each"


def test_usually_there_is_the_seal_alone(runtime):
    document = completed(runtime, a_document(runtime))

    _, verdict = judged(runtime, document)
    assert [one.field for one in verdict.signatures] == ["Seal"]
    assert "for this one act" not in words(runtime, document)
    assert wire.status(runtime, document, with_links=False)["signatures"] == "seal"


def test_the_workspace_may_want_it_for_all_and_a_document_may_not():
    runtime = memory_runtime(settings=Settings(signatures="each"))
    assert a_document(runtime).signatures is Signatures.EACH
    assert a_document(runtime, signatures=Signatures.SEAL).signatures is Signatures.SEAL


def field(number, file, page=1, kind=FieldType.SIGNATURE):
    return Field(
        f"f{number}",
        kind,
        page,
        Box(72, 60 + 40 * number, 160, 30),
        signer=f"s{number}",
        file=file,
    )


def test_each_signature_stands_on_the_mark_in_the_right_file(runtime):
    """Two files; a signer who only ticks a box has a signature that is nowhere on the pages."""
    people = tuple(Invitee(f"Person {n}", f"p{n}@example.com") for n in (1, 2, 3))
    fields = (field(1, 1), field(2, 2, kind=FieldType.INITIALS), field(3, 2, kind=FieldType.DATE))
    files = (
        creation.GivenFile("a.pdf", sample("nda.pdf")),
        creation.GivenFile("b.pdf", sample("letter.pdf")),
    )
    document = a_document(
        runtime, files=files, invitees=people, fields=fields, signatures=Signatures.EACH
    )
    document = completed(runtime, document)

    pdf, verdict = judged(runtime, document)
    assert verdict.status == "valid", verdict.reasons
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    first_of_b = len(document.files[0].pages)
    found = {}
    for index, page in enumerate(reader.pages):
        for one in page.get("/Annots", ()):
            widget = one.get_object()
            if str(widget.get("/T", "")).startswith("Signer") and any(widget["/Rect"]):
                top = float(page.mediabox.top) - float(widget["/Rect"][3])
                found[widget["/T"]] = (index, round(top))
    assert found == {"Signer-s1": (0, 100), "Signer-s2": (first_of_b, 140)}


def test_sixteen_signers_at_the_highest_level(judge, tmp_path):
    authority = Authority(FixedClock().now())
    people = tuple(Invitee(f"Person {n}", f"p{n}@example.com") for n in range(1, 17))
    fields = tuple(field(n, 1) for n in range(1, 17))
    with served(authority, timestamping.good) as url:
        runtime = memory_runtime(
            settings=Settings(
                tsa_urls=(url,), tsa_trust=(authority.cert_pem,), level="B-LTA", signatures="each"
            )
        )
        document = completed(runtime, a_document(runtime, invitees=people, fields=fields))

    pdf, verdict = judged(runtime, document)
    assert (verdict.status, verdict.level) == ("valid", "B-LTA"), verdict.reasons
    assert len(verdict.signatures) == 18
    (tmp_path / "each.pdf").write_bytes(pdf)
    said = subprocess.run(
        [judge("pdfsig"), tmp_path / "each.pdf"], capture_output=True, text=True, check=True
    ).stdout
    assert said.count("Signature is Valid") == 17


def test_where_somebody_declines_nothing_is_signed_by_anybody(runtime):
    document = a_document(runtime, signatures=Signatures.EACH)
    signing.sign_headlessly(runtime, document.id, "s1", name="Ada Lovelace", values={})
    url = links.signing_url(runtime, document, document.signer("s2"))
    signing.decline(runtime, token_of(url), reason="No", evidence=COMMAND_LINE)

    document = runtime.store.load(document.id)
    assert document.status is DocumentStatus.DECLINED
    assert document.sealed_sha256 == ""


def test_an_attempt_that_died_leaves_nothing_and_the_next_completes(runtime, monkeypatch):
    document = a_document(runtime, signatures=Signatures.EACH)
    with monkeypatch.context() as broken:
        broken.setattr(stamp, "stamp", _power_failure)
        document = completed(runtime, document)
    assert document.awaits_seal
    assert document.sealed_sha256 == ""

    document = finalise.finalise(runtime, document.id)

    assert document.status is DocumentStatus.COMPLETED
    assert judged(runtime, document)[1].status == "valid"


def _power_failure(*args, **kwargs):
    raise RuntimeError("power failure")


@pytest.mark.parametrize("toml", ['signatures = "all"', "signatures = true"])
def test_a_mistaken_setting_is_an_error_at_start(toml):
    from sygn_cli.domain.errors import WorkspaceUnusable
    from sygn_cli.services.settings import settings_from

    assert settings_from('signatures = "each"', {}).signatures == "each"
    with pytest.raises(WorkspaceUnusable, match="signatures"):
        settings_from(toml, {})
