"""Choices, lists, numbers and addresses in a real browser, and what is kept of them on the way."""

from __future__ import annotations

import re
from typing import Any

import pymupdf
import pytest

from sygn_cli.domain.mark import Ticked, Typed
from tests.end_to_end.browser import (
    ARTEFACTS,
    DESKTOP,
    PHONE,
    SMALL_PHONE,
    contract,
    link,
    visitor,
)
from tests.end_to_end.test_browser_accessibility import judge
from tests.server import stage
from tests.soak import at_length

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ONE = (stage.ADA,)
GERMAN_DARK = {**PHONE, "color_scheme": "dark", "locale": "de-DE"}
VIEWS: dict[str, dict[str, Any]] = {
    "desktop": DESKTOP,
    "phone, dark, German": GERMAN_DARK,
    "small phone, forced colours": {**SMALL_PHONE, "forced_colors": "active"},
}


@pytest.fixture
def form(runtime):
    return stage.put(runtime, contract(runtime, fields=stage.a_form(), invitees=ONE))


@pytest.mark.parametrize("view", at_length([*VIEWS][1:], [*VIEWS]))
def test_a_form_is_filled_without_barriers_and_as_it_was_meant(browser, runtime, base, form, view):
    name = view.partition(",")[0].replace(" ", "-")
    with visitor(browser, **VIEWS[view]) as ada:
        ada.page.goto(link(base, runtime, form))
        ada.agree()
        judge(ada)
        ada.shot(f"form-choice-{name}")
        for place in ada.part("#places label").all():
            size = place.bounding_box()
            assert size is not None
            assert size["height"] >= 44, "a fingertip"
        ada.next()
        assert ada.part("#editor-error").inner_text() != ""
        ada.part("#places label").nth(1).click()
        ada.next()

        ada.part("#tab-type").click()
        ada.next()

        judge(ada)  # the list
        ada.part("#choice").select_option("France")
        ada.shot(f"form-list-{name}")
        ada.next()

        ada.part("#line").fill("ada at example")
        ada.next()
        assert ada.part("#editor-error").inner_text() != ""
        ada.part("#line").fill("ada@example.org")
        ada.next()

        for wrong in ("much", "6.000" if "German" in view else "6000", "1.234,5,6"):
            ada.part("#line").fill(wrong)
            ada.next()
            assert ada.part("#editor-error").inner_text() != "", wrong
        judge(ada)
        ada.shot(f"form-number-{name}")
        ada.part("#line").fill("1.250,5" if "German" in view else "1,250.5")
        ada.next()

        assert ada.part("#editor-left").inner_text() in ("optional", "freiwillig")
        ada.part("#line").fill("far too many words for such a little place on the page")
        assert ada.part("#length").inner_text() != ""
        ada.shot(f"form-too-long-{name}")
        ada.part("#line").fill("")
        ada.next()
        judge(ada)
        ada.shot(f"form-review-{name}")
        ada.part("#finish").click()
        ada.part("#head").wait_for()
    marks = runtime.store.load(form.id).marks
    assert marks["r1"] == Ticked(on=True)
    assert marks["r0"] == marks["r2"] == Ticked(on=False)
    assert marks["country"] == Typed("France")
    assert marks["rent"] == Typed("1250.50")
    assert marks["mail"] == Typed("ada@example.org")
    assert marks["place"] == Typed("Berlin")
    assert "note" not in marks


def test_a_choice_is_made_where_it_stands_and_by_keyboard(browser, runtime, base, form):
    with visitor(browser, **DESKTOP) as ada:
        ada.page.goto(link(base, runtime, form))
        ada.agree()
        ada.part("#editor-close").click()
        single, married = ada.part("[data-id=r0]"), ada.part("[data-id=r1]")
        single.click()
        assert single.get_attribute("aria-pressed") == "true"
        married.press("Space")
        assert single.get_attribute("aria-pressed") == "false"
        assert married.get_attribute("aria-label") == "Marital status: Married, required"
        assert married.locator("circle").count() == 1
        assert ada.part("#list button").count() == 6  # a choice is one thing to do, not three


def test_what_was_entered_is_there_on_another_device(browser, runtime, base, form):
    address = link(base, runtime, form)
    with visitor(browser, **PHONE) as phone:
        phone.page.goto(address)
        phone.agree()
        phone.part("#places label").nth(2).click()
        phone.next()
        phone.part("#tab-type").click()
        phone.next()
        phone.part("#choice").select_option("Poland")
        with phone.page.expect_response("**/x/draft") as kept:
            phone.next()
        assert kept.value.ok
    with visitor(browser, **DESKTOP) as desktop:
        desktop.page.goto(address)
        desktop.part("#consent button").click()
        desktop.part("#editor-title").filter(has_text="E-mail").wait_for()
        assert desktop.part("[data-id=r2]").get_attribute("aria-pressed") == "true"
        assert desktop.part("[data-id=country] text").text_content() == "Poland"


def test_an_older_page_takes_in_what_a_newer_one_saved_and_loses_nothing(
    browser, runtime, base, form
):
    address = link(base, runtime, form)
    with visitor(browser, **DESKTOP) as old, visitor(browser, **DESKTOP) as new:
        for one in (old, new):
            one.page.goto(address)
            if one is old:
                one.agree()
            else:
                one.part("#consent button").click()
            one.part("#editor-close").click()
        with new.page.expect_response("**/x/draft"):
            new.part("[data-id=r1]").click()
        with old.page.expect_response(
            lambda a: a.url.endswith("/x/draft") and a.json().keys() == {"revision"}
        ):
            old.part("[data-id=country]").click()
            old.part("#choice").select_option("France")
            old.next()
        assert old.part("[data-id=r1]").get_attribute("aria-pressed") == "true"
    kept = runtime.progress.get(form.id, "s1")
    assert kept is not None
    assert kept.marks["country"] == {"kind": "typed", "text": "France"}
    assert kept.marks["r0"] == {"kind": "chosen", "id": "r1"}


def test_an_answer_that_is_lost_after_signing_is_asked_for_again_and_signs_once(
    browser, runtime, base, simple
):
    with visitor(browser, **PHONE) as ada:
        ada.page.goto(link(base, runtime, simple))
        ada.agree()
        ada.part("#tab-type").click()
        ada.next()
        cut: list[int] = []

        def hang_up(route):
            answer = route.fetch()
            if cut:
                route.fulfill(response=answer)
            else:
                cut.append(answer.status)
                route.abort("connectionreset")

        ada.page.route("**/x/sign", hang_up)
        ada.part("#finish").click()
        ada.part("#head").wait_for()
        assert cut == [200]
        ada.complaints.clear()  # Chromium reports the connection that was cut
    types = [str(event.type) for event in runtime.store.trail(simple.id)]
    assert types.count("signed") == 1


@pytest.mark.parametrize("view", VIEWS)
def test_somebody_else_can_be_asked_to_sign(browser, runtime, base, simple, view):
    name = view.partition(",")[0].replace(" ", "-")
    address = link(base, runtime, simple)
    with visitor(browser, **VIEWS[view]) as ada:
        ada.page.goto(address)
        ada.part("#more > summary").click()
        judge(ada)
        ada.shot(f"menu-{name}")
        ada.part("[data-opens=delegate]").click()
        judge(ada)
        ada.part("#delegate .main").click()
        assert ada.part("#delegate .error").inner_text() != ""
        ada.part("#other-name").fill("Grace Hopper")
        ada.part("#other-email").fill("grace at example")
        ada.part("#other-reason").fill("She leads the project now.")
        ada.part("#delegate .main").click()
        judge(ada)
        ada.shot(f"delegate-{name}")
        ada.part("#other-email").fill("grace@example.com")
        ada.part("#delegate .main").click()
        ada.part("h1").filter(has_text="Grace Hopper").wait_for()
        judge(ada)
        assert "UTC" not in ada.part("main time").inner_text()
        ada.shot(f"passed-on-{name}")
        ada.complaints.clear()  # Chromium reports the status of a page that is gone
    document = runtime.store.load(simple.id)
    assert document.signer("s1").name == "Grace Hopper"
    assert document.delegations[0].reason == "She leads the project now."


def test_the_sender_can_be_asked_by_keyboard_alone(browser, runtime, base, simple):
    with visitor(browser, **SMALL_PHONE) as ada:
        ada.page.goto(link(base, runtime, simple))
        keyboard = ada.page.keyboard
        ada.part("#more > summary").focus()
        keyboard.press("Enter")
        for _ in ("download", "text", "print", "ask"):
            keyboard.press("Tab")
        keyboard.press("Enter")
        ada.part("#ask").wait_for()
        judge(ada)
        ada.shot("ask-small-phone")
        keyboard.type("Is clause 4 meant to be for ever?")
        keyboard.press("Tab")
        keyboard.press("Tab")
        keyboard.press("Enter")
        ada.part("#ask [data-done]").wait_for()
        judge(ada)
        keyboard.press("Enter")
        # The dialog tells that it is closed a moment after it is.
        ada.until("document.activeElement.closest('details')?.id === 'more'")
        assert not ada.page.query_selector("dialog[open]")
    (question,) = runtime.store.load(simple.id).questions
    assert (question.signer, question.text) == ("s1", "Is clause 4 meant to be for ever?")


def test_what_is_printed_is_the_document_with_what_was_entered(browser, runtime, base, full):
    with visitor(browser, **DESKTOP) as ada:
        ada.page.add_init_script("window.print = () => { document.title = 'printed'; };")
        ada.page.goto(link(base, runtime, full))
        ada.agree()
        ada.part("#editor-close").click()
        ada.part("[data-id=agree]").click()
        ada.part("#more > summary").click()
        ada.part("#print").click()
        ada.until("document.title === 'printed'")
        paper = ada.page.pdf(prefer_css_page_size=True, print_background=True)
    ARTEFACTS.mkdir(exist_ok=True)
    (ARTEFACTS / "printed.pdf").write_bytes(paper)
    with pymupdf.open(stream=paper, filetype="pdf") as printed:
        assert printed.page_count == 2  # those of the document, and nothing around them
        assert re.fullmatch(r"\d{4}-\d\d-\d\d\s*", printed[1].get_text())  # the rest is a picture
