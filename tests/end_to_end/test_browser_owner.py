"""The owner's pages in a real browser: by mouse, by touch, by keyboard, without scripts."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from sygn_cli.domain.document import DocumentStatus
from sygn_cli.domain.field import FieldType
from sygn_cli.domain.identity import Step
from sygn_cli.domain.signer import Invitee
from sygn_cli.services import creation, owner
from sygn_cli.services.creation import GivenFile
from tests.end_to_end.browser import DESKTOP, PHONE, SMALL_PHONE, contract, pages, visitor
from tests.end_to_end.test_browser_accessibility import VIEWS
from tests.end_to_end.test_browser_accessibility import judge as judge_as_scrolled
from tests.server import stage

pytestmark = [pytest.mark.browser, pytest.mark.slow]
README_PICTURE = Path(__file__).parents[2] / "docs" / "owner-fields.png"
HOSTILE = "</script><script>alert(1)</script> {{7*7}} <img src=x onerror=alert(1)> \U0001f469"


FOCUSED_BOX = (
    "['x', 'y', 'width', 'height'].map("
    "side => Number(document.activeElement.style.getPropertyValue('--' + side)))"
)


@contextmanager
def the_owner(browser, runtime, base, **options):
    """Open the owner's pages by their link."""
    with visitor(browser, **options) as somebody:
        somebody.page.on("dialog", lambda _: somebody.complaints.append("a dialog came up"))
        somebody.page.goto(owner.url(runtime, base))
        somebody.part("h1").filter(has_text="Documents").wait_for()
        yield somebody


def a_draft(runtime, **changes):
    values = {
        "files": (GivenFile("lease.pdf", stage.agreement("Lease of a flat")),),
        "invitees": (stage.ADA, stage.ALAN),
        "draft": True,
        "fields_later": True,
    }
    return creation.create(runtime, creation.Request(**{**values, **changes}))[0]


def open_editor(somebody, document):
    home = somebody.page.url.rstrip("/")
    somebody.page.goto(f"{home}/documents/{document.id}/fields")
    somebody.until("document.querySelectorAll('.place').length > 0")
    somebody.until("document.querySelector('#p1 img').naturalWidth > 0")


def saved(somebody):
    somebody.part("#save").click()
    somebody.until("document.getElementById('save').disabled")


def judge(somebody):
    """Let axe look from the top: what lies under a bar until one scrolls is no barrier."""
    somebody.page.evaluate("scrollTo(0, 0)")
    judge_as_scrolled(somebody)


def box(somebody, selector):
    found = somebody.part(selector).bounding_box()
    assert found is not None
    return found


def drag(somebody, start, end):
    mouse = somebody.page.mouse
    mouse.move(*start)
    mouse.down()
    for step in range(1, 6):
        mouse.move(*(a + (b - a) * step / 5 for a, b in zip(start, end, strict=True)))
    mouse.up()


def test_the_address_holds_no_token_once_the_page_is_open(browser, runtime, base):
    with the_owner(browser, runtime, base, **DESKTOP) as ada:
        assert "t=" not in ada.page.url
        assert ada.page.evaluate("document.cookie") == ""


def test_the_link_opens_from_a_click_elsewhere_as_well(browser, runtime, base):
    click = f'<a href="{owner.url(runtime, base)}">My documents</a>'
    with pages({"/": click.encode()}) as elsewhere, visitor(browser, **DESKTOP) as ada:
        ada.page.goto(elsewhere.replace("127.0.0.1", "localhost"))
        ada.page.get_by_role("link").click()
        ada.part("h1").filter(has_text="Documents").wait_for()
        assert "t=" not in ada.page.url


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


def test_a_refused_upload_says_why_and_keeps_what_was_typed(browser, runtime, base):
    with the_owner(browser, runtime, base, **PHONE) as ada:
        ada.page.goto(f"{ada.page.url}new")
        ada.part("#pdf").set_input_files(
            {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"GIF89a"}
        )
        ada.part("[name=email]").first.fill("ada@example.com")
        ada.part("#title").fill("My title")
        ada.part("#go").click()
        ada.part("[role=alert]").filter(has_text="not a PDF").wait_for()
        assert ada.part("#title").input_value() == "My title"
        assert ada.part("#chosen").inner_text() == "a.pdf"
        assert ada.part("#go").inner_text() == "Continue to the fields"
        ada.shot("owner-390-refused")
        ada.complaints.clear()  # Chromium reports the status of the answer


def test_the_link_of_a_signer_is_copied_without_leaving_the_page(browser, runtime, base):
    document = stage.put(runtime, contract(runtime))
    with the_owner(browser, runtime, base, **DESKTOP) as ada:
        ada.page.goto(f"{ada.page.url}documents/{document.id}")
        ada.page.get_by_role("button", name="Copy link: Ada Lovelace").click()
        ada.until("document.getElementById('link-s1').value.includes('/x?t=')")
        ada.until("document.getElementById('status').textContent.includes('copied')")
    assert str(runtime.store.trail(document.id)[-1].type) == "link.revealed"


def test_lists_and_documents_work_where_scripts_are_off(browser, runtime, base):
    document = a_draft(runtime)
    with the_owner(browser, runtime, base, java_script_enabled=False, **DESKTOP) as ada:
        ada.part("a").filter(has_text="lease").click()
        ada.page.get_by_role("link", name="Place fields").click()
        assert "needs JavaScript" in ada.part("noscript").inner_text()
        ada.page.get_by_role("link", name="Back to the document").click()
        fields, people = (box(ada, f".do .actions a:nth-child({n})") for n in (1, 2))
        assert max(
            people["x"] - fields["x"] - fields["width"],
            people["y"] - fields["y"] - fields["height"],
        ) == pytest.approx(12, abs=1)  # beside or below it, and not touching
        ada.page.get_by_role("button", name="Send it now").click()
        ada.part(".badge").filter(has_text="Sent").wait_for()
        ada.page.get_by_role("button", name="Copy link: Ada Lovelace").click()
        assert "/x?t=" in ada.part("#link-s1").input_value()
        ada.complaints.clear()  # what is to be preloaded fails, as scripts are off
    assert runtime.store.load(document.id).status is DocumentStatus.SENT


def test_a_page_of_somebody_else_can_do_nothing(browser, runtime, base):
    document = a_draft(runtime)
    with the_owner(browser, runtime, base, **DESKTOP) as ada:
        home = ada.page.url
        at = f"{home}documents/{document.id}"
        attack = (
            f'<form id="f" method="post" action="{at}/send"></form>'
            f'<iframe id="i" src="{home}"></iframe><button onclick="f.submit()">Win</button>'
        )
        with pages({"/": attack.encode()}) as evil:
            ada.page.goto(evil)
            assert ada.page.frames[1].url != home
            ada.page.get_by_role("button", name="Win").click()
            # Strict: the cookie of the owner does not even come along.
            ada.page.get_by_text("That did not work").or_(
                ada.page.get_by_text("locked")
            ).first.wait_for()
        ada.complaints.clear()  # the browser tells what it refused
    assert runtime.store.load(document.id).status is DocumentStatus.DRAFT


def test_hostile_words_are_only_words(browser, runtime, base):
    document = a_draft(
        runtime,
        title=f"{HOSTILE} {'Vereinbarung' * 9}",
        invitees=(Invitee(HOSTILE, "a@example.com"), Invitee("محمد علي كلاي", "b@example.com")),
        message=HOSTILE * 20,
    )
    with the_owner(browser, runtime, base, **SMALL_PHONE) as ada:
        home = ada.page.url
        assert ada.page.evaluate("document.documentElement.scrollWidth") == 320
        open_editor(ada, document)
        ada.part(".place").first.focus()
        ada.page.keyboard.press("Enter")
        ada.part("#f-label").fill(HOSTILE)
        ada.part("#f-label").press("Tab")
        assert HOSTILE in ada.part(".place[aria-current]").inner_text()
        assert ada.page.evaluate("document.documentElement.scrollWidth") == 320
        saved(ada)
        for path in (f"documents/{document.id}", f"documents/{document.id}/details"):
            ada.page.goto(f"{home}{path}")
            assert ada.page.evaluate("document.documentElement.scrollWidth") == 320
    assert runtime.store.load(document.id).fields[0].label == HOSTILE


@pytest.mark.parametrize("view", VIEWS)
def test_no_page_of_the_owner_has_a_barrier(browser, runtime, base, view):
    draft = a_draft(runtime, title="Lease of a flat in Lovelace Road")
    sent = stage.put(runtime, contract(runtime))
    stage.put(runtime, contract(runtime, title="Offer of employment", fields=stage.all_kinds()))
    asked = a_draft(runtime, invitees=(replace(stage.ADA, auth=(Step.CODE, Step.TOTP)),))
    name = f"owner-{view.replace(' ', '-')}"
    with the_owner(browser, runtime, base, **VIEWS[view]) as ada:
        home = ada.page.url
        judge(ada)
        assert ada.page.get_by_role("link", name="New document").first.is_visible()
        ada.shot(f"{name}-1-list")
        ada.page.goto(f"{home}documents/{sent.id}")
        ada.part("main summary").first.click()
        judge(ada)
        ada.shot(f"{name}-2-document")
        if "desktop" in view:  # the tools beside them leave no hole between the cards
            above, below = box(ada, ".people"), box(ada, ".story")
            assert below["y"] - above["y"] - above["height"] < 24
        ada.page.goto(f"{home}documents/{asked.id}")
        ada.part("[name=renew]").click()
        ada.until("document.activeElement.matches('#told:has(svg)')")
        judge(ada)
        ada.shot(f"{name}-7-told")
        ada.page.goto(f"{home}new")
        ada.part("#sequential").check()
        ada.part("#add").click()
        judge(ada)
        ada.shot(f"{name}-3-new")
        ada.page.goto(home)
        open_editor(ada, draft)
        ada.part(".place").nth(1).focus()
        ada.part("[data-type=text]").click()
        judge(ada)
        ada.shot(f"{name}-4-editor")
        if view == "desktop" and os.environ.get("SYGN_UPDATE_SCREENSHOTS") == "1":
            ada.page.keyboard.press("Escape")  # nothing is to be placed
            ada.page.evaluate(
                "document.querySelectorAll('.place')[2].scrollIntoView({block: 'center'})"
            )
            ada.until("document.querySelector('#p2 img').naturalWidth > 0")
            ada.page.screenshot(path=README_PICTURE, animations="disabled")
        ada.page.goto(f"{home}templates")
        judge(ada)
        ada.page.goto(f"{home}documents/{draft.id}")
        ada.part("summary").filter(has_text="Keep as a template").click()
        ada.page.get_by_role("button", name="Keep it").click()
        ada.part("h1").filter(has_text="Templates").wait_for()
        judge(ada)
        ada.shot(f"{name}-6-templates")
        ada.page.goto(f"{base}/owner")
        judge(ada)
        ada.shot(f"{name}-5-locked")
        ada.complaints.clear()  # Chromium reports the status of that page
