"""The rules of a document's life."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sygn_cli.domain import evidence, lifecycle, mark, proposals
from sygn_cli.domain.document import DocumentStatus
from sygn_cli.domain.errors import (
    AlreadyCompleted,
    AlreadySigned,
    ConsentMissing,
    Declined,
    Expired,
    InvalidRequest,
    NotYourTurn,
    Voided,
)
from sygn_cli.domain.field import FieldType
from sygn_cli.domain.geometry import Box
from sygn_cli.domain.signer import Invitee, SignerStatus
from tests.life import DAY, NOW, a_field, a_proposal


def propose(**changes):
    return proposals.create(a_proposal(**changes), actor=evidence.OPERATOR)


def test_a_new_document_is_sent(parallel):
    assert parallel.document.status is DocumentStatus.SENT
    assert parallel.document.sent_at == NOW


def test_a_draft_is_not_sent(life):
    assert life.create(draft=True).status is DocumentStatus.DRAFT


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"invitees": ()}, "1 to 20 signers"),
        ({"signers": 21}, "1 to 20 signers"),
        ({"title": " "}, "title is empty"),
        ({"title": "a\u202eb"}, "U+202E"),
        ({"title": "a\x07b"}, "U+0007"),
        ({"title": "x" * 201}, "longer than 200"),
        ({"message": "x" * 2001}, "longer than 2000"),
        ({"files": ()}, "1 to 50 files"),
        ({"fields": ()}, "1 to 2000 fields"),
        ({"fields": (a_field(), a_field())}, "Two fields"),
        ({"fields": (a_field(signer="s9"),)}, "who is no signer"),
        ({"fields": (a_field(page=3),)}, "page 3"),
        ({"fields": (a_field(file=2),)}, "file 2"),
        ({"fields": (a_field(box=Box(500, 10, 200, 20)),)}, "does not lie on page"),
        ({"cc": ("nobody",)}, "not an e-mail address"),
        ({"cc": ("a@example.com",) * 51}, "At most 50"),
    ],
)
def test_what_cannot_be_created(changes, words):
    with pytest.raises(InvalidRequest) as caught:
        propose(**changes)
    assert words in caught.value.message


def test_twenty_signers_are_as_ordinary_as_one(life):
    document = life.create(signers=20)
    for signer in document.signers:
        document = life.sign(signer.id)
    assert document.all_signed
    assert document.awaits_seal


def test_signing_takes_consent_first(parallel):
    with pytest.raises(ConsentMissing):
        parallel.decide_to_sign("s1")


def test_consent_is_recorded_once(parallel):
    parallel.consent("s1")
    with pytest.raises(AssertionError):  # nothing left to record
        parallel.consent("s1")


def test_after_the_first_signature_a_document_is_partially_signed(parallel):
    document = parallel.sign("s1")
    assert document.status is DocumentStatus.PARTIALLY_SIGNED
    assert document.signer("s1").status is SignerStatus.SIGNED
    assert document.marks["f1"] == mark.Typed("Ada Lovelace")


def test_the_second_signer_waits_for_the_first(sequential):
    with pytest.raises(NotYourTurn, match="Ada Lovelace signs first"):
        sequential.consent("s2")


def test_equal_orders_sign_at_the_same_time(life):
    people = tuple(
        Invitee(name, f"{name}@example.com", order)
        for name, order in [("ada", 1), ("alan", 1), ("grace", 2)]
    )
    life.create(signers=3, invitees=people, signing_order="sequential")
    life.sign("s2")
    with pytest.raises(NotYourTurn):
        life.consent("s3")
    life.sign("s1")
    life.sign("s3")
    assert life.document.all_signed


def test_the_same_marks_again_are_no_second_signature(parallel):
    parallel.sign("s1")
    assert parallel.decide_to_sign("s1") is None


def test_other_marks_after_signing_are_refused(parallel):
    parallel.sign("s1")
    with pytest.raises(AlreadySigned):
        parallel.decide_to_sign("s1", {"f1": mark.Typed("Somebody Else")})


def test_a_retry_the_next_day_is_still_the_same_signature(life):
    fields = (a_field("f1"), a_field("f2", type=FieldType.DATE, box=Box(300, 600, 90, 14)))
    life.create(signers=1, fields=fields)
    life.sign("s1", {"f1": mark.Typed("Ada")})
    entry = lifecycle.sign(
        life.document,
        life.document.signer("s1"),
        {"f1": mark.Typed("Ada")},
        today="2026-11-22",
        now=NOW + timedelta(hours=13),
        method=mark.Method.TYPED,
        evidence=evidence.COMMAND_LINE,
    )
    assert entry is None


def test_a_required_field_must_be_filled(life):
    fields = (a_field("f1"), a_field("f2", type=FieldType.TEXT, label="City"))
    life.create(signers=1, fields=fields)
    life.consent("s1")
    with pytest.raises(InvalidRequest, match=r"Field f2 \(City\) must be filled"):
        life.decide_to_sign("s1")


def test_an_optional_field_may_stay_empty(life):
    fields = (a_field("f1"), a_field("f2", type=FieldType.TEXT, required=False))
    life.create(signers=1, fields=fields)
    assert "f2" not in life.sign("s1").marks


def test_a_signer_cannot_fill_the_field_of_another(parallel):
    parallel.consent("s1")
    with pytest.raises(InvalidRequest, match="has no field"):
        parallel.decide_to_sign("s1", {"f1": mark.Typed("Ada"), "f2": mark.Typed("Ada")})


def test_a_date_is_the_day_of_signing_whatever_the_browser_says(life):
    fields = (a_field("f1"), a_field("f2", type=FieldType.DATE))
    life.create(signers=1, fields=fields)
    document = life.sign("s1", {"f1": mark.Typed("Ada"), "f2": mark.Typed("1815-12-10")})
    assert document.marks["f2"] == mark.Typed(DAY)


def test_an_editable_date_is_what_the_signer_wrote(life):
    fields = (a_field("f1"), a_field("f2", type=FieldType.DATE, editable=True))
    life.create(signers=1, fields=fields)
    document = life.sign("s1", {"f1": mark.Typed("Ada"), "f2": mark.Typed("1815-12-10")})
    assert document.marks["f2"] == mark.Typed("1815-12-10")


def test_a_read_only_value_stays_as_it_was_set(life):
    fields = (
        a_field("f1"),
        a_field("f2", type=FieldType.TEXT, read_only=True, value="Berlin"),
    )
    life.create(signers=1, fields=fields)
    document = life.sign("s1", {"f1": mark.Typed("Ada"), "f2": mark.Typed("Paris")})
    assert document.marks["f2"] == mark.Typed("Berlin")


def test_a_picture_comes_with_its_bytes(parallel):
    parallel.consent("s1")
    with pytest.raises(InvalidRequest, match="picture"):
        parallel.decide_to_sign("s1", {"f1": mark.Picture("b" * 64)})


def test_declining_ends_the_document(parallel):
    document = parallel.record(
        lifecycle.decline(
            parallel.document,
            parallel.document.signer("s1"),
            reason="Clause 3 is wrong.",
            now=NOW,
            evidence=evidence.COMMAND_LINE,
        )
    )
    assert document.status is DocumentStatus.DECLINED
    assert document.signer("s1").decline_reason == "Clause 3 is wrong."
    with pytest.raises(Declined):
        parallel.consent("s2")


def test_declining_takes_a_reason(parallel):
    with pytest.raises(InvalidRequest, match="reason is empty"):
        lifecycle.decline(
            parallel.document,
            parallel.document.signer("s1"),
            reason=" ",
            now=NOW,
            evidence=evidence.COMMAND_LINE,
        )


def test_a_voided_document_cannot_be_signed(parallel):
    parallel.record(lifecycle.void(parallel.document, actor=evidence.OPERATOR))
    with pytest.raises(Voided):
        parallel.consent("s1")


def test_voiding_twice_records_nothing_new(parallel):
    document = parallel.record(lifecycle.void(parallel.document, actor=evidence.OPERATOR))
    assert lifecycle.void(document, actor=evidence.OPERATOR) is None


def test_what_everyone_has_signed_cannot_be_voided(parallel):
    parallel.sign("s1")
    parallel.sign("s2")
    with pytest.raises(AlreadyCompleted):
        lifecycle.void(parallel.document, actor=evidence.OPERATOR)


def test_a_draft_can_be_voided(life):
    document = life.create(draft=True)
    assert life.record(lifecycle.void(document, actor=evidence.OPERATOR)).status == "voided"


def test_nobody_signs_after_the_deadline(parallel):
    parallel.now = NOW + timedelta(days=30)
    with pytest.raises(Expired):
        parallel.consent("s1")


def test_a_document_expires_once_and_only_when_overdue(parallel):
    assert lifecycle.expire(parallel.document, now=NOW) is None
    late = NOW + timedelta(days=31)
    document = parallel.record(lifecycle.expire(parallel.document, now=late))
    assert document.status is DocumentStatus.EXPIRED
    assert lifecycle.expire(document, now=late) is None


def test_what_everyone_signed_in_time_does_not_expire(parallel):
    parallel.sign("s1")
    parallel.sign("s2")
    assert lifecycle.expire(parallel.document, now=NOW + timedelta(days=99)) is None


def test_a_document_is_completed_by_its_certificate(parallel):
    parallel.sign("s1")
    parallel.sign("s2")
    sealed = lifecycle.sealed(b"pdf", credential="c" * 64, level="B-B", stamped_sha256="d" * 64)
    document = parallel.record(sealed)
    assert document.awaits_seal
    document = parallel.record(lifecycle.completed(document, b"certificate"))
    assert document.status is DocumentStatus.COMPLETED
    assert document.certificate_sha256 in parallel.blobs
    with pytest.raises(AlreadyCompleted):
        lifecycle.void(document, actor=evidence.OPERATOR)


def test_a_failed_seal_is_told_once_and_forgotten_when_it_works(parallel):
    document = parallel.record(lifecycle.seal_failed(parallel.document, "no key"))
    assert document.seal_error == "no key"
    assert lifecycle.seal_failed(document, "no key") is None
    sealed = lifecycle.sealed(b"pdf", credential="c" * 64, level="B-B", stamped_sha256="d" * 64)
    assert not parallel.record(sealed).seal_error


def test_a_rotated_link_has_a_new_generation(parallel):
    entry = lifecycle.rotate_link(parallel.document, parallel.document.signer("s1"))
    assert parallel.record(entry).signer("s1").link_generation == 1


def test_a_first_look_is_recorded_and_a_second_is_not(parallel):
    who = parallel.document.signer("s1")
    entry = lifecycle.view(parallel.document, who, evidence.COMMAND_LINE)
    document = parallel.record(entry)
    assert lifecycle.view(document, document.signer("s1"), evidence.COMMAND_LINE) is None
