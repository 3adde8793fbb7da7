"""The owner's pages in a real browser, without scripts too."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from sygn_cli.domain.document import DocumentStatus
from sygn_cli.domain.identity import Step
from sygn_cli.domain.signer import Invitee
from sygn_cli.services import owner
from tests.end_to_end.browser import (
    DESKTOP,
    PHONE,
    SMALL_PHONE,
    contract,
    pages,
    returns,
    visitor,
)
from tests.end_to_end.owner_pages import a_draft, box, judge, open_editor, saved, the_owner
from tests.end_to_end.test_browser_accessibility import VIEWS
from tests.server import stage
from tests.soak import at_length

pytestmark = [pytest.mark.browser, pytest.mark.slow]
README_PICTURE = Path(__file__).parents[2] / "docs" / "owner-fields.png"
HOSTILE = "</script><script>alert(1)</script> {{7*7}} <img src=x onerror=alert(1)> \U0001f469"


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
        returns(ada)


def test_the_link_of_a_signer_is_copied_without_leaving_the_page(browser, runtime, base):
    document = stage.put(runtime, contract(runtime))
    with the_owner(browser, runtime, base, **DESKTOP) as ada:
        ada.page.goto(f"{ada.page.url}documents/{document.id}")
        ada.page.get_by_role("button", name="Copy link: Ada Lovelace").click()
        ada.until("document.getElementById('link-s1').value.includes('/x?t=')")
        ada.until("document.getElementById('status').textContent.includes('copied')")
        # As by plain http from another machine.
        ada.page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
        ada.page.get_by_role("button", name="Copy link: Alan Turing").click()
        ada.until("document.getElementById('link-s2').value.includes('/x?t=')")
        ada.until("getSelection().toString() === document.getElementById('link-s2').value")
        next_frame = "new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"
        ada.page.evaluate(next_frame)  # which is when it would be said
        assert "Alan" not in ada.part("#status").inner_text()
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


@pytest.mark.parametrize("view", at_length(["small phone dark"], [*VIEWS]))
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
