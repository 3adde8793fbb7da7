"""A sealed file is valid as long as not one byte of it changes, and only for whoever trusts it.

Attacked files of others lie in ``pdfs/attacks`` of the folder that ``SYGN_SHARED`` names, else of
``shared`` beside the checkout.
"""

import os
from datetime import timedelta
from pathlib import Path

import pymupdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.generic import NameObject, NumberObject, pdf_string
from pyhanko.sign.fields import MDPPerm

from sygn_cli.domain.audit import sha256
from sygn_cli.domain.errors import InvalidRequest
from sygn_cli.engine.credential import make_ca, make_seal_credential
from sygn_cli.engine.seal import TRAIL_NAME, Attachment, seal
from sygn_cli.engine.stamp import stamp
from sygn_cli.engine.verify import Status, embedded_trail, verify
from tests.engine.conftest import NOON
from tests.engine.papers import paper
from tests.engine.strangers import (
    form_with_price,
    sign_like_others,
    timestamped,
    with_form,
    with_price,
)
from tests.engine.timestamping import Authority
from tests.soak import at_length

SHARED = Path(os.environ.get("SYGN_SHARED", Path(__file__).parents[3] / "shared"))
ATTACKS = sorted((SHARED / "pdfs" / "attacks").glob("*.pdf"))


@pytest.fixture(scope="session")
def judged(ca):
    """Verify with the workspace's own root."""
    return lambda pdf, **options: verify(pdf, trust=[ca.cert_pem], **options)


def test_a_sealed_file_is_valid_and_tells_its_story(sealed, judged):
    verdict = judged(sealed.pdf, recorded_sha256=sealed.sha256, signers=2)

    assert verdict.status is Status.VALID
    assert verdict.sha256 == sealed.sha256
    assert verdict.level == "B-B"
    assert [event.seq for event in verdict.trail] == [0, 1, 2]
    assert verdict.head == verdict.trail[-1].hash()
    assert verdict.document == "doc_01"
    assert any("No trusted timestamp" in reason for reason in verdict.reasons)


def test_the_seal_is_described(sealed, judged):
    (found,) = judged(sealed.pdf).signatures

    assert (found.field, found.signer, found.claimed_at) == ("Seal", "Test seal", NOON)
    assert (found.intact, found.valid, found.trusted, found.covers_file) == (True,) * 4
    assert (found.coverage, found.modification, found.docmdp) == ("ENTIRE_FILE", "NONE", 1)
    assert (found.timestamped_at, found.timestamp_trusted) == (None, False)


def test_the_trail_can_be_taken_out(sealed, trail):
    assert embedded_trail(sealed.pdf) == trail
    assert embedded_trail(paper()) is None
    assert embedded_trail(b"rubbish") is None


# --- one changed byte -----------------------------------------------------------------------


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_one_changed_byte_anywhere_is_found(sealed, judged, data):
    place = data.draw(st.integers(0, len(sealed.pdf) - 1))
    mask = data.draw(st.integers(1, 255))
    changed = bytearray(sealed.pdf)
    changed[place] ^= mask

    assert judged(bytes(changed)).status is Status.TAMPERED


def _container(pdf):
    start = pdf.index(b"/Contents <") + len(b"/Contents ")
    return start, pdf.index(b">", start) + 1


def test_each_byte_that_the_signature_does_not_cover_is_guarded(sealed, judged):
    start, end = _container(sealed.pdf)
    padding = len(sealed.pdf[start:end].rstrip(b"0>"))
    places = [*range(start, start + padding, 37), *range(start + padding, end, 301), end - 1]

    for place in places:
        changed = bytearray(sealed.pdf)
        changed[place] ^= 0x20 if chr(changed[place]).isalpha() else 1
        verdict = judged(bytes(changed))
        assert verdict.status is Status.TAMPERED, f"byte {place}: {verdict.reasons}"


@pytest.mark.slow
def test_no_byte_can_be_changed_unseen(sealed, judged):
    missed = []
    for place in range(0, len(sealed.pdf), at_length(23, 1)):
        changed = bytearray(sealed.pdf)
        changed[place] ^= 1 << place % 8
        if judged(bytes(changed)).status is not Status.TAMPERED:
            missed.append(place)

    assert missed == []


# --- other changes --------------------------------------------------------------------------


def _with_revision(sealed):
    document = pymupdf.open(stream=sealed.pdf)
    document[0].insert_text((50, 500), "and a million")
    return document.tobytes(garbage=0) + b""


def _appended_revision(sealed):
    path = Path(os.environ.get("PYTEST_TMP", "/tmp")) / "appended.pdf"
    path.write_bytes(sealed.pdf)
    document = pymupdf.open(path)
    document[0].insert_text((50, 500), "and a million")
    document.saveIncr()
    document.close()
    content = path.read_bytes()
    path.unlink()
    return content


_CHANGES = {
    "a line feed behind it": lambda sealed: sealed.pdf + b"\n",
    "rubbish behind it": lambda sealed: sealed.pdf + b"rubbish" * 100,
    "a byte in front of it": lambda sealed: b"\n" + sealed.pdf,
    "its end cut off": lambda sealed: sealed.pdf[:-7],
    "its seal cut in half": lambda sealed: sealed.pdf[: sealed.pdf.index(b"/Contents <") + 999],
    "words added by a rewrite": _with_revision,
    "words added as a revision": _appended_revision,
    "itself behind itself": lambda sealed: sealed.pdf + sealed.pdf,
}


@pytest.mark.parametrize("change", _CHANGES.values(), ids=_CHANGES)
def test_any_other_change_is_found(change, sealed, judged):
    assert judged(change(sealed)).status is Status.TAMPERED


def test_a_stripped_seal_leaves_an_unsigned_file(sealed, judged):
    first_revision = sealed.pdf[: sealed.pdf.index(b"%%EOF") + 6]

    assert judged(first_revision).status is Status.UNSIGNED


def test_a_file_that_is_not_the_recorded_one_is_tampered_however_well_sealed(
    sealed, judged, credential
):
    other = seal(stamp([paper()], [], title="Other"), credential, at=NOON, reason="r")

    assert judged(other.pdf).status is Status.VALID
    assert judged(other.pdf, recorded_sha256=sealed.sha256).status is Status.TAMPERED


# --- whom to trust --------------------------------------------------------------------------


def test_nobody_is_trusted_unless_named(sealed):
    assert verify(sealed.pdf, trust=[]).status is Status.UNTRUSTED


def test_several_roots_may_stand_in_one_file(sealed, ca):
    other = make_ca("Other", now=NOON)

    assert verify(sealed.pdf, trust=[other.cert_pem + ca.cert_pem]).status is Status.VALID


@pytest.mark.parametrize("root", [b"", b"rubbish", b"-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_what_is_no_root_is_an_error_and_no_verdict(root, sealed):
    with pytest.raises(InvalidRequest):
        verify(sealed.pdf, trust=[root])


def test_an_authority_of_the_same_name_is_not_trusted(sealed):
    lookalike = make_ca("Test workspace", now=NOON)

    assert verify(sealed.pdf, trust=[lookalike.cert_pem]).status is Status.UNTRUSTED


def test_a_file_sealed_again_by_a_stranger_is_untrusted(judged, trail):
    stranger = make_seal_credential(make_ca("Test workspace", now=NOON), "Test seal", now=NOON)

    forged = seal(
        stamp([paper(words="Forged")], [], title="T"),
        stranger,
        at=NOON,
        reason="r",
        attachments=[Attachment(TRAIL_NAME, trail)],
    )

    assert judged(forged.pdf).status is Status.UNTRUSTED


@pytest.mark.parametrize("days", [-2, 4000])
def test_a_credential_counts_only_in_its_time(days, sealed, judged):
    verdict = judged(sealed.pdf, at=NOON + timedelta(days=days))

    assert verdict.status is Status.UNTRUSTED
    assert "not valid at that time" in verdict.reasons[0]


def test_a_timestamp_can_be_demanded(sealed, judged):
    verdict = judged(sealed.pdf, require_timestamp=True)

    assert verdict.status is Status.UNMET
    assert verdict.unmet == ("No trusted timestamp vouches for the time of signing.",)


def test_the_number_of_signers_can_be_demanded(sealed, judged):
    assert judged(sealed.pdf, signers=2).status is Status.VALID

    verdict = judged(sealed.pdf, signers=3)

    assert verdict.status is Status.UNMET
    assert verdict.unmet == ("The audit trail tells of 2 signers, not of 3.",)


def test_a_demand_hides_nothing_that_is_worse(sealed, judged):
    changed = bytearray(sealed.pdf)
    changed[len(changed) // 2] ^= 1

    def demanding(pdf, **options):
        return judged(pdf, signers=3, require_timestamp=True, **options)

    assert demanding(bytes(changed)).status is Status.TAMPERED
    assert demanding(sealed.pdf, recorded_sha256="0" * 64).status is Status.TAMPERED
    strange = verify(sealed.pdf, trust=[], signers=3, require_timestamp=True)
    assert strange.status is Status.UNTRUSTED
    assert len(strange.unmet) == 2
    assert set(strange.unmet) < set(strange.reasons)


# --- trails ---------------------------------------------------------------------------------


_TRAILS = {
    "a changed line": lambda lines: [lines[0], lines[1].replace(b"s1", b"s9"), lines[2]],
    "a missing line": lambda lines: [lines[0], lines[2]],
    "swapped lines": lambda lines: [lines[1], lines[0], lines[2]],
    "an empty trail": lambda lines: [],
    "rubbish": lambda lines: [b"rubbish"],
}


@pytest.mark.parametrize("change", _TRAILS.values(), ids=_TRAILS)
def test_a_broken_trail_breaks_the_verdict_even_under_a_good_seal(
    change, trail, credential, judged
):
    broken = b"".join(line + b"\n" for line in change(trail.splitlines()))
    done = seal(
        stamp([paper()], [], title="T"),
        credential,
        at=NOON,
        reason="r",
        attachments=[Attachment(TRAIL_NAME, broken)],
    )

    verdict = judged(done.pdf)

    assert verdict.status is Status.TAMPERED
    assert verdict.trail == ()


def test_a_cut_trail_is_broken(trail, credential, judged):
    done = seal(
        stamp([paper()], [], title="T"),
        credential,
        at=NOON,
        reason="r",
        attachments=[Attachment(TRAIL_NAME, trail[:-1])],
    )

    assert judged(done.pdf).status is Status.TAMPERED


# --- other people's files -------------------------------------------------------------------


@pytest.mark.parametrize("pdf", [b"", b"<html>", b"%PDF-1.7\nrubbish", paper()])
def test_what_nobody_signed_is_unsigned(pdf, judged):
    assert judged(pdf).status is Status.UNSIGNED


@pytest.mark.parametrize(
    "remains", [b"/ByteRange [0 1 2 3]", b"/Contents <3082" + b"0A" * 400 + b">"]
)
def test_the_remains_of_a_signature_are_no_unsigned_file(remains, judged):
    assert judged(paper() + remains).status is Status.TAMPERED


def test_an_ordinary_signature_by_somebody_trusted_is_valid(credential, judged):
    signed = sign_like_others(stamp([paper()], [], title="T"), credential, field="Signature1")

    verdict = judged(signed)

    assert verdict.status is Status.VALID
    assert verdict.signatures[0].docmdp is None


def test_two_signatures_are_valid_if_the_last_covers_all(credential, judged):
    once = sign_like_others(stamp([paper()], [], title="T"), credential, field="Signature1")
    twice = sign_like_others(once, credential, field="Signature2")

    verdict = judged(twice)

    assert verdict.status is Status.VALID
    assert [found.coverage for found in verdict.signatures] == ["ENTIRE_REVISION", "ENTIRE_FILE"]
    first, second, *_ = verdict.reasons
    assert first.endswith("; since then others signed, or filled in the form as it allows.")
    assert second.endswith(", unchanged since.")


def test_one_stranger_among_the_signers_makes_a_file_untrusted(credential, judged):
    stranger = make_seal_credential(make_ca("Else", now=NOON), "Stranger", now=NOON)
    once = sign_like_others(stamp([paper()], [], title="T"), credential, field="Signature1")

    assert judged(sign_like_others(once, stranger, field="Signature2")).status is Status.UNTRUSTED


def test_a_page_changed_between_two_signatures_is_found(credential, judged):
    def enlarge(writer):
        page = writer.root["/Pages"]["/Kids"][0]
        page[NameObject("/UserUnit")] = NumberObject(2)
        writer.mark_update(page.container_ref)

    once = sign_like_others(stamp([paper()], [], title="T"), credential, field="Signature1")
    twice = sign_like_others(once, credential, field="Signature2", before=enlarge)

    assert judged(twice).status is Status.TAMPERED


def test_a_timestamp_does_not_approve_a_form_filled_in_after_the_signature(credential, ca):
    authority = Authority(NOON)
    signed = sign_like_others(form_with_price("10"), credential, field="Signature1")

    def judged(pdf):
        stamped = timestamped(pdf, authority)
        return verify(stamped, trust=[ca.cert_pem], time_trust=[authority.cert_pem]).status

    assert judged(signed) is Status.VALID
    assert judged(with_price(signed, "1000")) is Status.TAMPERED


@pytest.mark.parametrize("key", ["/DA", "/Q"])
def test_a_timestamp_does_not_hide_that_readers_shall_write_otherwise_in_forms(
    key, sealed, credential, ca
):
    authority = Authority(NOON)

    def disturb(form):
        form[NameObject(key)] = pdf_string("/F 9 Tf") if key == "/DA" else NumberObject(2)

    for pdf in (sealed.pdf, sign_like_others(form_with_price("1"), credential, field="S")):
        for change, status in ((lambda _: None, Status.VALID), (disturb, Status.TAMPERED)):
            stamped = timestamped(with_form(pdf, change), authority)
            found = verify(stamped, trust=[ca.cert_pem], time_trust=[authority.cert_pem])
            assert found.status is status, found.reasons


def test_who_may_say_when_may_not_say_who(credential, ca):
    """The root of an authority for timestamps may have issued to anybody."""
    signed = sign_like_others(stamp([paper()], [], title="T"), credential, field="Signature1")

    assert verify(signed, trust=[], time_trust=[ca.cert_pem]).status is Status.UNTRUSTED
    assert verify(signed, trust=[ca.cert_pem]).status is Status.VALID


def test_a_second_signature_on_a_seal_is_a_change(sealed, credential, judged):
    with pytest.raises(Exception, match="forbids"):
        sign_like_others(sealed.pdf, credential, field="More")


def test_a_certification_that_allows_changes_is_judged_by_what_changed(credential, judged):
    meta = {"certify": True, "docmdp_permissions": MDPPerm.FILL_FORMS}
    certified = sign_like_others(stamp([paper()], [], title="T"), credential, field="C", meta=meta)
    signed = sign_like_others(certified, credential, field="S")

    assert judged(certified).status is Status.VALID
    assert judged(signed).status is Status.VALID


# --- known attacks --------------------------------------------------------------------------


@pytest.mark.skipif(not ATTACKS, reason=f"no attack files in {SHARED}/pdfs/attacks")
@pytest.mark.parametrize("attack", ATTACKS, ids=[path.stem for path in ATTACKS])
def test_no_known_attack_is_valid(attack, judged):
    pdf = attack.read_bytes()

    assert judged(pdf).status in {Status.TAMPERED, Status.UNTRUSTED}
    assert sha256(pdf) == judged(pdf).sha256


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_make_it_raise(rubbish):
    for pdf in (rubbish, b"%PDF-1.7\n" + rubbish, paper() + rubbish):
        assert verify(pdf, trust=[]).status in {Status.UNSIGNED, Status.TAMPERED}
