"""Mail from the command line: whom it reached, and plainly where it did not."""

from __future__ import annotations

import pytest

from tests.cli.terminal import Terminal
from tests.mail_server import MailServer, serving

ADA = "Ada Lovelace <ada@example.com>"
ALAN = "Alan Turing <alan@example.com>"


@pytest.fixture
def sygn(tmp_path) -> Terminal:
    terminal = Terminal(tmp_path)
    terminal.draw("nda.pdf")
    terminal.ok("init")
    return terminal


@pytest.fixture
def server():
    with serving() as running:
        yield running


def settings(server: MailServer, **more: str) -> dict[str, str]:
    return {
        "SYGN_SMTP_HOST": server.host,
        "SYGN_SMTP_PORT": str(server.port),
        "SYGN_SMTP_SECURITY": "plain",
        "SYGN_SMTP_SENDER": "Contracts <sygn@example.org>",
        "SYGN_OWNER": "Olga Owner <olga@example.org>",
        **more,
    }


def create(sygn, *more: str, **environment: str):
    people = ("--signer", ADA, "--signer", ALAN)
    return sygn.ok("create", "--pdf", "nda.pdf", *people, *more, **environment)


def test_without_a_server_letters_are_files_and_it_says_so(sygn):
    made = create(sygn)
    assert "no mail was sent: there is no mail server" in made.err
    files = sorted((sygn.folder / ".sygn" / "mail").glob("*.eml"))
    assert [b"To: Ada" in one.read_bytes() for one in files] == [True, False]
    assert b"/x?t=" in files[0].read_bytes()
    reminded = sygn.ok("remind", "@last")
    assert reminded.text.count("/x?t=") == 2
    assert "pass each link on" in reminded.err
    assert sygn.ok("status", "@last", "--json").json["signers"][0]["status"] == "pending"


def test_a_signing_from_invitation_to_completion_is_told_by_mail(sygn, server):
    mail = settings(server, SYGN_PUBLIC_URL="https://sign.example.com")
    made = create(sygn, "--sequential", "--cc", "carl@example.com", **mail)
    assert "mail to ada@example.com: invitation" in made.err
    assert "/x?t=" not in made.text + made.err
    sygn.ok("sign", "@last", "s1", "--type", "Ada", **mail)
    sygn.ok("remind", "@last", **mail)
    sygn.ok("sign", "@last", "s2", "--type", "Alan", **mail)
    told = [
        (one.message["To"].addresses[0].addr_spec, one.message["Subject"])
        for one in server.received
    ]
    assert told[:3] == [
        ("ada@example.com", "Please sign: nda"),
        ("alan@example.com", "Your turn to sign: nda"),
        ("alan@example.com", "Reminder, please sign: nda"),
    ]
    assert sorted(told[3:]) == [
        ("ada@example.com", "Completed: nda"),
        ("alan@example.com", "Completed: nda"),
        ("carl@example.com", "Completed: nda"),
        ("olga@example.org", "Completed: nda"),
    ]
    first = server.received[0].message
    body = first.get_body(("plain",)).get_content()
    (link,) = [line for line in body.splitlines() if "/x?t=" in line]
    assert link.startswith("https://sign.example.com/x?t=doc_")
    assert first["Reply-To"].addresses[0].addr_spec == "olga@example.org"


def test_a_refused_address_is_shown_until_a_letter_gets_through(sygn, server):
    mail = settings(server)
    server.at_recipient = ["550 5.1.1 no such user"]
    made = create(sygn, **mail)
    assert "no mail was sent to ada@example.com: 550 5.1.1 no such user" in made.err
    assert "mail to alan@example.com: invitation" in made.err
    assert "this machine only" in made.err
    shown = sygn.ok("status", "@last", **mail)
    assert "no mail reached them" in shown.text
    assert "550 5.1.1 no such user" in shown.err
    (failed,) = sygn.ok("mail", "list", "--failed", "--json", **mail).json["data"]
    assert (failed["email"], failed["failed"]) == ("ada@example.com", True)
    checked = {
        (one["level"], "given up" in one["message"])
        for one in sygn.ok("doctor", "--json", **mail).json["findings"]
        if one["check"] == "mail"
    }
    assert checked == {("ok", False), ("warn", False), ("warn", True)}
    sygn.ok("mail", "retry", "--failed", **mail)
    assert sygn.ok("mail", "list", "--failed", "--json", **mail).json["data"] == []
    assert "no mail" not in sygn.ok("status", "@last", **mail).text
    ids = {one.message["Message-ID"] for one in server.received if one.to == ["ada@example.com"]}
    assert ids == {f"<{failed['id']}@example.org>"}


def test_a_server_that_is_away_leaves_the_letters_for_later(sygn, server):
    gone = settings(server, SYGN_SMTP_PORT="1")
    made = create(sygn, **gone)
    assert made.err.count("yet: 127.0.0.1:1 cannot be used") == 2
    assert "`sygn remind --due` try again" in made.err
    assert sygn("doctor", **gone).code == 13
    later = sygn.ok("mail", "list", "--json", **settings(server)).json["data"]
    assert [one["outcome"] for one in later] == ["later", "later"]
    assert server.received == []
    again = sygn.ok("mail", "retry", later[0]["id"], "--json", **settings(server)).json["data"]
    assert [one["outcome"] for one in again] == ["accepted"]


def test_whoever_asks_for_no_mail_gets_none(sygn, server):
    made = create(sygn, "--no-mail", **settings(server))
    assert "mail" not in made.err
    assert "/x?t=" in sygn.ok("remind", "@last", **settings(server)).text
    assert server.received == []


def test_cron_finds_nothing_to_do_twice(sygn, server):
    create(sygn, **settings(server))
    for _ in range(2):
        done = sygn.ok("remind", "--due", "--json", **settings(server)).json
        assert done == {"data": [], "mail": []}


def test_the_settings_can_be_tried_out(sygn, server):
    sygn.ok("mail", "test", "Zoë <zoe@example.com>", **settings(server))
    assert "test of the mail settings" in server.received[0].message.as_string()
    server.at_recipient = ["550 no"]
    assert sygn("mail", "test", "zoe@example.com", **settings(server)).code == 12


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SYGN_SMTP_PORT", "many"),
        ("SYGN_SMTP_SECURITY", "ssl"),
        ("SYGN_SMTP_SENDER", "nobody"),
        ("SYGN_OWNER", "nobody"),
    ],
)
def test_a_wrong_setting_is_named_at_once(sygn, server, name, value):
    answer = sygn("list", **settings(server, **{name: value}))
    assert answer.code == 13
    assert name.removeprefix("SYGN_SMTP_").removeprefix("SYGN_").lower() in answer.err.lower()


def test_a_password_in_the_settings_file_is_refused(sygn):
    sygn.ok("list")
    toml = sygn.folder / ".sygn" / "sygn.toml"
    toml.write_text('[smtp]\nhost = "mx"\nsender = "a@b.de"\npassword = "x"\n')
    answer = sygn("list")
    assert answer.code == 13
    assert "SYGN_SMTP_PASSWORD" in answer.err
