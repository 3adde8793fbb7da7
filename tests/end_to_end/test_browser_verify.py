"""The page /verify in a real browser: choose a file, read the verdict."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from sygn_cli.services import sealing
from tests.end_to_end.browser import ARTEFACTS, DESKTOP, SMALL_PHONE, visitor
from tests.end_to_end.test_browser_accessibility import judge
from tests.runtimes import sample

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
            assert ada.page.locator("#reasons li").count() >= 1
            judge(ada)
            assert ada.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            width = view["viewport"]["width"]
            ada.page.screenshot(path=ARTEFACTS / f"verify-{width}-{status}.png", full_page=True)
