"""Fields are placed on the owner's pages: by mouse, by touch, by keyboard."""

from __future__ import annotations

import pytest

from sygn_cli.domain.document import DocumentStatus
from sygn_cli.domain.field import FieldType
from sygn_cli.domain.signer import Invitee
from tests.end_to_end.browser import DESKTOP, PHONE
from tests.end_to_end.owner_pages import a_draft, box, judge, open_editor, saved, the_owner
from tests.server import stage

pytestmark = [pytest.mark.browser, pytest.mark.slow]
FOCUSED_BOX = (
    "['x', 'y', 'width', 'height'].map("
    "side => Number(document.activeElement.style.getPropertyValue('--' + side)))"
)


def upload_by_keyboard(somebody):
    keys = somebody.page.keyboard
    somebody.part(
        "a",
    ).filter(has_text="New document").focus()
    keys.press("Enter")
    somebody.part("#pdf").set_input_files(
        {
            "name": "lease.pdf",
            "mimeType": "application/pdf",
            "buffer": stage.agreement("Lease of a flat"),
        }
    )
    somebody.part("[name=name]").first.focus()
    keys.type("Ada Lovelace")
    keys.press("Tab")
    keys.type("ada@example.com")
    somebody.part("#add").focus()
    keys.press("Enter")
    keys.type("Alan Turing")
    keys.press("Tab")
    keys.type("alan@example.com")
    keys.press("Enter")
    somebody.part("#board").wait_for()
    somebody.until("document.querySelectorAll('.place').length > 0")


def test_the_whole_way_with_the_keyboard_alone(browser, runtime, base):
    with the_owner(browser, runtime, base, **DESKTOP) as ada:
        keys = ada.page.keyboard
        upload_by_keyboard(ada)
        before = ada.page.evaluate("document.querySelectorAll('.place').length")

        ada.part("[data-type=initials]").focus()
        keys.press("Enter")
        ada.until("document.activeElement.classList.contains('place')")
        assert "Initials of Ada Lovelace" in ada.page.evaluate("document.activeElement.ariaLabel")
        ada.until("document.getElementById('status').textContent.includes('placed on page 1')")
        x, y, width, height = ada.page.evaluate(FOCUSED_BOX)
        keys.press("ArrowRight")
        keys.press("Shift+ArrowDown")
        keys.press("Alt+ArrowRight")
        keys.press("Alt+Shift+ArrowDown")
        assert ada.page.evaluate(FOCUSED_BOX) == [x + 1, y + 10, width + 1, height + 10]
        ada.until("document.getElementById('status').textContent.includes('from the left')")

        keys.press("Enter")
        ada.until("document.activeElement.id === 'f-type'")
        keys.press("Tab")
        keys.press("ArrowDown")  # Alan, in the list of people
        keys.press("Tab")
        keys.type("Initials here")
        keys.press("Escape")
        ada.until(
            "document.activeElement.ariaLabel.startsWith('Initials of Alan Turing: Initials here')"
        )
        keys.press("Tab")
        assert ada.page.evaluate("document.activeElement.matches('.place')")
        keys.press("Delete")
        assert ada.page.evaluate("document.querySelectorAll('.place').length") == before
        keys.press("Control+z")
        assert ada.page.evaluate("document.querySelectorAll('.place').length") == before + 1
        ada.part("#send").focus()
        keys.press("Enter")
        ada.part("h1").filter(has_text="lease").wait_for()
        ada.part(".badge").filter(has_text="Sent").wait_for()
    document = runtime.store.load(runtime.store.resolve("@last"))
    assert document.status is DocumentStatus.SENT
    made = next(one for one in document.fields if one.label == "Initials here")
    assert (made.type, made.signer) == (FieldType.INITIALS, "s2")
    assert len(document.fields) == before + 1


def drag(somebody, start, end):
    mouse = somebody.page.mouse
    mouse.move(*start)
    mouse.down()
    for step in range(1, 6):
        mouse.move(*(a + (b - a) * step / 5 for a, b in zip(start, end, strict=True)))
    mouse.up()


def test_fields_are_drawn_moved_sized_and_aligned_by_mouse(browser, runtime, base):
    document = a_draft(runtime)
    signature = next(one for one in document.fields if one.type is FieldType.SIGNATURE)
    with the_owner(browser, runtime, base, **DESKTOP) as ada:
        open_editor(ada, document)
        ada.part("[data-type=checkbox]").click()
        sheet = box(ada, "#p1")
        ada.page.mouse.click(sheet["x"] + 100, sheet["y"] + 120)
        ada.until("document.activeElement.matches('#p1 .place')")
        new = "#p1 .place[aria-current]"
        first = box(ada, new)
        middle = (first["x"] + first["width"] / 2, first["y"] + first["height"] / 2)
        drag(ada, middle, (middle[0] + 60, middle[1] + 40))
        moved = box(ada, new)
        assert moved["x"] == pytest.approx(first["x"] + 60, abs=6)
        assert moved["y"] == pytest.approx(first["y"] + 40, abs=6)
        corner = (moved["x"] + moved["width"], moved["y"] + moved["height"])
        drag(ada, corner, (corner[0] + 30, corner[1] + 20))
        sized = box(ada, new)
        assert sized["width"] == pytest.approx(moved["width"] + 30, abs=6)
        ada.part("#undo").click()
        assert box(ada, new)["width"] == pytest.approx(moved["width"], abs=1)
        ada.part("#redo").click()
        assert box(ada, new)["width"] == pytest.approx(sized["width"], abs=1)

        # Beside another field it snaps to the same height.
        target = f".place[data-id='{signature.id}']"
        ada.part(target).scroll_into_view_if_needed()
        ada.part("[data-type=text]").click()
        there = box(ada, target)
        ada.page.mouse.click(there["x"] + 90, there["y"] - 60)
        added = ada.part(".place[aria-current]").get_attribute("data-id")
        own = box(ada, f".place[data-id='{added}']")
        start = (own["x"] + own["width"] / 2, own["y"] + own["height"] / 2)
        drag(ada, start, (start[0] + there["x"] - own["x"] + 2, start[1]))
        saved(ada)
    fields = {one.id: one for one in runtime.store.load(document.id).fields}
    assert fields[added].box.x == pytest.approx(signature.box.x, abs=0.02)
    assert not runtime.store.load(document.id).detected_fields


def test_a_number_has_its_limits(browser, runtime, base):
    document = a_draft(runtime)
    with the_owner(browser, runtime, base, **DESKTOP) as ada:
        open_editor(ada, document)
        ada.part("[data-type=number]").press("Enter")
        ada.part("#f-minimum").fill("1,5")
        ada.part("#f-maximum").fill("1,000")
        ada.part("#f-maximum").blur()
        judge(ada)
        saved(ada)
        (field,) = (
            one for one in runtime.store.load(document.id).fields if one.type is FieldType.NUMBER
        )
        assert (field.minimum, field.maximum) == ("1.5", "1000")

        # Where a comma is the decimal sign they can be read again as they are shown.
        ada.page.goto(f"{ada.page.url}?lang=de")
        ada.part(f".place[data-id={field.id}]").press("Enter")
        minimum = ada.part("#f-minimum")
        assert minimum.input_value() == "1,5"
        minimum.fill("3,125")
        minimum.blur()
        assert minimum.input_value() == "3,125"
        saved(ada)
        kept = {one.id: one for one in runtime.store.load(document.id).fields}
        assert (kept[field.id].minimum, kept[field.id].maximum) == ("3.125", "1000")
        ada.part("#f-type").select_option("text")
        assert not ada.part("#f-minimum").is_visible()
        saved(ada)


def touch(somebody, points):
    """Press a finger on the first point, move it over the others and lift it."""
    client = somebody.context.new_cdp_session(somebody.page)
    for number, (x, y) in enumerate(points):
        kind = "touchStart" if number == 0 else "touchMove"
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    client.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_fields_are_placed_and_moved_by_touch(browser, runtime, base):
    document = a_draft(runtime)
    with the_owner(browser, runtime, base, **PHONE) as ada:
        open_editor(ada, document)
        ada.part("[data-type=date]").tap()
        ada.page.evaluate("document.getElementById('p1').scrollIntoView({block: 'center'})")
        sheet = box(ada, "#p1")
        ada.page.touchscreen.tap(sheet["x"] + 120, sheet["y"] + 90)
        ada.until("document.activeElement.matches('#p1 .place')")
        added = ada.part(".place[aria-current]").get_attribute("data-id")
        first = box(ada, f".place[data-id='{added}']")
        x, y = first["x"] + first["width"] / 2, first["y"] + first["height"] / 2
        touch(ada, [(x + 10 * step, y + 16 * step) for step in range(5)])
        ada.until(
            f"Math.abs(document.querySelector('.place[data-id=\"{added}\"]').getBoundingClientRect().top - {first['y'] + 64}) < 8"
        )
        saved(ada)
        ada.shot("owner-390-editor")
    made = next(one for one in runtime.store.load(document.id).fields if one.id == added)
    assert made.type is FieldType.DATE


def test_what_was_placed_is_not_lost_when_the_server_is_not_reached(browser, runtime, base):
    document = a_draft(runtime)
    with the_owner(browser, runtime, base, **DESKTOP) as ada:
        open_editor(ada, document)
        ada.part(".place").first.focus()
        ada.page.keyboard.press("Shift+ArrowRight")
        ada.context.set_offline(True)
        ada.part("#save").click()
        ada.part("[role=alert]").filter(has_text="was not reached").wait_for()
        ada.context.set_offline(False)
        saved(ada)
        assert ada.part("[role=alert]").count() == 0
        ada.complaints.clear()  # the browser tells of the connection that was lost
    assert runtime.store.load(document.id).fields != document.fields


def test_a_signer_without_a_field_is_told_of_before_anything_is_sent(browser, runtime, base):
    document = a_draft(runtime, invitees=(stage.ADA, Invitee("Grace", "grace@example.com")))
    with the_owner(browser, runtime, base, **DESKTOP) as ada:
        open_editor(ada, document)
        for one in document.fields:
            ada.part(f".place[data-id='{one.id}']").focus()
            ada.part("#f-signer").select_option("s1")
        ada.part("#send").click()
        ada.part("#send-note").filter(has_text="Nothing is to be filled in by Grace").wait_for()
        assert runtime.store.load(document.id).status is DocumentStatus.DRAFT
        ada.part("#send").click()
        ada.part(".badge").filter(has_text="Sent").wait_for()


def test_places_that_are_less_sure_are_offered_apart(browser, runtime, base, monkeypatch):
    every = a_draft(runtime).fields
    monkeypatch.setattr("sygn_cli.services.detection.THRESHOLD", 0.95)
    document = a_draft(runtime)
    unsure = len(every) - len(document.fields)
    assert unsure >= 2
    with the_owner(browser, runtime, base, **DESKTOP) as ada:
        open_editor(ada, document)
        ada.part("#unsure-title").filter(
            has_text=f"{unsure} places we are less sure of"
        ).wait_for()
        judge(ada)
        ada.part("#whose").select_option("s2")
        ada.part("#unsure-list button").first.click()
        ada.part("#unsure-title").filter(has_text=f"{unsure - 1} place").wait_for()
        assert ada.page.evaluate("document.activeElement.matches('#unsure-list button')")
        ada.shot("owner-1280-unsure")
        ada.part("#unsure-all").click()
        assert not ada.part("#unsure").is_visible()
        assert ada.page.evaluate("document.activeElement.matches('.place')")
        ada.part("#undo").click()
        ada.part("#undo").click()
        ada.part("#redo").click()
        saved(ada)
    fields = runtime.store.load(document.id).fields
    assert len(fields) == len(document.fields) + 1
    assert fields[-1].signer == "s2"
    assert fields[-1].box in {one.box for one in every}
