"""The whole way of a document, without a server or a disk."""

from __future__ import annotations

import io
import json
from datetime import timedelta

import pypdf
import pytest

from sygn_cli.domain import mark
from sygn_cli.domain.audit import EventType
from sygn_cli.domain.document import DocumentStatus, SigningOrder
from sygn_cli.domain.errors import (
    AlreadyCompleted,
    AlreadySigned,
    Declined,
    Expired,
    InvalidRequest,
    NotCompleted,
    NotFound,
    NotYourTurn,
    SealFailed,
    Voided,
)
from sygn_cli.domain.evidence import Evidence
from sygn_cli.domain.field import Field, FieldType
from sygn_cli.domain.geometry import Box
from sygn_cli.domain.signer import Invitee
from sygn_cli.engine import seal, verify
from sygn_cli.services import creation, documents, downloads, links, signing, verification
from sygn_cli.services.creation import GivenFile
from sygn_cli.services.signing import LinkState, Submission
from tests.runtimes import ADA, a_document, a_request, sample, token_of

BROWSER = Evidence(
    via="browser", ip="192.0.2.7", ip_source="direct", user_agent="Test/1", time_zone="Asia/Tokyo"
)


def token(runtime, document, signer: str) -> str:
    return token_of(links.signing_url(runtime, document, document.signer(signer)))


def marks_for(document, signer: str, words: str = "Ada Lovelace"):
    return {
        one.id: mark.Typed(words)
        for one in document.fields_of(signer)
        if one.type in {FieldType.SIGNATURE, FieldType.INITIALS}
    }


def sign(runtime, document, signer: str, **changes):
    opened = token(runtime, document, signer)
    signing.give_consent(runtime, opened, locale="en", evidence=BROWSER)
    submission = Submission(marks_for(document, signer), **changes)
    return signing.submit(runtime, opened, submission, BROWSER)


@pytest.fixture
def document(runtime):
    return a_document(runtime)


@pytest.fixture
def completed(runtime, document):
    sign(runtime, document, "s1")
    return sign(runtime, document, "s2").document


def test_the_last_signature_completes_the_document(runtime, document):
    assert not sign(runtime, document, "s1").completed
    receipt = sign(runtime, document, "s2")
    assert receipt.completed
    assert receipt.document.status is DocumentStatus.COMPLETED
    assert receipt.head == receipt.document.head


def test_the_sealed_file_and_the_certificate_are_valid(runtime, completed):
    for pdf in (
        downloads.signed_pdf(runtime, completed.id),
        downloads.certificate(runtime, completed.id),
    ):
        verdict = verification.verify(runtime, pdf)
        assert verdict.status is verify.Status.VALID, verdict.reasons
        assert verdict.document == completed.id


def test_the_seal_counts_the_people_who_signed(runtime, completed):
    pdf = downloads.signed_pdf(runtime, completed.id)
    assert verification.verify(runtime, pdf, signers=2).status is verify.Status.VALID
    assert verification.verify(runtime, pdf, signers=3).status is verify.Status.UNMET


def test_a_demand_does_not_hide_that_another_file_was_recorded(runtime, completed, monkeypatch):
    pdf = downloads.signed_pdf(runtime, completed.id)
    monkeypatch.setattr(verification, "_recorded", lambda *_: ({"0" * 64}, ""))
    verdict = verification.verify(runtime, pdf, signers=3, require_timestamp=True)
    assert verdict.status is verify.Status.TAMPERED
    assert verdict.reasons == ("The file is not the one that was recorded: its SHA-256 differs.",)


def test_the_trail_travels_in_the_sealed_file(runtime, completed):
    pdf = downloads.signed_pdf(runtime, completed.id)
    inside = verify.embedded_trail(pdf)
    assert inside
    assert downloads.trail_lines(runtime, completed.id).startswith(inside)
    assert b'"type":"signed"' in inside


def test_the_trail_tells_what_happened_in_order(runtime, completed):
    types = [event.type for event in runtime.store.trail(completed.id)]
    assert types == [
        EventType.CREATED,
        EventType.CONSENT_GIVEN,
        EventType.SIGNED,
        EventType.CONSENT_GIVEN,
        EventType.SIGNED,
        EventType.SEALED,
        EventType.COMPLETED,
    ]
    told = downloads.trail_json(runtime, completed.id)
    assert told["head"] == completed.head
    assert json.dumps(told)


def test_the_signed_file_holds_the_names_and_the_day_where_the_signer_was(
    runtime, completed, clock
):
    text = "".join(
        page.extract_text()
        for page in pypdf.PdfReader(io.BytesIO(downloads.signed_pdf(runtime, completed.id))).pages
    )
    assert "Ada Lovelace" in text
    clock.at += timedelta(0)
    assert "2026-11-21" in text  # 21:00 in Tokyo


def test_the_certificate_names_everybody(runtime, completed):
    reader = pypdf.PdfReader(io.BytesIO(downloads.certificate(runtime, completed.id)))
    text = "".join(page.extract_text() for page in reader.pages)
    for words in ("Ada Lovelace", "alan@example.com", "192.0.2.7", completed.id):
        assert words in text, words


def test_a_signature_sent_twice_is_one_signature(runtime, document):
    first = sign(runtime, document, "s1")
    again = sign_again(runtime, document, "s1", "Ada Lovelace")
    assert again.head == first.head
    with pytest.raises(AlreadySigned):
        sign_again(runtime, document, "s1", "Mallory")


def sign_again(runtime, document, signer, words):
    submission = Submission(marks_for(document, signer, words))
    return signing.submit(runtime, token(runtime, document, signer), submission, BROWSER)


def test_a_link_shows_what_its_holder_may_do(runtime, document):
    def states():
        return [
            signing.open_link(runtime, token(runtime, document, one)).state for one in ("s1", "s2")
        ]

    assert states() == [LinkState.READY, LinkState.WAITING]
    sign(runtime, document, "s1")
    assert states() == [LinkState.SIGNED, LinkState.READY]
    sign(runtime, document, "s2")
    assert states() == [LinkState.COMPLETED, LinkState.COMPLETED]


def test_opening_a_link_records_nothing(runtime, document):
    signing.open_link(runtime, token(runtime, document, "s1"))
    assert runtime.store.load(document.id).head == document.head


def test_only_the_first_look_is_recorded(runtime, document):
    for _ in range(2):
        signing.record_view(runtime, token(runtime, document, "s1"), BROWSER)
    assert runtime.store.load(document.id).seq == document.seq + 1


def test_nobody_signs_out_of_turn(runtime, document):
    with pytest.raises(NotYourTurn):
        sign(runtime, document, "s2")


@pytest.mark.parametrize("junk", ["", "x", "doc_00000000000000000000000000.s1." + "a" * 43])
def test_an_unknown_link_opens_nothing(runtime, document, junk):
    with pytest.raises(NotFound):
        signing.open_link(runtime, junk)


def test_the_link_of_one_signer_does_not_open_for_another(runtime, document):
    forged = token(runtime, document, "s1").replace(".s1.", ".s2.")
    with pytest.raises(NotFound):
        signing.open_link(runtime, forged)


def test_a_rotated_link_replaces_the_old_one(runtime, document):
    old = token(runtime, document, "s1")
    new = token_of(links.reveal(runtime, document.id, "s1", rotate=True))
    with pytest.raises(NotFound):
        signing.open_link(runtime, old)
    assert signing.open_link(runtime, new).signer.id == "s1"
    types = [event.type for event in runtime.store.trail(document.id)]
    assert types[-2:] == [EventType.LINK_ROTATED, EventType.LINK_REVEALED]


def test_a_decline_ends_it_for_everybody(runtime, document):
    signing.decline(runtime, token(runtime, document, "s1"), reason="No.", evidence=BROWSER)
    assert signing.open_link(runtime, token(runtime, document, "s2")).state is LinkState.DECLINED
    with pytest.raises(Declined):
        downloads.signed_pdf(runtime, document.id)


def test_a_voided_document_cannot_be_signed(runtime, document):
    documents.void(runtime, document.id, reason="A mistake")
    assert documents.void(runtime, document.id).status is DocumentStatus.VOIDED
    with pytest.raises(Voided):
        sign(runtime, document, "s1")


def test_a_completed_document_cannot_be_voided(runtime, completed):
    with pytest.raises(AlreadyCompleted):
        documents.void(runtime, completed.id)


def test_time_ends_a_document_when_somebody_looks(runtime, document, clock):
    clock.at += timedelta(days=31)
    assert signing.open_link(runtime, token(runtime, document, "s1")).state is LinkState.EXPIRED
    with pytest.raises(Expired):
        sign(runtime, document, "s1")
    assert documents.get(runtime, document.id).status is DocumentStatus.EXPIRED


def test_nothing_signed_can_be_had_before_everyone_has_signed(runtime, document):
    with pytest.raises(NotCompleted, match="not fully signed"):
        downloads.signed_pdf(runtime, document.id)
    with pytest.raises(NotCompleted):
        downloads.certificate(runtime, document.id)


def test_the_original_can_always_be_had(runtime, document):
    content = downloads.original_pdf(runtime, document.id)
    assert content.startswith(b"%PDF-")
    with pytest.raises(NotFound, match="has no file 2"):
        downloads.original_pdf(runtime, document.id, 2)


def test_a_seal_that_fails_is_shown_and_made_good_later(runtime, document, monkeypatch):
    def broken(*_, **__):
        raise SealFailed("the key is gone")

    sign(runtime, document, "s1")
    with monkeypatch.context() as patch:
        patch.setattr(seal, "seal", broken)
        receipt = sign(runtime, document, "s2")
        assert not receipt.completed
        assert receipt.document.seal_error == "the key is gone"
        with pytest.raises(NotCompleted, match="the key is gone"):
            downloads.signed_pdf(runtime, document.id)
    assert documents.get(runtime, document.id).status is DocumentStatus.COMPLETED


def test_a_bug_while_sealing_does_not_undo_the_signature(runtime, document, monkeypatch):
    def buggy(*_, **__):
        raise ZeroDivisionError

    sign(runtime, document, "s1")
    with monkeypatch.context() as patch:
        patch.setattr(seal, "seal", buggy)
        receipt = sign(runtime, document, "s2")
        assert "ZeroDivisionError" in receipt.document.seal_error
    assert documents.get(runtime, document.id).status is DocumentStatus.COMPLETED


def test_completion_goes_on_where_a_crash_left_it(runtime, document, monkeypatch):
    """Sealed, then dead before the certificate: the sealed file stays the one that was recorded."""
    from sygn_cli.engine import completion_certificate

    class Dead(BaseException):
        pass

    def die(*_, **__):
        raise Dead

    sign(runtime, document, "s1")
    with monkeypatch.context() as patch:
        patch.setattr(completion_certificate, "draw", die)
        with pytest.raises(Dead):
            sign(runtime, document, "s2")
    sealed = runtime.store.load(document.id).sealed_sha256
    assert sealed
    done = documents.get(runtime, document.id)
    assert done.status is DocumentStatus.COMPLETED
    assert done.sealed_sha256 == sealed
    types = [event.type for event in runtime.store.trail(document.id)]
    assert types.count(EventType.SEALED) == types.count(EventType.COMPLETED) == 1


def test_signing_on_the_command_line_fills_dates_and_initials(runtime, document):
    signing.sign_headlessly(runtime, document.id, "s1", name="Ada King Lovelace", values={})
    receipt = signing.sign_headlessly(runtime, document.id, "s2", name="Alan Turing", values={})
    assert receipt.completed
    assert receipt.signer.method == "cli"
    initialled = next(one for one in document.fields if one.type is FieldType.INITIALS)
    letters = {"s1": "AKL", "s2": "AT"}[initialled.signer]
    assert receipt.document.marks[initialled.id] == mark.Typed(letters)


def test_signing_on_the_command_line_names_a_wrong_field(runtime, document):
    with pytest.raises(NotFound, match="no field 'f99'"):
        signing.sign_headlessly(runtime, document.id, "s1", name="Ada", values={"f99": "x"})


def a_form(runtime, **changes):
    """Return a document that asks Ada for more than a name."""
    fields = (
        Field("f1", FieldType.SIGNATURE, 1, Box(72, 600, 200, 36), signer="s1"),
        Field(
            "f2",
            FieldType.TEXT,
            1,
            Box(72, 500, 200, 20),
            signer="s1",
            label="City",
            max_length=20,
        ),
    )
    return a_document(runtime, fields=fields, **changes)


@pytest.mark.parametrize("values", [{}, {"f2": "x" * 21}, {"f9": "Berlin"}])
def test_a_refused_signature_on_the_command_line_is_no_consent(runtime, values):
    document = a_form(runtime)
    with pytest.raises((InvalidRequest, NotFound)):
        signing.sign_headlessly(runtime, document.id, "s1", name="Ada", values=values)
    after = signing.open_link(runtime, token(runtime, document, "s1"))
    assert [str(event.type) for event in runtime.store.trail(document.id)] == ["created"]
    assert after.signer.consent_sha256 == ""


def test_what_is_missing_on_the_command_line_is_told_with_the_words_that_fill_it(runtime):
    document = a_form(runtime)
    with pytest.raises(InvalidRequest, match="f2 \\(City\\) must be filled") as refused:
        signing.sign_headlessly(runtime, document.id, "s1", name="Ada", values={})
    assert refused.value.hint == "Fill in: --value f2=... (City)."


def test_a_document_that_has_ended_is_told_before_what_is_missing(runtime):
    document = a_form(runtime)
    documents.void(runtime, document.id)
    with pytest.raises(Voided):
        signing.sign_headlessly(runtime, document.id, "s1", name="Ada", values={})


def test_a_signature_that_is_refused_on_the_page_leaves_the_consent_of_the_signer(runtime):
    document = a_form(runtime)
    opened = token(runtime, document, "s1")
    signing.give_consent(runtime, opened, locale="en", evidence=BROWSER)
    with pytest.raises(InvalidRequest, match="must be filled") as refused:
        signing.submit(runtime, opened, Submission(marks_for(document, "s1")), BROWSER)
    assert refused.value.hint is None
    assert signing.open_link(runtime, opened).signer.consent_sha256


def test_in_parallel_everybody_may_start(runtime):
    document = a_document(runtime, signing_order=SigningOrder.PARALLEL)
    sign(runtime, document, "s2")
    assert sign(runtime, document, "s1").completed


def test_a_form_whose_widgets_were_the_pages_only_annotations_can_be_sealed(runtime):
    document = a_document(runtime, pdf=sample("form.pdf"), invitees=(ADA,))
    receipt = signing.sign_headlessly(runtime, document.id, "s1", name="Ada", values={})
    assert receipt.completed, receipt.document.seal_error


def test_twenty_files_and_sixteen_signers_are_sealed_as_one(runtime):
    files = tuple(GivenFile(f"{n}.pdf", sample("letter.pdf")) for n in range(1, 21))
    people = tuple(Invitee(f"Person {n}", f"p{n}@example.com") for n in range(1, 17))
    plan = creation.plan(runtime, a_request(files=files, invitees=people))
    shared_out = {one.id: f"s{number % 16 + 1}" for number, one in enumerate(plan.proposal.fields)}
    document = a_document(runtime, files=files, invitees=people, assignments=shared_out)
    for signer in document.signers:
        signing.sign_headlessly(runtime, document.id, signer.id, name=signer.name, values={})
    completed = runtime.store.load(document.id)
    assert completed.status is DocumentStatus.COMPLETED, completed.seal_error
    pdf = downloads.signed_pdf(runtime, document.id)
    assert len(pypdf.PdfReader(io.BytesIO(pdf)).pages) == 20
    assert verification.verify(runtime, pdf, signers=16).status is verify.Status.VALID


def test_a_signer_without_a_field_confirms_by_consent_alone(runtime):
    document = a_document(runtime, pdf=sample("letter.pdf"))
    assert document.fields_of("s2") == ()
    sign(runtime, document, "s1")
    assert sign(runtime, document, "s2").completed


def test_a_stranger_does_not_trust_the_seal(runtime, completed):
    pdf = downloads.signed_pdf(runtime, completed.id)
    assert verification.verify(None, pdf).status is verify.Status.UNTRUSTED
    root = runtime.keys.root_pem()
    assert verification.verify(None, pdf, trust=[root]).status is verify.Status.VALID


def test_a_file_that_is_not_the_recorded_one_is_tampered(runtime, completed):
    """Even where every signature in it is good: an earlier seal of the same document, say."""
    pdf = downloads.signed_pdf(runtime, completed.id)
    verdict = verification.verify(runtime, pdf + b"\n")
    assert verdict.status is verify.Status.TAMPERED
