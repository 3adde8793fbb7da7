"""Clocks go wrong: the order of events holds, and what was over stays over."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sygn_cli.domain import lifecycle, retention
from sygn_cli.domain.audit import Event, EventType
from sygn_cli.domain.document import DocumentStatus, SigningOrder
from sygn_cli.domain.errors import Expired, NotYourTurn, SygnError, Voided
from sygn_cli.domain.evidence import COMMAND_LINE, OPERATOR
from sygn_cli.domain.listing import Filters
from sygn_cli.domain.mark import Method, Typed
from sygn_cli.domain.webhook import Endpoint, new_secret
from sygn_cli.store import mails
from sygn_cli.store.documents import WorkspaceStore
from sygn_cli.store.webhooks import Endpoints
from tests.store.samples import (
    PDF,
    START,
    completed,
    consented,
    created,
    creation,
    document_id,
    signature,
    signed,
    voiding,
)

HOUR = timedelta(hours=1)
JUMPS = {"back an hour": -HOUR, "on ten years": timedelta(days=3653), "not at all": timedelta(0)}
BERLIN = ZoneInfo("Europe/Berlin")
# At 01:00 UTC the clocks went from 03:00 back to 02:00: these two show the same wall time.
AUTUMN = [datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1)]


def expired(store, document, *, at):
    entry = lifecycle.expire(document, now=at)
    assert entry is not None
    return store.commit(document, entry, at=at)


def ended(store, how, *, at):
    document = created(store)
    if how == "voided":
        return store.commit(document, voiding(document), at=at)
    assert document.expires_at is not None
    return expired(store, document, at=document.expires_at)


def try_to_sign(document, *, at):
    field = document.fields_of("s1")[0]
    lifecycle.sign(
        document,
        document.signer("s1"),
        {field.id: Typed("Ada")},
        today="2026-11-21",
        now=at,
        method=Method.TYPED,
        evidence=COMMAND_LINE,
    )


@pytest.mark.parametrize("jump", JUMPS.values(), ids=JUMPS)
def test_events_stay_in_their_order_when_the_clock_jumps(store, jump):
    document = consented(store, created(store), "s1")
    entry = signature(document, "s1")
    assert entry is not None
    document = store.commit(document, entry, at=START + jump)
    document = signed(store, document, "s2", at=START)
    trail = store.trail(document.id)
    assert [one.seq for one in trail] == list(range(len(trail)))
    assert [one.at for one in trail] == sorted(one.at for one in trail)
    told = [one.data.get("clock_back_ms") for one in trail]
    assert any(told) is (jump != timedelta(0))
    assert list(store.check()) == []
    fresh = WorkspaceStore(store.workspace)
    assert fresh.load(document.id) == document


@pytest.mark.parametrize("how", ["voided", "expired"])
@pytest.mark.parametrize("jump", JUMPS.values(), ids=JUMPS)
def test_what_has_ended_is_not_revived_by_any_clock(store, how, jump):
    document = ended(store, how, at=START)
    with pytest.raises((Voided, Expired)):
        try_to_sign(document, at=START + jump)
    with pytest.raises((Voided, Expired)):
        try_to_sign(store.load(document.id), at=START + jump)
    assert lifecycle.expire(document, now=START + jump) is None


def test_a_deadline_that_was_recorded_stays_passed_when_the_clock_is_put_right(store):
    """The clock was ten years on, and a deadline passed by it; that cannot be taken back."""
    document = created(store)
    wrong = START + JUMPS["on ten years"]
    document = expired(store, document, at=wrong)
    with pytest.raises(Expired):
        try_to_sign(document, at=START)
    assert store.load(document.id).status is DocumentStatus.EXPIRED


def test_work_goes_on_when_the_clock_is_put_right(store):
    wrong = START + JUMPS["on ten years"]
    document = consented(store, created(store), "s1")
    looked = lifecycle.downloaded(document, "original", OPERATOR, COMMAND_LINE)
    document = store.commit(document, looked, at=wrong)
    document = signed(store, signed(store, document, "s1", at=START), "s2", at=START)
    document = completed(store, document, at=START)
    assert document.status is DocumentStatus.COMPLETED
    assert list(store.check()) == []


@pytest.mark.parametrize("ahead", [20 * HOUR, JUMPS["on ten years"]], ids=["hours", "years"])
def test_who_is_to_be_told_hears_of_it_when_the_clock_is_put_right(workspace, ahead):
    endpoints = Endpoints(workspace.webhooks)
    endpoints.add(
        Endpoint(
            id="we_" + "0" * 26,
            account="*",
            url="https://example.com/hook",
            events=frozenset(),
            secrets=(new_secret(bytes(32)),),
            created_at=START,
        )
    )

    def jobs_for(document, event):
        letters = mails.jobs_for(document, event, owner="Olga <olga@example.com>")
        return [*endpoints.jobs_for(document, event), *letters]

    store = WorkspaceStore(workspace, jobs_for=jobs_for)
    document = consented(store, created(store), "s1")
    looked = lifecycle.downloaded(document, "original", OPERATOR, COMMAND_LINE)
    document = store.commit(document, looked, at=START + ahead)
    document = signed(store, signed(store, document, "s1"), "s2")
    completed(store, document)
    waiting = {job.id for job in store.outbox.pending()}
    assert sum("completed" in one for one in waiting) == 4
    minute = timedelta(minutes=1)
    due = store.outbox.claim_some(now=START + minute, lease=minute, limit=99)
    assert {job.id for job in due} == waiting


@pytest.mark.parametrize(
    ("back", "showed"),
    [(None, START), (0, START), (1500, START - timedelta(milliseconds=1500)), (2**53 - 1, START)],
)
def test_an_event_knows_what_the_clock_showed(back, showed):
    data = {} if back is None else {"clock_back_ms": back}
    event = Event(EventType.VIEWED, document_id(), 1, START, {"kind": "system"}, data, "0" * 64)
    assert event.by_clock == showed


def test_the_hour_that_comes_twice_in_autumn_keeps_its_order(store):
    first, second = (moment.astimezone(BERLIN) for moment in AUTUMN)
    assert first.replace(tzinfo=None) == second.replace(tzinfo=None)
    document = store.create(document_id(at=first), creation(), at=first, blobs=[PDF])
    document = signed(store, document, "s1", at=second)
    times = [one.at for one in store.trail(document.id)]
    assert (times[0], times[-1]) == tuple(AUTUMN)
    assert not any("clock_back_ms" in one.data for one in store.trail(document.id))


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Pacific/Kiritimati"])
def test_where_the_machine_is_changes_nothing(store, zone, monkeypatch):
    document = signed(store, created(store), "s1")
    before = store.workspace.folder(document.id).trail.read_bytes()
    try:
        monkeypatch.setitem(os.environ, "TZ", zone)
        time.tzset()
        fresh = WorkspaceStore(store.workspace)
        assert fresh.load(document.id) == document
        assert fresh.list(Filters(since=START - HOUR), limit=5).documents == (document,)
        again = fresh.commit(document, voiding(document), at=START + HOUR)
        assert fresh.trail(again.id)[-1].at == START + HOUR
        assert store.workspace.folder(document.id).trail.read_bytes().startswith(before)
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_clock_that_is_ten_years_on_sweeps_and_purges_nothing_by_itself(store):
    document = store.commit(made := created(store), voiding(made), at=START)
    later = START + JUMPS["on ten years"]
    store.tend(now=later)
    assert store.load(document.id) == document
    assert retention.retention("2y", now=START).covers(document) is False


def test_the_turn_follows_signatures_and_not_clocks(store):
    document = consented(store, created(store), "s1")
    ordered = replace(
        document,
        signing_order=SigningOrder.SEQUENTIAL,
        signers=tuple(replace(one, order=n) for n, one in enumerate(document.signers, start=1)),
    )
    for jump in JUMPS.values():
        with pytest.raises((NotYourTurn, Expired)) as caught:
            lifecycle.require_turn(ordered, ordered.signer("s2"), now=START + jump)
        assert issubclass(caught.type, SygnError)
