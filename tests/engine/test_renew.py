"""A timestamp is renewed before it goes stale, and what was sealed stays sealed."""

import subprocess
from datetime import timedelta

import pytest

from sygn_cli.domain.errors import NetworkFailed, SealFailed
from sygn_cli.engine.crl import make_crl
from sygn_cli.engine.level import Level
from sygn_cli.engine.renew import renew
from sygn_cli.engine.seal import seal
from sygn_cli.engine.stamp import stamp
from sygn_cli.engine.verify import Status, verify
from tests.engine import timestamping
from tests.engine.conftest import NOON
from tests.engine.papers import paper, qpdf_complaints
from tests.engine.timestamping import Authority, served

LATER = NOON + timedelta(days=700)


@pytest.fixture(scope="module")
def first():
    return Authority(NOON)


@pytest.fixture(scope="module")
def second():
    return Authority(LATER)


@pytest.fixture(scope="module")
def archived(first, credential, ca):
    with served(first, timestamping.good) as url:
        return seal(
            stamp([paper()], [], title="T"),
            credential,
            at=NOON,
            reason="r",
            tsa_urls=[url],
            level=Level.B_LTA,
            crls=[make_crl(ca, now=NOON)],
        ).pdf


def _renewed(pdf, authority):
    with served(authority, timestamping.good) as url:
        return renew(pdf, tsa_urls=[url])


def test_a_renewed_file_is_valid_and_still_of_the_highest_level(
    archived, first, second, ca, tmp_path
):
    once = _renewed(archived, second)
    twice = _renewed(once, second)

    for pdf, count in ((once, 3), (twice, 4)):
        verdict = verify(pdf, trust=[ca.cert_pem, first.cert_pem, second.cert_pem])
        assert (verdict.status, verdict.level) == (Status.VALID, "B-LTA"), verdict.reasons
        assert len(verdict.signatures) == count
        assert pdf.startswith(archived)
        assert qpdf_complaints(pdf, tmp_path) == ""


def test_poppler_still_finds_the_seal_valid(archived, second, tmp_path):
    (tmp_path / "renewed.pdf").write_bytes(_renewed(archived, second))

    said = subprocess.run(
        ["pdfsig", tmp_path / "renewed.pdf"], capture_output=True, text=True, check=True
    ).stdout

    assert "Signature is Valid" in said


def test_a_plain_seal_can_be_timestamped_too(sealed, first, ca):
    verdict = verify(_renewed(sealed.pdf, first), trust=[ca.cert_pem, first.cert_pem])

    assert verdict.status is Status.VALID


def test_a_stranger_cannot_hide_a_change_under_a_timestamp(archived, first, second, ca):
    changed = archived.replace(b"(A page", b"(B page")
    if changed == archived:
        changed = bytearray(archived)
        changed[200] ^= 1
    verdict = verify(
        _renewed(bytes(changed), second), trust=[ca.cert_pem, first.cert_pem, second.cert_pem]
    )

    assert verdict.status is Status.TAMPERED


@pytest.mark.parametrize("pdf", [b"", b"%PDF-1.7\nrubbish", paper()])
def test_what_is_not_signed_is_not_timestamped(pdf, first):
    with served(first, timestamping.good) as url, pytest.raises(SealFailed):
        renew(pdf, tsa_urls=[url])


def test_without_an_answer_there_is_no_new_file(archived, first):
    with served(first, timestamping.garbage) as url, pytest.raises(NetworkFailed):
        renew(archived, tsa_urls=[url])
    with pytest.raises(NetworkFailed):
        renew(archived, tsa_urls=[])
