"""The worker of ``sygn serve`` and a real mail server: no letter is lost, whatever dies."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from datetime import timedelta

import pytest

from sygn_cli.delivery.clock import SystemClock
from sygn_cli.delivery.smtp import SmtpMailer
from sygn_cli.domain.audit import EventType
from sygn_cli.domain.document import SigningOrder
from sygn_cli.server.outbox_worker import OutboxWorker
from sygn_cli.services import documents, mail_delivery
from sygn_cli.services.mail_settings import Security, Smtp
from sygn_cli.services.runtime import Settings
from tests.mail_fakes import mailing
from tests.mail_server import MailServer, serving, until
from tests.runtimes import a_document, memory_runtime

MINUTES = int(mail_delivery.LEASE / timedelta(minutes=1)) + 1


@pytest.fixture
def server():
    with serving() as running:
        yield running


def workspace(folder, server: MailServer):
    smtp = Smtp(server.host, server.port, Security.PLAIN, "sygn@example.org", timeout=5)
    runtime = memory_runtime(settings=Settings(smtp=smtp))
    return mailing(runtime, folder, SmtpMailer(smtp), clock=SystemClock())


@contextmanager
def process(folder, server, *how: str):
    running = subprocess.Popen(
        [sys.executable, "-m", "tests.server.mail_process", folder, str(server.port), *how],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield running
    finally:
        running.kill()
        running.communicate()


def sent_events(runtime, document):
    trail = runtime.store.trail(document.id)
    return [one for one in trail if one.type is EventType.LINK_SENT]


def message_ids(server):
    return [one.message["Message-ID"] for one in server.received]


def test_who_dies_between_sending_and_recording_sends_the_same_letter_again(tmp_path, server):
    runtime = workspace(tmp_path, server)
    document = a_document(runtime)
    with process(tmp_path, server, "0", "dies") as first:
        assert first.wait(60) < 0
    assert len(server.received) == 1
    assert sent_events(runtime, document) == []
    with process(tmp_path, server, str(MINUTES)) as second:
        assert second.stdout.readline()
        until(lambda: not list(runtime.mails.jobs.pending()))
    assert len(message_ids(server)) == 2
    assert len(set(message_ids(server))) == 1
    assert len(sent_events(runtime, document)) == 1


def test_a_server_that_takes_a_letter_and_hangs_up_gets_it_again_under_the_same_id(
    tmp_path, server
):
    server.at_data = ["drop"]
    runtime = workspace(tmp_path, server)
    document = a_document(runtime)
    list(mail_delivery.deliver_due(runtime))
    assert sent_events(runtime, document) == []
    with process(tmp_path, server, "2"):
        until(lambda: not list(runtime.mails.jobs.pending()))
    assert len(message_ids(server)) == 2
    assert len(set(message_ids(server))) == 1
    assert len(sent_events(runtime, document)) == 1


def test_the_worker_sends_what_is_committed_while_it_runs(tmp_path, server):
    runtime = workspace(tmp_path, server)
    worker = OutboxWorker(runtime, pause=0.02)
    worker.start()
    try:
        made = [a_document(runtime, signing_order=SigningOrder.PARALLEL) for _ in range(4)]
        documents.void(runtime, made[0].id)
        until(lambda: len(server.received) >= 8 and not list(runtime.mails.jobs.pending()))
    finally:
        worker.stop()
    invited = [one for one in server.received if "Please sign" in one.message["Subject"]]
    assert 6 <= len(invited) <= 8  # those of the document that was voided may be too late
    assert {len(sent_events(runtime, one)) for one in made[1:]} == {2}
