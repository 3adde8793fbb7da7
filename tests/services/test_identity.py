"""Giving secrets out, passing steps, and what the certificate says of it."""

from __future__ import annotations

import re
from dataclasses import replace

import pymupdf
import pytest

from sygn_cli.domain import onetime
from sygn_cli.domain.errors import Forbidden, IdentityRequired, InvalidRequest, NotFound
from sygn_cli.domain.evidence import Evidence
from sygn_cli.domain.identity import Step
from sygn_cli.domain.mail import Handover, Outcome
from sygn_cli.domain.mark import Typed
from sygn_cli.services import (
    creation,
    downloads,
    drafts,
    identity,
    links,
    mail_delivery,
    once,
    signing,
)
from sygn_cli.services.identity import Answer
from sygn_cli.services.signing import Submission
from tests.mail_fakes import ScriptedMailer, mailing, memory_mails
from tests.runtimes import ADA, ALAN, a_document, a_request, token_of

BROWSER = Evidence(via="browser", ip="192.0.2.7", ip_source="direct")


def guarded(*auth: Step, **changes):
    return replace(ADA, auth=auth, **changes)


def token(runtime, document, signer="s1"):
    return token_of(links.signing_url(runtime, document, document.signer(signer)))


def made(runtime, *invitees, **changes):
    document, plan = creation.create(runtime, a_request(invitees=invitees, **changes))
    assert plan is not None
    return document, plan.given


def totp_code(runtime, document):
    secret = onetime.totp_secret(document.id, document.signer("s1"), key=runtime.keys.link_key())
    return onetime.totp(secret, int(runtime.clock.now().timestamp()) // 30)


def sign(runtime, document, signer="s1"):
    held = token(runtime, document, signer)
    signing.give_consent(runtime, held, locale="en", evidence=BROWSER)
    marks = {
        one.id: Typed("A L")
        for one in document.fields_of(signer)
        if one.type in {"signature", "initials"}
    }
    return signing.submit(runtime, held, Submission(marks), BROWSER)


def words(pdf: bytes) -> str:
    with pymupdf.open(stream=pdf, filetype="pdf") as opened:
        return " ".join("".join(page.get_text() for page in opened).replace("\u200b", "").split())


def test_secrets_are_given_out_once_and_to_nobody_who_needs_none(runtime):
    document, given = made(runtime, guarded(Step.CODE, Step.TOTP), ALAN)
    assert set(given) == {"s1"}
    assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}", given["s1"].access_code)
    assert given["s1"].totp_uri.startswith("otpauth://totp/")
    assert given["s1"].access_code not in repr(given)
    trail = b"".join(event.line() for event in runtime.store.trail(document.id))
    assert given["s1"].access_code.encode() not in trail


def test_a_chosen_access_code_is_not_given_back_and_is_nowhere_in_clear(runtime):
    document, given = made(runtime, guarded(Step.CODE, access_code="blue whale"))
    assert not given
    trail = b"".join(event.line() for event in runtime.store.trail(document.id))
    assert b"whale" not in trail
    held = token(runtime, document)
    assert identity.check(runtime, held, Step.CODE, "BLUE-WHALE", evidence=BROWSER)[1] == (
        Answer.PASSED
    )


def test_an_access_code_that_is_too_short_is_refused_before_anything_is_stored(runtime):
    with pytest.raises(InvalidRequest, match="at least 4"):
        made(runtime, guarded(Step.CODE, access_code="123"))


def test_the_same_request_again_shows_no_secret_again(runtime):
    request = a_request(invitees=(guarded(Step.CODE),))
    key = once.Once("order-17", "as written")
    first, _ = once.create(runtime, key, lambda: request)
    second, plan = once.create(runtime, key, lambda: request)
    assert (second.id, plan) == (first.id, None)


def test_a_draft_keeps_its_steps_when_something_else_is_changed(runtime):
    document, given = made(runtime, guarded(Step.CODE, Step.EMAIL), draft=True)
    changed = drafts.change(runtime, document.id, lambda draft: replace(draft, title="Other"))
    before, after = document.signer("s1"), changed.signer("s1")
    assert (after.auth, after.access) == (before.auth, before.access)
    with pytest.raises(NotFound):
        identity.check(
            runtime, token(runtime, changed), Step.CODE, given["s1"].access_code, evidence=BROWSER
        )


def test_nobody_signs_for_a_signer_with_steps_from_the_command_line(runtime):
    document, _ = made(runtime, guarded(Step.EMAIL))
    with pytest.raises(Forbidden, match="identity is checked"):
        signing.sign_headlessly(runtime, document.id, "s1", name="Ada", values={})


def test_a_signature_before_the_steps_is_refused_even_past_the_gate(runtime):
    document, _ = made(runtime, guarded(Step.TOTP))
    with pytest.raises(IdentityRequired):
        sign(runtime, document)


def test_a_step_that_nobody_chose_is_not_there(runtime):
    document = a_document(runtime, invitees=(guarded(Step.CODE),))
    held = token(runtime, document)
    with pytest.raises(NotFound):
        identity.check(runtime, held, Step.TOTP, "000000", evidence=BROWSER)
    with pytest.raises(NotFound):
        identity.send_code(runtime, held, evidence=BROWSER)


def test_the_letter_brings_the_code_and_no_link(runtime):
    document, _ = made(runtime, guarded(Step.EMAIL))
    held = token(runtime, document)
    signer, answer = identity.send_code(runtime, held, evidence=BROWSER)
    assert answer is Answer.SENT
    assert identity.code_is_out(runtime, signer)
    (letter,) = runtime.mails.mailer.sent
    assert (letter.to.email, letter.to.name) == (ADA.email, ADA.name)
    assert re.search(r"\b\d{6}\b", letter.text)
    assert held not in letter.text + letter.html


def test_a_letter_that_cannot_be_written_is_an_answer_and_no_error(runtime):
    runtime = replace(runtime, settings=replace(runtime.settings, owner="not a mailbox <"))
    document, _ = made(runtime, guarded(Step.EMAIL))
    _, answer = identity.send_code(runtime, token(runtime, document), evidence=BROWSER)
    assert answer is Answer.UNSENT


def test_who_needs_a_mail_server_is_known(runtime):
    document, _ = made(runtime, guarded(Step.EMAIL), replace(ALAN, auth=(Step.CODE,)))
    assert identity.needs_mail_server(runtime, document) == ()
    lonely = replace(runtime, mails=memory_mails(ScriptedMailer(delivers=False)))
    assert [one.id for one in identity.needs_mail_server(lonely, document)] == ["s1"]


@pytest.mark.parametrize("delivers", [True, False])
def test_the_certificate_says_what_the_steps_were(runtime, delivers):
    kept = Handover(Outcome.KEPT, "code.eml")
    mailer = ScriptedMailer() if delivers else ScriptedMailer(otherwise=kept, delivers=False)
    runtime = replace(runtime, mails=memory_mails(mailer))
    document, given = made(runtime, guarded(Step.CODE, Step.EMAIL, Step.TOTP), ALAN)
    held = token(runtime, document)
    identity.check(runtime, held, Step.CODE, "wrong", evidence=BROWSER)
    identity.send_code(runtime, held, evidence=BROWSER)
    (code,) = re.findall(r"\b\d{6}\b", mailer.sent[0].text)
    for step, entered in (
        (Step.CODE, given["s1"].access_code),
        (Step.EMAIL, code),
        (Step.TOTP, totp_code(runtime, document)),
    ):
        assert identity.check(runtime, held, step, entered, evidence=BROWSER)[1] is Answer.PASSED
    sign(runtime, document)
    sign(runtime, document, "s2")
    said = words(downloads.certificate(runtime, document.id))
    assert "access code told out of band by the sender: passed 2026-11-21 12:00:00 UTC" in said
    assert (f"one-time code by e-mail to {ADA.email}: passed" in said) is delivers
    assert ("that the sender passed on, who has no mail server" in said) is not delivers
    assert "TOTP: code of an authenticator" in said
    assert "link only" in said
    assert "A wrong code was entered (code)" in said
    assert "nobody's papers were looked at" in said
    assert "only by holding a secret link" not in said
    assert code not in said


def test_without_steps_the_certificate_says_so(runtime):
    document, _ = made(runtime, ADA)
    sign(runtime, document)
    said = words(downloads.certificate(runtime, document.id))
    assert "link only" in said
    assert "only by holding a secret link" in said


def test_the_certificate_speaks_of_a_lock_only_where_the_secrets_stayed_the_same(runtime):
    document, _ = made(runtime, guarded(Step.CODE), guarded(Step.CODE, name="Grace Hopper"))
    _, new = identity.unlock(runtime, document.id, "s1", renew=True)
    identity.unlock(runtime, document.id, "s2")
    _, newer = identity.unlock(runtime, document.id, "s2", renew=True)
    for signer, given in (("s1", new), ("s2", newer)):
        held = token(runtime, document, signer)
        identity.check(runtime, held, Step.CODE, given.access_code, evidence=BROWSER)
        sign(runtime, document, signer)
    said = words(downloads.certificate(runtime, document.id))
    assert f"New secrets were given out by the sender ({ADA.name})" in said
    assert "New secrets were given out by the sender (Grace Hopper)" in said
    assert said.count("The page was unlocked by the sender (Grace Hopper)") == 1
    assert said.count("unlocked") == 1


def test_the_owner_hears_by_mail_that_somebody_is_locked_out(runtime, tmp_path):
    mailer = ScriptedMailer()
    runtime = mailing(runtime, tmp_path, mailer)
    document, _ = made(runtime, guarded(Step.CODE))
    held = token(runtime, document)
    for _ in range(5):
        identity.check(runtime, held, Step.CODE, "wrong", evidence=BROWSER)
    list(mail_delivery.deliver_due(runtime))
    letter = mailer.sent[-1]
    assert letter.to.email == "olga@example.com"
    assert "wrong codes" in letter.subject
    assert ADA.name in letter.text
    assert f"sygn unlock {document.id} s1" in " ".join(letter.text.split())


def test_the_signed_file_is_mailed_to_nobody_who_has_to_know_a_code(runtime, tmp_path):
    mailer = ScriptedMailer()
    runtime = mailing(runtime, tmp_path, mailer)
    document, given = made(runtime, guarded(Step.CODE), replace(ALAN, auth=(Step.EMAIL,)))
    entered = given["s1"].access_code
    identity.check(runtime, token(runtime, document), Step.CODE, entered, evidence=BROWSER)
    alan = token(runtime, document, "s2")
    identity.send_code(runtime, alan, evidence=BROWSER)
    (code,) = re.findall(r"\b\d{6}\b", mailer.sent[-1].text)
    identity.check(runtime, alan, Step.EMAIL, code, evidence=BROWSER)
    sign(runtime, document)
    sign(runtime, document, "s2")
    list(mail_delivery.deliver_due(runtime))
    told = {one.to.email: one for one in mailer.sent if "Completed" in one.subject}
    assert told[ADA.email].enclosures == ()
    assert "/x?t=" in told[ADA.email].text
    assert len(told[ALAN.email].enclosures) == 2
