"""Endpoints on disk, the jobs that follow from commits, and the log of deliveries."""

from __future__ import annotations

import json
import os
import stat
import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from sygn_cli.domain import webhook
from sygn_cli.domain.document import DocumentStatus, Mode
from sygn_cli.domain.errors import NotFound, WorkspaceUnusable
from sygn_cli.domain.webhook import Attempt, Endpoint, Message, Secret, WebhookEvent
from sygn_cli.store.delivery_log import DeliveryLog
from sygn_cli.store.documents import WorkspaceStore
from sygn_cli.store.webhooks import Endpoints
from tests.store.faults import unreadable_once
from tests.store.samples import START, created, voiding

MESSAGE = Message("evt_1", WebhookEvent.DOC_CREATED, "doc_1", START, '{"event":"doc.created"}')


def an_endpoint(number: int = 0, **changes) -> Endpoint:
    values = {
        "id": f"we_{number:026d}",
        "account": "local",
        "url": "https://example.com/hook",
        "events": frozenset({WebhookEvent.DOC_CREATED}),
        "secrets": (webhook.new_secret(b"s" * 32), Secret("whsec_old", until=START)),
        "created_at": START,
        "mode": Mode.LIVE,
    }
    return Endpoint(**{**values, **changes})


def an_attempt(number: int = 1, **changes) -> Attempt:
    values = {
        "delivery": f"we_x.evt_{number}",
        "endpoint": "we_x",
        "message": MESSAGE,
        "number": 1,
        "at": START + timedelta(seconds=number),
        "status": 500,
        "milliseconds": 12,
        "error": "the receiver answered 500",
        "head": "out of order\n",
        "next_at": START + timedelta(minutes=1),
    }
    return Attempt(**{**values, **changes})


@pytest.fixture
def endpoints(workspace) -> Endpoints:
    return Endpoints(workspace.webhooks)


@pytest.fixture
def log(workspace) -> DeliveryLog:
    return DeliveryLog(workspace.webhooks / "log")


def test_an_endpoint_comes_back_as_it_was(endpoints):
    kept = an_endpoint()
    endpoints.add(kept)
    assert endpoints.get(kept.id) == kept
    assert endpoints.all() == [kept]


@pytest.mark.skipif(os.name == "nt", reason="Windows has other rights")
def test_secrets_are_for_their_owner_only(endpoints, workspace):
    endpoints.add(an_endpoint())
    (path,) = workspace.webhooks.glob("*.json")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["we_../../x", "", "we_1", "we_" + "0" * 26, "doc_x"])
def test_what_is_not_there_is_not_found(endpoints, name):
    for act in (endpoints.get, endpoints.remove, lambda n: endpoints.change(n, lambda e: e)):
        with pytest.raises(NotFound):
            act(name)


def test_a_damaged_endpoint_keeps_nobody_from_signing(endpoints, workspace, expects_warnings):
    good, damaged = an_endpoint(1), an_endpoint(2)
    endpoints.add(good)
    endpoints.add(damaged)
    (workspace.webhooks / f"{damaged.id}.json").write_text('{"id": 1}')
    with pytest.raises(WorkspaceUnusable, match="damaged"):
        endpoints.get(damaged.id)
    store = WorkspaceStore(workspace, jobs_for=endpoints.jobs_for)
    created(store)
    assert len(list(store.outbox.pending())) == 1
    assert "left out" in expects_warnings.text


def test_an_endpoint_that_cannot_be_read_now_misses_no_event(
    endpoints, workspace, monkeypatch, expects_warnings
):
    endpoints.add(an_endpoint(events=frozenset(WebhookEvent)))
    path = workspace.webhooks / f"{an_endpoint().id}.json"
    store = WorkspaceStore(workspace, jobs_for=endpoints.jobs_for)
    failed = unreadable_once(monkeypatch, path)
    document = created(store)
    assert failed == [path]
    assert list(store.outbox.pending()) == []
    failed.clear()
    store.commit(document, voiding(document), at=START)
    store.heal()
    told = [job.payload["event"] for job in store.outbox.pending()]
    assert sorted(told) == ["doc.created", "doc.voided"]
    assert "found out later" in expects_warnings.text


def test_an_endpoint_that_can_never_be_read_keeps_nobody_from_signing(
    endpoints, workspace, expects_warnings
):
    endpoints.add(an_endpoint(events=frozenset(WebhookEvent)))
    path = workspace.webhooks / f"{an_endpoint().id}.json"
    kept = path.read_bytes()
    path.unlink()
    path.mkdir()  # as unreadable as what belongs to somebody else
    store = WorkspaceStore(workspace, jobs_for=endpoints.jobs_for)
    document = created(store)
    store.commit(document, voiding(document), at=START)
    for _ in range(2):
        store.heal()
        assert store.load(document.id).status is DocumentStatus.VOIDED
        assert list(store.outbox.pending()) == []
    path.rmdir()
    path.write_bytes(kept)
    assert store.heal() == 1
    told = [job.payload["event"] for job in store.outbox.pending()]
    assert sorted(told) == ["doc.created", "doc.voided"]
    assert store.heal() == 0
    assert "found out later" in expects_warnings.text
    assert list(store.check()) == []


def test_changes_of_several_threads_do_not_undo_each_other(endpoints):
    endpoints.add(an_endpoint(events=frozenset()))

    def want(event: WebhookEvent) -> None:
        endpoints.change(an_endpoint().id, lambda one: replace(one, events=one.events | {event}))

    threads = [threading.Thread(target=want, args=(event,)) for event in WebhookEvent]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert endpoints.get(an_endpoint().id).events == frozenset(WebhookEvent)


def test_a_commit_leaves_one_job_for_each_endpoint_that_wants_it(endpoints, workspace):
    endpoints.add(an_endpoint(1))
    endpoints.add(an_endpoint(2, disabled="gone"))  # the log is to show what it missed
    endpoints.add(an_endpoint(3, account="acct_other"))
    endpoints.add(an_endpoint(4, events=frozenset({WebhookEvent.DOC_VOIDED})))
    store = WorkspaceStore(workspace, jobs_for=endpoints.jobs_for)
    document = created(store)
    jobs = sorted(store.outbox.pending(), key=lambda job: job.id)
    assert [job.payload["endpoint"] for job in jobs] == [an_endpoint(1).id, an_endpoint(2).id]
    assert {job.payload["document"] for job in jobs} == {document.id}
    assert all(an_endpoint().secrets[0].text not in json.dumps(job.payload) for job in jobs)


def test_jobs_are_the_same_whenever_they_are_derived(endpoints, workspace):
    endpoints.add(an_endpoint())
    store = WorkspaceStore(workspace, jobs_for=endpoints.jobs_for)
    document = created(store)
    event = store.trail(document.id)[0]
    assert endpoints.jobs_for(document, event) == endpoints.jobs_for(document, event)
    assert list(store.outbox.pending()) == endpoints.jobs_for(document, event)


def test_jobs_of_one_kind_are_claimed_and_others_left(endpoints, workspace):
    endpoints.add(an_endpoint())
    store = WorkspaceStore(workspace, jobs_for=endpoints.jobs_for)
    for number in range(3):
        created(store, number)
    first = next(store.outbox.pending())
    store.outbox.put([replace(first, id="mail.1", kind="mail")])
    lease = timedelta(seconds=90)
    now = START + timedelta(minutes=1)
    claimed = store.outbox.claim_some(now=now, lease=lease, limit=2, kind="webhook")
    assert [job.kind for job in claimed] == ["webhook", "webhook"]
    assert all(job.due == now + lease for job in claimed)
    rest = store.outbox.claim_some(now=now, lease=lease, limit=9, kind="webhook")
    assert len(rest) == 1
    (mail,) = store.outbox.claim_some(now=now, lease=lease, limit=9)
    assert mail.id == "mail.1"


def test_the_log_gives_back_the_newest_first(log):
    attempts = [an_attempt(n) for n in range(3)]
    attempts.append(
        an_attempt(9, at=START + timedelta(days=1), status=200, error="", next_at=None)
    )
    for one in attempts:
        log.add(one)
    assert list(log.newest()) == attempts[::-1]


def test_a_line_that_was_written_half_spoils_no_other(log, workspace):
    log.add(an_attempt(1))
    (path,) = (workspace.webhooks / "log").iterdir()
    with path.open("ab") as file:
        file.write(b'\n{"delivery":"we_x.ev')
    log.add(an_attempt(2))
    assert list(log.newest()) == [an_attempt(2), an_attempt(1)]


def test_writers_at_the_same_time_keep_their_lines_whole(log):
    def write(start: int) -> None:
        for number in range(start, start + 100):
            log.add(an_attempt(number))

    threads = [threading.Thread(target=write, args=(n * 100,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {one.delivery for one in log.newest()} == {f"we_x.evt_{n}" for n in range(400)}


def test_days_that_are_long_gone_are_forgotten(log):
    log.add(an_attempt(1))
    log.add(an_attempt(2, at=START + timedelta(days=31)))
    now = START + timedelta(days=31)
    assert log.forget(now=now, older_than=timedelta(days=30)) == 1
    assert [one.delivery for one in log.newest()] == ["we_x.evt_2"]
