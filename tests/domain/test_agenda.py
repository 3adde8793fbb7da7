"""What an index has to know so that nobody has to be read who is not due."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sygn_cli.domain import agenda, lifecycle, reminders
from sygn_cli.domain.agenda import Appointment
from sygn_cli.domain.evidence import OPERATOR
from tests.life import NOW, Life

DAYS = (3, 1)
DEADLINE = NOW + timedelta(days=30)


@pytest.fixture
def life() -> Life:
    life = Life()
    life.create(expires_at=DEADLINE)
    return life


def test_an_open_document_is_due_at_its_deadline(life):
    appointment = agenda.appointment(life.document)
    assert appointment == Appointment(DEADLINE)
    assert not appointment.is_due(days=(), now=DEADLINE - timedelta(milliseconds=1))
    assert appointment.is_due(days=(), now=DEADLINE)


def test_what_waits_for_its_seal_is_due_at_once(life):
    life.sign("s1")
    life.sign("s2")
    assert life.document.awaits_seal
    assert agenda.appointment(life.document) == agenda.AT_ONCE


def test_nothing_comes_of_itself_where_there_is_no_deadline_or_the_end_has_come(life):
    unlimited = Life()
    unlimited.create(expires_at=None)
    assert agenda.appointment(unlimited.document) is None
    life.record(lifecycle.void(life.document, actor=OPERATOR, reason=""))
    assert agenda.appointment(life.document) is None


def test_whoever_is_to_be_reminded_is_due_and_within_the_horizon(life):
    """Over a whole life, hour by hour: a reminder is never missed for want of an appointment."""
    for hour in range(31 * 24):
        now = NOW + timedelta(hours=hour)
        appointment = agenda.appointment(life.document)
        assert appointment is not None
        is_due = appointment.is_due(days=DAYS, now=now)
        if reminders.due(life.document, days=DAYS, now=now):
            assert is_due
        if is_due:
            assert appointment.at <= agenda.horizon(days=DAYS, now=now)


def test_who_was_reminded_is_not_due_until_the_next_time():
    reminded = Appointment(DEADLINE, DEADLINE - timedelta(days=3))
    assert not reminded.is_due(days=DAYS, now=DEADLINE - timedelta(days=2))
    assert reminded.is_due(days=DAYS, now=DEADLINE - timedelta(days=1))
