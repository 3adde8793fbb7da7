"""Pages that are pictures are read by their pixels; what nobody could read is named."""

import shutil

import pymupdf
import pytest

from fixtures.detect_cases import Canvas
from sygn_cli.domain.field import FieldType, Source
from sygn_cli.engine.detect import detect_fields
from sygn_cli.engine.detect.raster import Picture, is_line, rules_of


def paper() -> Canvas:
    canvas = Canvas()
    canvas.prose(100, ["The tenant has read this agreement and has received a copy of it today."])
    canvas.text(60, 300, "Name:")
    canvas.rule(100, 300, 302)
    canvas.text(60, 400, "Signature of tenant:")
    canvas.rule(170, 400, 402)
    canvas.text(430, 400, "Date:")
    canvas.rule(460, 540, 402)
    return canvas


def scanned(canvas: Canvas, *, dpi: int = 150, turn: float = 0.0) -> bytes:
    """Return the pages as pictures, a little turned if asked."""
    target = pymupdf.open()
    for page in canvas.document.pages():
        matrix = pymupdf.Matrix(dpi / 72, dpi / 72).prerotate(turn)
        pixmap = page.get_pixmap(matrix=matrix, colorspace=pymupdf.csGRAY)
        sheet = target.new_page(width=page.rect.width, height=page.rect.height)
        if turn:
            sheet.draw_rect(sheet.rect, color=None, fill=(1, 1, 1))
        sheet.insert_image(sheet.rect, stream=pixmap.tobytes("jpeg"), keep_proportion=True)
    return bytes(target.tobytes())


def test_the_lines_of_a_scan_are_found_where_they_are():
    report = detect_fields(scanned(paper()), ocr=False)
    ends = [(round(f.box.x), round(f.box.right), round(f.box.bottom)) for f in report.detections]
    wanted = [(100, 300, 302), (170, 400, 402), (460, 540, 402)]
    assert len(ends) == len(wanted)
    for found, there in zip(ends, wanted, strict=True):
        assert all(abs(a - b) <= 3 for a, b in zip(found, there, strict=True))


def test_what_comes_from_pixels_says_so_and_is_not_sure():
    report = detect_fields(scanned(paper()), ocr=False)
    assert {field.source for field in report.detections} == {Source.SCAN}
    assert max(field.confidence for field in report.detections) < 0.6


def test_a_page_that_nobody_could_read_is_named():
    canvas = paper()
    assert detect_fields(scanned(canvas), ocr=False).unreadable_pages == (1,)
    assert detect_fields(canvas.bytes(), ocr=False).unreadable_pages == ()


def test_a_slightly_turned_scan_is_read_too():
    report = detect_fields(scanned(paper(), turn=0.5), ocr=False)
    assert len(report.detections) == 3


def test_rows_of_dots_are_lines_on_a_scan():
    canvas = Canvas()
    canvas.prose(100, ["Le locataire reconnaît avoir lu ce contrat et en avoir reçu une copie."])
    canvas.text(60, 300, "Nom : " + "." * 60)
    (field,) = detect_fields(scanned(canvas), ocr=False).detections
    assert field.box.width == pytest.approx(183, abs=8)


def test_underlined_words_are_no_fields_on_a_scan():
    canvas = Canvas()
    end = canvas.text(60, 100, "General conditions of the rental agreement")
    canvas.rule(60, end, 102)
    assert detect_fields(scanned(canvas), ocr=False).detections == ()


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="Tesseract is not installed")
def test_tesseract_gives_a_scan_its_types():
    report = detect_fields(scanned(paper()))
    kinds = [field.type for field in report.detections]
    assert kinds == [FieldType.TEXT, FieldType.SIGNATURE, FieldType.DATE]
    assert report.unreadable_pages == ()


def test_a_line_that_climbs_by_single_pixels_is_one_line():
    width, height = 400, 40
    rows = [bytearray(b"\xff" * width) for _ in range(height)]
    for x in range(20, 380):
        rows[20 + (x - 20) // 90][x] = 0
    picture = Picture.of(width, height, width, b"".join(rows))
    (line,) = [streak for streak in rules_of(picture) if is_line(streak)]
    assert (line.x0, line.x1) == (20, 380)


def test_visible_words_over_a_picture_are_no_scan():
    canvas = paper()
    background = pymupdf.Pixmap(pymupdf.csRGB, pymupdf.IRect(0, 0, 60, 84), 0)
    background.clear_with(250)
    canvas.page.insert_image(canvas.page.rect, pixmap=background, overlay=False)
    report = detect_fields(canvas.bytes(), ocr=False)
    assert {field.source for field in report.detections} == {Source.LINE}


def test_hidden_words_behind_a_picture_name_its_lines():
    canvas = paper()
    document = pymupdf.open(stream=scanned(canvas))
    for x, y, words in ((60, 400, "Signature of tenant:"), (430, 400, "Date:")):
        document[0].insert_text((x, y), words, fontsize=11, render_mode=3)
    found = detect_fields(document.tobytes(), ocr=False)
    kinds = [field.type for field in found.detections if field.box.bottom > 390]
    assert kinds == [FieldType.SIGNATURE, FieldType.DATE]
    assert found.unreadable_pages == ()
