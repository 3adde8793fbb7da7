"""Fields as they are named on a command line: by id, by label, by the name of a choice."""

from __future__ import annotations

import pytest

from sygn_cli.domain import mark
from sygn_cli.domain.errors import InvalidRequest, NotFound
from sygn_cli.domain.field import Field, FieldType
from sygn_cli.domain.geometry import Box
from sygn_cli.services.filling import headless_marks, missing

CHOICES = tuple(
    Field(f"r{n}", FieldType.RADIO, 1, Box(72, 90 * n, 12, 12), group="Status", label=word)
    for n, word in enumerate(("Single", "Married"), start=1)
)


def a_field(field_id: str, label: str, kind: FieldType = FieldType.TEXT, **more) -> Field:
    return Field(field_id, kind, 1, Box(72, 90, 120, 20), label=label, **more)


@pytest.mark.parametrize("values", [{"Status": "married"}, {"Status": "r2"}, {"r2": "yes"}])
def test_choices_are_made_by_the_words_beside_them_or_by_id(values):
    assert headless_marks(CHOICES, name="Ada", values=values) == {"r2": mark.Ticked(True)}


def test_a_choice_that_is_not_offered_is_told_what_is():
    with pytest.raises(NotFound, match="Divorced") as refused:
        headless_marks(CHOICES, name="Ada", values={"Status": "Divorced"})
    assert refused.value.hint == "It has: Single, Married."


@pytest.mark.parametrize("written", ["f3", "Status", "status", " STATUS "])
def test_a_field_goes_by_its_label_too(written):
    status = a_field("f3", "Status", FieldType.SELECT, options=("Single", "Married"))
    found = headless_marks([status], name="Ada", values={written: "Married"})
    assert found == {"f3": mark.Typed("Married")}


def test_a_box_goes_by_its_label_too():
    box = a_field("f5", "I have read the house rules", FieldType.CHECKBOX)
    found = headless_marks([box], name="Ada", values={"I have read  the house rules": "yes"})
    assert found == {"f5": mark.Ticked(True)}


def test_a_label_that_two_fields_have_is_refused_with_their_ids():
    fields = [a_field("f3", "Date"), a_field("f7", "date"), a_field("f8", "Place")]
    with pytest.raises(InvalidRequest, match="'Date' may be several fields") as refused:
        headless_marks(fields, name="Ada", values={"Date": "2026-06-13"})
    assert refused.value.hint == "Use an id: f3, f7."


def test_an_id_goes_before_a_label():
    fields = [a_field("f1", "f2"), a_field("f2", "City")]
    assert headless_marks(fields, name="Ada", values={"f2": "x"}) == {"f2": mark.Typed("x")}


def test_a_field_is_filled_once():
    with pytest.raises(InvalidRequest, match="f2 \\(City\\) is filled twice"):
        headless_marks([a_field("f2", "City")], name="Ada", values={"f2": "x", "city": "y"})


def test_a_field_that_is_not_there_is_told_with_those_that_are():
    with pytest.raises(NotFound, match="no field 'Town'") as refused:
        fields = [a_field("f2", "City"), a_field("f4", ""), *CHOICES]
        headless_marks(fields, name="Ada", values={"Town": "Berlin"})
    assert refused.value.hint == "Their fields are: f2 (City), f4, Status (Single or Married)."


@pytest.mark.parametrize("written", ["", " "])
def test_no_name_means_no_field(written):
    with pytest.raises(NotFound):
        headless_marks([a_field("f4", "")], name="Ada", values={written: "x"})


def test_what_is_missing_is_what_nothing_else_fills():
    fields = [
        a_field("f1", "", FieldType.SIGNATURE),
        a_field("f2", "City"),
        a_field("f3", "Signed on", FieldType.DATE),
        a_field("f4", "Remark", required=False),
        a_field("f5", "Country", value="France"),
        *CHOICES,
    ]
    marks = headless_marks(fields, name="Ada", values={})
    told = "Fill in: --value f2=... (City), --value 'Status=...' (Single or Married)."
    assert missing(fields, marks) == told
    values = {"City": "Paris", "Status": "Single"}
    assert missing(fields, headless_marks(fields, name="Ada", values=values)) is None
