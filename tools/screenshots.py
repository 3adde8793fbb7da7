"""The pictures in docs/ that the README shows: ``python -m tools.screenshots``.

Draws them anew from a real run: a server, a contract, two people in Chromium.
"""

from __future__ import annotations

import contextlib
import io
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pymupdf
from PIL import Image
from playwright.sync_api import sync_playwright

from fixtures import build

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

_DOCS = Path(__file__).parents[1] / "docs"
_SYGN = str(Path(sys.executable).with_name("sygn"))
_DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
_PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 760},
    "device_scale_factor": 1.5,
    "has_touch": True,
    "is_mobile": True,
}


def main() -> None:
    """Draw them all."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = {k: v for k, v in os.environ.items() if not k.startswith("SYGN_")}
        environment["SYGN_WORKSPACE"] = str(folder / "workspace")
        (folder / "nda.pdf").write_bytes(build.nda())
        with _served(folder, environment) as base, _chromium() as browser:
            environment["SYGN_PUBLIC_URL"] = base
            ada, alan = _links(folder, environment)
            _on_a_phone(browser, ada)
            _on_a_desktop(browser, alan)
        certificate = folder / "certificate.pdf"
        _sygn(environment, "audit", "@last", "-o", str(certificate))
        with pymupdf.open(certificate) as opened:
            shown = opened[0].get_pixmap(dpi=84)
        _keep("certificate", shown.tobytes("png"))


def _on_a_phone(browser: Browser, link: str) -> None:
    with browser.new_context(**_PHONE, reduced_motion="reduce") as context:
        page = context.new_page()
        _open(page, link)
        page.click("#tab-draw")
        _draw(page)
        _keep("signing-phone", page.screenshot())
        _finish(page)


def _on_a_desktop(browser: Browser, link: str) -> None:
    with browser.new_context(**_DESKTOP, reduced_motion="reduce") as context:
        page = context.new_page()
        _open(page, link)
        page.locator("#list button").filter(has_text="Signature").click()
        page.click("#tab-type")
        page.locator("#looks .made path").nth(2).wait_for()
        page.evaluate("document.activeElement.blur()")
        _keep("signing-page", page.screenshot())
        _finish(page)


def _open(page: Page, link: str) -> None:
    page.goto(link, wait_until="networkidle")
    page.check("#agree")
    page.click("#consent button")
    page.wait_for_selector("#editor")


def _draw(page: Page) -> None:
    box = page.locator("#pad canvas").bounding_box()
    if box is None:
        raise RuntimeError("There is nothing to draw on.")
    turns = 5.75
    for step in range(161):
        u = step / 160
        x = 0.14 + 0.62 * u + 0.045 * math.sin(2 * math.pi * turns * u)
        height = 0.1 + 0.22 * math.cos(5.2 * u) ** 2
        y = 0.5 - height * math.cos(2 * math.pi * turns * u)
        page.mouse.move(box["x"] + box["width"] * x, box["y"] + box["height"] * y)
        if step == 0:
            page.mouse.down()
    page.mouse.up()


def _finish(page: Page) -> None:
    """Fill whatever is left in the simplest way, and hand in."""
    for _ in range(20):
        if page.is_visible("#finish"):
            break
        if page.is_visible("#line"):
            page.fill("#line", "Analytical Engines Ltd")
        if page.is_visible("#panel-upload") or page.is_visible("#editor"):
            page.click("#editor-next")
        else:
            page.click("#forward")
        page.wait_for_timeout(200)
    page.click("#finish")
    page.get_by_role("heading").filter(has_text="signed").first.wait_for()


def _keep(name: str, picture: bytes) -> None:
    """Write a picture with few colours: a page has not many."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    few = image.quantize(96, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    few.save(_DOCS / f"{name}.png", optimize=True)


def _links(folder: Path, environment: dict[str, str]) -> list[str]:
    made = _sygn(
        environment,
        *("create", "--pdf", str(folder / "nda.pdf"), "--title", "Mutual NDA", "--json"),
        *("--signer", "Ada Lovelace <ada@example.com>"),
        *("--signer", "Alan Turing <alan@example.com>"),
    )
    return [one["signing_url"] for one in json.loads(made)["signers"]]


def _sygn(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(  # noqa: S603 - our own command
        [_SYGN, *arguments], env=environment, check=True, capture_output=True, text=True
    )
    return done.stdout


@contextlib.contextmanager
def _served(folder: Path, environment: dict[str, str]) -> Iterator[str]:
    ready = folder / "ready"
    command = [_SYGN, "serve", "--port", "0", "--no-owner", "--ready-file", str(ready)]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(  # noqa: S603 - our own command
            command, env=environment, stdout=log, stderr=log
        )
        try:
            while not ready.exists():
                if server.poll() is not None:
                    raise RuntimeError((folder / "log").read_text())
                time.sleep(0.02)
            yield ready.read_text().strip()
        finally:
            server.terminate()
            server.wait()


@contextlib.contextmanager
def _chromium() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        raise RuntimeError("There is no Chromium on this machine.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


if __name__ == "__main__":
    main()
