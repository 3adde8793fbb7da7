"""A real Chromium at a real server: what the browser tests share."""

from __future__ import annotations

import math
import os
import shutil
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Error, sync_playwright

from sygn_cli.server.serve import Server
from tests.server import stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request

    from sygn_cli.domain.document import Document
    from sygn_cli.services.runtime import Runtime

ARTEFACTS = Path(__file__).parents[2] / "artefacts"
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
)
DESKTOP = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
SMALL_PHONE = {"viewport": {"width": 320, "height": 640}, "has_touch": True, "is_mobile": True}


def chromium_path() -> str:
    """Return where Chromium is; without one the test is skipped, or fails where that is asked."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    message = "There is no Chromium on this machine; install it to run the browser tests."
    if os.environ.get("SYGN_REQUIRE_BROWSER") == "1":
        pytest.fail(message)
    pytest.skip(message)


@contextmanager
def chromium() -> Iterator[Browser]:
    path = chromium_path()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_FLAGS))
        yield browser
        browser.close()


@contextmanager
def serving(runtime: Runtime) -> Iterator[str]:
    """Serve a workspace on a free port and yield the base URL."""
    server = Server(runtime, host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield server.base_url
    finally:
        server.stop()
        thread.join()


@contextmanager
def pages(content: dict[str, bytes]) -> Iterator[str]:
    """Serve somebody else's web site and yield its origin."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = content.get(self.path)
            self.send_response(204 if found is None else 200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(found or b"")

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


@dataclass
class Visitor:
    """Somebody at a browser; whatever the browser complains of is kept."""

    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)

    def note_failure(self, request: Request) -> None:
        # A page that is left gives up what it was still loading; that is no failure.
        if request.failure != "net::ERR_ABORTED":
            self.complaints.append(f"{request.failure}: {request.url.partition('?')[0]}")

    def shot(self, name: str) -> Path:
        ARTEFACTS.mkdir(exist_ok=True)
        path = ARTEFACTS / f"{name}.png"
        self.page.screenshot(path=path, animations="disabled")
        return path

    def part(self, selector: str) -> Locator:
        return self.page.locator(selector)

    def agree(self) -> None:
        self.part("#agree").check()
        self.part("#consent button").click()
        self.part("#editor").wait_for()

    def more(self, item: str) -> None:
        """Choose something from the menu."""
        self.part("#more > summary").click()
        self.part(f"[data-opens={item}]").click()

    def read_as_text(self) -> None:
        """Turn the text of the pages on or off, wherever the button is on this screen."""
        if self.page.locator(".tools").is_hidden():
            self.part("#more summary").click()
        self.page.get_by_role("button", name="Read as text").click()

    def draw(self) -> None:
        """Write something like a name on the pad."""
        self.part("#tab-draw").click()
        turns, moves = 5.75, 60  # ten to a turn is what a quick hand gives; each takes a frame
        self.stroke(
            (
                0.14 + 0.62 * u + 0.045 * math.sin(2 * math.pi * turns * u),
                0.5 - (0.1 + 0.22 * math.cos(5.2 * u) ** 2) * math.cos(2 * math.pi * turns * u),
            )
            for u in (step / moves for step in range(moves + 1))
        )
        self.stroke((0.2 + 0.6 * u, 0.84 - 0.05 * math.sin(4 * u)) for u in (0, 0.2, 0.5, 0.8, 1))

    def stroke(self, points) -> None:
        box = self.part("#pad canvas").bounding_box()
        assert box is not None
        places = [(box["x"] + box["width"] * x, box["y"] + box["height"] * y) for x, y in points]
        self.page.mouse.move(*places[0])
        self.page.mouse.down()
        for place in places[1:]:
            self.page.mouse.move(*place)
        self.page.mouse.up()

    def until(self, expression: str) -> None:
        """Wait until the page says so.

        Playwright's own ``wait_for_function`` needs ``eval``, which our policy forbids. While one
        page makes way for the next there may be no body yet, or nobody there to answer.
        """
        deadline = time.monotonic() + 10
        why = ""
        while True:
            try:
                if self.page.evaluate(expression):
                    return
            except Error as error:
                why = f" ({error.message.splitlines()[0]})"
            assert time.monotonic() < deadline, f"in vain: {expression}{why}"
            self.page.wait_for_timeout(20)

    def next(self) -> None:
        self.part("#editor-next").click()


@contextmanager
def visitor(browser: Browser, **options) -> Iterator[Visitor]:
    """Open a fresh browser context; any error or policy violation in it fails the test."""
    # Without motion nothing moves away from under the pointer.
    options = {"reduced_motion": "reduce", "locale": "en-GB", **options}
    context = browser.new_context(timezone_id="Europe/Berlin", **options)
    context.set_default_timeout(10_000)
    page = context.new_page()
    somebody = Visitor(context, page)
    page.on("console", lambda m: somebody.complaints.append(f"{m.type}: {m.text}"))
    page.on("pageerror", lambda error: somebody.complaints.append(f"error: {error}"))
    page.on("requestfailed", somebody.note_failure)
    try:
        yield somebody
    finally:
        context.close()
    assert somebody.complaints == [], somebody.complaints


def returns(somebody: Visitor) -> None:
    """Have the browser show a page from its memory, and wait until the server drew it anew."""
    with somebody.page.expect_navigation():
        somebody.page.evaluate(
            "dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))"
        )


def link(base: str, runtime: Runtime, document: Document, signer: str = "s1") -> str:
    now = runtime.store.load(document.id)
    return f"{base}/x?t={stage.token(runtime, now, signer)}"


def contract(runtime: Runtime, **changes) -> stage.Contract:
    """Return a contract that is open for thirty days from now."""
    deadline = runtime.clock.now() + timedelta(days=30)
    return stage.Contract(**{"expires_at": deadline, **changes})
