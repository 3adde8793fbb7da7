"""The gate: nothing behind a link before its signer has shown who they are."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest

from sygn_cli.domain import onetime
from sygn_cli.domain.audit import EventType
from sygn_cli.domain.identity import Step
from sygn_cli.domain.identity_checks import MOST_CODES_AN_HOUR, MOST_WRONG
from sygn_cli.domain.mail import Handover, Outcome
from sygn_cli.domain.signer import Invitee
from sygn_cli.server.app import create_app
from sygn_cli.services import delegation, identity, links
from tests.mail_fakes import LATER, REFUSED, MemoryMailLog, ScriptedMailer
from tests.server import stage

ACCESS = "Blue-42 Whale"
HEADERS = {"X-Signing-Token": "", "Accept": "application/json"}
SECRETS = re.compile(rb"non-disclosure|nda\.pdf|Lovelace|Hello Ada", re.IGNORECASE)


class Visitor:
    """One browser at one signer's link."""

    def __init__(self, site: Site, token: str) -> None:
        self.site, self.token = site, token
        self.client = site.app.test_client()

    def look(self, path: str = "/x", **args):
        return self.client.get(
            path,
            query_string={"t": self.token, **args},
            headers={"Accept": "text/html"},
            base_url=stage.BASE,
        )

    def ask(self):
        return self._post("/x/identity/send", {})

    def enter(self, step: str, code: str):
        return self._post("/x/identity", {"step": step, "code": code})

    def _post(self, path: str, form: dict[str, str]):
        return self.client.post(
            path,
            query_string={"t": self.token},
            data=form,
            base_url=stage.BASE,
            headers={"Origin": "null", "Sec-Fetch-Site": "same-origin", "Accept": "text/html"},
        )

    @property
    def cookie(self) -> tuple[str, str]:
        found = self.client.get_cookie(self.cookie_name, domain="127.0.0.1", path="/x")
        assert found is not None
        return self.cookie_name, found.value

    @property
    def cookie_name(self) -> str:
        return f"sygn_{onetime.Visit.of(self.site.document_id, self.site.ada).name}"

    def is_in(self) -> bool:
        return b"/x/pages/" in self.look().data


class Site:
    """A document whose first signer has to pass some steps."""

    def __init__(self, *steps: Step, alan: Invitee = stage.ALAN, **settings) -> None:
        self.mailer, self.mail_log = ScriptedMailer(), MemoryMailLog()
        runtime = stage.runtime(**settings)
        self.clock = stage.StoppedClock()
        mails = replace(runtime.mails, mailer=self.mailer, log=self.mail_log)
        self.runtime = replace(runtime, mails=mails, clock=self.clock)
        ada = Invitee(
            "Ada Lovelace",
            "ada@example.com",
            auth=steps,
            access_code=ACCESS if Step.CODE in steps else "",
        )
        invitees, _ = identity.prepare(self.runtime, [ada, alan])
        contract = stage.Contract(invitees=invitees)
        self.document_id = stage.put(self.runtime, contract).id
        self.app = create_app(self.runtime)

    @property
    def document(self):
        return self.runtime.store.load(self.document_id)

    @property
    def ada(self):
        return self.document.signer("s1")

    def visitor(self) -> Visitor:
        return Visitor(self, stage.token(self.runtime, self.document))

    @property
    def letters(self):
        return self.mailer.sent

    @property
    def mailed_code(self) -> str:
        (code,) = re.findall(r"\b\d{6}\b", self.letters[-1].text)
        return code

    @property
    def totp(self) -> str:
        secret = onetime.totp_secret(self.document_id, self.ada, key=self.runtime.keys.link_key())
        return onetime.totp(secret, int(self.runtime.clock.now().timestamp()) // 30)

    def wait(self, **span) -> None:
        self.clock.at += timedelta(**span)

    def events(self, kind: EventType):
        return [e for e in self.runtime.store.trail(self.document_id) if e.type is kind]


def not_the(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


# Routes under /x that look at no signer's token: their addresses cannot be guessed, or are the gate.
WITHOUT_TOKEN = {"signing_files.picture", "signing_files.page_text"}
OF_THE_GATE = {"identity.check", "identity.send", "identity.back"}


def behind_links(app):
    """Return each route and method that a signer's token could open."""
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith("/x") or rule.endpoint in WITHOUT_TOKEN | OF_THE_GATE:
            continue
        for method in sorted(rule.methods - {"OPTIONS"}):
            yield method, rule.rule


@pytest.mark.parametrize("where", ["header", "address"])
def test_every_route_behind_a_link_refuses_before_the_steps(where):
    site = Site(Step.CODE)
    token = site.visitor().token
    client, asked = site.app.test_client(), 0
    head = site.document.head
    for method, path in behind_links(site.app):
        asked += 1
        answer = client.open(
            path,
            method=method,
            base_url=stage.BASE,
            query_string={"t": token} if where == "address" else {},
            headers={"X-Signing-Token": token} if where == "header" else {},
            json={},
        )
        assert not SECRETS.search(answer.data), (method, path)
        if path == "/x":
            assert method == "HEAD" or b'name="step"' in answer.data
            continue
        assert answer.status_code == 401, (method, path)
        if method != "HEAD":
            assert (answer.json or {})["error"] == "identity_required", (method, path)
    assert asked > 10
    assert site.document.head == head


@pytest.mark.parametrize("path", ["/x", "/x/document.pdf", "/x/certificate.pdf"])
def test_a_person_sees_the_gate_and_nothing_of_the_document(path):
    answer = Site(Step.CODE).visitor().look(path)
    assert answer.status_code == (200 if path == "/x" else 401)
    assert b"Enter your access code" in answer.data
    assert not SECRETS.search(answer.data)
    assert b"/x/pages/" not in answer.data
    assert "form-action 'self'" in answer.headers["Content-Security-Policy"]


def test_a_signer_without_steps_sees_no_gate():
    site = Site(Step.CODE)
    answer = site.app.test_client().get(
        "/x", query_string={"t": stage.token(site.runtime, site.document, "s2")},
        base_url=stage.BASE,
    )  # fmt: skip
    assert b'name="step"' not in answer.data


def test_looking_at_the_gate_sends_and_records_nothing():
    site = Site(Step.EMAIL)
    head = site.document.head
    page = site.visitor().look()
    assert b"Send the code" in page.data
    assert "a•••@example.com" in page.text
    assert b"ada@example.com" not in page.data
    assert site.document.head == head
    assert not site.letters


@pytest.mark.parametrize(
    "written", [ACCESS, "blue42whale", " BLUE 42 WHALE ", "b-l-u-e-4-2-whale"]
)
def test_an_access_code_opens_however_it_is_written(written):
    visitor = Site(Step.CODE).visitor()
    assert visitor.enter("code", written).status_code == 303
    assert visitor.is_in()


def test_the_mailed_code_opens_once_and_only_for_that_browser():
    site = Site(Step.EMAIL)
    visitor, other = site.visitor(), site.visitor()
    assert visitor.ask().status_code == 303
    assert b'autocomplete="one-time-code"' in visitor.look().data
    code = site.mailed_code
    assert visitor.enter("email", f" {code[:3]} {code[3:]} ").status_code == 303
    assert visitor.is_in()
    again = other.enter("email", code)
    assert again.status_code == 403
    assert b"run out or was used already" in again.data
    assert not other.is_in()
    (verified,) = site.events(EventType.IDENTITY_VERIFIED)
    assert (verified.data["step"], verified.data["email"]) == ("email", "ada@example.com")
    assert code.encode() not in verified.line()


def test_a_mailed_code_runs_out_and_a_newer_one_replaces_it():
    site = Site(Step.EMAIL)
    visitor = site.visitor()
    visitor.ask()
    first = site.mailed_code
    site.wait(minutes=1)
    visitor.ask()
    assert visitor.enter("email", first).status_code == 403
    site.wait(minutes=10)
    assert b"run out" in visitor.enter("email", site.mailed_code).data
    assert not visitor.is_in()


def test_a_totp_code_of_a_neighbouring_period_opens_and_none_opens_twice():
    site = Site(Step.TOTP)
    visitor, other = site.visitor(), site.visitor()
    code = site.totp
    site.wait(seconds=30)
    assert visitor.enter("totp", code).status_code == 303
    assert visitor.is_in()
    assert b"used already" in other.enter("totp", code).data
    site.wait(seconds=60)
    stale = site.totp
    site.wait(seconds=60)
    assert other.enter("totp", stale).status_code == 403
    assert not other.is_in()
    assert other.enter("totp", site.totp).status_code == 303


def test_several_steps_come_one_after_the_other():
    site = Site(Step.CODE, Step.EMAIL, Step.TOTP)
    visitor = site.visitor()
    assert b"Step 1 of 3" in visitor.look().data
    visitor.ask()
    assert not site.letters, "nobody's mailbox is filled by who knows only the link"
    visitor.enter("totp", site.totp)
    assert b"Step 1 of 3" in visitor.look().data
    visitor.enter("code", ACCESS)
    assert not visitor.is_in()
    visitor.ask()
    visitor.enter("email", site.mailed_code)
    assert b"Step 3 of 3" in visitor.look().data
    visitor.enter("totp", site.totp)
    assert visitor.is_in()


@pytest.mark.parametrize("step", list(Step))
def test_wrong_codes_lock_the_page_until_the_sender_unlocks_it(step):
    site = Site(step)
    visitor = site.visitor()
    if step is Step.EMAIL:
        visitor.ask()
    bad = {"code": "wrong", "email": "", "totp": ""}[step] or not_the(
        site.mailed_code if step is Step.EMAIL else site.totp
    )
    texts = [visitor.enter(step, bad).text for _ in range(MOST_WRONG)]
    assert "4 tries left" in texts[0]
    assert "1 try left" in texts[3]
    assert "Only the sender can open this page again" in texts[4]
    assert site.ada.identity.is_locked
    good = {"code": ACCESS, "email": "000000", "totp": site.totp}[step]
    assert "locked" in visitor.enter(step, good).text
    assert "locked" in site.visitor().look().text
    lines = len(site.runtime.store.trail(site.document_id))
    visitor.ask()
    assert len(site.runtime.store.trail(site.document_id)) == lines, "an attack writes no more"
    identity.unlock(site.runtime, site.document_id, "s1")
    if step is Step.EMAIL:
        visitor.ask()
        good = site.mailed_code
    assert visitor.enter(step, good).status_code == 303
    assert visitor.is_in()


def test_guesses_at_once_count_like_guesses_in_a_row():
    site = Site(Step.CODE)
    together = threading.Barrier(12)

    def guess(number: int) -> None:
        visitor = site.visitor()
        together.wait()
        visitor.enter("code", f"guess-{number}")

    threads = [threading.Thread(target=guess, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(site.events(EventType.IDENTITY_FAILED)) == MOST_WRONG - 1
    assert len(site.events(EventType.IDENTITY_LOCKED)) == 1


def test_guesses_survive_a_restart_and_so_does_who_has_passed():
    site = Site(Step.CODE)
    visitor = site.visitor()
    visitor.enter("code", ACCESS)
    guesser = site.visitor()
    for _ in range(MOST_WRONG - 1):
        guesser.enter("code", "wrong")
    site.app = create_app(site.runtime)
    visitor.client.application = guesser.client.application = site.app
    assert "locked" in guesser.enter("code", "wrong").text
    assert visitor.is_in(), "a lock does not throw out who has passed"


def test_a_pass_of_another_step_does_not_forgive_wrong_codes():
    site = Site(Step.CODE, Step.TOTP)
    for _ in range(MOST_WRONG - 1):
        visitor = site.visitor()
        visitor.enter("code", ACCESS)
        visitor.enter("totp", not_the(site.totp))
    visitor = site.visitor()
    visitor.enter("code", ACCESS)
    assert "locked" in visitor.enter("totp", not_the(site.totp)).text


def test_a_session_ends_and_dies_with_the_link_and_with_the_secrets():
    site = Site(Step.CODE)
    visitor = site.visitor()
    visitor.enter("code", ACCESS)
    site.wait(hours=11, minutes=59)
    assert visitor.is_in()
    site.wait(minutes=2)
    assert not visitor.is_in()
    visitor.enter("code", ACCESS)
    links.reveal(site.runtime, site.document_id, "s1", rotate=True)
    visitor.token = site.visitor().token
    assert not visitor.is_in()
    visitor.enter("code", ACCESS)
    _, given = identity.unlock(site.runtime, site.document_id, "s1", renew=True)
    assert not visitor.is_in()
    assert visitor.enter("code", ACCESS).status_code == 403
    visitor.enter("code", given.access_code)
    assert visitor.is_in()


def test_what_one_signer_holds_opens_nothing_of_anybody_else():
    alan = replace(stage.ALAN, auth=(Step.CODE,), access_code=ACCESS)
    site = Site(Step.CODE, alan=alan)
    visitor = site.visitor()
    visitor.enter("code", ACCESS)
    name, value = visitor.cookie
    there = Visitor(site, stage.token(site.runtime, site.document, "s2"))
    his = onetime.Visit.of(site.document_id, site.document.signer("s2")).name
    for other_name in (name, f"sygn_{his}"):
        there.client.set_cookie(other_name, value, domain="127.0.0.1", path="/x")
    assert not there.is_in()


@pytest.mark.parametrize(
    ("old", "new"), [(".code.", ".totp."), ("1", "9"), (".code.", "."), (".code.", ".code+totp.")]
)
def test_a_forged_session_is_none(old, new):
    visitor = Site(Step.CODE).visitor()
    visitor.enter("code", ACCESS)
    name, value = visitor.cookie
    forger = visitor.site.visitor()
    forger.client.set_cookie(name, value, domain="127.0.0.1", path="/x")
    assert forger.is_in(), "the same cookie elsewhere is as good"
    forger = visitor.site.visitor()
    forger.client.set_cookie(name, value.replace(old, new, 1), domain="127.0.0.1", path="/x")
    assert not forger.is_in()


def test_the_cookie_is_for_the_signing_pages_and_no_script():
    visitor = Site(Step.CODE).visitor()
    header = visitor.enter("code", ACCESS).headers["Set-Cookie"]
    assert {"HttpOnly", "Path=/x", "SameSite=Lax", "Max-Age=43200"} <= {*header.split("; ")}
    assert "Secure" not in header


def test_a_frame_on_another_site_gets_a_cookie_of_its_own():
    site = Site(
        Step.CODE, public_url="https://sign.example.com", embed_origins=("https://app.example",)
    )
    answer = site.app.test_client().post(
        "/x/identity",
        query_string={"t": site.visitor().token},
        data={"step": "code", "code": ACCESS},
        base_url="https://sign.example.com",
    )
    kept = {*answer.headers["Set-Cookie"].split("; ")}
    assert {"Secure", "HttpOnly", "SameSite=None", "Partitioned"} <= kept


def test_a_browser_that_keeps_no_cookies_is_told_so():
    site = Site(Step.CODE)
    onward = site.visitor().enter("code", ACCESS).headers["Location"]
    page = site.app.test_client().get(onward, base_url=stage.BASE, headers={"Accept": "text/html"})
    assert b"has not kept what you entered" in page.data
    assert b'target="_blank"' in page.data
    site.wait(minutes=3)
    page = site.app.test_client().get(onward, base_url=stage.BASE)
    assert b"has not kept" not in page.data


@pytest.mark.parametrize("said", [LATER, REFUSED])
def test_a_code_that_could_not_be_sent_is_said_and_not_tried_again(said):
    site = Site(Step.EMAIL)
    site.mailer.script.append(said)
    answer = site.visitor().ask()
    assert answer.status_code == 502
    assert b"could not be sent" in answer.data
    assert b"451" not in answer.data
    (posting,) = site.mail_log.postings
    assert said.words in posting.handover.words
    assert not posting.has_failed


def test_without_a_mail_server_the_page_says_that_the_sender_has_the_code():
    site = Site(Step.EMAIL)
    site.mailer.delivers = False
    site.mailer.otherwise = Handover(Outcome.KEPT, "/home/olga/code.eml")
    visitor = site.visitor()
    assert visitor.ask().status_code == 303
    page = visitor.look()
    assert b"ask the sender to tell you the six digits" in page.data
    assert b"olga" not in page.data
    assert visitor.enter("email", site.mailed_code).status_code == 303
    assert visitor.is_in()


def test_codes_are_sent_rarely():
    site = Site(Step.EMAIL)
    visitor = site.visitor()
    visitor.ask()
    assert b"a moment ago" in visitor.ask().data
    for _ in range(MOST_CODES_AN_HOUR + 1):
        site.wait(minutes=1)
        visitor.ask()
    assert len(site.letters) == MOST_CODES_AN_HOUR
    site.wait(hours=1)
    visitor.ask()
    assert len(site.letters) == MOST_CODES_AN_HOUR + 1


def test_a_form_of_another_site_is_refused():
    visitor = Site(Step.EMAIL).visitor()
    for headers in (
        {"Origin": "https://evil.example"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
    ):
        answer = visitor.client.post(
            "/x/identity/send", query_string={"t": visitor.token}, headers=headers,
            base_url=stage.BASE,
        )  # fmt: skip
        assert answer.status_code == 403
    assert not visitor.site.letters


def test_unknown_links_and_links_with_steps_are_told_apart_by_nobody_who_guesses():
    site = Site(Step.CODE)
    token = site.visitor().token
    for wrong in (token[:-1] + ("A" if token[-1] != "A" else "B"), "nothing", ""):
        assert site.app.test_client().post(
            "/x/identity", query_string={"t": wrong}, data={"step": "code", "code": ACCESS},
            base_url=stage.BASE,
        ).status_code == 404  # fmt: skip


def test_a_step_by_mail_moves_on_with_a_delegation_and_its_former_link_tells_nothing():
    site = Site(Step.EMAIL)
    visitor = site.visitor()
    visitor.ask()
    visitor.enter("email", site.mailed_code)
    grace = Invitee("Grace Hopper", "grace@example.com")
    delegation.replace_signer(site.runtime, site.document_id, "s1", grace)
    page = visitor.look()
    assert page.status_code == 404
    assert b"Grace" not in page.data
    visitor.token = site.visitor().token
    assert "g•••@example.com" in visitor.look().text
    visitor.ask()
    assert site.letters[-1].to.email == "grace@example.com"


def test_a_refusal_in_another_language_leads_back_to_the_gate():
    visitor = Site(Step.CODE).visitor()
    page = visitor.enter("code", "wrong")
    (german,) = re.findall(r'href="(/x\?[^"]*lang=de[^"]*)"', page.text)
    answer = visitor.client.get(
        unescape(german).replace("/x", "/x/identity"), base_url=stage.BASE, follow_redirects=True
    )
    assert answer.request.path == "/x"
    assert '<html lang="de"' in answer.text
    assert 'name="code"' in answer.text
    assert "lang=de" in answer.text.partition('action="')[2].partition('"')[0]


def test_on_a_device_that_is_handed_round_everybody_passes_for_themselves():
    site = Site(Step.CODE)

    def turn() -> str:
        now, entropy = site.clock.now(), site.clock.entropy(24)
        return site.runtime.turns.begin(site.document_id, "s1", now=now, entropy=entropy)

    device = site.visitor()
    device.token = turn()
    device.enter("code", ACCESS)
    assert device.is_in()
    device.token = turn()
    assert not device.is_in(), "somebody else may say that they are Ada"
    (verified,) = site.events(EventType.IDENTITY_VERIFIED)
    assert verified.data["in_person"] is True


def test_guesses_are_counted_by_the_link_whatever_headers_say():
    visitor = Site(Step.CODE).visitor()
    answers = [
        visitor.client.post(
            "/x/identity",
            query_string={"t": visitor.token},
            data={"step": "email"},
            headers={"X-Signing-Token": f"another-{number}"},
            base_url=stage.BASE,
        ).status_code
        for number in range(31)
    ]
    assert answers == [303] * 30 + [429]


def test_no_code_is_logged(caplog):
    site = Site(Step.CODE, Step.EMAIL)
    visitor = site.visitor()
    with caplog.at_level("DEBUG"):
        visitor.enter("code", ACCESS)
        visitor.ask()
        visitor.enter("email", site.mailed_code)
    assert visitor.is_in()
    assert ACCESS not in caplog.text
    assert site.mailed_code not in caplog.text
