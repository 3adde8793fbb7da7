"""The owner chooses what a signer is asked for beside the link, and helps those who are locked out."""

from __future__ import annotations

import html
import re
from typing import cast

import pytest

from sygn_cli.domain.evidence import Evidence
from sygn_cli.domain.identity import Step
from sygn_cli.services import identity, sending
from tests.mail_fakes import ScriptedMailer
from tests.server import stage
from tests.server.owner.office import Office

EVIDENCE = Evidence("browser")


@pytest.fixture
def owner(lasting) -> Office:
    return lasting


def asked(owner: Office, *auth: str):
    answer = owner.upload(auth=[*auth, "link"])
    assert answer.status_code == 303, answer.text
    return owner.runtime.store.load(answer.location.split("/")[-2])


def change(owner: Office, document, **changes):
    """Save the form as it is shown, but for what is changed."""
    form = {
        "name": [one.name for one in document.signers],
        "email": [one.email for one in document.signers],
        "signer": [one.id for one in document.signers],
        "auth": ["+".join(one.auth) or "link" for one in document.signers],
        "title": document.title,
        "expires": "2026-12-31",
        **changes,
    }
    answer = owner.post(f"/documents/{document.id}/details", form)
    assert answer.status_code == 303, answer.text
    return owner.runtime.store.load(document.id)


def code_in(page: str) -> str:
    found = re.search(r"Access code: <code[^>]*>([^<]+)</code>", page)
    assert found, page
    return html.unescape(found[1])


def renewed(owner: Office, document, signer: str = "s1") -> str:
    answer = owner.post(f"/documents/{document.id}/signers/{signer}/unlock", {"renew": "yes"})
    assert answer.status_code == 200
    return answer.text


def enter(owner: Office, document, code: str, step: Step = Step.CODE):
    token = stage.token(owner.runtime, owner.runtime.store.load(document.id))
    return identity.check(owner.runtime, token, step, code, evidence=EVIDENCE)[1]


def locked_out(owner: Office):
    document = sending.send(owner.runtime, asked(owner, "code").id)
    while enter(owner, document, "wrong") is not identity.Answer.LOCKED:
        pass
    return document


def test_each_signer_is_asked_for_what_was_chosen(owner):
    document = asked(owner, "code", "email")
    assert [one.auth for one in document.signers] == [(Step.CODE,), (Step.EMAIL,)]
    page = owner.get(f"/documents/{document.id}").text
    assert "Asked for beside the link: access code" in page
    assert "Asked for beside the link: one-time code by e-mail" in page
    form = owner.get(f"/documents/{document.id}/details").text
    assert '<option value="code" selected>' in form
    assert '<option value="email" selected>' in form


def test_nonsense_is_refused_and_what_was_typed_is_kept(owner):
    answer = owner.upload(auth=["retina", "link", "link"])
    assert answer.status_code == 400
    assert "names no identity steps" in answer.text
    assert "ada@example.com" in answer.text


def test_the_owner_is_told_where_nobody_would_mail_the_codes(owner):
    told = "No mail server is set"
    mailed, page = asked(owner, "email"), owner.get
    assert told not in page(f"/documents/{mailed.id}").text
    cast("ScriptedMailer", owner.runtime.mails.mailer).delivers = False
    assert told in page(f"/documents/{mailed.id}").text
    assert told not in page(f"/documents/{asked(owner, 'code').id}").text


def test_a_code_is_shown_once_and_opens_the_page(owner):
    document = asked(owner, "code")
    told = renewed(owner, document)
    code = code_in(told)
    assert "apart from the link" in told
    assert code not in owner.get(f"/documents/{document.id}").text
    sending.send(owner.runtime, document.id)
    assert enter(owner, document, code) is identity.Answer.PASSED
    assert "A new code was made for" in owner.get(f"/documents/{document.id}").text


def test_an_authenticator_is_shown_with_a_picture_to_scan(owner):
    told = renewed(owner, asked(owner, "totp"))
    assert "otpauth://totp/" in told
    assert "<svg" in told.partition('class="qr"')[2][:200]


def test_saving_the_form_as_it_was_keeps_the_secrets(owner):
    document = asked(owner, "code")
    code = code_in(renewed(owner, document))
    changed = change(owner, document, title="Another title")
    assert changed.signer("s1").access == owner.runtime.store.load(document.id).signer("s1").access
    sending.send(owner.runtime, document.id)
    assert enter(owner, document, code) is identity.Answer.PASSED


def test_a_step_can_be_added_changed_and_taken_away(owner):
    document = asked(owner)
    changed = change(owner, document, auth=["code", "link"])
    assert changed.signer("s1").auth == (Step.CODE,)
    assert changed.signer("s1").access
    changed = change(owner, changed, auth=["totp", "link"])
    assert (changed.signer("s1").auth, changed.signer("s1").access) == ((Step.TOTP,), "")
    changed = change(owner, changed, auth=["link", "link"])
    assert changed.signer("s1").auth == ()


def test_several_steps_of_the_command_line_are_kept(owner):
    document = change(owner, asked(owner), auth=["code+totp", "link"])
    form = owner.get(f"/documents/{document.id}/details").text
    assert '<option value="code+totp" selected>access code and code of an authenticator' in form
    again = change(owner, document)
    assert again.signer("s1").auth == (Step.CODE, Step.TOTP)


def test_who_is_locked_out_is_let_in_again(owner):
    document = locked_out(owner)
    page = owner.get(f"/documents/{document.id}").text
    assert "Locked after too many wrong codes" in page
    assert "Unlock: Ada Lovelace" in page
    answer = owner.post(f"/documents/{document.id}/signers/s1/unlock")
    assert answer.status_code == 303
    assert not owner.runtime.store.load(document.id).signer("s1").identity.is_locked
    assert "Unlock: " not in owner.get(f"/documents/{document.id}").text


def test_a_copy_asks_for_the_same_and_makes_a_secret_of_its_own(owner):
    document = asked(owner, "totp")
    first = renewed(owner, document)
    answer = owner.post(f"/documents/{document.id}/copy")
    copy = owner.runtime.store.load(answer.location.split("/")[-2])
    page = owner.get(f"/documents/{copy.id}").text
    assert "code of an authenticator" in page
    assert "Make a new code and show it" in page
    secret = re.compile(r"secret=(\w+)")
    assert secret.findall(renewed(owner, copy))[0] not in first


def test_nothing_of_this_is_offered_where_only_the_link_is_asked_for(owner):
    document = owner.draft()
    page = owner.get(f"/documents/{document.id}").text
    assert "/unlock" not in page
    assert "Asked for beside" not in page
    assert owner.post(f"/documents/{document.id}/signers/s1/unlock").status_code == 400


def test_who_speaks_to_the_computer_can_say_what_stands_on_a_button(owner):
    page = owner.get(f"/documents/{locked_out(owner).id}").text
    buttons = re.findall(r'<button[^>]* aria-label="([^"]+)"[^>]*>([^<]+)</button>', page)
    assert {"Unlock", "Make a new code and show it", "Copy link"} <= {seen for _, seen in buttons}
    assert not [name for name, seen in buttons if not name.startswith(seen)]
