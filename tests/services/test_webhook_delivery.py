"""Messages reach their receivers: at least once, later and later, and not for ever."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from datetime import timedelta

import pytest
from standardwebhooks import Webhook

from sygn_cli.domain import retention
from sygn_cli.domain.errors import NetworkFailed, SygnError, WorkspaceUnusable
from sygn_cli.domain.evidence import OPERATOR
from sygn_cli.domain.webhook import MOST_ATTEMPTS, Answer
from sygn_cli.services import documents, webhook_delivery, webhooks
from sygn_cli.services.webhooks import Wanted
from tests.runtimes import FixedClock, a_document, memory_runtime
from tests.webhook_fakes import on_disk, present

URL = "https://example.com/hook"
CREATED = Wanted(URL, events=("doc.created",))


@pytest.fixture
def runtime(tmp_path, clock, http):
    return on_disk(memory_runtime(clock), tmp_path, http)


def deliver(runtime):
    return list(webhook_delivery.deliver_due(runtime))


def jobs(runtime):
    return list(runtime.webhooks.jobs.pending())


def test_a_committed_event_is_delivered_to_every_endpoint_that_wants_it(runtime, http):
    webhooks.add(runtime, CREATED)
    webhooks.add(runtime, Wanted("https://example.org/all"))
    webhooks.add(runtime, Wanted("https://example.net/", events=("doc.voided",)))
    webhooks.add(runtime, Wanted("https://example.net/other", account="acct_other"))
    document = a_document(runtime)
    assert all(one.is_good for one in deliver(runtime))
    assert sorted(one.url for one in http.received) == [URL, "https://example.org/all"]
    payload = json.loads(http.received[0].body)
    assert (payload["event"], payload["document"]["id"]) == ("doc.created", document.id)
    assert jobs(runtime) == []


def test_what_is_sent_verifies_with_the_endpoints_secret(tmp_path, http):
    # The judge looks at the clock on the wall.
    now = FixedClock(present().now())
    runtime = on_disk(memory_runtime(now), tmp_path, http)
    endpoint = webhooks.add(runtime, CREATED)
    a_document(runtime)
    deliver(runtime)
    webhooks.rotate(runtime, endpoint.id)
    a_document(runtime)
    deliver(runtime)
    for one in http.received:
        Webhook(endpoint.secrets[0].text).verify(one.body, one.headers)


def test_each_step_of_a_document_is_told(runtime, http):
    webhooks.add(runtime, Wanted(URL))
    document = a_document(runtime)
    documents.void(runtime, document.id)
    deliver(runtime)
    assert [json.loads(one.body)["event"] for one in http.received] == [
        "doc.created",
        "doc.voided",
    ]


@pytest.mark.parametrize(
    "said",
    [500, 503, 404, 301, 302, 199, NetworkFailed("The connection was reset.")],
    ids=str,
)
def test_whatever_is_not_2xx_is_tried_again_after_a_minute(runtime, http, clock, said):
    webhooks.add(runtime, CREATED)
    a_document(runtime)
    http.script = [said]
    (failed,) = deliver(runtime)
    assert failed.next_at is not None
    assert deliver(runtime) == []
    clock.at = failed.next_at
    (again,) = deliver(runtime)
    assert (again.is_good, again.number) == (True, 2)
    assert jobs(runtime) == []


def test_the_waits_grow_and_end_after_the_last_retry(runtime, http, clock):
    endpoint = webhooks.add(runtime, CREATED)
    a_document(runtime)
    http.otherwise = 500
    waits = []
    while True:
        (attempt,) = deliver(runtime)
        if attempt.next_at is None:
            break
        waits.append((attempt.next_at - clock.at).total_seconds())
        clock.at = attempt.next_at
    assert len(http.received) == MOST_ATTEMPTS == 6
    least = (60, 300, 1800, 7200, 21600)
    assert all(low <= wait <= low * 1.2 for low, wait in zip(least, waits, strict=True))
    assert len({one.headers["webhook-id"] for one in http.received}) == 1
    assert webhooks.get(runtime, endpoint.id).disabled
    assert jobs(runtime) == []


def test_one_message_that_a_receiver_cannot_take_does_not_disable_it(runtime, http, clock):
    endpoint = webhooks.add(runtime, CREATED)
    refused = a_document(runtime)
    http.script = [500]
    deliver(runtime)
    a_document(runtime)
    assert [one.is_good for one in deliver(runtime)] == [True]
    last = None
    for _ in range(MOST_ATTEMPTS - 1):
        clock.sleep(24 * 3600)
        http.script = [500]
        (last,) = deliver(runtime)
    assert last is not None
    assert (last.message.document, last.next_at) == (refused.id, None)
    assert not webhooks.get(runtime, endpoint.id).disabled


def test_a_receiver_that_is_gone_is_never_called_again(runtime, http):
    endpoint = webhooks.add(runtime, CREATED)
    http.script = [410]
    a_document(runtime)
    (attempt,) = deliver(runtime)
    assert attempt.next_at is None
    assert "410" in webhooks.get(runtime, endpoint.id).disabled
    a_document(runtime)
    deliver(runtime)
    assert len(http.received) == 1


def test_a_receiver_can_ask_for_more_time(runtime, http, clock):
    webhooks.add(runtime, CREATED)
    http.script = [Answer(429, "900", b"slow down", 3)]
    a_document(runtime)
    (attempt,) = deliver(runtime)
    assert attempt.next_at == clock.at + timedelta(seconds=900)


def test_who_dies_while_sending_sends_again_when_the_lease_is_over(runtime, http, clock):
    webhooks.add(runtime, CREATED)
    a_document(runtime)
    assert len(webhook_delivery.claim(runtime, limit=5)) == 1
    assert deliver(runtime) == []
    clock.sleep(webhook_delivery.LEASE.total_seconds())
    assert len(deliver(runtime)) == 1


def test_the_log_tells_what_the_receiver_said(runtime, http):
    webhooks.add(runtime, CREATED)
    http.script = [Answer(502, "", b"<h1>\x1b[31mBad</h1>" + b"x" * 5000, 41)]
    a_document(runtime)
    deliver(runtime)
    (attempt,) = webhooks.deliveries(runtime, limit=10)
    assert (attempt.status, attempt.milliseconds) == (502, 41)
    assert attempt.head.startswith("<h1>\\x1b[31mBad</h1>")
    assert len(attempt.head) < 600


def test_a_removed_endpoint_gets_nothing_any_more(runtime, http):
    endpoint = webhooks.add(runtime, CREATED)
    a_document(runtime)
    webhooks.remove(runtime, endpoint.id)
    assert deliver(runtime) == []
    assert (jobs(runtime), http.received) == ([], [])


def test_a_document_can_name_a_url_of_its_own(runtime, http):
    named = a_document(runtime, webhook=URL)
    a_document(runtime)
    (attempt,) = deliver(runtime)
    assert attempt.message.document == named.id
    assert [one.url for one in http.received] == [URL]
    trail = b"".join(event.line() for event in runtime.store.trail(named.id))
    assert b"example.com/hook" not in trail  # it travels in the sealed file


def test_a_test_message_is_sent_once_and_says_that_it_is_one(runtime, http):
    endpoint = webhooks.add(runtime, CREATED)
    http.script = [500]
    attempt = webhook_delivery.try_out(runtime, endpoint.id)
    assert (attempt.status, attempt.next_at) == (500, None)
    assert json.loads(http.received[0].body)["test"] is True
    assert jobs(runtime) == []


def test_a_damaged_job_is_dropped_and_does_not_stop_the_others(runtime, http, tmp_path):
    webhooks.add(runtime, CREATED)
    a_document(runtime)
    a_document(runtime)
    first = min((tmp_path / ".sygn" / "outbox").iterdir())
    content = json.loads(first.read_bytes())
    del content["payload"]["body"]
    first.write_text(json.dumps(content))
    assert len(deliver(runtime)) == 1
    assert jobs(runtime) == []


def blocked(folder, clock):
    """Put a folder where the log of the day is to be: it can be neither written nor read."""
    (folder / f"{clock.at:%Y-%m-%d}.jsonl").mkdir(parents=True)


def deliver_as_the_server_does(runtime, clock, *, leases):
    """Try whatever is due, as often as leases end; errors keep nobody from the next."""
    for _ in range(leases):
        for job in webhook_delivery.claim(runtime, limit=9):
            with contextlib.suppress(SygnError):
                webhook_delivery.deliver(runtime, job)
        clock.at += webhook_delivery.LEASE


def test_what_was_received_is_not_sent_again_because_the_log_cannot_be_written(
    runtime, http, clock, tmp_path
):
    webhooks.add(runtime, CREATED)
    a_document(runtime)
    blocked(tmp_path / ".sygn" / "webhooks" / "log", clock)
    deliver_as_the_server_does(runtime, clock, leases=10)
    assert len(http.received) == 1
    assert jobs(runtime) == []


def test_tries_are_counted_and_end_where_no_log_can_be_written(runtime, http, clock, tmp_path):
    endpoint = webhooks.add(runtime, CREATED)
    a_document(runtime)
    http.otherwise = 500
    blocked(tmp_path / ".sygn" / "webhooks" / "log", clock)
    for _ in range(MOST_ATTEMPTS + 3):
        list(webhook_delivery.deliver_due(runtime))
        clock.at += timedelta(hours=8)
    assert len(http.received) == MOST_ATTEMPTS
    assert jobs(runtime) == []
    # What it took meanwhile is not known.
    assert not webhooks.get(runtime, endpoint.id).disabled


def test_a_test_message_needs_no_log(runtime, clock, tmp_path):
    endpoint = webhooks.add(runtime, CREATED)
    blocked(tmp_path / ".sygn" / "webhooks" / "log", clock)
    assert webhook_delivery.try_out(runtime, endpoint.id).is_good


def test_a_receiver_that_cannot_be_disabled_now_is_left_alone_for_a_while(
    runtime, http, clock, monkeypatch
):
    endpoint = webhooks.add(runtime, CREATED)
    a_document(runtime)
    http.otherwise = 410
    with monkeypatch.context() as full:
        full.setattr(runtime.webhooks.endpoints, "change", _cannot)
        deliver_as_the_server_does(runtime, clock, leases=10)
    assert len(http.received) == 1
    (waiting,) = jobs(runtime)
    assert waiting.attempts == 0
    clock.at = waiting.due
    deliver(runtime)
    assert webhooks.get(runtime, endpoint.id).disabled
    assert jobs(runtime) == []


def _cannot(*_args, **_kwargs):
    raise WorkspaceUnusable("There is no space left.")


def purge(runtime, document):
    rule = retention.retention("1d", now=runtime.clock.now() + timedelta(days=3))
    entry = retention.purge(runtime.store.load(document.id), rule, actor=OPERATOR)
    with runtime.store.purging.alone():
        runtime.store.purging.bury(
            runtime.store.load(document.id), entry, at=runtime.clock.now() + timedelta(days=3)
        )


def traces(folder):
    """Return jobs and logs that tell of the document."""
    places = [folder / ".sygn" / "outbox", folder / ".sygn" / "webhooks" / "log"]
    inside = [one for place in places for one in place.rglob("*.json*")]
    return [one for one in inside if b"doc.voided" in one.read_bytes()]


@pytest.mark.parametrize("answer", [200, 500])
def test_what_is_in_hand_while_its_document_is_purged_is_not_sent_and_leaves_nothing(
    runtime, http, tmp_path, answer
):
    webhooks.add(runtime, Wanted(URL, events=("doc.voided",)))
    webhooks.add(runtime, Wanted("https://example.org/", events=("doc.voided",)))
    document = a_document(runtime)
    documents.void(runtime, document.id)
    in_hand = webhook_delivery.claim(runtime, limit=9)
    assert len(in_hand) == len(traces(tmp_path)) == 2

    def post(*_args, **_kwargs):
        purge(runtime, document)
        calls.append(1)
        return Answer(answer, "", b"", 1)

    calls: list[int] = []
    http.post = post
    assert [webhook_delivery.deliver(runtime, job) for job in in_hand] == [None, None]
    assert len(calls) == 1
    assert traces(tmp_path) == []
    assert jobs(runtime) == []


@pytest.mark.parametrize("answer", [200, 500])
def test_a_purge_waits_for_what_is_just_being_written_down(
    runtime, http, tmp_path, monkeypatch, answer
):
    webhooks.add(runtime, Wanted(URL, events=("doc.voided",)))
    document = a_document(runtime)
    documents.void(runtime, document.id)
    http.otherwise = answer
    looking = runtime.store.resolve
    purging: list[threading.Thread] = []

    def resolve(one):
        found = looking(one)
        if http.received and not purging:
            purging.append(threading.Thread(target=purge, args=(runtime, document)))
            purging[0].start()
            tombstone = runtime.store.workspace.folder(document.id).tombstone
            while not tombstone.exists():
                time.sleep(0.01)
            purging[0].join(1)  # it has all it needs, but for our leave
        return found

    monkeypatch.setattr(runtime.store, "resolve", resolve)
    deliver(runtime)
    purging[0].join()
    assert traces(tmp_path) == []
    assert jobs(runtime) == []
