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
