"""Who is reminded when, and how often at most."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from sygn_cli.domain import reminders
from sygn_cli.domain.document import DocumentStatus, SigningOrder
from tests.life import NOW, Life

DAYS = (3, 1)
DEADLINE = NOW + timedelta(days=30)


@pytest.fixture
def life() -> Life:
    life = Life()
    life.create(expires_at=DEADLINE, signing_order=SigningOrder.SEQUENTIAL)
    return life


def before(days: float):
    return DEADLINE - timedelta(days=days)


def due(document, at, days=DAYS):
    return [one.id for one in reminders.due(document, days=days, now=at)]


@pytest.mark.parametrize(
    ("days", "expected"), [(10, []), (3.01, []), (3, ["s1"]), (2, ["s1"]), (0.5, ["s1"]), (0, [])]
)
def test_the_first_reminder_comes_three_days_before_the_deadline(life, days, expected):
    assert due(life.document, before(days)) == expected


def test_two_reminders_are_sent_in_all(life):
    sent, document = [], life.document
    for hours in range(31 * 24):
        now = NOW + timedelta(hours=hours)
        if due(document, now):
            sent.append(now)
            document = replace(document, reminded_at=now)
    assert sent == [before(3), before(1)]


def test_what_was_missed_is_one_reminder(life):
    late = before(0.9)
    assert due(life.document, late) == ["s1"]
    assert due(replace(life.document, reminded_at=late), late) == []


def test_only_those_whose_turn_it_is_are_reminded(life):
    life.now = before(5)
    document = life.sign("s1")
    assert due(document, before(3)) == ["s2"]


def test_who_was_called_only_after_the_moment_is_not_reminded_of_it(life):
    life.now = before(2)
    document = life.sign("s1")
    assert due(document, before(1.5)) == []
    assert due(document, before(1)) == ["s2"]


def test_a_document_that_is_shorter_than_the_days_is_reminded_of_later(life):
    short = replace(life.document, expires_at=NOW + timedelta(days=2))
    assert due(short, NOW) == []
    assert due(short, NOW + timedelta(days=1)) == ["s1"]


def test_a_moved_deadline_moves_its_reminders(life):
    reminded = replace(life.document, reminded_at=before(3))
    later = replace(reminded, expires_at=DEADLINE + timedelta(days=10))
    assert due(later, before(1)) == []
    assert due(later, before(-7)) == ["s1"]
    sooner = replace(life.document, expires_at=NOW + timedelta(days=12))
    assert due(sooner, NOW + timedelta(days=10)) == ["s1"]


def test_who_was_reminded_by_hand_just_before_is_spared(life):
    assert due(replace(life.document, reminded_at=before(3.2)), before(3)) == []
    assert due(replace(life.document, reminded_at=before(4)), before(3)) == ["s1"]


@pytest.mark.parametrize(
    "changes",
    [
        {"expires_at": None},
        {"status": DocumentStatus.VOIDED},
        {"status": DocumentStatus.DRAFT},
    ],
    ids=str,
)
def test_who_need_not_hurry_is_not_reminded(life, changes):
    assert due(replace(life.document, **changes), before(1)) == []


def test_no_days_means_no_reminders(life):
    assert due(life.document, before(0.1), days=()) == []
