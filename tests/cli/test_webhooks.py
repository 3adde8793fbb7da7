"""Webhooks on the command line: set up, tried out, delivered, looked at, sent again."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from contextlib import contextmanager

import pytest
from standardwebhooks import Webhook

from sygn_cli.delivery.http import GuardedHttp
from tests.cli.conftest import PEOPLE
from tests.cli.terminal import SYGN
from tests.receiver import Reply, receiving

CREATE = ("create", "--pdf", "nda.pdf", *PEOPLE)


@pytest.fixture
def receiver():
    with receiving() as made:
        yield made


def add(terminal, receiver, *more):
    return terminal.ok("webhooks", "add", receiver.url, "--allow-private", *more, "--json").json


def test_a_document_is_told_to_a_receiver_who_can_check_it(terminal, receiver):
    made = add(terminal, receiver, "--event", "doc.created")
    document = terminal.ok(*CREATE).text.strip()
    done = terminal.ok("webhooks", "deliver", "--json").json
    assert [one["delivered"] for one in done["data"]] == [True]
    (call,) = receiver.calls
    payload = Webhook(made["secret"]).verify(call.body, call.headers)
    assert payload["event"] == "doc.created"
    assert payload["document"]["id"] == document


def test_the_secret_is_shown_once(terminal, receiver):
    answer = terminal.ok("webhooks", "add", receiver.url, "--allow-private")
    webhook, secret = answer.text.split()
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", secret)
    listed = terminal.ok("webhooks", "list", "--json")
    assert [one["id"] for one in listed.json["data"]] == [webhook]
    assert secret not in listed.text + listed.err + terminal.ok("webhooks", "list").text


def test_a_receiver_on_this_machine_needs_leave(terminal, receiver):
    answer = terminal("webhooks", "add", receiver.url, "--json")
    assert answer.code == 2
    assert "--allow-private" in answer.error["hint"]
    assert answer.out == b""


def test_an_unknown_event_is_a_usage_error_that_names_the_known_ones(terminal, receiver):
    answer = terminal("webhooks", "add", receiver.url, "--event", "doc.opened")
    assert answer.code == 2
    assert "doc.completed" in answer.err


def test_trying_out_fails_where_nobody_answers_well(terminal, receiver):
    add(terminal, receiver)
    assert terminal.ok("webhooks", "test", "@last", "--json").json["status"] == 200
    assert json.loads(receiver.calls[0].body)["test"] is True
    receiver.decide = lambda _: Reply(500, body=b"out of order")
    answer = terminal("webhooks", "test", "@last", "--json")
    assert answer.code == 12
    assert answer.error["hint"] == "out of order"
    receiver.decide = lambda _: Reply(500, body=b"")
    assert terminal("webhooks", "test", "@last", "--json").error["hint"] is None


def test_what_failed_is_shown_and_can_be_sent_again(terminal, receiver):
    receiver.decide = lambda _: Reply(410)
    made = add(terminal, receiver, "--event", "doc.created")
    terminal.ok(*CREATE)
    assert terminal("webhooks", "deliver").code == 12
    (failed,) = terminal.ok("webhooks", "deliveries", "--failed", "--json").json["data"]
    assert (failed["status"], failed["delivered"]) == (410, False)
    assert terminal("webhooks", "replay", failed["id"]).code == 2  # it is disabled
    receiver.decide = lambda _: Reply()
    terminal.ok("webhooks", "enable", made["id"])
    again = terminal.ok("webhooks", "replay", "--failed", made["id"])
    assert again.text.split() == [failed["id"]]
    assert "delivered 1 of 1" in terminal.ok("webhooks", "deliver").err
    ids = {call.headers["webhook-id"] for call in receiver.calls}
    assert (len(receiver.calls), len(ids)) == (2, 1)


def test_a_removed_webhook_is_gone(terminal, receiver):
    add(terminal, receiver)
    terminal.ok("webhooks", "remove", "@last")
    assert terminal.ok("webhooks", "list", "--json").json["data"] == []
    assert terminal("webhooks", "remove", "we_" + "0" * 26).code == 3


def test_a_document_can_have_a_webhook_of_its_own(terminal, receiver):
    options = ("--webhook", receiver.url, "--allow-private")
    created = terminal.ok(*CREATE, *options, "--json").json
    secret = created["webhook"]["secret"]
    again = terminal.ok(*CREATE, *options, "--json").json
    assert "secret" not in again.get("webhook", {})
    terminal.ok("webhooks", "deliver")
    told = [Webhook(secret).verify(call.body, call.headers) for call in receiver.calls]
    assert {one["document"]["id"] for one in told} == {created["id"], again["id"]}


def test_listening_prints_what_arrives_and_checks_it(terminal):
    with receiving() as elsewhere:
        secret = add(terminal, elsewhere)["secret"]
        terminal.ok("webhooks", "test", "@last")
        (call,) = elsewhere.calls
    process = subprocess.Popen(
        [SYGN, "webhooks", "listen", "--port", "0", "--count", "2"],
        cwd=terminal.folder,
        env={**os.environ, "SYGN_WEBHOOK_SECRET": secret},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    found = re.search(r"http://127\.0\.0\.1:\d+/", process.stderr.readline())
    assert found is not None
    kept = {k: v for k, v in call.headers.items() if k.lower().startswith("webhook-")}
    GuardedHttp().post(found[0], call.body, kept, allow_private=True)
    terminal.ok("webhooks", "add", found[0], "--allow-private")
    terminal.ok("webhooks", "test", "@last")  # signed with another secret
    out, _ = process.communicate(timeout=60)
    lines = [json.loads(line) for line in out.splitlines()]
    assert [one["signature"] for one in lines] == ["good", "wrong"]
    assert all(one["payload"]["test"] for one in lines)


def test_listening_with_a_useless_secret_is_refused(terminal):
    answer = terminal("webhooks", "listen", SYGN_WEBHOOK_SECRET="whsec_!")
    assert answer.code == 2
    assert "SYGN_WEBHOOK_SECRET" in answer.err


def test_what_happened_while_no_server_ran_is_delivered_by_the_next_one(terminal, receiver):
    add(terminal, receiver, "--event", "doc.created")
    with serving(terminal) as first:
        seen = terminal.ok(*CREATE).text.strip()
        until(lambda: len(receiver.calls) == 1)
        first.send_signal(signal.SIGKILL)
    missed = terminal.ok(*CREATE).text.strip()
    # The first may come twice, under one id: the server may have died before it noted the answer.
    with serving(terminal):
        until(lambda: len({call.headers["webhook-id"] for call in receiver.calls}) == 2)
    told = {
        call.headers["webhook-id"]: json.loads(call.body)["document"]["id"]
        for call in receiver.calls
    }
    assert list(told.values()) == [seen, missed]


@contextmanager
def serving(terminal):
    ready = terminal.folder / "ready"
    ready.unlink(missing_ok=True)
    process = subprocess.Popen(
        [SYGN, "serve", "--port", "0", "--ready-file", ready],
        cwd=terminal.folder,
        stderr=subprocess.DEVNULL,
    )
    try:
        until(ready.exists)
        yield process
    finally:
        process.terminate()
        process.wait(timeout=60)


def until(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "in vain"
        time.sleep(0.05)
