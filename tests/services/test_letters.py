"""What letters look like: the same in text and HTML, harmless, and nothing in them is fetched."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser

import pytest

from sygn_cli.delivery.mail_format import message_bytes
from sygn_cli.domain.document import SigningOrder
from sygn_cli.domain.mail import MailKind, Notice
from sygn_cli.domain.signer import Invitee
from sygn_cli.services import letters, links
from sygn_cli.services.runtime import Settings
from tests.runtimes import FixedClock, a_document, memory_runtime

HOSTILE = (
    "</title></style></script><script>alert(1)</script>",
    "{{7*7}} {title} {0} %s ${x}",
    "<img src=x onerror=alert(1)> & &amp; &lt;b&gt;",
    "🖋️ 山田 太郎 é",
    "שלום עליכם",
    "zero\u200dwidth\u200cjoiners",
)
ALLOWED = {
    "html", "head", "meta", "title", "style", "body", "main", "p", "a", "bdi", "blockquote", "dl",
    "dt", "dd", "footer",
}  # fmt: skip


class Page(HTMLParser):
    """Tags, attributes and the text that is shown."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.shown = ""
        self._hidden = 0
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs
        self._hidden += tag in {"style", "title"}

    def handle_endtag(self, tag):
        self._hidden -= tag in {"style", "title"}

    def handle_data(self, data):
        if not self._hidden:
            self.shown += data


def invitation(message="", *, title="Mutual NDA", name="Ada Lovelace", locale="", **settings):
    chosen = Settings(owner="Olga Owner <olga@example.com>", **settings)
    runtime = memory_runtime(FixedClock(), chosen)
    document = a_document(
        runtime,
        title=title,
        invitees=(Invitee(name, "ada@example.com", locale=locale),),
        signing_order=SigningOrder.PARALLEL,
    )
    document = replace(document, message=message)
    notice = Notice(
        document.id, 0, runtime.clock.now(), MailKind.INVITATION, "s1", "ada@example.com"
    )
    letter = letters.write(runtime, document, notice)
    return letter, links.signing_url(runtime, document, document.signer("s1"))


@pytest.mark.parametrize("words", HOSTILE)
@pytest.mark.parametrize("where", ["title", "name", "message"])
def test_hostile_words_change_nothing_but_what_is_read(where, words):
    letter, _ = invitation(**{where: words})
    plain, _ = invitation(**{where: "harmless"})
    page, usual = Page(letter.html), Page(plain.html)
    assert page.tags == usual.tags <= ALLOWED
    assert {name for name, _ in page.attributes} == {name for name, _ in usual.attributes}
    assert words in page.shown
    text = " ".join(letter.text.replace("\u2068", "").replace("\u2069", "").split())
    assert words in text


def test_nothing_is_fetched_and_every_link_is_the_signers():
    letter, url = invitation()
    page = Page(letter.html)
    assert {value for name, value in page.attributes if name == "href"} == {url}
    assert not {name for name, _ in page.attributes} & {"src", "srcset", "background", "action"}
    assert "url(" not in letter.html
    assert "@import" not in letter.html


def test_the_link_stands_on_a_line_of_its_own():
    letter, url = invitation()
    assert url in letter.text.splitlines()
    assert f">{url}</a>" in letter.html


def test_text_is_narrow_enough_for_every_program_but_for_links():
    letter, url = invitation("A long line. " * 150)
    assert all(len(line) <= 74 for line in letter.text.splitlines() if line != url)
    assert letter.text.count("\n> A long") >= 1


def test_dark_mode_is_left_to_the_reader():
    letter, _ = invitation()
    assert '<meta name="color-scheme" content="light dark">' in letter.html
    for fixed in ("background:#fff", "background:white", "color:#000", "color:black"):
        assert fixed not in letter.html


def test_a_message_of_ten_thousand_characters_survives_the_way():
    words = "Viele Grüße aus Köln. " * 455
    letter, url = invitation(words)
    read = message_from_bytes(message_bytes(letter), policy=policy.default)
    assert isinstance(read, EmailMessage)
    text, html = (one.get_content() for one in read.iter_parts())
    quoted = "".join(
        line.removeprefix("> ") + " " for line in text.splitlines() if line[:1] == ">"
    )
    assert quoted.split() == words.split()
    assert " ".join(words.split()) in " ".join(Page(html).shown.split())
    assert url in text.splitlines()


@pytest.mark.parametrize(
    ("locale", "subject", "day"),
    [
        ("", "Please sign: Mutual NDA", "2026-12-21 12:00 UTC"),
        ("de", "Bitte unterschreiben: Mutual NDA", "21. Dezember 2026"),
        ("en-US", "Please sign: Mutual NDA", "December 21, 2026"),
    ],
)
def test_each_reads_their_own_language(locale, subject, day):
    letter, _ = invitation(locale=locale)
    assert letter.subject == subject
    assert day in " ".join(letter.text.split())
    assert letter.locale == (locale or "en")
    assert f'<html lang="{letter.locale}"' in letter.html


def test_answers_go_to_whom_the_settings_name():
    assert invitation()[0].reply_to == letters.owner(
        memory_runtime(settings=Settings(owner="Olga Owner <olga@example.com>"))
    )
