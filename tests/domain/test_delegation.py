"""Passing a signature on, and asking the sender: who may, what is recorded, what becomes of it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from sygn_cli.domain import delegation, questions, record
from sygn_cli.domain.document import SigningOrder
from sygn_cli.domain.errors import (
    AlreadySigned,
    ConsentMissing,
    Expired,
    Forbidden,
    InvalidRequest,
    NotYourTurn,
)
from sygn_cli.domain.evidence import COMMAND_LINE, OPERATOR
from sygn_cli.domain.history import fold
from sygn_cli.domain.signer import Invitee, SignerStatus
from sygn_cli.domain.webhook_messages import messages
from tests.life import Life

BOB = Invitee("Bob", "bob@example.com", locale="de")


@pytest.fixture
def life() -> Life:
    life = Life()
    life.create()
    return life


def pass_on(life: Life, signer="s1", other=BOB, reason="She leads it now."):
    who = life.document.signer(signer)
    return delegation.delegate(
        life.document, who, other, reason=reason, now=life.now, evidence=COMMAND_LINE
    )


def ask(life: Life, words="For ever?", salt=b"salt"):
    who = life.document.signer("s1")
    return questions.ask(life.document, who, words, salt=salt, now=life.now, evidence=COMMAND_LINE)


def test_somebody_else_takes_the_place_and_starts_from_nothing(life):
    life.consent("s1")
    document = life.record(pass_on(life))
    signer = document.signer("s1")
    assert (signer.name, signer.email, signer.locale) == ("Bob", "bob@example.com", "de")
    assert signer.link_generation == 1
    assert (signer.viewed_at, signer.consented_at, signer.consent_sha256) == (None, None, "")
    (told,) = document.delegations
    assert (told.from_name, told.name, told.reason) == ("Ada Lovelace", "Bob", "She leads it now.")
    assert not told.by_operator
    with pytest.raises(ConsentMissing):
        life.decide_to_sign("s1")


def test_the_record_says_the_same_when_it_is_read_again(life):
    life.record(pass_on(life))
    life.record(ask(life))
    assert fold(life.events, life.blobs.__getitem__) == life.document
    kept = json.loads(json.dumps(record.document_to_json(life.document)))
    assert record.document_from_json(kept) == life.document


def test_a_document_of_an_older_version_may_be_passed_on(life):
    assert "allow_delegation" not in life.events[0].data
    older = record.document_to_json(life.document)
    for name in ("allow_delegation", "delegations", "questions"):
        del older[name]
    assert record.document_from_json(older) == life.document


def test_what_the_sender_forbids_is_refused_and_the_sender_may_all_the_same():
    life = Life()
    life.create(allow_delegation=False)
    with pytest.raises(Forbidden):
        pass_on(life)
    entry = delegation.replace_signer(
        life.document, life.document.signer("s1"), BOB, actor=OPERATOR, evidence=COMMAND_LINE
    )
    assert life.record(entry).delegations[0].by_operator


def test_a_signature_that_was_given_stays_with_who_gave_it(life):
    life.sign("s1")
    with pytest.raises(AlreadySigned):
        pass_on(life)
    with pytest.raises(AlreadySigned):
        delegation.replace_signer(
            life.document, life.document.signer("s1"), BOB, evidence=COMMAND_LINE
        )
    assert life.document.signer("s1").status is SignerStatus.SIGNED


def test_nobody_passes_on_or_asks_out_of_turn_or_too_late():
    life = Life()
    life.create(signing_order=SigningOrder.SEQUENTIAL)
    with pytest.raises(NotYourTurn):
        pass_on(life, "s2")
    life.now += timedelta(days=31)
    with pytest.raises(Expired):
        pass_on(life)
    with pytest.raises(Expired):
        ask(life)


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501, "\u202e"])
def test_it_takes_a_reason(life, reason):
    with pytest.raises(InvalidRequest):
        pass_on(life, reason=reason)


def test_to_oneself_or_again_and_again_it_is_refused(life):
    with pytest.raises(InvalidRequest, match="already"):
        pass_on(life, other=Invitee("Ada Lovelace", "P0@example.com"))
    for number in range(delegation.MOST_DELEGATIONS):
        life.record(pass_on(life, other=Invitee(f"Bob {number}", "bob@example.com")))
    with pytest.raises(InvalidRequest, match="at most"):
        pass_on(life, other=Invitee("Carol", "carol@example.com"))


def test_a_question_is_for_the_sender_and_the_trail_has_only_its_hash(life):
    document = life.record(ask(life))
    assert document.questions[0].text == "For ever?"
    assert b"For ever" not in life.events[-1].line()
    again = Life()
    again.create()
    other = ask(again, salt=b"other")
    assert other.data["question_sha256"] != life.events[-1].data["question_sha256"]


def test_the_same_question_twice_in_a_row_is_one(life):
    life.record(ask(life))
    assert ask(life) is None
    life.now += timedelta(minutes=11)
    assert ask(life) is not None


def test_so_many_questions_at_once_and_no_more(life):
    for number in range(3):
        life.record(ask(life, f"Question {number}?"))
    with pytest.raises(InvalidRequest, match="wait"):
        ask(life, "And another?")
    for number in range(3, questions.MOST_QUESTIONS):
        life.now += timedelta(minutes=11)
        life.record(ask(life, f"Question {number}?"))
    life.now += timedelta(minutes=11)
    with pytest.raises(InvalidRequest, match="wait"):
        ask(life, "One too many?")


@pytest.mark.parametrize("words", ["", " \n ", "x" * 2001, "a\x00b"])
def test_what_is_no_question(life, words):
    with pytest.raises(InvalidRequest):
        ask(life, words)


def test_both_are_told_by_webhook(life):
    life.record(pass_on(life))
    (told,) = messages(life.document, life.events[-1])
    payload = json.loads(told.body)
    assert payload["event"] == "signer.delegated"
    assert payload["signer"]["name"] == "Bob"
    assert payload["delegated"]["from"] == {"name": "Ada Lovelace", "email": "p0@example.com"}
    life.record(ask(life))
    (told,) = messages(life.document, life.events[-1])
    payload = json.loads(told.body)
    assert (payload["event"], payload["question"]) == ("signer.asked", "For ever?")
