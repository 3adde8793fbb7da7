"""Form fields of the PDF are taken over and merged with what is only printed."""

import pymupdf
import pytest

from fixtures.detect_cases import Canvas
from sygn_cli.domain.field import FieldType, Source
from sygn_cli.engine.detect import detect_fields
from sygn_cli.engine.detect.widgets import spoken

TEXT, TICK, RADIO, BUTTON, SIGNATURE, COMBO = 7, 2, 5, 1, 6, 3


def add(canvas, box, *, name, kind=TEXT, tooltip=None, **more):
    widget = pymupdf.Widget()
    widget.field_type = kind
    widget.field_name = name
    widget.field_label = tooltip
    widget.rect = pymupdf.Rect(box)
    for key, value in more.items():
        setattr(widget, key, value)
    canvas.page.add_widget(widget)


def found(canvas):
    return detect_fields(canvas.bytes()).detections


def test_a_signature_line_without_widget_is_found_next_to_widgets():
    canvas = Canvas()
    canvas.text(60, 120, "Name:")
    add(canvas, (100, 106, 300, 124), name="Name")
    canvas.rule(60, 300, 300)
    canvas.text(60, 311, "Signature", size=8)
    sources = [(field.type, field.source) for field in found(canvas)]
    assert sources == [
        (FieldType.TEXT, Source.WIDGET),
        (FieldType.SIGNATURE, Source.LINE),
    ]


def test_nothing_is_found_twice_where_a_widget_lies_on_a_line():
    canvas = Canvas()
    canvas.text(60, 120, "Name:")
    canvas.rule(100, 300, 122)
    add(canvas, (100, 106, 300, 122), name="Name")
    assert len(found(canvas)) == 1


@pytest.mark.parametrize(
    ("name", "tooltip", "kind"),
    [
        ("DateSigned_2", None, FieldType.DATE),
        ("applicant_initials", None, FieldType.INITIALS),
        ("f1_01[0]", "Signature of the taxpayer", FieldType.SIGNATURE),
        ("signature_name", None, FieldType.TEXT),
        ("Unterschrift", None, FieldType.SIGNATURE),
        ("street", None, FieldType.TEXT),
    ],
)
def test_a_widgets_name_or_tooltip_gives_its_type(name, tooltip, kind):
    canvas = Canvas()
    add(canvas, (100, 106, 300, 124), name=name, tooltip=tooltip)
    (field,) = found(canvas)
    assert field.type is kind


def test_a_widget_whose_name_says_nothing_is_typed_by_the_words_before_it():
    canvas = Canvas()
    canvas.text(40, 120, "Date of birth:")
    add(canvas, (120, 106, 300, 124), name="Textfeld 1")
    (field,) = found(canvas)
    assert field.type is FieldType.DATE


def test_buttons_read_only_and_tiny_widgets_are_dropped():
    canvas = Canvas()
    add(canvas, (100, 100, 200, 120), name="Reset", kind=BUTTON)
    add(canvas, (100, 140, 200, 160), name="Total", field_flags=1)
    add(canvas, (100, 180, 102, 182), name="Dot")
    assert found(canvas) == ()


def test_limits_duties_and_roles_of_a_widget_are_kept():
    canvas = Canvas()
    box = (100, 106, 300, 124)
    add(canvas, box, name="Tenant2.phone", text_maxlen=12, field_flags=2)
    (field,) = found(canvas)
    assert (field.max_length, field.required, field.party) == (12, True, "Tenant 2")


def test_check_boxes_and_signature_fields_keep_their_kind():
    canvas = Canvas()
    add(canvas, (100, 100, 112, 112), name="a", kind=TICK)
    assert [field.type for field in found(canvas)] == [FieldType.CHECKBOX]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("topmostSubform[0].Page1[0].f1_01[0]", ""),
        ("form1[0].DateSigned_2", "Date Signed"),
        ("Debtor1.Name", "Name"),
    ],
)
def test_a_fields_name_is_read_as_words(name, words):
    assert spoken(name) == words


def test_a_list_of_the_pdf_is_a_select_with_what_it_shows():
    canvas = Canvas()
    canvas.text(60, 120, "Country:")
    offered = [("de", "Germany"), ("fr", "France")]
    add(canvas, (120, 106, 300, 124), name="Country", kind=COMBO, choice_values=offered)
    (field,) = found(canvas)
    assert (field.type, field.options) == (FieldType.SELECT, ("Germany", "France"))


def test_radio_buttons_of_one_name_are_one_choice_with_the_words_beside_them():
    canvas = Canvas()
    canvas.text(60, 100, "Marital status:")
    for number, word in enumerate(("Single", "Married")):
        canvas.text(80, 120 + 30 * number, word)
        box = (60, 110 + 30 * number, 72, 122 + 30 * number)
        add(canvas, box, name="Marital_Status", kind=RADIO)
    fields = found(canvas)
    assert [(f.type, f.group, f.label) for f in fields] == [
        (FieldType.RADIO, "Marital Status", "Single"),
        (FieldType.RADIO, "Marital Status", "Married"),
    ]


def test_a_box_that_is_on_as_the_pdf_comes_starts_on():
    canvas = Canvas()
    add(canvas, (60, 110, 72, 122), name="Agreed", kind=TICK, field_value=True)
    add(canvas, (60, 140, 72, 152), name="Refused", kind=TICK)
    assert [field.marked for field in found(canvas)] == [True, False]
