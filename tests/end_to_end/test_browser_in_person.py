"""A device goes from hand to hand, and nothing of the last signer stays on it."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import Any

import pytest

from sygn_cli.domain.document import DocumentStatus
from sygn_cli.server.serve import Server
from sygn_cli.services.desk import Desk
from tests.end_to_end.browser import DESKTOP, PHONE, SMALL_PHONE, contract, visitor
from tests.end_to_end.test_browser_accessibility import judge
from tests.server import stage
from tests.soak import at_length

pytestmark = [pytest.mark.browser, pytest.mark.slow]
VIEWS: dict[str, dict[str, Any]] = {
    "small": SMALL_PHONE,
    "desktop dark": {**DESKTOP, "color_scheme": "dark"},
    "phone": PHONE,
}


@contextmanager
def desk(runtime, document):
    """Serve a workspace with a desk, and yield its address."""
    made = Desk(runtime, document.id)
    server = Server(runtime, host="127.0.0.1", port=0, desk=made)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield made.url(server.base_url)
    finally:
        server.stop()
        thread.join()


@pytest.mark.parametrize("view", at_length(["small"], [*VIEWS]))
def test_two_people_sign_on_one_device(browser, runtime, view):
    document = stage.put(runtime, contract(runtime))
    with desk(runtime, document) as address, visitor(browser, **VIEWS[view]) as device:
        page = device.page
        page.goto(address)
        for name in ("Ada Lovelace", "Alan Turing"):
            me = page.get_by_role("button", name=f"I am {name}")
            me.wait_for()
            judge(device)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            assert "?" not in page.url, "the address opens nothing a second time"
            device.shot(f"in person, {view}, {name}")
            me.click()
            page.wait_for_url("**/x?t=turn_*")
            turn = page.url
            device.agree()
            device.part("#tab-type").click()
            device.next()
            device.part("#finish").click()
            page.wait_for_url("**/in-person")
            page.goto(turn)
            page.wait_for_url("**/in-person")
        page.get_by_role("heading", name="Everyone has signed").wait_for()
        judge(device)
        device.part("body").press("Alt+ArrowLeft")
        assert "Ada Lovelace" not in device.part("main").inner_text()
    assert runtime.store.load(document.id).status is DocumentStatus.COMPLETED


def test_another_device_finds_it_locked(browser, runtime):
    document = stage.put(runtime, contract(runtime))
    with (
        desk(runtime, document) as address,
        visitor(browser, **PHONE) as device,
        visitor(browser, **PHONE) as other,
    ):
        device.page.goto(address)
        device.page.get_by_role("button", name="I am Ada Lovelace").wait_for()
        other.page.goto(address)
        other.page.get_by_role("heading", name="This page is not for this device").wait_for()
        judge(other)
        other.complaints.clear()  # Chromium reports the refusals
        device.page.reload()
        device.page.get_by_role("button", name="I am Ada Lovelace").wait_for()
