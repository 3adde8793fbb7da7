"""Fields are placed on the page as it is displayed, whatever its boxes and its turn."""

import pymupdf
import pytest

from fixtures.detect_cases import Canvas, cases
from sygn_cli.domain.field import FieldType
from sygn_cli.engine.detect import DetectionReport, detect_fields


def signed_page() -> Canvas:
    canvas = Canvas()
    canvas.text(100, 300, "Signature:")
    canvas.rule(170, 400, 302)
    return canvas


def only_field(pdf: bytes):
    (field,) = detect_fields(pdf).detections
    assert field.type is FieldType.SIGNATURE
    return field


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_page_drawn_for_its_turn_is_read_upright(turn):
    source = signed_page().document
    target = pymupdf.open()
    swapped = turn % 180 == 90
    page = target.new_page(width=842 if swapped else 595, height=595 if swapped else 842)
    page.show_pdf_page(page.rect, source, 0, rotate=turn)
    page.set_rotation(turn)
    field = only_field(target.tobytes())
    assert field.box.x == pytest.approx(170, abs=1)
    assert field.box.right == pytest.approx(400, abs=1)
    assert field.box.bottom == pytest.approx(302, abs=1)


def test_places_count_from_the_crop_box():
    canvas = signed_page()
    canvas.page.set_cropbox(pymupdf.Rect(50, 40, 550, 800))
    field = only_field(canvas.bytes())
    assert field.box.x == pytest.approx(120, abs=1)
    assert field.box.bottom == pytest.approx(262, abs=1)


def test_a_user_unit_scales_the_places():
    canvas = signed_page()
    canvas.document.xref_set_key(canvas.page.xref, "UserUnit", "2")
    field = only_field(canvas.bytes())
    assert field.box.right == pytest.approx(800, abs=2)


def test_only_the_wanted_pages_are_read():
    canvas = signed_page()
    canvas.turn()
    canvas.text(100, 300, "Date:")
    canvas.rule(170, 400, 302)
    report = detect_fields(canvas.bytes(), pages=frozenset({2}))
    assert report.pages == 2
    assert [(f.page, f.type) for f in report.detections] == [(2, FieldType.DATE)]


def test_ids_count_up_in_reading_order():
    for case in cases():
        fields = detect_fields(case.draw()).detections
        assert [field.id for field in fields] == [f"f{n}" for n in range(1, len(fields) + 1)]
        assert [field.page for field in fields] == sorted(field.page for field in fields)


def test_every_detection_says_why_and_lies_on_its_page():
    for case in cases():
        for field in detect_fields(case.draw()).detections:
            assert field.reason
            assert field.box.x >= -1
            assert field.box.right <= 596
            assert 0 < field.confidence <= 1


def test_an_empty_page_has_no_fields():
    assert detect_fields(Canvas().bytes()) == DetectionReport((), (), 1)


def test_a_page_full_of_squares_is_a_picture_and_no_form():
    canvas = Canvas()
    shape = canvas.page.new_shape()
    for x in range(0, 590, 10):
        for y in range(0, 830, 10):
            if (x * 7 + y * 3) % 4:
                shape.draw_rect(pymupdf.Rect(x, y, x + 8, y + 8))
    shape.finish(width=0.5)
    shape.commit()
    assert detect_fields(canvas.bytes()).detections == ()
