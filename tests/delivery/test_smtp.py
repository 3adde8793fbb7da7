"""Letters reach a real mail server, and what it says is understood."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from sygn_cli.delivery.smtp import SmtpMailer
from sygn_cli.domain.errors import NetworkFailed
from sygn_cli.domain.mail import Enclosure, Letter, Mailbox, Outcome
from sygn_cli.services.mail_settings import Security, Smtp
from tests.mail_server import PASSWORD, MailServer, authority, serving

LETTER = Letter(
    id="mail_x_00000_s1_invitation",
    thread="mail_x_s1",
    at=datetime(2026, 11, 21, 12, 0, tzinfo=UTC),
    sender=Mailbox("Contracts", "sygn@example.org"),
    to=Mailbox("Ada Lovelace", "ada@example.com"),
    subject="Please sign: Mutual NDA",
    text="Hello\n\nhttp://127.0.0.1:7447/x?t=" + "a" * 120 + "\n",
    html="<!doctype html><p>Hello</p>\n.\n..",
)


def to(server: MailServer, **changes) -> Smtp:
    values = {
        "host": server.host,
        "port": server.port,
        "security": Security.PLAIN,
        "sender": "sygn@example.org",
        "timeout": 10,
    }
    return Smtp(**{**values, **changes})


@pytest.fixture
def server():
    with serving() as running:
        yield running


@pytest.fixture(scope="module")
def trust(tmp_path_factory):
    return authority(tmp_path_factory.mktemp("ca"))


def test_a_letter_is_taken_whole(server):
    said = SmtpMailer(to(server)).send(LETTER)
    assert said.outcome is Outcome.ACCEPTED
    (received,) = server.received
    assert (received.sender, received.to) == ("sygn@example.org", ["ada@example.com"])
    message = received.message
    assert message["Message-ID"] == f"<{LETTER.id}@example.org>"
    text, html = message.iter_parts()
    assert text.get_content().splitlines() == LETTER.text.splitlines()
    assert html.get_content().split() == LETTER.html.split()


@pytest.mark.parametrize(
    ("where", "answer", "outcome"),
    [
        ("at_recipient", "550 5.1.1 no such user", Outcome.REFUSED),
        ("at_recipient", "450 4.7.1 greylisted, come back", Outcome.LATER),
        ("at_data", "552 5.2.3 too large", Outcome.REFUSED),
        ("at_data", "451 4.3.0 disk full", Outcome.LATER),
    ],
)
def test_5xx_is_for_good_and_4xx_is_not(server, where, answer, outcome):
    setattr(server, where, [answer])
    mailer = SmtpMailer(to(server))
    said = mailer.send(LETTER)
    assert (said.outcome, said.words) == (outcome, answer)
    assert mailer.send(LETTER).outcome is Outcome.ACCEPTED


@pytest.mark.parametrize("trouble", ["drop", "silence"])
def test_an_answer_that_is_lost_means_once_more_with_the_same_id(server, trouble):
    server.at_data = [trouble]
    mailer = SmtpMailer(to(server, timeout=1))
    assert mailer.send(LETTER).outcome is Outcome.LATER
    assert mailer.send(LETTER).outcome is Outcome.ACCEPTED
    ids = [one.message["Message-ID"] for one in server.received]
    assert len(ids) == 2
    assert len(set(ids)) == 1


def test_nobody_there_means_later():
    with serving() as gone:
        pass
    said = SmtpMailer(to(gone)).send(LETTER)
    assert said.outcome is Outcome.LATER
    assert f"127.0.0.1:{gone.port}" in said.words


def test_starttls_protects_login_and_letter(trust):
    with serving(starttls=trust.context, require_starttls=True) as server:
        smtp = to(
            server,
            security=Security.STARTTLS,
            ca_file=str(trust.ca_file),
            user="sygn",
            password=PASSWORD,
        )
        assert SmtpMailer(smtp).send(LETTER).outcome is Outcome.ACCEPTED
        assert server.received[0].tls
        assert server.logins == [("sygn", PASSWORD)]


def test_tls_from_the_first_byte(trust):
    with serving(tls=trust.context) as server:
        smtp = to(server, security=Security.TLS, ca_file=str(trust.ca_file))
        assert SmtpMailer(smtp).send(LETTER).outcome is Outcome.ACCEPTED
        assert SmtpMailer(smtp).check().startswith(f"127.0.0.1:{server.port} by tls")


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_a_certificate_of_an_unknown_authority_gets_nothing(trust, security):
    how = "tls" if security is Security.TLS else "starttls"
    with serving(**{how: trust.context}) as server:
        mailer = SmtpMailer(to(server, security=security, user="sygn", password=PASSWORD))
        said = mailer.send(LETTER)
        assert said.outcome is Outcome.LATER
        assert "certificate" in said.words
        assert (server.received, server.logins) == ([], [])
        with pytest.raises(NetworkFailed) as refused:
            mailer.check()
        assert "ca_file" in (refused.value.hint or "")


def test_a_certificate_for_another_host_gets_nothing(tmp_path):
    other = authority(tmp_path, name="127.0.0.2")
    with serving(tls=other.context) as server:
        smtp = to(server, security=Security.TLS, ca_file=str(other.ca_file))
        assert SmtpMailer(smtp).send(LETTER).outcome is Outcome.LATER
        assert server.received == []


def test_a_server_without_starttls_gets_neither_password_nor_letter(server):
    smtp = to(server, security=Security.STARTTLS, user="sygn", password=PASSWORD)
    assert SmtpMailer(smtp).send(LETTER).outcome is Outcome.LATER
    assert (server.received, server.logins) == ([], [])


def test_a_wrong_password_is_named_but_not_shown(trust):
    with serving(starttls=trust.context) as server:
        smtp = to(
            server,
            security=Security.STARTTLS,
            ca_file=str(trust.ca_file),
            user="sygn",
            password="wrong horse",
        )
        said = SmtpMailer(smtp).send(LETTER)
        assert said.outcome is Outcome.LATER
        assert "login of sygn" in said.words
        assert "wrong horse" not in said.words + repr(smtp)
        assert server.received == []


def test_a_password_is_read_from_its_file(trust, tmp_path):
    (tmp_path / "secret").write_text(f"{PASSWORD}\n")
    with serving(starttls=trust.context) as server:
        smtp = to(
            server,
            security=Security.STARTTLS,
            ca_file=str(trust.ca_file),
            user="sygn",
            password_file=str(tmp_path / "secret"),
        )
        assert SmtpMailer(smtp).send(LETTER).outcome is Outcome.ACCEPTED


def test_no_password_goes_over_a_network_without_tls(server):
    smtp = to(server, host="localhost.example.com", user="sygn", password=PASSWORD)
    # The name leads nowhere; what counts is that the rule does not depend on where it leads.
    said = SmtpMailer(smtp).send(LETTER)
    assert said.outcome is Outcome.LATER
    assert server.logins == []


def test_addresses_beyond_ascii_need_a_server_that_takes_them(server):
    letter = replace(LETTER, to=Mailbox("Zoë", "zoë@exämple.com"))
    assert SmtpMailer(to(server)).send(letter).outcome is Outcome.ACCEPTED
    (received,) = server.received
    assert received.to == ["zoë@xn--exmple-cua.com"]
    assert "SMTPUTF8" in received.options
    with serving(enable_SMTPUTF8=False) as old:
        said = SmtpMailer(to(old)).send(letter)
    assert said.outcome is Outcome.REFUSED
    assert "beyond ASCII" in said.words


def test_a_large_enclosure_arrives_unchanged(server):
    pdf = b"%PDF-1.7\r\n.\r\n..\n" + bytes(range(256)) * 4000
    enclosure = Enclosure("Größe & Co - signed.pdf", "application/pdf", pdf)
    enclosed = replace(LETTER, enclosures=(enclosure,))
    assert SmtpMailer(to(server)).send(enclosed).outcome is Outcome.ACCEPTED
    (attached,) = server.received[0].message.iter_attachments()
    assert attached.get_content() == pdf
    assert attached.get_filename() == "Größe & Co - signed.pdf"
