"""A seal is as good as the timestamp that was reached, and says which one that is."""

import asyncio
import io
from datetime import timedelta

import pytest

from sygn_cli.domain.errors import NetworkFailed
from sygn_cli.engine.certify import Writer, attach
from sygn_cli.engine.seal import TRAIL_NAME, Attachment, seal
from sygn_cli.engine.stamp import stamp
from sygn_cli.engine.timestamp import HttpTimestamper
from sygn_cli.engine.verify import Status, embedded_trail, verify
from tests.engine import strangers, timestamping
from tests.engine.conftest import NOON
from tests.engine.papers import paper, qpdf_complaints
from tests.engine.timestamping import Authority, served, trickling


@pytest.fixture(scope="module")
def authority():
    return Authority(NOON)


@pytest.fixture(scope="module")
def timestamped(authority, credential):
    with served(authority, timestamping.good) as url:
        return _sealed(credential, url)


def _sealed(credential, *urls):
    return seal(stamp([paper()], [], title="T"), credential, at=NOON, reason="r", tsa_urls=urls)


def test_a_timestamp_is_reached_and_trusted(timestamped, ca, authority, tmp_path):
    verdict = verify(timestamped.pdf, trust=[ca.cert_pem, authority.cert_pem])

    assert (timestamped.level, timestamped.timestamp_error) == ("B-T", "")
    assert (verdict.status, verdict.level) == (Status.VALID, "B-T")
    assert verdict.signatures[0].timestamped_at == NOON
    assert verdict.signatures[0].timestamp_trusted
    assert not any("No trusted timestamp" in reason for reason in verdict.reasons)
    assert qpdf_complaints(timestamped.pdf, tmp_path) == ""


def test_a_timestamp_of_an_unknown_authority_is_no_trusted_one(timestamped, ca):
    verdict = verify(timestamped.pdf, trust=[ca.cert_pem])
    demanded = verify(timestamped.pdf, trust=[ca.cert_pem], require_timestamp=True)

    assert verdict.status is Status.VALID
    assert verdict.signatures[0].timestamp_trusted is False
    assert any("No trusted timestamp" in reason for reason in verdict.reasons)
    assert demanded.status is Status.UNMET


def test_a_trusted_timestamp_can_be_demanded(timestamped, ca, authority):
    verdict = verify(
        timestamped.pdf, trust=[ca.cert_pem, authority.cert_pem], require_timestamp=True
    )

    assert verdict.status is Status.VALID


@pytest.mark.parametrize(
    "behaviour",
    [
        timestamping.garbage,
        timestamping.empty,
        timestamping.wrong_digest,
        timestamping.wrong_nonce,
        timestamping.refusal,
    ],
    ids=lambda behaviour: behaviour.__name__,
)
def test_a_bad_authority_leaves_a_seal_without_timestamp_that_says_so(
    behaviour, authority, credential, ca
):
    with served(authority, behaviour) as url:
        done = _sealed(credential, url)

    assert done.level == "B-B"
    assert url in done.timestamp_error
    assert verify(done.pdf, trust=[ca.cert_pem]).status is Status.VALID


def test_a_trusted_timestamp_counts_for_more_than_the_clock_of_the_signer(credential, ca):
    honest = Authority(NOON, says=NOON + timedelta(days=12 * 365))
    with served(honest, timestamping.good) as url:
        backdated = _sealed(credential, url)

    known = verify(backdated.pdf, trust=[ca.cert_pem, honest.cert_pem])
    unknown = verify(backdated.pdf, trust=[ca.cert_pem])

    assert backdated.level == "B-T"
    assert known.status is Status.UNTRUSTED
    assert "not valid at that time" in known.reasons[0]
    assert unknown.status is Status.VALID


def test_an_authority_that_is_down_leaves_the_next_one(authority, credential):
    with served(authority, timestamping.good) as down:
        pass
    with served(authority, timestamping.good) as url:
        done = _sealed(credential, down, url)

    assert done.level == "B-T"


def test_an_authority_that_trickles_is_given_up():
    with trickling() as url, pytest.raises(NetworkFailed, match="within 0"):
        asyncio.run(HttpTimestamper(url, patience=0.3).async_timestamp(bytes(32), "sha256"))


def test_an_endless_answer_is_not_read_to_its_end(authority):
    def endless(authority, question):
        return b"x" * 2**20

    with served(authority, endless) as url, pytest.raises(NetworkFailed, match="more than"):
        asyncio.run(HttpTimestamper(url).async_timestamp(bytes(32), "sha256"))


def test_only_the_web_is_asked():
    with pytest.raises(NetworkFailed):
        HttpTimestamper("file:///etc/passwd")


def test_each_byte_of_the_container_is_guarded(timestamped, ca, authority):
    pdf = timestamped.pdf
    start = pdf.index(b"/Contents <") + len(b"/Contents ")
    end = start + len(pdf[start : pdf.index(b">", start)].rstrip(b"0"))
    missed = []
    for place in range(start, end, 29):
        changed = bytearray(pdf)
        changed[place] ^= 0x20 if chr(changed[place]).isalpha() else 1
        verdict = verify(bytes(changed), trust=[ca.cert_pem, authority.cert_pem])
        if verdict.status is not Status.TAMPERED:
            missed.append(place)

    assert missed == []


@pytest.mark.parametrize("told", [False, True])
@pytest.mark.parametrize("among", ["time_trust", "trust"])
def test_a_timestamp_alone_is_nobodys_signature(among, told, authority, ca, sealed):
    pdf = paper()
    if told:  # of a document that others have signed
        writer, output = Writer(io.BytesIO(pdf)), io.BytesIO()
        found = embedded_trail(sealed.pdf) or b""
        attach(writer, Attachment(TRAIL_NAME, found, "", "application/jsonl"), NOON)
        writer.write(output)
        pdf = output.getvalue()
    people: list[bytes] = [ca.cert_pem]
    times: list[bytes] = []
    (people if among == "trust" else times).append(authority.cert_pem)

    verdict = verify(
        strangers.timestamped(pdf, authority),
        trust=people,
        time_trust=times,
        signers=2 if told else None,
    )

    assert verdict.status is Status.UNSIGNED
    assert verdict.signatures[0].timestamp_trusted
