"""The page /verify in a real browser: choose a file, read the verdict."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from sygn_cli.services import sealing
from tests.end_to_end.browser import ARTEFACTS, DESKTOP, SMALL_PHONE, visitor
from tests.end_to_end.test_browser_accessibility import judge
from tests.runtimes import sample

if TYPE_CHECKING:
    from playwright.sync_api import Route

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize("view", [DESKTOP, SMALL_PHONE], ids=["desktop", "small phone"])
def test_a_chosen_file_gets_its_verdict(browser, runtime, base, tmp_path, view):
    with ThreadPoolExecutor() as elsewhere:  # Playwright's own event loop runs in this thread
        sealed = elsewhere.submit(sealing.seal_pdf, runtime, sample("letter.pdf")).result().pdf
    (tmp_path / "valid.pdf").write_bytes(sealed)
    (tmp_path / "tampered.pdf").write_bytes(sealed.replace(b"%PDF-1.7", b"%PDF-1.6"))
    (tmp_path / "unsigned.pdf").write_bytes(sample("letter.pdf"))
    with visitor(browser, **view) as ada:
        ada.page.goto(f"{base}/verify")
        judge(ada)
        for status in ("valid", "tampered", "unsigned"):
            ada.page.set_input_files("#file", tmp_path / f"{status}.pdf")
            ada.page.wait_for_selector(f"[data-status={status}]", state="visible")
            assert ada.page.locator("[data-status]:visible").count() == 1
            assert ada.page.inner_text("#named") == f"{status}.pdf"
            assert ada.page.locator("#reasons li").count() >= 1
            judge(ada)
            assert ada.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            width = view["viewport"]["width"]
            ada.page.screenshot(path=ARTEFACTS / f"verify-{width}-{status}.png", full_page=True)


def test_a_late_answer_about_the_file_before_says_nothing_about_this_one(browser, base, tmp_path):
    for name in ("first.pdf", "second.pdf"):
        (tmp_path / name).write_bytes(b"%PDF-1.7")
    held: list[Route] = []

    def answered(route: Route) -> None:
        held.append(route)
        if len(held) == 2:  # the first one is still being judged
            route.fulfill(status=429, json={"error": "rate_limited"})

    with visitor(browser, **DESKTOP) as ada:
        ada.page.goto(f"{base}/verify")
        ada.page.route("**/verify", answered)
        with ada.page.expect_request("**/verify"):
            ada.page.set_input_files("#file", tmp_path / "first.pdf")
        with ada.page.expect_response("**/verify"):
            ada.page.set_input_files("#file", tmp_path / "second.pdf")
        with ada.page.expect_request("**/verify"):
            pass
        shown = ada.page.locator("[data-status]:visible")
        assert shown.get_attribute("data-status") == "busy"  # the first one did not fail either
        held[2].fulfill(json={"status": "tampered"})
        ada.page.wait_for_selector("[data-status=tampered]", state="visible")
        held[0].fulfill(json={"status": "valid"})
        ada.page.wait_for_timeout(300)
        assert ada.page.inner_text("#named") == "second.pdf"
        assert shown.get_attribute("data-status") == "tampered"
        ada.complaints.clear()  # Chromium reports the refusal


def test_the_same_file_can_be_chosen_once_more(browser, base, tmp_path):
    (tmp_path / "letter.pdf").write_bytes(sample("letter.pdf"))
    with visitor(browser, **DESKTOP) as ada:
        ada.page.goto(f"{base}/verify")
        ada.page.set_input_files("#file", tmp_path / "letter.pdf")
        ada.page.wait_for_selector("[data-status=unsigned]", state="visible")
        with ada.page.expect_file_chooser():
            ada.page.click("#file")
        assert ada.page.evaluate("document.getElementById('file').files.length") == 0
        assert ada.page.inner_text("#named") == "letter.pdf"
