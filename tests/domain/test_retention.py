"""Which documents may go, and from when on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from sygn_cli.domain import retention
from sygn_cli.domain.document import DocumentStatus
from sygn_cli.domain.errors import InvalidRequest, Tampered
from sygn_cli.domain.evidence import OPERATOR
from sygn_cli.store.memory import MemoryStore
from tests.store.samples import completed, created, signed, voiding

NOW = datetime(2028, 2, 29, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "before"),
    [
        ("90d", "2027-12-01"),
        ("26w", "2027-08-31"),
        ("1y", "2027-02-28"),
        ("4y", "2024-02-29"),
        (" 18 MO ", "2026-08-29"),
        ("12mo", "2027-02-28"),
    ],
)
def test_a_time_of_retention_is_counted_by_the_calendar(written, before):
    rule = retention.retention(written, now=NOW)
    assert rule.before.isoformat() == f"{before}T12:00:00+00:00"


@pytest.mark.parametrize(
    "written",
    [
        "", "6m", "2h", "0d", "y", "-1y", "9999y", "2 years", "never", "999999999d",
        "2029y", "9" * 5000 + "d", "0001-01-01",
    ],
)  # fmt: skip
def test_what_is_no_time_of_retention(written):
    with pytest.raises(InvalidRequest):
        retention.retention(written, now=NOW)


def test_only_documents_that_have_ended_may_go():
    store = MemoryStore()
    later = retention.retention("1d", now=datetime(2030, 1, 1, tzinfo=UTC))
    sent = created(store)
    voided = store.commit(sent, voiding(sent), at=sent.created_at)
    done = completed(store, signed(store, signed(store, created(store, 1), "s1"), "s2"))
    assert retention.ended_at(sent) is None
    assert not later.covers(sent)
    assert retention.purge(sent, later, actor=OPERATOR) is None
    assert later.covers(voided)
    assert later.covers(done)
    only = replace(later, states=(DocumentStatus.VOIDED,))
    assert (only.covers(voided), only.covers(done)) == (True, False)


def test_the_time_runs_from_the_end_and_not_from_the_last_look():
    store = MemoryStore()
    done = completed(store, signed(store, signed(store, created(store), "s1"), "s2"))
    looked = replace(done, updated_at=done.updated_at + timedelta(days=300))
    assert done.completed_at is not None
    rule = retention.retention("10d", now=done.completed_at + timedelta(days=11))
    assert rule.covers(looked)
    assert not retention.retention("12d", now=done.completed_at + timedelta(days=11)).covers(done)


@pytest.mark.parametrize("status", [DocumentStatus.DRAFT, DocumentStatus.SENT])
def test_no_rule_is_about_open_documents(status):
    with pytest.raises(InvalidRequest, match="has not ended"):
        retention.retention("1y", now=NOW, states=[status])


def test_a_tombstone_must_tell_of_every_event():
    store = MemoryStore()
    sent = created(store)
    voided = store.commit(sent, voiding(sent), at=sent.created_at)
    entry = retention.purge(voided, retention.Retention("1d", NOW), actor=OPERATOR)
    assert entry is not None
    buried = retention.tombstone(entry, store.trail(sent.id), at=NOW, leaf=lambda one: one.prev)
    assert set(retention.kept_leaves(buried)) == {0, 1}
    assert "voided on 2026-11-21" in retention.words(buried)
    (_, *rest) = cast("list[object]", buried.data["events"])
    short = replace(buried, data={**buried.data, "events": rest})
    otherwise = [
        replace(buried, data={**buried.data, name: value})
        for name, value in (("status", "declined"), ("ended_at", "2026-11-20T09:00:00.000Z"))
    ]
    empty = [replace(buried, data={}), replace(buried, data={"events": 3})]
    for bad in (short, *otherwise, *empty):
        with pytest.raises(Tampered):
            retention.kept_leaves(bad)
