"""What the signer sees on the page is what stands in the sealed PDF."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import timedelta

import pymupdf
import pytest
from PIL import Image, ImageChops, ImageDraw
from playwright.sync_api import FilePayload

from sygn_cli.delivery.clock import SystemClock
from sygn_cli.domain.field import Field, FieldType
from sygn_cli.domain.geometry import Box
from sygn_cli.services import downloads
from tests.end_to_end.browser import Visitor, link, serving, visitor
from tests.server import stage

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SCALE = 2.0  # pixels for a point, in both pictures
FIELDS = {
    "drawn": Field("drawn", FieldType.SIGNATURE, 1, Box(60, 60, 200, 50), signer="s1"),
    "typed": Field("typed", FieldType.SIGNATURE, 1, Box(60, 140, 200, 40), signer="s1"),
    "narrow": Field("narrow", FieldType.SIGNATURE, 1, Box(60, 200, 60, 30), signer="s1"),
    "upload": Field("upload", FieldType.SIGNATURE, 1, Box(60, 250, 160, 50), signer="s1"),
    "initials": Field("initials", FieldType.INITIALS, 1, Box(300, 60, 40, 24), signer="s1"),
    "day": Field("day", FieldType.DATE, 1, Box(300, 110, 90, 16), signer="s1"),
    "line": Field("line", FieldType.TEXT, 1, Box(300, 150, 200, 18), signer="s1"),
    "long": Field("long", FieldType.TEXT, 1, Box(300, 190, 120, 14), signer="s1"),
    "lines": Field("lines", FieldType.TEXT, 1, Box(300, 230, 200, 60), signer="s1"),
    "tick": Field("tick", FieldType.CHECKBOX, 1, Box(300, 320, 16, 16), signer="s1"),
}
LONG = "A line that is much longer than its narrow box"


@dataclass(frozen=True)
class Ink:
    """Where something is written, in points of the page."""

    left: float
    top: float
    right: float
    bottom: float


def test_every_mark_stands_in_the_pdf_where_the_signer_saw_it(browser):
    runtime = stage.runtime(clock=SystemClock())
    contract = stage.Contract(
        invitees=(stage.ADA,),
        fields=tuple(FIELDS.values()),
        expires_at=runtime.clock.now() + timedelta(days=30),
    )
    empty = pymupdf.open()
    empty.new_page(width=612, height=400)
    document = stage.put(runtime, contract, pdf=bytes(empty.tobytes(no_new_id=True)))
    with (
        serving(runtime) as base,
        visitor(browser, viewport={"width": 1280, "height": 900}, device_scale_factor=2) as ada,
    ):
        ada.page.goto(link(base, runtime, document))
        ada.agree()
        fill(ada)
        seen = picture_of_the_page(ada)
        ada.part("#forward").click()
        ada.part("#finish").click()
        ada.part("h1").filter(has_text="Everyone has signed").wait_for()
    sealed = rendered(downloads.signed_pdf(runtime, document.id))
    for name, field in FIELDS.items():
        on_page, in_pdf = ink(seen, field.box), ink(sealed, field.box)
        near = pytest.approx(0, abs=max(2.5, 0.03 * field.box.width))
        for side in ("left", "top", "right", "bottom"):
            assert getattr(on_page, side) - getattr(in_pdf, side) == near, (
                f"{name}: {on_page} on the page, {in_pdf} in the PDF"
            )


def fill(ada: Visitor) -> None:
    def open_field(name: str) -> None:
        ada.part(f"button.field[data-id={name}]").click()
        ada.until(f"document.querySelector('[data-id={name}]').classList.contains('current')")

    open_field("drawn")
    ada.draw()
    ada.next()
    for name, words in (("typed", "Zoë Łuczak-Ørsted"), ("narrow", "Zoë Łuczak-Ørsted")):
        open_field(name)
        ada.part("#tab-type").click()
        ada.part("#typed").fill(words)
        ada.next()
    open_field("initials")
    ada.part("#tab-type").click()
    ada.next()
    open_field("upload")
    ada.part("#tab-upload").click()
    image = Image.new("RGB", (500, 200), "white")
    ImageDraw.Draw(image).line([(40, 160), (200, 30), (350, 170), (460, 60)], "#123", 9)
    content = io.BytesIO()
    image.save(content, "PNG")
    payload = FilePayload(name="me.png", mimeType="image/png", buffer=content.getvalue())
    ada.part("#upload").set_input_files(payload)
    ada.part("#upload-shown image").wait_for()
    ada.next()
    for name, words in (("line", "Analytical Engines"), ("long", LONG)):
        open_field(name)
        ada.part("#line").fill(words)
        ada.next()
    open_field("lines")
    ada.part("#lines").fill("First line\nSecond line, somewhat longer\nThird")
    ada.next()
    if ada.part("#review").is_visible():
        ada.page.keyboard.press("Escape")
    ada.part("button.field[data-id=tick]").click()


def picture_of_the_page(ada: Visitor) -> Image.Image:
    """Return the page as shown, without the frames around fields."""
    if ada.part("#review").is_visible():
        ada.page.keyboard.press("Escape")
    if ada.part("#editor").is_visible():
        ada.part("#editor-close").click()
    ada.page.evaluate(
        """() => {
          document.activeElement.blur();
          for (const field of document.querySelectorAll('button.field'))
            Object.assign(field.style, { background: 'none', boxShadow: 'none', outline: 'none' });
          document.querySelector('.top').style.position = 'static';
        }"""
    )
    shown = Image.open(io.BytesIO(ada.part("#page-1 .sheet").screenshot(animations="disabled")))
    return shown.convert("RGB").resize((int(612 * SCALE), int(400 * SCALE)))


def rendered(pdf: bytes) -> Image.Image:
    with pymupdf.open(stream=pdf, filetype="pdf") as document:
        drawn = document[0].get_pixmap(matrix=pymupdf.Matrix(SCALE, SCALE))
    return Image.frombytes("RGB", (drawn.width, drawn.height), drawn.samples)


def ink(page: Image.Image, box: Box) -> Ink:
    """Return what is written in a box, or stands out of it a little."""
    around = (box.x - 4, box.y - 4, box.right + 4, box.bottom + 4)
    left, top, right, bottom = (round(v * SCALE) for v in around)
    cut = page.crop((left, top, right, bottom))
    dark = ImageChops.invert(cut.convert("L")).point(lambda v: 255 if v > 70 else 0)
    found = dark.getbbox()
    assert found is not None, "nothing is written"
    x0, y0, x1, y1 = (v / SCALE for v in found)
    return Ink(around[0] + x0, around[1] + y0, around[0] + x1, around[1] + y1)
