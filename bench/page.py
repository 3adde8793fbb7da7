"""How soon a signer sees page 1: of one page, and of 500 pages and 20 MB.

A real Chromium opens both links in turn, with nothing kept from before: a fresh browser context,
and no page pictures on the server. The ratio counts, and may be 1.5.
"""

from __future__ import annotations

import contextlib
import functools
import io
import json
import random
import shutil
import tempfile
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import pymupdf
from PIL import Image
from playwright.sync_api import sync_playwright

from bench._figure import Figure, Peer, spread
from bench._plan import in_turn
from bench._served import serving, surroundings, sygn
from fixtures import build

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from bench._plan import Plan

_RUNS = 9
_LIMIT = 1.5
_PAGES = 500
# When the picture of page 1 was painted, in milliseconds since the link was opened.
_PAINTED = """
async () => {
  const picture = document.querySelector('#page-1 img');
  await picture.decode();
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  return performance.now();
}
"""


def main(plan: Plan) -> list[Figure]:
    """Print the table."""
    one, many = "1 page", f"{_PAGES} pages"
    files = {one: _scan(1), many: _scan(_PAGES)}
    with tempfile.TemporaryDirectory() as name:
        times = _times(Path(name), files, plan.times(_RUNS))
    anchor = times[one]
    print(f"| page 1 on screen, median of {len(anchor)} | MB | ms | p10 - p90 | ratio |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for label, measured in times.items():
        middle, (low, high) = median(measured), spread(measured)
        print(
            f"| {label} | {len(files[label]) / 1e6:.2f} | {middle:.0f} | {low:.0f} - {high:.0f} "
            f"| {middle / median(anchor):.2f} |"
        )
    what = f"page 1 of {_PAGES} on screen, {len(files[many]) / 1e6:.0f} MB, phone, nothing cached"
    peer = Peer("of a file of one page", anchor)
    return [Figure("page", what, times[many], peer=peer, limit=_LIMIT)]


def _times(folder: Path, files: dict[str, bytes], runs: int) -> dict[str, list[float]]:
    environment = surroundings(folder / "workspace")
    with serving(folder, environment) as base, _chromium() as browser:
        environment["SYGN_PUBLIC_URL"] = base
        links = {label: _link(folder, pdf, environment) for label, pdf in files.items()}
        measures = {
            label: functools.partial(_seen, browser, link, folder / "workspace" / "cache")
            for label, link in links.items()
        }
        in_turn(measures, 1)  # the first starts the server's workers
        return in_turn(measures, runs)


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


def _link(folder: Path, pdf: bytes, environment: dict[str, str]) -> str:
    path = folder / "contract.pdf"
    path.write_bytes(pdf)
    fields = folder / "fields.json"
    place = {"type": "signature", "page": 1, "x": 72, "y": 600, "width": 200, "height": 34}
    fields.write_text(json.dumps([place]))
    arguments = ["create", "--pdf", str(path), "--signer", "Ada <ada@example.com>"]
    made = sygn([*arguments, "--fields", str(fields), "--json"], environment)
    link: str = json.loads(made)["signers"][0]["signing_url"]
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


def _seen(browser: Browser, link: str, cache: Path) -> float:
    for kept in cache.glob("*"):
        if kept.is_dir():
            # A page that nobody waits for may still be drawn.
            shutil.rmtree(kept, ignore_errors=True)
    phone = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    with phone as context:
        page = context.new_page()
        page.goto(link, wait_until="commit")
        page.wait_for_selector("#page-1 img", state="attached")
        spent: float = page.evaluate(_PAINTED)
    return spent
