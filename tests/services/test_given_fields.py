"""Fields as callers write them."""

from __future__ import annotations

import pytest

from sygn_cli.domain.errors import InvalidRequest
from sygn_cli.domain.field import Field, FieldType
from sygn_cli.domain.geometry import Box
from sygn_cli.services import wire
from sygn_cli.services.given_fields import fields_from

LEAST = {"type": "signature", "page": 1, "x": 72, "y": 640, "width": 200, "height": 36}


def test_a_field_needs_a_type_and_a_place_and_nothing_else():
    (field,) = fields_from([LEAST])
    assert field == Field("f1", FieldType.SIGNATURE, 1, Box(72, 640, 200, 36))


def test_a_checkbox_may_stay_empty_unless_it_says_so():
    boxes = fields_from(
        [{**LEAST, "type": "checkbox"}, {**LEAST, "type": "checkbox", "required": True}]
    )
    assert [one.required for one in boxes] == [False, True]


def test_what_is_written_can_be_read_again():
    field = Field(
        "f9", FieldType.DATE, 2, Box(1.5, 2.25, 30, 10), file=3, signer="s2", label="Datum",
        required=False, editable=True,
    )  # fmt: skip
    assert fields_from({"fields": [wire.field(field)]}) == (field,)


def test_a_party_as_detection_hints_at_it_is_no_signer():
    assert fields_from([{**LEAST, "signer": "Tenant 2"}])[0].signer == ""
    assert fields_from([{**LEAST, "signer": None}])[0].signer == ""
    assert fields_from([{**LEAST, "signer": "s2"}])[0].signer == "s2"


@pytest.mark.parametrize(
    "data",
    [
        None, {}, "x", [1], [{}], [{**LEAST, "colour": "red"}], [{**LEAST, "type": "stamp"}],
        [{**LEAST, "page": "1"}], [{**LEAST, "page": True}], [{**LEAST, "page": 0}],
        [{**LEAST, "x": None}], [{**LEAST, "x": "1"}], [{**LEAST, "width": 0}],
        [{**LEAST, "x": float("inf")}], [{**LEAST, "x": 1e300}], [{**LEAST, "required": "no"}],
        [{**LEAST, "id": "a b"}], [{**LEAST, "id": 7}], [{**LEAST, "max_length": 1.5}],
        [{**LEAST, "label": "x" * 201}], [{**LEAST, "type": None}],
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused(data):
    with pytest.raises(InvalidRequest):
        fields_from(data)


@pytest.mark.parametrize(
    "field",
    [
        Field("f9", FieldType.RADIO, 1, Box(1, 2, 12, 12), group="Status", label="Single"),
        Field("f9", FieldType.SELECT, 1, Box(1, 2, 90, 12), options=("Red", "Blue"), value="Red"),
        Field(
            "f9", FieldType.NUMBER, 1, Box(1, 2, 90, 12), minimum="0.5", maximum="90", decimals=2
        ),
    ],
)
def test_choices_and_limits_can_be_read_again(field):
    assert fields_from([wire.field(field)]) == (field,)


def test_a_limit_may_be_written_as_a_number():
    (field,) = fields_from([{**LEAST, "type": "number", "minimum": 0.1, "maximum": 1e3}])
    assert (field.minimum, field.maximum) == ("0.1", "1000")


@pytest.mark.parametrize(
    "wrong", [{"options": "Red"}, {"options": [1]}, {"minimum": True}, {"decimals": "2"}]
)
def test_a_choice_or_limit_of_the_wrong_kind_is_named(wrong):
    with pytest.raises(InvalidRequest, match=next(iter(wrong))):
        fields_from([{**LEAST, **wrong}])
