"""The preview shows every page with its fields drawn over it."""

import pymupdf

from fixtures.detect_cases import Canvas
from sygn_cli.engine.detect import detect_fields
from sygn_cli.engine.detect.preview import preview, preview_png


def page_with_a_line() -> bytes:
    canvas = Canvas()
    canvas.text(60, 200, "Signature:")
    canvas.rule(130, 330, 202)
    canvas.turn()
    return canvas.bytes()


def shade(pdf: bytes, x: float, y: float) -> tuple[int, ...]:
    page = pymupdf.open(stream=pdf)[0]
    pixmap = page.get_pixmap(dpi=72)
    return tuple(pixmap.pixel(round(x), round(y)))


def test_fields_are_tinted_and_all_pages_are_there():
    pdf = page_with_a_line()
    shown = preview(pdf, detect_fields(pdf).detections)
    assert pymupdf.open(stream=shown).page_count == 2
    assert shade(pdf, 230, 192) == (255, 255, 255)
    assert shade(shown, 230, 192) != (255, 255, 255)


def test_the_preview_names_the_fields():
    pdf = page_with_a_line()
    shown = preview(pdf, detect_fields(pdf).detections)
    assert "f1 signature" in pymupdf.open(stream=shown)[0].get_text()


def test_a_picture_of_one_page_is_a_png():
    pdf = page_with_a_line()
    assert preview_png(pdf, detect_fields(pdf).detections, 1).startswith(b"\x89PNG")
