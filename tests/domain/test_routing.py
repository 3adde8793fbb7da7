"""Whose turn it is, and whose a field is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sygn_cli.domain import routing
from sygn_cli.domain.document import SigningOrder
from sygn_cli.domain.errors import InvalidRequest
from sygn_cli.domain.field import Detection, Field, FieldType
from sygn_cli.domain.geometry import Box
from sygn_cli.domain.signer import Invitee
from tests.life import Life


def found(field_id: str, party: str, y: float = 10, x: float = 10) -> Detection:
    return Detection(field_id, FieldType.SIGNATURE, 1, Box(x, y, 100, 20), 0.9, party=party)


def people(*roles: str) -> list[Invitee]:
    return [Invitee(f"P{n}", f"p{n}@example.com", role=role) for n, role in enumerate(roles)]


def test_blocks_go_to_signers_in_reading_order():
    detections = [
        found("b", "Employee", x=300),
        found("a", "Company", x=20),
        found("c", "Employee", y=90),
    ]
    assert routing.route(detections, people("", "")) == {"a": "s1", "b": "s2", "c": "s2"}


def test_who_is_only_mentioned_takes_no_signers_place():
    mentioned = Detection("m", FieldType.DATE, 1, Box(10, 5, 100, 20), 0.9, party="Plaintiff")
    detections = [mentioned, found("a", "Company", y=40), found("b", "Employee", y=90)]
    assert routing.route(detections, people("", "")) == {"m": "s1", "a": "s1", "b": "s2"}


def test_a_block_without_a_name_is_somebodys_too():
    detections = [found("a", ""), found("b", "Parent", y=90)]
    assert routing.route(detections, people("", "")) == {"a": "s1", "b": "s2"}


def test_a_role_goes_before_the_order():
    detections = [found("a", "Landlord"), found("b", "Tenant", y=90)]
    assert routing.route(detections, people("tenant", "")) == {"a": "s2", "b": "s1"}


def test_the_first_of_several_may_be_called_by_the_bare_role():
    detections = [found("a", "Tenant 1"), found("b", "Tenant 2", y=90)]
    assert routing.route(detections, people("Tenant 2", "Tenant")) == {"a": "s2", "b": "s1"}


def test_what_is_nobodys_by_name_goes_to_the_first_signer():
    assert routing.route([found("a", "")], people("", "")) == {"a": "s1"}


def test_more_blocks_than_signers_leave_the_rest_to_the_first():
    detections = [found("a", "A"), found("b", "B", y=50), found("c", "C", y=90)]
    assert routing.route(detections, people("", "")) == {"a": "s1", "b": "s2", "c": "s1"}


def test_with_one_signer_everything_is_theirs():
    detections = [found("a", "A"), found("b", "B", y=50)]
    assert set(routing.route(detections, people("")).values()) == {"s1"}


def placed(
    *parties: str, kind: FieldType = FieldType.SIGNATURE, file: int = 1
) -> dict[Field, str]:
    return {
        Field(f"{file}-{n}-{kind}", kind, 1, Box(10, 50 * n, 100, 20), file=file): party
        for n, party in enumerate(parties)
    }


def check(places: dict[Field, str], *roles: str, **assigned: str) -> None:
    parties = {one.id: party for one, party in places.items()}
    routing.check_roles(list(places), parties, people(*roles), assigned)


@pytest.mark.parametrize(
    ("parties", "roles"),
    [
        (("Company", "Recipient"), ("Company", "Recipent")),
        (("Company", "Recipient"), ("Recipent",)),
        (("Company", "Recipient"), ("Recipent", "Company")),
        (("Company", "Recipient"), ("Recipient", "RECIPIENT ")),
        (("Tenant 1", "Tenant 2"), ("Tenant", "Tenant 1")),
        (("Company", ""), ("Company", "Recipient")),
    ],
)
def test_a_role_by_which_others_fields_go_to_the_first_is_refused(parties, roles):
    with pytest.raises(InvalidRequest) as refused:
        check(placed(*parties), *roles)
    named = ", ".join(party for party in parties if party)
    assert f"Its parties: {named}. " in str(refused.value.hint)


@pytest.mark.parametrize(
    ("parties", "roles"),
    [
        (("Company", "Recipient"), ("Company", "recipient")),
        (("Company", "Recipient"), ("Recipient",)),
        (("Company", "Recipient"), ("", "Recipent", "")),
        (("Company", "Recipient"), ("Company", "Recipient", "Witness")),
        (("Company", "Recipient"), ("Company", "Recipient", "Witness", "Witness")),
        (("Tenant 1", "Tenant 2"), ("Tenant", "Tenant 2")),
        (("", ""), ("Company", "Company")),
        ((), ("Company",)),
    ],
)
def test_a_role_that_costs_nobody_a_field_is_none_to_be_refused(parties, roles):
    check(placed(*parties), *roles)


def test_a_signer_to_whom_a_field_is_assigned_may_be_called_anything():
    places = placed("Company", "Recipient")
    first, second = (one.id for one in places)
    routing.check_roles(
        list(places), {first: "Company", second: "Recipient"},
        people("Company", "Recipent"), {second: "s2"},
    )  # fmt: skip


def test_a_party_of_another_file_is_a_party_too():
    places = placed("Company") | placed("Recipient", file=2)
    check(places, "Company", "Recipient")
    with pytest.raises(InvalidRequest, match="no party 'Recipent'"):
        check(places, "Company", "Recipent")


def test_fields_given_by_hand_are_nobodys_to_take():
    routing.check_roles(list(placed("Company")), {}, people("Tenant", "Tenant"), {})


def test_assignments_name_what_is_there():
    routing.check_assignments({"f1": "s1"}, ["f1"], ["s1"])
    with pytest.raises(InvalidRequest, match="no field 'f9'"):
        routing.check_assignments({"f9": "s1"}, ["f1"], ["s1"])
    with pytest.raises(InvalidRequest, match="no signer 's9'"):
        routing.check_assignments({"f1": "s9"}, ["f1"], ["s1"])


@given(st.lists(st.integers(0, 3), min_size=1, max_size=6), st.data())
def test_in_sequence_only_the_lowest_open_rank_may_act(orders, data):
    invitees = tuple(
        Invitee(f"P{n}", f"p{n}@example.com", order) for n, order in enumerate(orders)
    )
    life = Life()
    life.create(signers=len(orders), invitees=invitees, signing_order=SigningOrder.SEQUENTIAL)
    while not life.document.all_signed:
        able = routing.next_signers(life.document)
        pending = [s for s in life.document.signers if s.status == "pending"]
        assert {s.order for s in able} == {min(s.order for s in pending)}
        life.sign(data.draw(st.sampled_from([s.id for s in able])))
    assert routing.next_signers(life.document) == ()
