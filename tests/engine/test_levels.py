"""A seal claims the level that it reached, and verify finds the same one by itself."""

import subprocess
from datetime import timedelta

import pytest

from sygn_cli.domain.errors import SealFailed
from sygn_cli.domain.revocation import Reason, Revocation
from sygn_cli.engine.credential import certificate
from sygn_cli.engine.crl import make_crl
from sygn_cli.engine.level import Level
from sygn_cli.engine.seal import seal
from sygn_cli.engine.stamp import stamp
from sygn_cli.engine.verify import Status, verify
from tests.engine import timestamping
from tests.engine.authority import IssuedAuthority, lying_at
from tests.engine.conftest import NOON
from tests.engine.papers import paper, qpdf_complaints
from tests.engine.timestamping import Authority, served

LEVELS = list(Level)


@pytest.fixture(scope="module")
def authority():
    return Authority(NOON)


@pytest.fixture(scope="module")
def crl(ca):
    return make_crl(ca, now=NOON)


def _sealed(credential, level, *urls, crls=(), **options):
    flat = stamp([paper()], [], title="T")
    return seal(
        flat, credential, at=NOON, reason="r", tsa_urls=urls, level=level, crls=crls, **options
    )


@pytest.fixture(scope="module")
def by_level(authority, credential, crl):
    with served(authority, timestamping.good) as url:
        return {level: _sealed(credential, level, url, crls=[crl]) for level in LEVELS}


@pytest.mark.parametrize("level", LEVELS)
def test_each_level_is_reached_and_found_again(level, by_level, ca, authority, tmp_path):
    done = by_level[level]

    verdict = verify(done.pdf, trust=[ca.cert_pem, authority.cert_pem])

    assert (done.level, done.timestamp_error) == (level, "")
    assert (verdict.status, verdict.level) == (Status.VALID, level), verdict.reasons
    assert qpdf_complaints(done.pdf, tmp_path) == ""


@pytest.mark.parametrize("level", LEVELS)
def test_poppler_finds_each_level_valid(level, by_level, tmp_path):
    path = tmp_path / "sealed.pdf"
    path.write_bytes(by_level[level].pdf)

    said = subprocess.run(["pdfsig", path], capture_output=True, text=True, check=True).stdout

    assert "Signature is Valid" in said
    assert said.count("Total document signed") == 1


@pytest.mark.parametrize("level", [Level.B_B, Level.B_T, Level.B_LT])
def test_up_to_long_term_one_revision_is_added(level, by_level):
    assert by_level[level].pdf.count(b"%%EOF") == 2


def test_an_archive_timestamp_covers_all_and_openssl_agrees(by_level, authority, tmp_path):
    from sygn_cli.engine.signatures import TIMESTAMP, signatures

    pdf = by_level[Level.B_LTA].pdf
    last = signatures(pdf)[-1]
    start, length, after, rest = last.byte_range
    (tmp_path / "signed").write_bytes(pdf[start:length] + pdf[after : after + rest])
    (tmp_path / "token").write_bytes(last.der)
    (tmp_path / "tsa.pem").write_bytes(authority.cert_pem)

    said = subprocess.run(
        ["openssl", "ts", "-verify", "-data", "signed", "-in", "token", "-token_in", "-CAfile", "tsa.pem", "-attime", str(int(NOON.timestamp()) + 60)],
        capture_output=True, text=True, check=False, cwd=tmp_path,
    )  # fmt: skip

    assert last.kind == TIMESTAMP
    assert after + rest == len(pdf)
    assert "Verification: OK" in said.stdout + said.stderr


def test_a_level_above_b_t_is_not_believed_without_the_root_of_the_timestamp(by_level, ca):
    assert verify(by_level[Level.B_LT].pdf, trust=[ca.cert_pem]).level == "B-T"
    assert verify(by_level[Level.B_LTA].pdf, trust=[ca.cert_pem]).status is Status.UNTRUSTED


def test_the_authority_names_the_root_that_its_timestamps_lead_to(by_level, ca):
    done = by_level[Level.B_LTA]

    assert verify(done.pdf, trust=[ca.cert_pem, *done.timestamp_roots]).status is Status.VALID


def test_each_byte_that_an_archive_timestamp_leaves_out_is_guarded(by_level, ca, authority):
    pdf = by_level[Level.B_LTA].pdf
    start = pdf.rindex(b"/Contents <") + len(b"/Contents ")
    missed = []
    for place in range(start, pdf.index(b">", start), 487):
        changed = bytearray(pdf)
        changed[place] ^= 0x20 if chr(changed[place]).isalpha() else 1
        verdict = verify(bytes(changed), trust=[ca.cert_pem, authority.cert_pem])
        if verdict.status is not Status.TAMPERED:
            missed.append(place)

    assert missed == []


def test_without_a_revocation_list_the_seal_is_no_long_term_one(authority, credential, ca):
    with served(authority, timestamping.good) as url:
        done = _sealed(credential, Level.B_LTA, url)

    assert done.level is Level.B_T
    assert "revocation list" in done.timestamp_error
    assert verify(done.pdf, trust=[ca.cert_pem, authority.cert_pem]).level == "B-T"


def test_a_level_that_is_required_is_reached_or_nothing_is_sealed(credential):
    with pytest.raises(SealFailed, match="Only level B-B was reached, not B-T"):
        _sealed(credential, Level.B_T, level_required=True)


def test_no_timestamp_is_asked_for_where_none_is_wanted(credential):
    done = _sealed(credential, Level.B_B, "http://127.0.0.1:9/")

    assert (done.level, done.timestamp_error) == (Level.B_B, "")


def test_an_authority_that_stops_after_the_seal_leaves_the_level_before(
    authority, credential, crl
):
    asked = []

    def tiring(authority, question):
        asked.append(question)
        return authority.answer(question) if len(asked) < 3 else b""

    with served(authority, tiring) as url:
        done = _sealed(credential, Level.B_LTA, url, crls=[crl])

    assert done.level is Level.B_LT
    assert url in done.timestamp_error


def test_a_credential_that_was_revoked_before_is_found_out(authority, credential, ca):
    serial = certificate(credential.cert_pem).serial_number
    revoked = Revocation("", serial, "", NOON - timedelta(days=1), Reason.KEY_COMPROMISE)
    crl = make_crl(ca, now=NOON, revoked=[revoked])
    with served(authority, timestamping.good) as url:
        done = _sealed(credential, Level.B_LT, url, crls=[crl])

    verdict = verify(done.pdf, trust=[ca.cert_pem, authority.cert_pem])

    assert verdict.status is not Status.VALID
    assert any("revoked" in reason for reason in verdict.reasons)


@pytest.mark.parametrize("sends_root", [True, False])
def test_lists_and_roots_of_an_authority_are_fetched_where_it_says(
    sends_root, credential, ca, crl
):
    files: dict[str, bytes] = {}
    with lying_at(files) as base:
        authority = IssuedAuthority(NOON, base, sends_root=sends_root)
        files.update({"list.crl": authority.crl, "root.der": authority.root_der})
        with served(authority, timestamping.good) as url:
            done = _sealed(credential, Level.B_LTA, url, crls=[crl])

    verdict = verify(done.pdf, trust=[ca.cert_pem, authority.root_pem])
    assert (done.level, done.timestamp_error) == (Level.B_LTA, "")
    assert (verdict.status, verdict.level) == (Status.VALID, "B-LTA"), verdict.reasons


def test_an_authority_without_its_list_leaves_b_t(credential, crl):
    with lying_at({}) as base:
        authority = IssuedAuthority(NOON, base)
        with served(authority, timestamping.good) as url:
            done = _sealed(credential, Level.B_LT, url, crls=[crl])

    assert done.level is Level.B_T
    assert "list.crl" in done.timestamp_error
