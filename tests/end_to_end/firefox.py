"""Debian's Firefox, driven by WebDriver BiDi, which it speaks itself: no driver is needed.

Only what our tests need of https://www.w3.org/TR/webdriver-bidi/.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
import websocket

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_LISTENING = re.compile(r"WebDriver BiDi listening on (ws://\S+)")
_SECONDS = 30


def firefox_path() -> str:
    """Return where Firefox is; without one the test is skipped, or fails where that is asked."""
    for name in ("firefox-esr", "firefox"):
        if found := shutil.which(name):
            return found
    message = "There is no Firefox on this machine; install it to run its tests."
    if os.environ.get("SYGN_REQUIRE_BROWSER") == "1":
        pytest.fail(message)
    pytest.skip(message)


class Refused(AssertionError):
    """Firefox could not do what it was told."""


class Firefox:
    """One window; what its console complains of is kept."""

    def __init__(self, address: str) -> None:
        self._socket = websocket.create_connection(
            f"{address}/session", suppress_origin=True, timeout=_SECONDS
        )
        self._number = 0
        self.complaints: list[str] = []
        self.tell("session.new", capabilities={})
        self.tell("session.subscribe", events=["log.entryAdded"])
        tree = self.tell("browsingContext.getTree")
        self._window = tree["contexts"][0]["context"]

    def tell(self, method: str, **params: object) -> Any:
        """Give a command and return its result."""
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": params}))
        while True:
            said = json.loads(self._socket.recv())
            if said.get("method") == "log.entryAdded" and said["params"]["level"] == "error":
                self.complaints.append(str(said["params"]["text"]))
            if said.get("id") == self._number:
                if said["type"] == "error":
                    raise Refused(f"{method}: {said['message']}")
                return said["result"]

    def size(self, width: int, height: int) -> None:
        viewport = {"width": width, "height": height}
        self.tell("browsingContext.setViewport", context=self._window, viewport=viewport)

    def goto(self, url: str) -> None:
        self.tell("browsingContext.navigate", context=self._window, url=url, wait="complete")

    def ask(self, expression: str) -> Any:
        """Return what an expression gives; pages' policies do not concern it."""
        answer = self.tell(
            "script.evaluate",
            expression=expression,
            target={"context": self._window},
            awaitPromise=True,
        )
        if answer["type"] == "exception":
            raise Refused(f"{expression}: {answer['exceptionDetails']['text']}")
        return answer["result"].get("value", answer["result"])

    def until(self, expression: str) -> None:
        """Wait until the page says so."""
        deadline = time.monotonic() + _SECONDS
        while not self._holds(expression):
            assert time.monotonic() < deadline, f"in vain: {expression}"
            time.sleep(0.03)

    def _holds(self, expression: str) -> bool:
        try:
            return self.ask(f"Boolean({expression})") is True
        except Refused:  # the page is just being replaced
            return False

    def box(self, selector: str) -> tuple[float, float, float, float]:
        """Return left, top, width and height of an element in the window."""
        self.until(f"document.querySelector('{selector}')?.getClientRects().length")
        numbers = self.ask(
            f"(() => {{ const e = document.querySelector('{selector}');"
            "e.scrollIntoView({ block: 'nearest', behavior: 'instant' });"
            "const b = e.getBoundingClientRect();"
            "return [b.left, b.top, b.width, b.height].join(' '); })()"
        )
        left, top, width, height = (float(one) for one in numbers.split())
        return left, top, width, height

    def click(self, selector: str) -> None:
        left, top, width, height = self.box(selector)
        self._pointer([(left + width / 2, top + height / 2)])

    def draw(self, selector: str, points: Iterable[tuple[float, float]]) -> None:
        """Draw a stroke in an element; points are shares of it."""
        left, top, width, height = self.box(selector)
        self._pointer([(left + width * x, top + height * y) for x, y in points])

    def _pointer(self, places: list[tuple[float, float]]) -> None:
        first, *others = [{"type": "pointerMove", "x": round(x), "y": round(y)} for x, y in places]
        steps = [first, {"type": "pointerDown", "button": 0}, *others]
        steps.append({"type": "pointerUp", "button": 0})
        source = {"type": "pointer", "id": "mouse", "actions": steps}
        self.tell("input.performActions", context=self._window, actions=[source])

    def write(self, words: str) -> None:
        """Type where the caret is."""
        keys = [{"type": kind, "value": one} for one in words for kind in ("keyDown", "keyUp")]
        source = {"type": "key", "id": "keyboard", "actions": keys}
        self.tell("input.performActions", context=self._window, actions=[source])

    def close(self) -> None:
        self.tell("browser.close")
        self._socket.close()


@contextmanager
def firefox(profile: Path) -> Iterator[Firefox]:
    """Start a Firefox that knows nothing and whose errors fail the test."""
    command = [firefox_path(), "--headless", "--no-remote", "--profile", str(profile)]
    process = subprocess.Popen(
        [*command, "--remote-debugging-port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "HOME": str(profile)},
    )
    assert process.stdout is not None
    try:
        said = next(filter(None, map(_LISTENING.search, process.stdout)))
        window = Firefox(said[1])
        yield window
        window.close()
        process.wait(_SECONDS)
        assert window.complaints == [], window.complaints
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
