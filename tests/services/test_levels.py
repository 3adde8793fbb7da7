"""A document is completed at the level that was reached, and says why it is not a higher one."""

import io
from datetime import timedelta

import pypdf
import pytest

from sygn_cli.domain.document import DocumentStatus
from sygn_cli.domain.errors import WorkspaceUnusable
from sygn_cli.services import downloads, signing, verification
from sygn_cli.services.runtime import Settings
from sygn_cli.services.settings import settings_from
from tests.engine import timestamping
from tests.engine.timestamping import Authority, served
from tests.runtimes import FixedClock, a_document, memory_runtime

NOBODY = "http://127.0.0.1:9/"


@pytest.fixture(scope="module")
def authority():
    return Authority(FixedClock().now() + timedelta(minutes=5))


def _completed(settings):
    runtime = memory_runtime(settings=settings)
    document = a_document(runtime)
    for signer in document.signers:
        signing.sign_headlessly(runtime, document.id, signer.id, name=signer.name, values={})
    return runtime, runtime.store.load(document.id)


def _certificate(runtime, document):
    pdf = downloads.certificate(runtime, document.id)
    words = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)
    return " ".join(words.split())


@pytest.mark.parametrize("level", ["B-B", "B-T", "B-LT", "B-LTA"])
def test_a_document_is_completed_at_the_level_of_the_settings(level, authority):
    with served(authority, timestamping.good) as url:
        runtime, document = _completed(
            Settings(tsa_urls=(url,), tsa_trust=(authority.cert_pem,), level=level)
        )

    verdict = verification.verify(runtime, downloads.signed_pdf(runtime, document.id))
    assert (verdict.status, verdict.level) == ("valid", level), verdict.reasons
    said = _certificate(runtime, document)
    assert ("No trusted timestamp" in said) == (level == "B-B")
    assert level == "B-B" or f"level {level}" in said


def test_the_certificate_says_why_less_was_reached():
    runtime, document = _completed(Settings(tsa_urls=(NOBODY,), level="B-LTA"))

    assert document.status is DocumentStatus.COMPLETED
    said = _certificate(runtime, document)
    assert "No trusted timestamp" in said
    assert "More was wanted and not reached" in said


def test_a_document_waits_for_a_level_that_is_required():
    _, document = _completed(Settings(tsa_urls=(NOBODY,), level="B-T", level_required=True))

    assert document.status is not DocumentStatus.COMPLETED
    assert "Only level B-B was reached" in document.seal_error


@pytest.mark.parametrize(
    ("toml", "wrong"),
    [
        ('level = "B-T"', "needs a time-stamping authority"),
        ('tsa = "http://a.example/"\nlevel = "B-X"', "B-LTA"),
        ("level_required = 1", "true or false"),
        ('tsa_trust = "root.pem"', "certificate in PEM"),
    ],
)
def test_a_mistaken_level_is_an_error_at_start(toml, wrong):
    with pytest.raises(WorkspaceUnusable, match=wrong):
        settings_from(toml, {})


def test_the_level_is_read_from_the_settings():
    found = settings_from(
        'tsa = "http://a.example/"\nlevel = "B-LTA"\nlevel_required = true\n'
        'tsa_trust = "-----BEGIN CERTIFICATE-----"',
        {},
    )

    assert (found.level, found.level_required) == ("B-LTA", True)
    assert found.tsa_trust == (b"-----BEGIN CERTIFICATE-----",)
