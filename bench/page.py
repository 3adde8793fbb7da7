"""How soon a signer sees page 1: of one page, and of 500 pages and 20 MB.

A real Chromium opens both links in turn, with nothing kept from before: a fresh browser context,
and no page pictures on the server. The ratio counts, and may be 1.5.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pymupdf
from PIL import Image
from playwright.sync_api import sync_playwright

from fixtures import build

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

_SYGN = str(Path(sys.executable).with_name("sygn"))
_RUNS = 9
_PAGES = 500
_BYTES = 20_000_000
_PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
# When the picture of page 1 was painted, in milliseconds since the link was opened.
_PAINTED = """
async () => {
  const picture = document.querySelector('#page-1 img');
  await picture.decode();
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  return performance.now();
}
"""


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = {"1 page": _scan(1), f"{_PAGES} pages": _scan(_PAGES)}
        with _served(folder, files) as links, _chromium() as browser:
            times: dict[str, list[float]] = {label: [] for label in links}
            for run in range(_RUNS + 1):
                for label, link in links.items():
                    for kept in folder.glob("workspace/cache/*"):
                        if kept.is_dir():
                            # A page that nobody waits for may still be drawn.
                            shutil.rmtree(kept, ignore_errors=True)
                    spent = _seen(browser, link)
                    if run:  # the first starts the server's workers
                        times[label].append(spent)
    anchor = statistics.median(times["1 page"])
    print(f"| page 1 on screen, median of {_RUNS} | MB | ms | spread | ratio |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for label, measured in times.items():
        middle, size = statistics.median(measured), len(files[label]) / 1e6
        print(
            f"| {label} | {size:.2f} | {middle:.0f} | {min(measured):.0f} - {max(measured):.0f} "
            f"| {middle / anchor:.2f} |"
        )


def _scan(pages: int) -> bytes:
    """Return a contract whose every page carries a photo, 40 kB a page."""
    noise = random.Random(7)
    with pymupdf.open() as document, pymupdf.open(stream=build.letter(), filetype="pdf") as letter:
        for _ in range(pages):
            document.insert_pdf(letter, from_page=0, to_page=0)
            photo = io.BytesIO()
            grain = Image.frombytes("L", (210, 190), noise.randbytes(210 * 190))
            grain.save(photo, "PNG")
            document[-1].insert_image(pymupdf.Rect(400, 40, 540, 160), stream=photo.getvalue())
        return bytes(document.tobytes(deflate=True))


@contextlib.contextmanager
def _served(folder: Path, files: dict[str, bytes]) -> Iterator[dict[str, str]]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("SYGN_")}
    environment["SYGN_WORKSPACE"] = str(folder / "workspace")
    ready, log = folder / "ready", (folder / "log").open("wb")
    server = subprocess.Popen(
        [_SYGN, "serve", "--port", "0", "--ready-file", str(ready)],
        env=environment,
        stdout=log,
        stderr=log,
    )
    try:
        while not ready.exists():
            if server.poll() is not None:
                raise RuntimeError((folder / "log").read_text())
            time.sleep(0.02)
        environment["SYGN_PUBLIC_URL"] = ready.read_text().strip()
        yield {label: _link(folder, pdf, environment) for label, pdf in files.items()}
    finally:
        server.terminate()
        server.wait()
        log.close()


def _link(folder: Path, pdf: bytes, environment: dict[str, str]) -> str:
    path = folder / "contract.pdf"
    path.write_bytes(pdf)
    fields = folder / "fields.json"
    place = {"type": "signature", "page": 1, "x": 72, "y": 600, "width": 200, "height": 34}
    fields.write_text(json.dumps([place]))
    command = [
        *(_SYGN, "create", "--pdf", str(path), "--signer", "Ada <ada@example.com>"),
        *("--fields", str(fields), "--json"),
    ]
    made = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    link: str = json.loads(made.stdout)["signers"][0]["signing_url"]
    return link


@contextlib.contextmanager
def _chromium() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        raise RuntimeError("There is no Chromium on this machine.")
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        yield browser
        browser.close()


def _seen(browser: Browser, link: str) -> float:
    with browser.new_context(**_PHONE) as context:
        page = context.new_page()
        page.goto(link, wait_until="commit")
        page.wait_for_selector("#page-1 img", state="attached")
        spent: float = page.evaluate(_PAINTED)
    return spent


if __name__ == "__main__":
    main()
