"""Fields as callers write them."""

from __future__ import annotations

import pytest

from sygn_cli.domain.errors import InvalidRequest
from sygn_cli.domain.field import Field, FieldType
from sygn_cli.domain.geometry import Box
from sygn_cli.domain.signer import Invitee
from sygn_cli.services import wire
from sygn_cli.services.given_fields import fields_for, fields_of_parties

ADA = Invitee("Ada", "a@example.com")
BEA = Invitee("Bea", "b@example.com", role="Tenant")
LEAST = {"type": "signature", "page": 1, "x": 72, "y": 640, "width": 200, "height": 36}


def test_a_field_needs_a_type_and_a_place_and_nothing_else():
    (field,) = fields_for([LEAST], [ADA, BEA])
    assert field == Field("f1", FieldType.SIGNATURE, 1, Box(72, 640, 200, 36), signer="s1")


def test_a_checkbox_may_stay_empty_unless_it_says_so():
    boxes = fields_for(
        [{**LEAST, "type": "checkbox"}, {**LEAST, "type": "checkbox", "required": True}], [ADA]
    )
    assert [one.required for one in boxes] == [False, True]


def test_what_is_written_can_be_read_again():
    field = Field(
        "f9", FieldType.DATE, 2, Box(1.5, 2.25, 30, 10), file=3, signer="s2", label="Datum",
        required=False, editable=True,
    )  # fmt: skip
    assert fields_for({"fields": [wire.field(field)]}, [ADA, BEA]) == (field,)


@pytest.mark.parametrize(
    ("written", "owner"),
    [
        (None, "s1"), ("", "s1"), (" ", "s1"), ("s1", "s1"), ("s2", "s2"), ("S2", "s2"),
        (" s2 ", "s2"), ("b@example.com", "s2"), ("B@Example.COM", "s2"), ("a@example.com", "s1"),
        ("Tenant", "s2"), ("tenant", "s2"), ("Tenant 1", "s2"),
    ],
)  # fmt: skip
def test_a_signer_is_named_by_id_address_or_role(written, owner):
    (field,) = fields_for([{**LEAST, "signer": written}], [ADA, BEA])
    assert field.signer == owner


@pytest.mark.parametrize(
    "written",
    [
        "s7", "S7", "s0", "s02", "s", "s\u0662", "2", "signer2", "Signer 2", "c@example.com",
        "Tenant 2", "Landlord", "Bea", "@",
    ],
)  # fmt: skip
def test_who_is_no_signer_gets_no_field_and_nobody_else_does(written):
    with pytest.raises(InvalidRequest, match=r"f1 belongs to .* no signer") as refused:
        fields_for([{**LEAST, "signer": written}], [ADA, BEA])
    assert str(refused.value.hint).endswith("role: s1, s2 (Tenant).")


@pytest.mark.parametrize(
    ("written", "first", "second"),
    [
        ("x@example.com", Invitee("A", "x@example.com"), Invitee("B", "X@example.com")),
        ("tenant", Invitee("A", "a@example.com", role="Tenant"), BEA),
        ("Tenant", Invitee("A", "a@example.com", role="tenant 1"),
         Invitee("B", "b@example.com", role="TENANT 1")),
        ("b@example.com", Invitee("A", "a@example.com", role="b@example.com"), BEA),
    ],
)  # fmt: skip
def test_who_may_be_either_of_two_signers_is_asked_for(written, first, second):
    with pytest.raises(InvalidRequest, match="several signers") as refused:
        fields_for([{**LEAST, "signer": written}], [first, second])
    assert str(refused.value.hint).startswith("Use an id: s1")
    assert "s2" in str(refused.value.hint)


def test_a_role_written_just_so_goes_before_one_that_means_the_same():
    numbered = Invitee("A", "a@example.com", role="Tenant 1")
    for written, owner in (("Tenant", "s2"), ("Tenant 1", "s1")):
        assert fields_for([{**LEAST, "signer": written}], [numbered, BEA])[0].signer == owner


def test_without_signers_it_is_they_that_are_missing():
    for given in ([LEAST], [{**LEAST, "signer": "s1"}]):
        with pytest.raises(InvalidRequest, match="1 to 20 signers"):
            fields_for(given, [])


def test_an_id_is_nobodys_role():
    odd = Invitee("A", "a@example.com", role="S2")
    assert fields_for([{**LEAST, "signer": "s2"}], [odd, BEA])[0].signer == "s2"


def detected(field_id, party, y, **more):
    return {
        **LEAST, "id": field_id, "y": y, "signer": party, "confidence": 0.9, "source": "line",
        "reason": "a rule", **more,
    }  # fmt: skip


def owners(given, people=(ADA, BEA)):
    return {one.id: one.signer for one in fields_for(given, people)}


def test_what_detection_writes_is_routed_as_it_routes_its_own():
    given = [
        detected("date", "Witness", 10, type="date"),
        detected("theirs", "Employee", 300),
        detected("ours", "Company", 100),
        detected("bare", None, 50, type="text"),
    ]
    people = (ADA, Invitee("B", "b@example.com"), Invitee("C", "c@example.com"))
    expected = {"date": "s3", "theirs": "s2", "ours": "s1", "bare": "s1"}
    assert owners(given, people) == expected


def test_a_block_without_a_name_is_somebodys_when_it_is_handed_back():
    given = [detected("a", None, 100), detected("b", "Parent", 300)]
    assert owners(given, (ADA, Invitee("B", "b@example.com"))) == {"a": "s1", "b": "s2"}


def test_what_detection_wrote_can_be_given_to_somebody_else():
    given = [
        detected("a", "Company", 100), detected("b", "S2", 200), detected("c", "B@example.com", 300)
    ]  # fmt: skip
    assert owners(given) == {"a": "s1", "b": "s2", "c": "s2"}
    for nobody in ("s7", "c@example.com"):
        with pytest.raises(InvalidRequest, match="no signer"):
            fields_for([detected("a", nobody, 100)], [ADA, BEA])


def test_what_detection_was_not_sure_of_changes_nothing_about_the_rest():
    people = (ADA, Invitee("B", "b@example.com"))
    unsure = detected("no", "Clerk", 10, confidence=0.2)
    given = [unsure, detected("a", "Company", 100), detected("b", "Employee", 200)]
    assert owners(given, people) == {"no": "s1", "a": "s1", "b": "s2"}


def test_files_are_routed_one_by_one():
    people = (ADA, Invitee("B", "b@example.com"))
    given = [detected("a", "X", 100), detected("b", "Y", 200, file=2)]
    assert owners(given, people) == {"a": "s1", "b": "s1"}


def test_that_a_field_is_assigned_changes_nothing_about_the_others():
    people = (ADA, Invitee("B", "b@example.com"), Invitee("C", "c@example.com"))
    given = [
        detected("nobodys", "Notary", 10, for_nobody=True),
        detected("ours", "Company", 100),
        detected("theirs", "Employee", 300),
    ]
    assigned = {"ours": "s3", "nobodys": "s3"}
    made = fields_for(given, people, assigned)
    assert {one.id: one.signer for one in made} == {**assigned, "theirs": "s2"}


def test_what_is_for_nobody_is_left_out_and_the_others_keep_their_numbers():
    given = [{**LEAST, "for_nobody": True, "signer": "Notary"}, {**LEAST, "for_nobody": False}]
    assert [one.id for one in fields_for(given, [ADA, BEA])] == ["f2"]
    assert [one.id for one in fields_of_parties(given)[0]] == ["f2"]


def test_a_template_keeps_whose_its_fields_are_by_name():
    given = [{**LEAST, "signer": "Tenant 2"}, {**LEAST, "signer": None}]
    fields, parties = fields_of_parties({"fields": given})
    assert [one.signer for one in fields] == ["", ""]
    assert parties == {"f1": "Tenant 2"}


@pytest.mark.parametrize(
    "data",
    [
        None, {}, "x", [1], [{}], [{**LEAST, "colour": "red"}], [{**LEAST, "type": "stamp"}],
        [{**LEAST, "page": "1"}], [{**LEAST, "page": True}], [{**LEAST, "page": 0}],
        [{**LEAST, "x": None}], [{**LEAST, "x": "1"}], [{**LEAST, "width": 0}],
        [{**LEAST, "x": float("inf")}], [{**LEAST, "x": 1e300}], [{**LEAST, "required": "no"}],
        [{**LEAST, "id": "a b"}], [{**LEAST, "id": 7}], [{**LEAST, "max_length": 1.5}],
        [{**LEAST, "label": "x" * 201}], [{**LEAST, "type": None}], [{**LEAST, "signer": 2}],
        [{**LEAST, "confidence": "high"}], [{**LEAST, "for_nobody": "yes"}],
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused(data):
    with pytest.raises(InvalidRequest):
        fields_for(data, [ADA, BEA])


@pytest.mark.parametrize(
    "field",
    [
        Field(
            "f9",
            FieldType.RADIO,
            1,
            Box(1, 2, 12, 12),
            group="Status",
            label="Single",
            signer="s1",
        ),
        Field(
            "f9",
            FieldType.SELECT,
            1,
            Box(1, 2, 90, 12),
            options=("Red", "Blue"),
            value="Red",
            signer="s1",
        ),
        Field(
            "f9",
            FieldType.NUMBER,
            1,
            Box(1, 2, 90, 12),
            minimum="0.5",
            maximum="90",
            decimals=2,
            signer="s1",
        ),
    ],
)
def test_choices_and_limits_can_be_read_again(field):
    assert fields_for([wire.field(field)], [ADA, BEA]) == (field,)


def test_a_limit_may_be_written_as_a_number():
    (field,) = fields_for(
        [{**LEAST, "type": "number", "minimum": 0.1, "maximum": 1e3}], [ADA, BEA]
    )
    assert (field.minimum, field.maximum) == ("0.1", "1000")


@pytest.mark.parametrize(
    "wrong", [{"options": "Red"}, {"options": [1]}, {"minimum": True}, {"decimals": "2"}]
)
def test_a_choice_or_limit_of_the_wrong_kind_is_named(wrong):
    with pytest.raises(InvalidRequest, match=next(iter(wrong))):
        fields_for([{**LEAST, **wrong}], [ADA, BEA])
