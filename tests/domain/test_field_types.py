"""Choices, lists, numbers and addresses: what each type takes, and in which form it is kept."""

from __future__ import annotations

import pytest

from sygn_cli.domain import mark, record
from sygn_cli.domain.errors import InvalidRequest
from sygn_cli.domain.field import FieldType
from sygn_cli.domain.geometry import Box
from sygn_cli.domain.mark import Ticked, Typed
from tests.life import Life, a_field, a_proposal

LONG = "9" * 41
SIGNATURE = a_field("sign")
YES, NO = Ticked(on=True), Ticked(on=False)


def of(kind: FieldType, field_id: str = "f1", **changes):
    return a_field(field_id, type=kind, **changes)


def places(**changes):
    return tuple(
        of(
            FieldType.RADIO,
            f"r{n}",
            group="Status",
            label=word,
            box=Box(72, 90 * n, 12, 12),
            **changes,
        )
        for n, word in enumerate(("Single", "Married", "Other"), start=1)
    )


def life_with(*fields) -> Life:
    life = Life()
    life.create(signers=1, fields=(SIGNATURE, *fields))
    life.consent("s1")
    return life


def signed(life: Life, **marks):
    return life.record(life.decide_to_sign("s1", {"sign": Typed("Ada"), **marks})).marks


@pytest.mark.parametrize(
    ("field", "entered", "kept"),
    [
        (of(FieldType.NUMBER), "1250.5", "1250.5"),
        (of(FieldType.NUMBER), "-0", "-0"),
        (of(FieldType.NUMBER, decimals=2), "5", "5.00"),
        (of(FieldType.NUMBER, decimals=2), "5.10", "5.10"),
        (of(FieldType.NUMBER, decimals=0), "7.0", "7"),
        (of(FieldType.NUMBER, minimum="0", maximum="10"), "10", "10"),
        (of(FieldType.EMAIL), " ada@example.com ", "ada@example.com"),
        (of(FieldType.SELECT, options=("Red", "Blue")), "Blue", "Blue"),
        (of(FieldType.DATE, editable=True), "2026-02-28", "2026-02-28"),
        (of(FieldType.NUMBER), "", ""),
    ],
)
def test_what_fits_is_kept_in_one_form(field, entered, kept):
    assert mark.check(Typed(entered), field) == Typed(kept)


@pytest.mark.parametrize(
    ("field", "entered", "said"),
    [
        (of(FieldType.NUMBER, label="Rent"), "12,50", "Rent"),
        (of(FieldType.NUMBER), "1e9", "number"),
        (of(FieldType.NUMBER), "NaN", "number"),
        (of(FieldType.NUMBER), LONG, "number"),
        (of(FieldType.NUMBER), "\u0661", "number"),
        (of(FieldType.NUMBER, decimals=2), "5.123", "2 digits"),
        (of(FieldType.NUMBER, decimals=0), "5.5", "whole"),
        (of(FieldType.NUMBER, minimum="1.5"), "1.4", "1.5 or more"),
        (of(FieldType.NUMBER, maximum="-2"), "0", "-2 or less"),
        (of(FieldType.EMAIL), "ada at example", "e-mail"),
        (of(FieldType.SELECT, options=("Red", "Blue")), "red", "options"),
        (of(FieldType.DATE, editable=True), "28.02.2026", "2026-06-13"),
        (of(FieldType.DATE, editable=True), "2026-02-30", "date"),
    ],
)
def test_what_does_not_fit_is_refused_and_the_field_named(field, entered, said):
    with pytest.raises(InvalidRequest, match="Field f1") as refused:
        mark.check(Typed(entered), field)
    assert said in f"{refused.value.message}"


@pytest.mark.parametrize("kind", [FieldType.NUMBER, FieldType.EMAIL, FieldType.SELECT])
def test_a_tick_is_nothing_for_a_field_that_is_written(kind):
    with pytest.raises(InvalidRequest, match="takes"):
        mark.check(YES, of(kind))


def test_one_place_of_a_choice_is_chosen():
    assert signed(life_with(*places()), r2=YES)["r2"] == YES


@pytest.mark.parametrize("marks", [{}, {"r1": NO}, {"r1": NO, "r2": NO, "r3": NO}])
def test_a_choice_that_must_be_made_is_asked_for_by_its_name(marks):
    with pytest.raises(InvalidRequest, match="'Status' must be chosen"):
        signed(life_with(*places()), **marks)


def test_two_places_of_a_choice_are_one_too_many():
    with pytest.raises(InvalidRequest, match="Only one"):
        signed(life_with(*places()), r1=YES, r2=YES)


def test_a_choice_that_need_not_be_made_may_be_left():
    assert "r1" not in signed(life_with(*places(required=False)))


def test_a_choice_starts_as_the_sender_set_it_and_can_be_changed():
    preset = (*places()[:2], of(FieldType.RADIO, "r3", group="Status", value="yes"))
    assert signed(life_with(*preset))["r3"] == YES
    changed = signed(life_with(*preset), r1=YES)
    assert changed["r1"] == YES
    assert "r3" not in changed


@pytest.mark.parametrize(
    ("field", "kept"),
    [
        (of(FieldType.CHECKBOX, value="yes", read_only=True), YES),
        (of(FieldType.CHECKBOX, read_only=True, required=False), NO),
        (of(FieldType.NUMBER, value="12", read_only=True), Typed("12")),
        (of(FieldType.DATE, value="next spring", read_only=True), Typed("next spring")),
    ],
)
def test_what_is_read_only_stays_whatever_is_handed_in(field, kept):
    assert signed(life_with(field))["f1"] == kept
    assert signed(life_with(field), f1=Typed("other"))["f1"] == kept


def test_a_value_that_was_set_can_be_taken_away_where_it_may_stay_empty():
    box = of(FieldType.CHECKBOX, value="yes", required=False)
    assert signed(life_with(box))["f1"] == YES
    assert signed(life_with(box), f1=NO)["f1"] == NO
    words = of(FieldType.TEXT, value="Berlin", required=False)
    assert signed(life_with(words), f1=Typed(""))["f1"] == Typed("")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ((of(FieldType.RADIO),), "in no group"),
        ((of(FieldType.SELECT),), "1 to 500 options"),
        ((of(FieldType.SELECT, options=("a", "a")),), "twice"),
        ((of(FieldType.SELECT, options=("a ",)),), "white space"),
        ((of(FieldType.SELECT, options=("",)),), "empty"),
        ((of(FieldType.SELECT, options=("a",), value="b"),), "one of its options"),
        ((of(FieldType.NUMBER, minimum="low"),), "not a number"),
        ((of(FieldType.NUMBER, minimum="2", maximum="1"),), "above"),
        ((of(FieldType.NUMBER, decimals=11),), "0 to 10"),
        ((of(FieldType.NUMBER, value="many"),), "takes a number"),
        ((of(FieldType.TEXT, options=("a",)),), "select only"),
        ((of(FieldType.TEXT, group="g"),), "radio only"),
        ((of(FieldType.RADIO, group="g", value="x"), of(FieldType.RADIO, "f2", group="g", value="x")), "more than one"),
        ((of(FieldType.RADIO, group="g"), of(FieldType.RADIO, "f2", group="g", signer="s2")), "several signers"),
    ],
)  # fmt: skip
def test_fields_that_nobody_could_fill_make_no_document(fields, said):
    with pytest.raises(InvalidRequest, match=said):
        Life().create(**vars_of(fields))


def vars_of(fields):
    return {"signers": 2, "fields": (SIGNATURE, *fields)}


def test_fields_survive_being_written_down():
    fields = (
        *places(),
        of(FieldType.SELECT, options=("Red", "Blue")),
        of(FieldType.NUMBER, minimum="-1.5", maximum="9", decimals=2),
    )
    assert record.fields_from_json(record.fields_to_json(fields)) == fields


def test_a_field_of_an_older_type_is_written_as_it_always_was():
    assert set(record.field_to_json(a_proposal().fields[0])) == {
        "id", "type", "file", "page", "box", "signer", "label", "required", "editable",
        "read_only", "max_length", "value",
    }  # fmt: skip
