"""Signing in a real browser: the ways through, and what can get in the way."""

from __future__ import annotations

import pytest

from sygn_cli.delivery.clock import SystemClock
from sygn_cli.domain.field import Field, FieldType
from sygn_cli.domain.geometry import Box
from sygn_cli.domain.mark import Drawn, Look, Ticked, Typed
from tests.end_to_end.browser import (
    DESKTOP,
    PHONE,
    contract,
    link,
    pages,
    serving,
    visitor,
)
from tests.server import stage

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_two_signers_sign_in_turn_one_draws_and_one_types(browser, runtime, base, simple):
    with visitor(browser, **DESKTOP) as ada, visitor(browser, **DESKTOP) as alan:
        alan.page.goto(link(base, runtime, simple, "s2"))
        alan.part(
            "h1",
        ).filter(has_text="not your turn yet").wait_for()

        ada.page.goto(link(base, runtime, simple, "s1"))
        ada.agree()
        ada.draw()
        ada.next()
        ada.part("#finish").click()
        ada.part("h1").filter(has_text="You have signed").wait_for()

        # The waiting page moves on by itself.
        alan.part("#consent").wait_for()
        alan.agree()
        alan.part("#tab-type").click()
        alan.part("#typed").fill("Алан Тьюринг")
        alan.next()
        alan.part("#finish").click()
        alan.part("h1").filter(has_text="Everyone has signed").wait_for()
        with alan.page.expect_download() as download:
            alan.page.get_by_role("link", name="Signed PDF").click()
        assert download.value.path().read_bytes().startswith(b"%PDF-")
        assert download.value.suggested_filename == "Mutual non-disclosure agreement - signed.pdf"
        ada.part("h1").filter(has_text="Everyone has signed").wait_for()

    document = runtime.store.load(simple.id)
    assert document.status == "completed"
    assert isinstance(document.marks["f1"], Drawn)
    assert document.marks["f2"] == Typed("Алан Тьюринг", Look.FLOWING)
    events = [str(event.type) for event in runtime.store.trail(simple.id)]
    assert events.count("viewed") == 2
    assert events[-2:] == ["sealed", "completed"]


def test_a_phone_fills_every_kind_of_field(browser, runtime, base, full):
    with visitor(browser, **PHONE) as ada:
        ada.page.goto(link(base, runtime, full))
        ada.agree()
        ada.part("#tab-type").tap()
        ada.part("#editor-next").tap()  # initials come from the name
        ada.part("#box").tap()
        ada.part("#editor-next").tap()
        ada.draw()
        ada.part("#editor-next").tap()
        ada.part("#line").fill("Analytical Engines Ltd")
        ada.part("#editor-next").tap()
        ada.part("#lines").fill("First line\nsecond line")
        ada.part("#editor-next").tap()
        assert ada.part("#answers > div").count() == 5
        ada.part("#finish").tap()
        ada.part("h1").filter(has_text="You have signed").wait_for()
    marks = runtime.store.load(full.id).marks
    assert marks["initials"] == Typed("AL", Look.FLOWING)
    assert marks["agree"] == Ticked(on=True)
    assert isinstance(marks["sign"], Drawn)
    assert marks["company"] == Typed("Analytical Engines Ltd")
    assert marks["note"] == Typed("First line\nsecond line")


def test_a_keyboard_is_enough(browser, runtime, base, full):
    with visitor(browser, **DESKTOP) as ada:
        page = ada.page
        page.goto(link(base, runtime, full))

        def focused() -> str:
            return str(page.evaluate("document.activeElement.id"))

        def tab_to(target: str) -> None:
            for _ in range(40):
                if focused() == target:
                    return
                page.keyboard.press("Tab")
            pytest.fail(f"Tab does not reach {target}")

        tab_to("agree")
        page.keyboard.press("Space")
        page.keyboard.press("Enter")
        ada.part("#editor").wait_for()
        assert focused() == "typed"
        page.keyboard.press("Enter")
        ada.until("document.activeElement.id === 'box'")
        ada.until(
            "document.querySelector('#status').textContent === 'Initials filled in. 3 of 4 left.'"
        )
        page.keyboard.press("Space")
        page.keyboard.press("Enter")
        ada.until("document.activeElement.id === 'typed'")
        page.keyboard.press("Enter")
        ada.until("document.activeElement.id === 'line'")
        page.keyboard.type("Analytical Engines")
        page.keyboard.press("Enter")
        ada.until("document.activeElement.id === 'lines'")
        page.keyboard.press("Escape")
        assert page.evaluate("document.activeElement.dataset.id") == "note"
        ada.part("#forward").focus()
        page.keyboard.press("Enter")
        ada.part("#review").wait_for()
        tab_to("finish")
        page.keyboard.press("Enter")
        ada.part("h1").filter(has_text="You have signed").wait_for()
    assert runtime.store.load(full.id).marks["sign"] == Typed("Ada Lovelace", Look.FLOWING)


def test_three_fields_take_six_steps(browser, runtime, base):
    fields = (
        Field("sign", FieldType.SIGNATURE, 2, stage.SIGNATURE, signer="s1"),
        Field("day", FieldType.DATE, 2, Box(72, 672, 200, 18), signer="s1"),
        Field("company", FieldType.TEXT, 2, Box(72, 640, 200, 18), signer="s1"),
        stage.SIMPLE_FIELDS[1],
    )
    document = stage.put(runtime, contract(runtime, fields=fields))
    with visitor(browser, **DESKTOP) as ada:
        ada.page.goto(link(base, runtime, document))
        ada.part("#agree").check()
        ada.part("#consent button").click()
        ada.next()
        ada.part("#line").fill("Analytical Engines")
        ada.next()
        ada.part("#finish").click()
        ada.part("h1").filter(has_text="You have signed").wait_for()


def test_consent_must_be_given_before_anything_else(browser, runtime, base, simple):
    with visitor(browser, **DESKTOP) as ada:
        ada.page.goto(link(base, runtime, simple))
        ada.part("#consent button").click()
        assert "tick the box" in ada.part("#agree-error").inner_text()
        assert ada.page.evaluate("document.activeElement.id") == "agree"
        assert ada.part("#field-1").is_disabled()
    assert not runtime.store.load(simple.id).signer("s1").consent_sha256


def test_what_was_entered_survives_a_reload(browser, runtime, base, full):
    with visitor(browser, **DESKTOP) as ada:
        ada.page.goto(link(base, runtime, full))
        ada.agree()
        ada.next()
        ada.part("#box").check()
        ada.next()
        ada.draw()
        ada.next()
        ada.page.reload()
        ada.page.get_by_role("button", name="Go on signing").click()
        ada.part("#editor-title").filter(has_text="Company").wait_for()
        ada.part("#left").filter(has_text="1 of 4 left").wait_for()
        assert ada.part("#field-3 path").count() > 0


def test_a_lost_connection_is_met_by_trying_again_and_signs_once(browser, runtime, base, simple):
    with visitor(browser, **DESKTOP) as ada:
        ada.page.goto(link(base, runtime, simple))
        ada.agree()
        ada.next()
        answers = []

        def lose_the_first_answer(route):
            answers.append(route.fetch())  # the server gets it, the browser hears nothing
            route.abort() if len(answers) == 1 else route.fulfill(response=answers[-1])

        ada.page.route("**/x/sign", lose_the_first_answer)
        ada.part("#finish").click()
        ada.part("h1").filter(has_text="You have signed").wait_for()
        ada.complaints.clear()  # Chromium reports the connection that we cut
    events = [str(event.type) for event in runtime.store.trail(simple.id)]
    assert events.count("signed") == 1
    assert len(answers) == 2


def test_without_any_connection_nothing_is_lost_and_it_is_said(browser, runtime, base, simple):
    with visitor(browser, **DESKTOP) as ada:
        ada.page.goto(link(base, runtime, simple))
        ada.agree()
        ada.next()
        ada.page.clock.install()
        ada.page.route("**/x/sign", lambda route: route.abort())
        ada.part("#finish").click()
        for _ in range(4):
            ada.page.clock.fast_forward(10_000)
            ada.page.wait_for_timeout(50)
        ada.part("#review-error").filter(has_text="There is no connection").wait_for()
        ada.page.unroute("**/x/sign")
        ada.part("#finish").click()
        ada.part("h1").filter(has_text="You have signed").wait_for()
        ada.complaints.clear()


def test_an_editable_date_takes_another_day(browser, runtime, base):
    fields = (
        Field("d", FieldType.DATE, 2, Box(72, 672, 200, 18), signer="s1", editable=True),
        *stage.SIMPLE_FIELDS,
    )
    document = stage.put(runtime, contract(runtime, fields=fields))
    with visitor(browser, **DESKTOP) as ada:
        ada.page.goto(link(base, runtime, document))
        ada.agree()
        ada.next()
        ada.part("#answers").get_by_role("button", name="Change Date").click()
        ada.part("#day").fill("2026-01-31")
        ada.next()
        ada.part("#finish").click()
        ada.part("h1").filter(has_text="You have signed").wait_for()
    assert runtime.store.load(document.id).marks["d"] == Typed("2026-01-31")


def test_declining_asks_for_a_reason_and_ends_the_document(browser, runtime, base, simple):
    with visitor(browser, **DESKTOP) as ada:
        ada.page.goto(link(base, runtime, simple))
        ada.more("decline")
        ada.page.get_by_role("button", name="Decline", exact=True).click()
        assert "fill this in" in ada.part("#decline-error").inner_text()
        ada.part("#reason").fill("Clause 4 goes too far")
        ada.page.get_by_role("button", name="Decline", exact=True).click()
        ada.part("h1").filter(has_text="You have declined").wait_for()
    assert runtime.store.load(simple.id).status == "declined"


def test_a_frame_is_allowed_for_named_origins_only_and_they_are_told(browser):
    with pages({"/": b"<!doctype html><title>Intranet</title>"}) as host:
        runtime = stage.runtime(clock=SystemClock(), embed_origins=(host, "https://other.example"))
        document = stage.put(runtime, contract(runtime))
        with serving(runtime) as base, visitor(browser, **DESKTOP) as ada:
            page = ada.page
            page.goto(host)
            page.evaluate(
                """url => {
                  window.told = [];
                  addEventListener('message', e => told.push([e.origin, e.data]));
                  const f = document.createElement('iframe');
                  Object.assign(f, { src: url, width: 1200, height: 700 });
                  document.body.append(f);
                }""",
                link(base, runtime, document),
            )
            frame = page.frame_locator("iframe")
            frame.locator("#agree").check()
            frame.locator("#consent button").click()
            frame.locator("#editor-next").click()
            frame.locator("#finish").click()
            frame.locator("h1").filter(has_text="You have signed").wait_for()
            told = page.evaluate("told")
    message = {"type": "cybersygn:complete", "document": document.id, "signer": "s1"}
    assert told == [[base, message]]


def test_a_signer_without_fields_confirms_and_is_done(browser, runtime, base):
    field = Field("f1", FieldType.SIGNATURE, 1, stage.SIGNATURE, signer="s2")
    document = stage.put(runtime, contract(runtime, fields=(field,)))
    with visitor(browser, **PHONE) as ada:
        ada.page.goto(link(base, runtime, document))
        ada.part("#agree").check()
        ada.part("#consent button").click()
        ada.part("#finish").click()
        ada.part("h1").filter(has_text="You have signed").wait_for()


def test_fields_that_may_stay_empty_are_offered_once(browser, runtime, base):
    fields = (
        Field("t", FieldType.TEXT, 1, Box(72, 600, 200, 18), signer="s1", required=False),
        Field("c", FieldType.CHECKBOX, 1, Box(72, 640, 12, 12), signer="s1", required=False),
        stage.SIMPLE_FIELDS[1],
    )
    document = stage.put(runtime, contract(runtime, fields=fields))
    with visitor(browser, **DESKTOP) as ada:
        ada.page.goto(link(base, runtime, document))
        ada.agree()
        assert ada.part("#editor-next").inner_text() == "Skip"
        ada.next()
        ada.next()
        ada.part("#review").wait_for()
        ada.page.keyboard.press("Escape")
        box = ada.part("button.field[data-id=c]")
        box.click()
        assert box.get_attribute("aria-checked") == "true"
        box.click()
        assert box.get_attribute("aria-checked") == "false"
        ada.part("#forward").click()
        ada.part("#finish").click()
        ada.part("h1").filter(has_text="You have signed").wait_for()
    assert dict(runtime.store.load(document.id).marks) == {}


def test_what_the_server_refuses_is_said_where_it_can_be_put_right(browser, runtime, base):
    text = Field("t", FieldType.TEXT, 1, Box(72, 600, 200, 18), signer="s1", label="Company")
    document = stage.put(runtime, contract(runtime, fields=(text, stage.SIMPLE_FIELDS[1])))
    with visitor(browser, **DESKTOP) as ada:
        ada.page.goto(link(base, runtime, document))
        ada.agree()
        ada.part("#line").fill("Acme \u202e Ltd")
        ada.next()
        ada.part("#finish").click()
        ada.part("#review-error").filter(has_text="U+202E").wait_for()
        ada.part("#answers").get_by_role("button", name="Change Company").click()
        ada.part("#line").fill("Acme Ltd")
        ada.next()
        ada.part("#finish").click()
        ada.part("h1").filter(has_text="You have signed").wait_for()
        ada.complaints.clear()  # Chromium reports the refusal
    assert runtime.store.load(document.id).marks["t"] == Typed("Acme Ltd")


def test_a_document_that_was_signed_elsewhere_meanwhile_shows_its_receipt(
    browser, runtime, base, simple
):
    with visitor(browser, **DESKTOP) as here, visitor(browser, **PHONE) as there:
        for device in (here, there):
            device.page.goto(link(base, runtime, simple))
        here.agree()
        there.part("#agree").check()
        there.part("#consent button").click()
        for device in (there, here):
            device.part("#tab-type").click()
            device.part("#typed").fill("Ada" if device is there else "Ada Lovelace")
            device.next()
            device.part("#finish").click()
            device.part("h1").filter(has_text="You have signed").wait_for()
        here.complaints.clear()  # Chromium reports the refusal
    assert runtime.store.load(simple.id).marks["f1"] == Typed("Ada", Look.FLOWING)
