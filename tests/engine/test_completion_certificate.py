"""The completion certificate says everything, to everybody, inside its margins."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import UTC, datetime

import pymupdf
import pytest

from sygn_cli.engine.certificate_content import (
    CertificateView,
    EventView,
    FileView,
    SignerView,
)
from sygn_cli.engine.certificate_pages import Block, lay_out
from sygn_cli.engine.completion_certificate import draw

NOON = datetime(2026, 6, 13, 12, 0, tzinfo=UTC)
HASH = "0123456789abcdef" * 4
ADA = SignerView("Ada Lovelace", "ada@example.com", method="drawn by hand", ip="192.0.2.7",
                 signed_at=NOON, consent_sha256=HASH, values_sha256=HASH)  # fmt: skip
VIEW = CertificateView(
    title="Mutual NDA",
    document="doc_01m7z0yhc54g0rsv9k36jc01kh",
    outcome="Completed",
    created_at=NOON,
    completed_at=NOON,
    files=(FileView("nda.pdf", 2, HASH),),
    signers=(ADA,),
    events=(EventView(NOON, "Sender", "The document was created"),),
    sealed_sha256=HASH,
    chain_head=HASH,
    credential=HASH,
    credential_name="Analytical Engines Ltd",
    timestamp_status="No trusted timestamp.",
    assurance="Simple electronic signature (SES).",
    verify_command="sygn verify signed.pdf",
    qr_text="sygn:doc_01m7z0yhc54g0rsv9k36jc01kh",
    made_by="sygn 1.0",
)
NAMES = ["José Núñez", "Zoë Łuczak-Ørsted", "Дмитрий Иванов", "李小龙", "Ελένη"]


def opened(view: CertificateView) -> pymupdf.Document:
    return pymupdf.open(stream=draw(view), filetype="pdf")


def text(document: pymupdf.Document) -> str:
    """Return the words without ligatures, line ends and breaks of no width."""
    told = " ".join(page.get_text() for page in document.pages())
    return " ".join(unicodedata.normalize("NFKC", told).replace("\u200b", "").split())


def test_it_says_who_signed_what_and_how_to_check_it():
    told = text(opened(VIEW))
    for words in (
        "Completion certificate", "Mutual NDA", "Ada Lovelace", "ada@example.com", "192.0.2.7",
        "drawn by hand", "2026-06-13 12:00:00 UTC", HASH, "sygn verify signed.pdf", "SES",
        "No trusted timestamp", "page 1 of", VIEW.document,
    ):  # fmt: skip
        assert words in told, words


def test_the_key_of_the_log_stands_on_it_so_that_later_checkpoints_can_be_held_against_it():
    key = "sygn.local/wsp_01m7z0yhc54g0rsv9k36jc01kh+0a1b2c3d+AbCdEfGhIjKlMnOpQrStUvWxYz0123456789+/AbCdEf="

    told = text(opened(replace(VIEW, log_key=key)))

    assert key in told.replace(" ", "")
    assert key.partition("+")[0] not in text(opened(VIEW))


def test_the_same_view_gives_the_same_bytes():
    assert draw(VIEW) == draw(VIEW)


def test_names_of_many_scripts_come_out_right():
    signers = tuple(replace(ADA, name=name) for name in NAMES)
    told = text(opened(replace(VIEW, signers=signers)))
    for name in NAMES:
        assert name in told


def test_sixteen_signers_and_a_long_history_flow_over_pages():
    document = opened(replace(VIEW, signers=(ADA,) * 16, events=VIEW.events * 200))
    told = text(document)
    assert told.count("ada@example.com") == 16
    assert told.count("The document was created") == 200
    assert f"page {document.page_count} of {document.page_count}" in told


def test_no_signer_is_torn_apart_by_the_end_of_a_page():
    for page in opened(replace(VIEW, signers=(ADA,) * 16)).pages():
        words = page.get_text()
        assert words.count("E-mail") == words.count("Values SHA")


@pytest.mark.parametrize(
    "hostile", ["</td></table><h1>X", "<b>AT&T", "{{7*7}}", "x" * 200, "W" * 120, "a b " * 40]
)
def test_foreign_words_stay_words_and_stay_on_the_page(hostile):
    view = replace(
        VIEW,
        title=hostile,
        signers=(replace(ADA, name=hostile[:120], user_agent=hostile),),
        events=(EventView(NOON, hostile[:120], hostile),),
        files=(FileView(hostile, 1, HASH),),
    )
    document = opened(view)
    for page in document.pages():
        for x0, _, x1, y1, *_ in page.get_text("words"):
            assert x0 >= 40
            assert x1 <= 556
            assert y1 <= 820
    assert " ".join(hostile.split())[:30] in text(document)


def test_what_looks_like_an_entity_is_not_resolved():
    told = text(opened(replace(VIEW, title="a &lt;b&gt; &amp;lt;"))).replace(" ", "")
    assert "a&lt;b&gt;&amp;lt;" in told


def test_a_sandbox_certificate_says_so_on_every_page():
    view = replace(VIEW, sandbox=True, signers=(ADA,) * 8)
    for page in opened(view).pages():
        assert "SANDBOX" in page.get_text()


@pytest.mark.parametrize("rows", range(33, 40))
def test_wherever_a_page_ends_nothing_is_lost_behind_it(rows):
    full = Block(
        "<table>" + "".join(f"<tr><td>row {n}</td></tr>" for n in range(rows)) + "</table>"
    )
    after = (Block("<h2>Agreed</h2><p>Yes</p>"), Block("<h2>History</h2>", together=False))
    pdf = lay_out(
        "Head", (full, *after, Block("End")), title="T", foot="F \u00b7 G", numbering="{n}/{total}",
        language="en", code="c", sandbox=False,
    )  # fmt: skip
    told = text(pymupdf.open(stream=pdf, filetype="pdf"))
    wanted = (f"row {rows - 1}", "Agreed Yes", "History", "End")
    assert [words for words in wanted if words not in told] == []
