"""A timestamp over a sealed file is renewed in time, and the record of the workspace knows it again."""

from datetime import timedelta

import pytest

from sygn_cli.domain.errors import NetworkFailed, SealFailed, Tampered, Untrusted
from sygn_cli.services import downloads, signing, timestamps, verification
from sygn_cli.services.runtime import Settings
from tests.engine import timestamping
from tests.engine.timestamping import Authority, served
from tests.runtimes import FixedClock, a_document, memory_runtime, sample

START = FixedClock().now()


@pytest.fixture(scope="module")
def authority():
    return Authority(START + timedelta(minutes=5))


@pytest.fixture(scope="module")
def later():
    """The authority years after, under the same certificate."""
    return Authority(START + timedelta(days=4900))


def _settings(url, *authorities):
    trusted = tuple(one.cert_pem for one in authorities)
    return Settings(tsa_urls=(url,), tsa_trust=trusted, level="B-LTA")


@pytest.fixture(scope="module")
def archived(authority):
    """A workspace and a document that it has completed at the highest level."""
    with served(authority, timestamping.good) as url:
        runtime = memory_runtime(settings=_settings(url, authority))
        document = a_document(runtime)
        for signer in document.signers:
            signing.sign_headlessly(runtime, document.id, signer.id, name=signer.name, values={})
    return runtime, downloads.signed_pdf(runtime, document.id)


def _years_after(runtime, *authorities, url="http://127.0.0.1:9/", days=4900):
    from dataclasses import replace

    clock = FixedClock(START + timedelta(days=days))
    return replace(runtime, clock=clock, settings=_settings(url, *authorities))


def test_it_is_due_half_a_year_before_the_certificate_ends(archived, authority):
    runtime, pdf = archived
    early = timestamps.check(_years_after(runtime, authority, days=4800), pdf)
    late = timestamps.check(_years_after(runtime, authority, days=4830), pdf)

    assert (early.level, early.is_due, late.is_due) == ("B-LTA", False, True)
    assert early.last is not None
    assert early.last.authority == "Test time"
    assert early.due_at == early.last.expires_at - timedelta(days=180)


def test_a_renewed_file_is_the_recorded_one_with_a_timestamp_more(archived, authority, later):
    runtime, pdf = archived
    with served(later, timestamping.good) as url:
        runtime = _years_after(runtime, authority, later, url=url)
        done = timestamps.timestamp(runtime, pdf)
        again = timestamps.timestamp(runtime, done.pdf)

    for renewed in (done, again):
        verdict = verification.verify(runtime, renewed.pdf)
        assert (verdict.status, verdict.level) == ("valid", "B-LTA"), verdict.reasons
        assert "renewed after sealing" in verdict.reasons[-1]
        assert not renewed.renewal.is_due
        assert renewed.pdf.startswith(pdf)


def test_another_seal_of_the_same_trail_is_not_taken_for_a_renewal(archived, authority):
    """Somebody with the key seals the same trail again: valid by itself, but not what was recorded."""
    runtime, pdf = archived
    from sygn_cli.engine import seal, stamp
    from sygn_cli.engine.verify import embedded_trail

    trail = embedded_trail(pdf)
    assert trail is not None
    forged = seal.seal(
        stamp.stamp([sample("letter.pdf")], [], title="T"),
        runtime.keys.credential(),
        at=START,
        reason="r",
        attachments=[seal.Attachment(seal.TRAIL_NAME, trail, "t", "application/jsonl")],
    )
    with served(authority, timestamping.good) as url:
        from sygn_cli.engine.renew import renew

        renewed = renew(forged.pdf, tsa_urls=[url])

    verdict = verification.verify(runtime, renewed)
    assert verdict.status == "tampered"
    assert "recorded" in verdict.reasons[0]


def test_what_is_not_valid_gets_no_timestamp(archived, authority):
    runtime, pdf = archived
    changed = bytearray(pdf)
    changed[300] ^= 1
    with pytest.raises(Tampered):
        timestamps.timestamp(runtime, bytes(changed))
    with pytest.raises(Untrusted):
        timestamps.timestamp(runtime, sample("nda.pdf"))
    with pytest.raises(Untrusted, match="not valid"):
        timestamps.check(_years_after(runtime), pdf)  # its authority is not trusted any more


def test_an_authority_that_is_not_trusted_here_spoils_no_file(archived, authority):
    runtime, pdf = archived
    stranger = Authority(START + timedelta(minutes=5))
    with served(stranger, timestamping.good) as url, pytest.raises(SealFailed) as caught:
        timestamps.timestamp(_years_after(runtime, authority, url=url, days=1), pdf)
    assert "tsa_trust" in (caught.value.hint or "")


def test_without_an_answer_nothing_is_written(archived, authority):
    runtime, pdf = archived
    with pytest.raises(NetworkFailed):
        timestamps.timestamp(_years_after(runtime, authority), pdf)
