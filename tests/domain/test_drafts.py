"""Until it is sent a document may change; afterwards it may not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sygn_cli.domain import drafts, lifecycle, sending
from sygn_cli.domain.document import SigningOrder
from sygn_cli.domain.drafts import Draft
from sygn_cli.domain.errors import Conflict, InvalidRequest, NoFieldsDetected, Voided
from sygn_cli.domain.evidence import OPERATOR
from sygn_cli.domain.geometry import Box
from sygn_cli.domain.signer import Invitee
from tests.life import NOW, Life, a_field


@pytest.fixture
def life() -> Life:
    life = Life()
    life.create(draft=True, detected_fields=True)
    return life


def changed(life: Life, **changes):
    wanted = replace(Draft.of(life.document), **changes)
    return life.record(drafts.change(life.document, wanted, actor=OPERATOR))


def test_fields_may_be_moved_and_are_then_no_longer_as_they_were_found(life):
    moved = (a_field("f1", box=Box(10, 20, 30, 40)), a_field("f9", signer="s2"))
    document = changed(life, fields=moved)
    assert document.fields == moved
    assert not document.detected_fields
    assert life.events[-1].data.keys() == {"fields_sha256", "detected_fields"}


def test_everything_else_may_change_too(life):
    grace = Invitee("Grace Hopper", "grace@example.com")
    document = changed(
        life,
        title="Another title",
        message="Hello",
        cc=("copy@example.com",),
        signing_order=SigningOrder.SEQUENTIAL,
        invitees=(*Draft.of(life.document).invitees, grace),
        expires_at=None,
    )
    assert document.title == "Another title"
    assert document.cc == ("copy@example.com",)
    assert document.signing_order is SigningOrder.SEQUENTIAL
    assert [one.name for one in document.signers] == [
        "Ada Lovelace",
        "Alan Turing",
        "Grace Hopper",
    ]
    assert document.expires_at is None
    assert document.detected_fields


def test_what_stays_the_same_is_no_event(life):
    assert drafts.change(life.document, Draft.of(life.document), actor=OPERATOR) is None


def test_fields_follow_their_signer_to_another_place_and_no_place_is_lost(life):
    ada, alan = Draft.of(life.document).invitees
    turned = Draft.of(life.document).with_people((alan, ada), {"s1": "s2", "s2": "s1"})
    assert [one.signer for one in turned.fields] == ["s2", "s1"]
    alone = Draft.of(life.document).with_people((alan,), {"s2": "s1"})
    assert [one.signer for one in alone.fields] == ["s1", "s1"]


@pytest.mark.parametrize(
    "changes",
    [
        {"title": ""},
        {"title": "a\u202eb"},
        {"invitees": ()},
        {"fields": (a_field("f1", signer="s7"),)},
        {"fields": (a_field("f1", page=9),)},
        {"fields": (a_field("f1", box=Box(590, 600, 200, 36)),)},
        {"fields": (a_field("f1"), a_field("f1"))},
        {"cc": ("nobody",)},
    ],
    ids=str,
)
def test_what_a_new_document_could_not_be_a_draft_cannot_become(life, changes):
    with pytest.raises(InvalidRequest):
        changed(life, **changes)


def test_what_was_sent_stays_as_it_is(life):
    life.record(sending.send(life.document, actor=OPERATOR, now=NOW))
    with pytest.raises(Conflict, match="has been sent"):
        changed(life, title="Another title")
    life.record(lifecycle.void(life.document, actor=OPERATOR))
    with pytest.raises(Voided):
        changed(life, title="Another title")


def test_a_draft_without_fields_can_be_made_but_not_sent(life):
    changed(life, fields=())
    with pytest.raises(NoFieldsDetected):
        sending.send(life.document, actor=OPERATOR, now=NOW)
    with pytest.raises(InvalidRequest):
        Life().create(draft=False, fields=())
