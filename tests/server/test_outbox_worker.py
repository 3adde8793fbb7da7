"""The worker of ``sygn serve`` delivers what commits leave to do, and survives what goes wrong."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
import zlib
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook

from sygn_cli.delivery.clock import SystemClock
from sygn_cli.delivery.http import GuardedHttp
from sygn_cli.domain.webhook import MOST_ATTEMPTS
from sygn_cli.server import outbox_worker
from sygn_cli.server.outbox_worker import OutboxWorker
from sygn_cli.services import webhook_delivery, webhooks
from sygn_cli.services.webhooks import Wanted
from sygn_cli.store.memory import MemoryStore
from tests.receiver import Call, Reply, receiving
from tests.runtimes import memory_runtime
from tests.soak import at_length
from tests.store.samples import created
from tests.webhook_fakes import on_disk

EVENTS = at_length(200, 10_000)
DEATHS = at_length(2, 20)
LINES = at_length(15, 100)  # documents that a process acknowledges at least before it dies


class HastyClock(SystemClock):
    """The real time and chance, moved forward so that retries come soon."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self):
        return super().now() + self.ahead


@pytest.fixture
def clock() -> HastyClock:
    return HastyClock()


@pytest.fixture
def runtime(tmp_path, clock):
    return on_disk(memory_runtime(), tmp_path, GuardedHttp(timeout=5), clock=clock)


@contextmanager
def working(runtime):
    worker = OutboxWorker(runtime, pause=0.02)
    worker.start()
    try:
        yield
    finally:
        worker.stop()


def until(condition, *, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "in vain"
        time.sleep(0.02)


def endpoint_for(runtime, receiver):
    return webhooks.add(runtime, Wanted(receiver.url, events=("doc.created",), allow_private=True))


def pending(runtime) -> int:
    return sum(1 for _ in runtime.webhooks.jobs.pending())


def test_a_commit_is_delivered_without_anybody_asking(runtime):
    with receiving() as receiver, working(runtime):
        endpoint = endpoint_for(runtime, receiver)
        document = created(runtime.store)
        until(lambda: receiver.calls)
        payload = Webhook(endpoint.secrets[0].text).verify(
            receiver.calls[0].body, receiver.calls[0].headers
        )
        assert payload["document"]["id"] == document.id
        until(lambda: pending(runtime) == 0)


def test_one_silent_receiver_does_not_keep_the_others_waiting(runtime):
    with receiving(Reply(silent=True)) as silent, receiving() as good:
        endpoint_for(runtime, silent)
        endpoint_for(runtime, good)
        created(runtime.store)
        runtime = replace(runtime, webhooks=replace(runtime.webhooks, http=GuardedHttp(timeout=1)))
        with working(runtime):
            until(lambda: good.calls)
            until(lambda: silent.calls)


class Endless(MemoryStore):
    """A store in which somebody is always due."""

    def __init__(self):
        super().__init__()
        self.asked = threading.Event()
        self.in_vain = False

    def due(self, **_):
        document = created(self)
        self.asked.set()
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            yield document
        self.in_vain = True


def test_stopping_waits_for_no_round_through_the_documents(runtime, monkeypatch):
    monkeypatch.setattr(outbox_worker, "_RESUME_EVERY", 0.0)
    store = Endless()
    with working(replace(runtime, store=store)):
        assert store.asked.wait(60)
    assert not store.in_vain


def test_what_goes_wrong_in_the_round_through_the_documents_is_told(runtime, monkeypatch, caplog):
    def broken(*_):
        raise RuntimeError("a bug")

    monkeypatch.setattr(outbox_worker, "_RESUME_EVERY", 0.0)
    monkeypatch.setattr(outbox_worker, "resume", broken)
    with working(runtime):
        until(lambda: "RuntimeError: a bug" in caplog.text)


def test_a_job_that_fails_in_an_unexpected_way_is_tried_again(runtime, clock):
    class Broken:
        def post(self, *_args, **_kwargs):
            raise RuntimeError("a bug")

        fetch = post

    with receiving() as receiver:
        endpoint_for(runtime, receiver)
        created(runtime.store)
        broken = replace(runtime, webhooks=replace(runtime.webhooks, http=Broken()))
        with working(broken):
            until(lambda: any(job.due > clock.now() for job in runtime.webhooks.jobs.pending()))
        clock.ahead += webhook_delivery.LEASE
        with working(runtime):
            until(lambda: receiver.calls)


@dataclass
class Moody:
    """A receiver that refuses a fifth of what comes, and checks every signature.

    The judge's own ``verify`` allows five minutes between the clocks, and retries here come from
    a clock that runs ahead; so it is asked which signature it would have made.
    """

    secret: str
    refused: Counter[str] = field(default_factory=Counter)
    received: Counter[str] = field(default_factory=Counter)
    documents: set[str] = field(default_factory=set)
    forged: list[str] = field(default_factory=list)

    def __call__(self, call: Call) -> Reply:
        message_id = call.headers["webhook-id"]
        sent = datetime.fromtimestamp(int(call.headers["webhook-timestamp"]), UTC)
        expected = Webhook(self.secret).sign(message_id, sent, call.body.decode())
        if call.headers["webhook-signature"] != expected:
            self.forged.append(message_id)
        tries = self.refused[message_id]
        number = zlib.crc32(f"{message_id} {tries}".encode())
        # Never so often that it would be given up.
        if number % 5 == 0 and tries < MOST_ATTEMPTS - 2:
            self.refused[message_id] += 1
            return _FAILURES[number % len(_FAILURES)]
        self.received[message_id] += 1
        self.documents.add(json.loads(call.body)["document"]["id"])
        return Reply(204, body=b"")


def deliver_all(runtime, clock, arrived, *, seconds: float) -> None:
    """Let time fly until everything has arrived."""
    deadline = time.monotonic() + seconds
    while not arrived():
        assert time.monotonic() < deadline, "in vain"
        earliest = next(runtime.webhooks.jobs.pending(), None)
        if earliest is not None and earliest.due > clock.now():
            clock.ahead += earliest.due - clock.now() + timedelta(seconds=30)
        time.sleep(0.05)


def test_events_reach_a_receiver_that_fails_a_fifth_of_the_time(runtime, clock):
    with receiving() as receiver:
        moody = Moody(endpoint_for(runtime, receiver).secrets[0].text)
        receiver.decide = moody
        with working(runtime):
            for number in range(EVENTS):
                created(runtime.store, number)
            deliver_all(
                runtime,
                clock,
                lambda: len(moody.received) == EVENTS and pending(runtime) == 0,
                seconds=60 + EVENTS / 20,
            )
    assert moody.forged == []
    assert sum(moody.refused.values()) > EVENTS / 10


def test_killing_the_server_again_and_again_loses_nothing(runtime, clock, tmp_path):
    acknowledged: list[str] = []
    with receiving() as receiver:
        moody = Moody(endpoint_for(runtime, receiver).secrets[0].text)
        receiver.decide = moody
        for turn in range(DEATHS):
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.server.webhook_process", tmp_path, str(turn)],
                stdout=subprocess.PIPE,
                text=True,
            )
            assert process.stdout is not None
            acknowledged += [process.stdout.readline().strip() for _ in range(LINES)]
            process.send_signal(signal.SIGKILL)
            process.wait()
            # What it said before it died counts, what it wrote half does not.
            acknowledged += [line.strip() for line in process.stdout if line.endswith("\n")]
            process.stdout.close()
        clock.ahead += webhook_delivery.LEASE
        with working(runtime):
            deliver_all(runtime, clock, lambda: moody.documents >= set(acknowledged), seconds=120)
    assert len(acknowledged) >= DEATHS * LINES
    assert moody.forged == []


_FAILURES = (
    Reply(500),
    Reply(503, {"Retry-After": "61"}),
    Reply(429, {"Retry-After": "1"}),
    Reply(301, {"Location": "http://127.0.0.1:9/"}),
    Reply(reset=True),
)
