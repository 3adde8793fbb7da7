"""What is typed is kept or said to be wrong, and what is signed is what was shown."""

from __future__ import annotations

import pytest
from playwright.sync_api import Response, Route

from sygn_cli.domain.field import Field, FieldType
from sygn_cli.domain.geometry import Box
from sygn_cli.domain.mark import Ticked, Typed
from sygn_cli.services import documents
from tests.end_to_end.browser import DESKTOP, PHONE, Visitor, contract, link, returns, visitor
from tests.server import stage

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ONE = (stage.ADA,)


def _put(runtime, *fields):
    return stage.put(runtime, contract(runtime, fields=fields, invitees=ONE))


def _text(name, y, **more):
    return Field(name, FieldType.TEXT, 1, Box(72, y, 200, 18), signer="s1", label=name, **more)


def _held(somebody: Visitor, call: str) -> list[Route]:
    """Hold what is sent next, to be let through when the test wants it."""
    held: list[Route] = []
    somebody.page.route(f"**/x/{call}", lambda route: held.append(route), times=1)  # noqa: PLW0108 - Playwright counts its parameters
    return held


def _is_kept(answer: Response) -> bool:
    """Tell whether what a page entered was kept, and nothing of another page's came back."""
    return answer.url.endswith("/x/draft") and answer.json().keys() == {"revision"}


def test_what_another_page_brings_in_is_shown_before_it_is_signed(browser, runtime, base):
    document = _put(runtime, _text("Note", 300, required=False), _text("Company", 600))
    with visitor(browser, **DESKTOP) as old, visitor(browser, **DESKTOP) as new:

        def note_elsewhere(words):
            new.part("[data-id=Note]").click()
            new.part("#line").fill(words)
            with new.page.expect_response(_is_kept):
                new.next()

        for one in (old, new):
            one.page.goto(link(base, runtime, document))
            one.part("#agree").set_checked(True)
            one.part("#consent button").click()
            one.part("#editor").wait_for()
        note_elsewhere("first")
        old.next()
        old.part("#line").fill("Acme")
        shown = old.part("#answers dd:nth-of-type(1)").first
        held = _held(old, "draft")
        with old.page.expect_request("**/x/draft"):
            old.next()
        assert shown.inner_text() == "not filled"
        with old.page.expect_response(_is_kept):
            held.pop().continue_()
        shown.filter(has_text="first").wait_for()
        assert "was brought in" in old.part("#review-error").inner_text()

        # What comes in while the button is pressed stops it.
        note_elsewhere("second")
        held = _held(old, "draft")
        old.part("#answers").get_by_role("button", name="Change Company").click()
        old.part("#line").fill("Acme Ltd")
        with old.page.expect_request("**/x/draft"):
            old.next()
        old.part("#finish").click()
        assert old.part("#finish").get_attribute("aria-busy") == "true"
        held.pop().continue_()
        shown.filter(has_text="second").wait_for()
        old.until("document.querySelector('#finish').getAttribute('aria-busy') === 'false'")
        assert "was brought in" in old.part("#review-error").inner_text()
        assert runtime.store.load(document.id).status == "sent"
        old.part("#finish").click()
        old.part("#head").wait_for()
    marks = runtime.store.load(document.id).marks
    assert (marks["Note"], marks["Company"]) == (Typed("second"), Typed("Acme Ltd"))


def test_a_dialog_stays_while_that_is_sent_which_cannot_be_called_back(
    browser, runtime, base, simple
):
    def try_to_leave(somebody, dialog, button):
        assert button.get_attribute("aria-busy") == "true"
        for leave in dialog.locator("button:not(.main)").all():
            assert leave.evaluate("one => one.inert")
            leave.click(force=True)
        for _ in range(3):
            somebody.page.keyboard.press("Escape")
        somebody.page.wait_for_timeout(50)
        assert dialog.is_visible()

    with visitor(browser, **DESKTOP) as ada:
        ada.page.goto(link(base, runtime, simple))
        held = _held(ada, "decline")
        ada.more("decline")
        decline = ada.part("#decline")
        ada.part("#reason").fill("Clause 4 goes too far")
        with ada.page.expect_request("**/x/decline"):
            decline.locator(".main").click()
        try_to_leave(ada, decline, decline.locator(".main"))
        held.pop().fulfill(status=400, json={"error": "invalid_request", "message": "Not so."})
        decline.locator(".error").filter(has_text="Not so.").wait_for()
        ada.part("#decline [data-close]").click()
        assert not decline.is_visible()

        ada.agree()
        ada.next()
        again = _held(ada, "sign")
        ada.page.route("**/x/sign", lambda route: route.abort(), times=1)
        with ada.page.expect_request("**/x/sign"):
            ada.part("#finish").click()
        ada.part("#review-error").filter(has_text="Trying again").wait_for()
        try_to_leave(ada, ada.part("#review"), ada.part("#finish"))
        while not again:
            ada.page.wait_for_timeout(20)
        again.pop().continue_()
        ada.part("h1").filter(has_text="You have signed").wait_for()
        ada.complaints.clear()  # Chromium reports the refusal and the connection that we cut


def test_words_are_kept_wherever_one_goes_next_unless_they_are_wrong(browser, runtime, base):
    tick = Field("Agree", FieldType.CHECKBOX, 1, Box(500, 260, 12, 12), signer="s1", label="Agree")
    rent = Field("Rent", FieldType.NUMBER, 1, Box(72, 400, 200, 18), signer="s1", label="Rent")
    document = _put(runtime, _text("Company", 200), rent, tick, _text("Place", 600))
    with visitor(browser, **DESKTOP) as ada:

        def on_page(name):
            return ada.part(f"[data-id={name}] text")

        ada.page.goto(link(base, runtime, document))
        ada.part("#agree").check()
        ada.part("#consent button").dblclick()
        ada.part("#editor").wait_for()
        title = ada.part("#editor-title")
        assert title.inner_text() == "Company"
        assert ada.part("#list [aria-current=true]").inner_text().startswith("Company")
        ada.part("#line").fill("Acme")
        ada.part("[data-id=Agree]").click()
        assert on_page("Company").text_content() == "Acme"
        assert ada.part("[data-id=Agree]").get_attribute("aria-checked") == "true"
        assert ada.part("#list [aria-current=true]").count() == 0

        ada.part("#forward").click()
        assert title.inner_text() == "Rent"
        for elsewhere in ("[data-id=Company]", "[data-id=Agree]", "#forward", "#editor-back"):
            ada.part("#line").fill("abc")
            ada.part(elsewhere).click()
            assert "enter a number" in ada.part("#editor-error").inner_text(), elsewhere
            assert title.inner_text() == "Rent"
        assert ada.part("[data-id=Agree]").get_attribute("aria-checked") == "true"
        ada.part("#editor-close").click()
        assert on_page("Rent").count() == 0
        ada.part("[data-id=Rent]").click()
        ada.part("#line").fill("12")
        ada.part("[data-id=Company]").click()
        assert title.inner_text() == "Company"
        assert on_page("Rent").text_content() == "12"
        ada.part("#line").fill("Other")
        ada.part("#line").press("Escape")
        assert on_page("Company").text_content() == "Acme"

        ada.part("#forward").click()
        assert title.inner_text() == "Place"
        ada.part("#line").fill("Berlin")
        ada.part("#forward").click()
        assert ada.part("#answers").inner_text().count("Berlin") == 1
        ada.part("#finish").click()
        ada.part("#head").wait_for()
    assert dict(runtime.store.load(document.id).marks) == {
        "Company": Typed("Acme"),
        "Rent": Typed("12"),
        "Agree": Ticked(on=True),
        "Place": Typed("Berlin"),
    }


def test_a_number_stays_the_same_when_its_field_is_opened_again(browser, runtime, base):
    rent = Field("rent", FieldType.NUMBER, 1, Box(72, 640, 200, 18), signer="s1", label="Rent")
    document = _put(runtime, rent)
    with visitor(browser, **{**PHONE, "locale": "de-DE"}) as ada:
        ada.page.goto(link(base, runtime, document))
        ada.agree()
        ada.part("#line").fill("3,125")
        ada.next()
        ada.part("#answers .quiet").click()
        assert ada.part("#line").input_value() == "3,125"
        ada.next()
        ada.part("#finish").click()
        ada.part("#head").wait_for()
    assert runtime.store.load(document.id).marks["rent"] == Typed("3.125")


def test_a_document_that_ended_meanwhile_says_so_at_once(browser, runtime, base, full):
    with visitor(browser, **DESKTOP) as ada:
        ada.page.goto(link(base, runtime, full))
        ada.agree()
        returns(ada)
        ada.part("#consent button").click()
        documents.void(runtime, full.id)
        ada.part("[data-id=company]").click()
        ada.part("#line").fill("Acme")
        ada.next()
        ada.part("h1").filter(has_text="has withdrawn this document").wait_for()
        returns(ada)
        ada.part("h1").filter(has_text="has withdrawn this document").wait_for()
        ada.complaints.clear()  # Chromium reports the refusal
