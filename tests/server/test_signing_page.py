"""The page behind a signing link, in every state a document can have."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser

import pytest

from sygn_cli.domain.document import Mode, SigningOrder
from sygn_cli.domain.field import Field, FieldType
from sygn_cli.domain.geometry import Box
from sygn_cli.domain.signer import Invitee
from sygn_cli.services import documents, links
from tests.server import stage
from tests.server.site import BROWSER, Site, serve


def test_the_first_signer_gets_the_document_with_their_fields_only(site):
    page = site.open()
    assert page.status_code == 200
    assert "Ada Lovelace</bdi>, please sign" in page.text
    assert 'data-id="f1"' in page.text
    assert 'data-id="f2"' not in page.text


def test_a_field_is_placed_in_points_of_its_page(site):
    assert "#field-1{--x:72.0;--y:596.0;--fw:200.0;--fh:34.0}" in site.open().text
    assert ".size-612_000-792_000{--w:612.0;--h:792.0}" in site.open().text


def test_opening_the_page_changes_nothing(site):
    before = site.events()
    site.open()
    site.client.head("/x", query_string={"t": site.token()})
    site.get("/x/document.pdf")
    assert site.events() == before


def test_head_answers_like_get_without_a_body(site):
    answer = site.client.head("/x", query_string={"t": site.token()})
    assert answer.status_code == 200
    assert answer.data == b""


def test_the_second_signer_waits_for_the_first(site):
    page = site.open("s2")
    assert page.status_code == 200
    assert "It is not your turn yet" in page.text
    assert "<bdi>Ada Lovelace</bdi>" in page.text
    assert "state.js" in page.text


def test_in_a_parallel_document_nobody_waits():
    site = serve(stage.Contract(order=SigningOrder.PARALLEL))
    assert "please sign" in site.open("s2").text


def test_a_signer_who_has_signed_gets_a_receipt_with_the_head_of_the_record(site):
    site.consent()
    site.sign()
    page = site.open()
    assert "You have signed." in page.text
    assert site.now().head in page.text
    assert "Still to sign:" in page.text


@pytest.mark.slow
def test_everyone_gets_the_finished_files_when_all_have_signed(site):
    for signer in ("s1", "s2"):
        site.consent(signer)
        assert site.sign(signer).status_code == 200
    for signer in ("s1", "s2"):
        page = site.open(signer)
        assert "Everyone has signed" in page.text
        assert "/x/certificate.pdf?t=" in page.text
        assert site.now().head in page.text


def test_a_seal_that_failed_is_said_and_its_reason_is_not_shown_to_signers():
    site = serve(keys=stage.LostKeys())
    for signer in ("s1", "s2"):
        site.consent(signer)
        assert site.sign(signer).status_code == 200
    assert "seal.pem" in site.now().seal_error
    page = site.open()
    assert "could not be sealed yet" in page.text
    assert "seal.pem" not in page.text


def test_the_one_who_declined_sees_their_reason_and_others_do_not(site):
    site.post("/x/decline", {"reason": "Clause 4 goes too far"})
    assert "Clause 4 goes too far" in site.open("s1").text
    other = site.open("s2").text
    assert "Clause 4" not in other
    assert "Ada Lovelace</bdi> has declined" in other


def test_a_voided_document_says_so(site):
    documents.void(site.runtime, site.document.id, reason="typo on page 1")
    assert "withdrawn" in site.open().text


def test_an_overdue_document_says_so_without_anything_being_written(site):
    before = site.events()
    site.runtime.clock.at += timedelta(days=31)
    assert "The time to sign has run out" in site.open().text
    assert site.events() == before


@pytest.mark.parametrize(
    "token",
    [
        "",
        "nonsense",
        "doc_00000000000000000000000000.s1." + "A" * 43,
        "../../etc/passwd",
        "é" * 80,
        "x" * 5000,
    ],
)
def test_an_unknown_link_is_a_friendly_404(site, token):
    page = site.client.get("/x", query_string={"t": token})
    assert page.status_code == 404
    assert "This link is not known" in page.text


def test_a_link_of_another_signer_or_document_opens_nothing(site):
    mine = site.token("s1")
    forged = mine.replace(".s1.", ".s2.")
    assert site.client.get("/x", query_string={"t": forged}).status_code == 404


def test_a_replaced_link_is_dead(site):
    old = site.token()
    links.reveal(site.runtime, site.document.id, "s1", rotate=True)
    assert site.client.get("/x", query_string={"t": old}).status_code == 404
    assert "please sign" in site.open().text


def test_no_page_tells_a_signer_the_address_or_link_of_another(site):
    site.consent()
    site.sign()
    for signer, other in (("s1", "s2"), ("s2", "s1")):
        page = site.open(signer).text
        assert "@example.com" not in page
        assert site.token(other) not in page


def test_a_test_document_is_marked():
    site = serve(stage.Contract(mode=Mode.TEST))
    assert "This is a test document" in site.open().text


def test_a_fixed_date_is_shown_and_cannot_be_changed():
    site = serve(stage.Contract(fields=stage.all_kinds()))
    day = re.search(r'<span class="field fixed"[^>]*data-id="day"[^>]*>', site.open().text)
    assert day is not None
    assert "data-today" in day[0]


def test_an_editable_date_is_a_control():
    field = Field("d", FieldType.DATE, 1, Box(10, 10, 80, 20), signer="s1", editable=True)
    site = serve(stage.Contract(fields=(field, *stage.SIMPLE_FIELDS)))
    assert re.search(r'<button[^>]*data-id="d"', site.open().text)


def test_several_files_are_shown_one_after_the_other_and_each_can_be_downloaded():
    site = serve(stage.Contract(names=("first.pdf", "second.pdf")))
    page = site.open().text
    assert page.count("<figure") == 4
    assert "Page 4 of 4" in page
    assert "file=2" in page
    assert page.index("first.pdf") < page.index("second.pdf")


def test_without_scripts_the_page_says_what_it_needs(site):
    notice = re.search(r"<noscript>(.*?)</noscript>", site.open().text, re.DOTALL)
    assert notice is not None
    assert "needs JavaScript" in notice[1]


HOSTILE = [
    "</script><script>alert(1)</script>",
    "{{7*7}}{% raw %}",
    "${7*7} <img src=x onerror=alert(1)>",
    '" onfocus="alert(1)" x="',
    "👩‍⚖️ Ωmega 🖋",
    "محمد علي كلاي",
    "שרה לוי",
    "]]><!-- -->",
    "zero\u200cwidth a\u200db",
    "\\u003cscript\\u003e &lt;b&gt; &amp;amp; %3Cscript%3E",
]


def contract_with(words: str) -> stage.Contract:
    fields = (
        Field("f1", FieldType.TEXT, 1, Box(10, 10, 80, 20), signer="s1", label=words, value=words),
        Field("f2", FieldType.SIGNATURE, 1, Box(10, 40, 80, 20), signer="s2", label=words),
        Field("f3", FieldType.RADIO, 1, Box(10, 70, 9, 9), signer="s1", label=words, group=words),
        Field(
            "f4", FieldType.SELECT, 1, Box(10, 90, 80, 20), signer="s1", label=words,
            options=(words, "other"), value=words,
        ),
        Field(
            "f5", FieldType.TEXT, 1, Box(10, 120, 80, 20), signer="s1", value=words, read_only=True
        ),
    )  # fmt: skip
    invitees = (Invitee(words, "ada@example.com"), Invitee(words, "alan@example.com"))
    return stage.Contract(title=words, message=words, invitees=invitees, fields=fields)


@pytest.fixture(scope="module")
def anywhere() -> Site:
    """One server for all words: making it takes longer than all its pages."""
    return serve()


@pytest.mark.parametrize("words", HOSTILE)
@pytest.mark.parametrize(
    "state",
    ["ready", "entered", "waiting", "signed", "declined", "passed on", "voided", "expired"],
)
def test_hostile_words_change_nothing_but_the_text_shown(anywhere, words, state):
    tags, text = page_of(anywhere, words, state)
    assert tags == page_of(anywhere, "harmless", state)[0]
    assert " ".join(words.split()) in text


def page_of(anywhere: Site, words: str, state: str) -> tuple[list[object], str]:
    document = stage.put(anywhere.runtime, contract_with(words))
    site = replace(anywhere, document=document)
    link = site.token("s2" if state == "waiting" else "s1")
    marks = {"f1": {"kind": "typed", "text": words}, "f3": {"kind": "ticked", "on": True}}
    if state in {"signed", "entered"}:
        site.consent()
    if state == "signed":
        assert site.sign(marks=marks).status_code == 200
    if state == "entered":
        assert site.keep(marks).status_code == 200
        assert site.post("/x/ask", {"question": words}).status_code == 204
    if state == "declined":
        assert site.post("/x/decline", {"reason": words}).status_code == 204
    if state == "passed on":
        body = {"name": f"{words}!", "email": "bob@example.com", "reason": words}
        assert site.post("/x/delegate", body).status_code == 204
    if state == "voided":
        documents.void(site.runtime, document.id, reason=words)
    clock = site.runtime.clock
    assert isinstance(clock, stage.StoppedClock)
    before = clock.at
    if state == "expired":
        clock.at += timedelta(days=31)
    skeleton = Skeleton()
    skeleton.feed(site.client.get("/x", query_string={"t": link}, headers=BROWSER).text)
    clock.at = before
    return skeleton.tags, " ".join("".join(skeleton.words).split())


class Skeleton(HTMLParser):
    """What a page is made of, without its words."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[object] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, [name for name, _ in attrs]))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_the_longest_words_that_are_allowed_do_not_break_the_page():
    site = serve(stage.Contract(message="m" * 2000, title="t" * 200))
    assert site.open().status_code == 200
