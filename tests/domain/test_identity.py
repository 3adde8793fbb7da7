"""What counts as passing an identity step, and when a page is locked."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from sygn_cli.domain import delegation, history, identity_checks, lifecycle, record
from sygn_cli.domain.audit import EventType
from sygn_cli.domain.drafts import Draft
from sygn_cli.domain.errors import Forbidden, IdentityLocked, IdentityRequired, InvalidRequest
from sygn_cli.domain.evidence import COMMAND_LINE, Evidence
from sygn_cli.domain.identity import Channel, Standing, Step, steps
from sygn_cli.domain.identity_checks import MOST_CODES, MOST_WRONG, MOST_WRONG_IN_ALL
from sygn_cli.domain.signer import Invitee
from sygn_cli.domain.webhook import WebhookEvent
from sygn_cli.domain.webhook_messages import messages
from tests.life import Life

BROWSER = Evidence(via="browser", ip="192.0.2.7")


def invited(*auth: Step) -> Life:
    life = Life()
    ada = Invitee("Ada Lovelace", "ada@example.com", auth=auth, access="scrypt$hash")
    life.create(signers=1, invitees=(ada,))
    return life


def ada(life: Life):
    return life.document.signer("s1")


def err(life: Life, step: Step) -> EventType:
    life.record(identity_checks.wrong(ada(life), step, evidence=BROWSER))
    return life.events[-1].type


def succeed(life: Life, step: Step) -> None:
    life.record(identity_checks.right(ada(life), step, now=life.now, evidence=BROWSER))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("email", (Step.EMAIL,)),
        ("TOTP + code", (Step.CODE, Step.TOTP)),
        ("code+email+totp", (Step.CODE, Step.EMAIL, Step.TOTP)),
    ],
)
def test_steps_are_asked_for_in_one_order(written, read):
    assert Invitee.parse(f"Ada <ada@example.com>;auth={written}").auth == read


@pytest.mark.parametrize("written", ["", "pin", "code+", "code+code", "code,totp", "code+\u202e"])
def test_steps_that_are_none_are_refused(written):
    with pytest.raises(InvalidRequest):
        steps(written)


def test_an_access_code_that_nobody_asks_for_is_a_mistake():
    with pytest.raises(InvalidRequest, match="nobody would ask"):
        Invitee("Ada", "ada@example.com", access_code="1234")


def test_secrets_stand_in_no_representation():
    one = Invitee("Ada", "ada@example.com", auth=(Step.CODE,), access_code="geheim", access="hash")
    assert "geheim" not in repr(one)
    assert "scrypt" not in repr(ada(invited(Step.CODE)))


@pytest.mark.parametrize("step", list(Step))
def test_nobody_signs_before_the_trail_says_that_they_passed(step):
    life = invited(step)
    with pytest.raises(IdentityRequired):
        life.consent("s1")
    with pytest.raises(IdentityRequired):
        life.decide_to_sign("s1")
    with pytest.raises(IdentityRequired):
        lifecycle.decline(life.document, ada(life), reason="No.", now=life.now, evidence=BROWSER)
    succeed(life, step)
    life.sign("s1")
    assert life.document.all_signed


def test_all_of_several_steps_are_needed():
    life = invited(Step.CODE, Step.TOTP)
    succeed(life, Step.CODE)
    with pytest.raises(IdentityRequired):
        life.consent("s1")
    assert identity_checks.next_step(ada(life), frozenset({Step.CODE})) is Step.TOTP


def test_the_operator_signs_for_nobody_who_is_checked():
    life = invited(Step.EMAIL)
    succeed(life, Step.EMAIL)
    with pytest.raises(Forbidden, match="identity is checked"):
        identity_checks.refuse_operator(ada(life))


def test_the_fifth_wrong_code_in_a_row_locks_and_tells_by_webhook():
    life = invited(Step.CODE)
    kinds = [err(life, Step.CODE) for _ in range(MOST_WRONG)]
    assert kinds == [EventType.IDENTITY_FAILED] * 4 + [EventType.IDENTITY_LOCKED]
    assert life.events[-1].data["ip"] == "192.0.2.7"
    (message,) = messages(life.document, life.events[-1])
    assert message.event is WebhookEvent.SIGNER_LOCKED
    with pytest.raises(IdentityLocked):
        identity_checks.challenge(ada(life), channel=Channel.EMAIL, evidence=BROWSER)


def test_a_right_code_forgives_wrong_ones_of_its_step_but_not_for_ever():
    life = invited(Step.CODE, Step.TOTP)
    wrong = 0
    while not ada(life).identity.is_locked:
        for _ in range(MOST_WRONG - 1):
            if ada(life).identity.is_locked:
                break
            err(life, Step.CODE)
            wrong += 1
        succeed(life, Step.CODE)
        succeed(life, Step.TOTP)
    assert wrong == MOST_WRONG_IN_ALL


def test_passing_again_and_again_ends_as_well():
    life = invited(Step.TOTP)
    for _ in range(200):
        if ada(life).identity.is_locked:
            break
        succeed(life, Step.TOTP)
    assert len(life.events) < 60


def test_coming_back_soon_adds_nothing_to_the_trail_unless_somebody_guessed_meanwhile():
    life = invited(Step.CODE)
    succeed(life, Step.CODE)
    again = identity_checks.right(ada(life), Step.CODE, now=life.now, evidence=BROWSER)
    assert again is None
    err(life, Step.CODE)
    succeed(life, Step.CODE)
    assert ada(life).identity.wrong == {}
    life.now += timedelta(hours=2)
    assert identity_checks.right(ada(life), Step.CODE, now=life.now, evidence=BROWSER)


def test_unlocking_forgives_everything_but_a_used_totp_code():
    life = invited(Step.CODE, Step.TOTP)
    entry = identity_checks.right(
        ada(life), Step.TOTP, now=life.now, evidence=BROWSER, period=58_000_000
    )
    life.record(entry)
    for _ in range(MOST_WRONG):
        err(life, Step.CODE)
    life.record(identity_checks.unlock(ada(life)))
    standing = ada(life).identity
    assert (standing.is_locked, standing.wrong_in_all, standing.period) == (False, 0, 58_000_000)
    assert Step.TOTP in standing.passed


def test_new_secrets_want_everything_passed_again():
    life = invited(Step.CODE)
    succeed(life, Step.CODE)
    life.record(identity_checks.unlock(ada(life), renewed=True, access="scrypt$other"))
    assert (ada(life).access, ada(life).identity.issue) == ("scrypt$other", 1)
    with pytest.raises(IdentityRequired):
        life.consent("s1")


def test_who_needs_only_a_link_has_no_lock():
    with pytest.raises(InvalidRequest, match="no lock"):
        identity_checks.unlock(ada(invited()))


def test_codes_are_sent_seldom_and_not_for_ever():
    life = invited(Step.EMAIL)
    sent = 0
    for minute in range(60 * 24):
        wait = identity_checks.wait_for_code(ada(life), now=life.now)
        if wait == timedelta():
            entry = identity_checks.challenge(ada(life), channel=Channel.EMAIL, evidence=BROWSER)
            life.record(entry)
            sent += 1
        if minute == 59:
            assert sent == 5
        life.now += timedelta(minutes=1)
    assert sent == MOST_CODES
    assert identity_checks.wait_for_code(ada(life), now=life.now) is None


@pytest.mark.parametrize(
    ("step", "is_refused"), [("code", True), ("totp", True), ("email", False)]
)
def test_only_who_got_no_secret_may_be_replaced(step, is_refused):
    life = invited(Step(step))
    grace = Invitee("Grace Hopper", "grace@example.com")

    def replace():
        return delegation.replace_signer(life.document, ada(life), grace, evidence=COMMAND_LINE)

    if is_refused:
        with pytest.raises(Forbidden):
            replace()
        return
    succeed(life, Step.EMAIL)
    life.record(replace())
    assert ada(life).auth == (Step.EMAIL,)
    assert ada(life).identity == Standing()


def test_where_a_signer_stands_survives_storing():
    life = invited(Step.CODE, Step.EMAIL, Step.TOTP)
    succeed(life, Step.CODE)
    err(life, Step.TOTP)
    life.record(identity_checks.challenge(ada(life), channel=Channel.OPERATOR, evidence=BROWSER))
    stored = json.loads(json.dumps(record.document_to_json(life.document)))
    assert record.document_from_json(stored) == life.document
    assert history.fold(life.events, life.blobs.__getitem__) == life.document


def test_who_stays_in_a_draft_keeps_their_steps_whatever_a_form_leaves_out():
    life = Life()
    ada = Invitee(
        "Ada Lovelace", "ada@example.com", locale="de", auth=(Step.CODE,), access="scrypt$hash"
    )
    life.create(signers=1, invitees=(ada,), draft=True)
    draft = Draft.of(life.document)
    alan = Invitee("Alan Turing", "alan@example.com")
    renamed = Invitee("Ada King", "ada@example.com")
    changed = draft.with_people((alan, renamed), {"s1": "s2"})
    assert [one.auth for one in changed.invitees] == [(), (Step.CODE,)]
    assert (changed.invitees[1].access, changed.invitees[1].locale) == ("scrypt$hash", "de")
    assert changed.invitees[1].name == "Ada King"


@pytest.mark.parametrize("step", [Step.CODE, Step.TOTP])
def test_what_one_person_was_told_does_not_let_another_in(step):
    life = Life()
    access = "scrypt$hash" if step is Step.CODE else ""
    ada = Invitee("Ada Lovelace", "ada@example.com", auth=(step,), access=access)
    life.create(signers=1, invitees=(ada,), draft=True)
    mallory = Invitee("Mallory", "mallory@example.com")
    with pytest.raises(InvalidRequest, match="Ada Lovelace"):
        Draft.of(life.document).with_people((mallory,), {"s1": "s1"})
    # Whoever takes Ada away and writes somebody else down decides about them anew.
    assert Draft.of(life.document).with_people((mallory,), {}).invitees == (mallory,)


def test_a_code_by_mail_goes_to_whoever_comes_in_ones_place():
    life = Life()
    ada = Invitee("Ada Lovelace", "ada@example.com", auth=(Step.EMAIL,))
    life.create(signers=1, invitees=(ada,), draft=True)
    mallory = Invitee("Mallory", "mallory@example.com")
    changed = Draft.of(life.document).with_people((mallory,), {"s1": "s1"})
    assert changed.invitees[0].auth == (Step.EMAIL,)


def test_an_authenticator_is_for_one_place_in_a_draft():
    life = Life()
    ada = Invitee("Ada Lovelace", "ada@example.com", auth=(Step.TOTP,))
    alan = Invitee("Alan Turing", "alan@example.com")
    life.create(signers=2, invitees=(ada, alan), draft=True)
    with pytest.raises(InvalidRequest, match="keeps their place"):
        Draft.of(life.document).with_people((alan, ada), {"s1": "s2", "s2": "s1"})
