"""Letters as others read them: whole, to one person, with headers that nobody can add to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sygn_cli.delivery.mail_folder import MailFolder
from sygn_cli.delivery.mail_format import message_bytes
from sygn_cli.domain.errors import InvalidRequest
from sygn_cli.domain.mail import Letter, Mailbox, Outcome
from sygn_cli.domain.text import harmless

LETTER = Letter(
    id="mail_x_00000_s1_invitation",
    thread="mail_x_s1",
    at=datetime(2026, 11, 21, 12, 0, tzinfo=UTC),
    sender=Mailbox("Contracts", "sygn@example.org"),
    to=Mailbox("Ada Lovelace", "ada@example.com"),
    subject="Please sign: Mutual NDA",
    text="Hello\n",
    html="<p>Hello</p>",
    reply_to=Mailbox("Olga Owner", "olga@example.org"),
)
HEADERS = {
    "From",
    "To",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "References",
    "Auto-Submitted",
    "Content-Language",
    "MIME-Version",
    "Content-Type",
}
NAMES = [
    "Zoë Müller",
    "山田 太郎",
    "דוד כהן",
    "Ada, Countess of Lovelace",
    'Ada "The Enchantress" <x@evil.example>',
    "a@evil.example, b",
    "Ada\\",
    "=?utf-8?q?x=40evil.example?=",
    "Undisclosed: victim@evil.example;",
    "山田, 太郎 <evil@evil.example>",
    "🖋️" * 40,
    "x" * 120,
]


def read(letter: Letter) -> EmailMessage:
    parsed = message_from_bytes(message_bytes(letter), policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    assert not parsed.defects
    return parsed


def addresses(message, header) -> list[str]:
    return [one.addr_spec for one in message[header].addresses]


def test_a_letter_has_the_headers_that_it_should_and_no_others():
    message = read(LETTER)
    assert set(message.keys()) == HEADERS
    assert message["Message-ID"] == "<mail_x_00000_s1_invitation@example.org>"
    assert message["References"] == "<mail_x_s1@example.org>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"] == "Sat, 21 Nov 2026 12:00:00 +0000"
    assert addresses(message, "Reply-To") == ["olga@example.org"]
    assert message.get_content_type() == "multipart/alternative"
    assert [one.get_content_type() for one in message.iter_parts()] == ["text/plain", "text/html"]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_adds_no_address_and_no_header(name):
    mailbox = Mailbox(name, "ada@example.com")
    message = read(replace(LETTER, to=mailbox, sender=replace(mailbox, email="a@example.org")))
    assert set(message.keys()) == HEADERS
    assert addresses(message, "To") == ["ada@example.com"]
    assert addresses(message, "From") == ["a@example.org"]


@pytest.mark.parametrize("name", [name for name in NAMES if "?" not in name])
def test_a_name_is_read_as_it_was_written(name):
    message = read(replace(LETTER, to=Mailbox(name, "ada@example.com")))
    # Python 3.11 reads white space between encoded words that RFC 2047, 6.2, says is none.
    assert message["To"].addresses[0].display_name.replace(" ", "") == name.replace(" ", "")


@given(st.text(max_size=200), st.text(max_size=120))
def test_whatever_a_title_or_name_is_the_headers_hold(title, name):
    title, name = harmless(title, longest=200), harmless(name, longest=120)
    message = read(replace(LETTER, subject=f"Sign: {title}", to=Mailbox(name, "a@example.com")))
    assert set(message.keys()) == HEADERS
    assert addresses(message, "To") == ["a@example.com"]
    assert max(map(len, message_bytes(LETTER).splitlines())) <= 998


@pytest.mark.parametrize(
    "attack",
    [
        "x\r\nBcc: victim@evil.example",
        "x\nBcc: victim@evil.example",
        "x\rBcc: victim@evil.example",
        "x\u2028Bcc: victim@evil.example",
        "x\x85Bcc: victim@evil.example",
        "x\x00y",
    ],
)
def test_a_line_feed_in_a_header_adds_nothing(attack):
    """Names and titles have none, because they are checked when they come in; but if one had."""
    for letter in (replace(LETTER, subject=attack), replace(LETTER, to=Mailbox(attack, "a@b.de"))):
        try:
            message = read(letter)
        except InvalidRequest:
            continue
        assert set(message.keys()) == HEADERS
        assert len(addresses(message, "To")) == 1


@pytest.mark.parametrize(
    "address", ["a@b.de, c@evil.example", "a@b.de\r\nBcc: c@evil.example", "a@b.de>", "a b@c.de"]
)
def test_an_address_that_is_none_gets_no_letter(address):
    with pytest.raises(InvalidRequest):
        message_bytes(replace(LETTER, to=Mailbox("Ada", address)))


@pytest.mark.parametrize(
    "text",
    [
        "a" * 10_000,
        "wörter " * 2000,
        "\n.\n..\nFrom here\n",
        "https://sign.example.com/x?t=" + "a" * 200,
    ],
    ids=["one line", "not ascii", "dots", "a link"],
)
def test_a_long_or_odd_text_arrives_as_it_is(text):
    content = message_bytes(replace(LETTER, text=text))
    assert max(map(len, content.split(b"\r\n"))) <= 998
    body = read(replace(LETTER, text=text)).get_body(("plain",))
    assert body is not None
    assert body.get_content().splitlines() == text.splitlines()


def test_a_link_is_whole_in_the_source():
    """Whoever has no mail server opens the file in an editor."""
    url = "http://127.0.0.1:7447/x?t=doc_01.s1.aaaa=bbbb"
    assert f"\r\n{url}\r\n".encode() in message_bytes(replace(LETTER, text=f"Hi\n\n{url}\n"))


def test_without_a_server_letters_are_files_of_ones_own(tmp_path):
    folder = MailFolder(tmp_path / "mail")
    kept = folder.send(LETTER)
    assert kept.outcome is Outcome.KEPT
    assert folder.send(replace(LETTER, at=LETTER.at)) == kept
    (path,) = (tmp_path / "mail").iterdir()
    assert kept.words == str(path)
    assert path.suffix == ".eml"
    assert path.stat().st_mode & 0o077 == 0
    assert b"Subject: Please sign: Mutual NDA\r\n" in path.read_bytes()
    assert not folder.delivers


def test_a_folder_that_cannot_be_written_means_later(tmp_path):
    (tmp_path / "mail").write_text("in the way")
    assert MailFolder(tmp_path / "mail").send(LETTER).outcome is Outcome.LATER
