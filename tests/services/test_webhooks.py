"""Webhook endpoints: who may have them, which secrets they carry, what can be sent again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sygn_cli.domain import webhook
from sygn_cli.domain.document import Mode
from sygn_cli.domain.errors import Forbidden, InvalidRequest, NotFound
from sygn_cli.services import webhook_delivery, webhooks
from sygn_cli.services.webhooks import Owner, Wanted
from tests.runtimes import a_document, memory_runtime
from tests.webhook_fakes import on_disk

URL = "https://example.com/hook"


@pytest.fixture
def runtime(tmp_path, clock, http):
    return on_disk(memory_runtime(clock), tmp_path, http)


def test_an_endpoint_is_kept_with_its_secret(runtime):
    made = webhooks.add(runtime, Wanted(URL, events=("doc.completed",)))
    assert made.secrets[0].text.startswith("whsec_")
    assert webhooks.show(runtime) == [made]


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "https://127.0.0.1/",
        "https://[::ffff:127.0.0.1]/",
        "https://169.254.169.254/latest/meta-data",
        "ftp://example.com/",
    ],
)
def test_an_endpoint_that_could_never_be_called_is_refused_at_once(runtime, url):
    with pytest.raises(InvalidRequest):
        webhooks.add(runtime, Wanted(url))
    assert webhooks.show(runtime) == []


def test_the_operator_may_name_a_receiver_of_their_own(runtime):
    made = webhooks.add(runtime, Wanted("http://127.0.0.1:5678/hook", allow_private=True))
    assert made.allow_private


def test_nobody_sees_or_touches_the_endpoints_of_somebody_else(runtime):
    owner = Owner("acct_a", Mode.LIVE)
    theirs = webhooks.add(runtime, Wanted(URL, account="acct_a", mode=Mode.LIVE))
    workspace = webhooks.add(runtime, Wanted(URL))
    for other in (Owner("acct_b", Mode.LIVE), Owner("acct_a", Mode.TEST)):
        assert webhooks.show(runtime, owner=other) == []
        for act in (webhooks.get, webhooks.remove, webhooks.rotate, webhooks.enable):
            with pytest.raises(Forbidden):
                act(runtime, theirs.id, owner=other)
            with pytest.raises(Forbidden):
                act(runtime, workspace.id, owner=other)
    assert webhooks.show(runtime, owner=owner) == [theirs]


def test_the_number_of_endpoints_is_bounded(runtime, clock):
    for _ in range(webhooks.MOST_ENDPOINTS):
        webhooks.add(runtime, Wanted(URL, account="acct_a"))
    with pytest.raises(InvalidRequest, match="50"):
        webhooks.add(runtime, Wanted(URL, account="acct_a"))
    webhooks.add(runtime, Wanted(URL, account="acct_b"))


def test_a_new_secret_leaves_the_old_one_good_for_a_day(runtime, clock):
    made = webhooks.add(runtime, Wanted(URL))
    turned = webhooks.rotate(runtime, made.id)
    fresh, old = turned.secrets
    assert old.text == made.secrets[0].text
    assert webhook.valid_secrets(turned.secrets, clock.now()) == [fresh, old]
    later = clock.now() + timedelta(hours=24)
    assert webhook.valid_secrets(turned.secrets, later) == [fresh]


def test_an_endpoint_is_found_by_the_beginning_of_its_id(runtime, clock):
    first = webhooks.add(runtime, Wanted(URL))
    clock.sleep(1)
    second = webhooks.add(runtime, Wanted(URL))
    assert webhooks.resolve(runtime, second.id[:-1]) == second.id
    assert webhooks.resolve(runtime, "@last") == second.id
    with pytest.raises(InvalidRequest):
        webhooks.resolve(runtime, "we_")
    webhooks.remove(runtime, first.id)
    assert webhooks.resolve(runtime, "we_") == second.id
    with pytest.raises(NotFound):
        webhooks.resolve(runtime, "we_zzz")


def test_a_delivery_can_be_sent_again_under_the_same_id(runtime, http):
    webhooks.add(runtime, Wanted(URL, events=("doc.created",)))
    a_document(runtime)
    (done,) = webhook_delivery.deliver_due(runtime)
    webhooks.replay(runtime, done.delivery)
    (again,) = webhook_delivery.deliver_due(runtime)
    assert again.delivery == done.delivery
    first, second = http.received
    assert (first.headers["webhook-id"], first.body) == (second.headers["webhook-id"], second.body)


def test_a_test_message_can_be_sent_again_and_both_attempts_are_told(runtime, http):
    endpoint = webhooks.add(runtime, Wanted(URL))
    tried = webhook_delivery.try_out(runtime, endpoint.id)
    webhooks.replay(runtime, tried.delivery)
    (again,) = webhook_delivery.deliver_due(runtime)
    assert again.is_good
    first, second = http.received
    assert first.body == second.body
    told = webhooks.deliveries(runtime, limit=10)
    assert [one.delivery for one in told] == [tried.delivery] * 2
    assert list(runtime.webhooks.jobs.pending()) == []


def test_a_delivery_of_another_account_cannot_be_sent_again(runtime):
    webhooks.add(runtime, Wanted(URL, account="local"))
    a_document(runtime)
    (done,) = webhook_delivery.deliver_due(runtime)
    with pytest.raises(NotFound):
        webhooks.replay(runtime, done.delivery, owner=Owner("acct_b", Mode.LIVE))
    assert webhooks.deliveries(runtime, owner=Owner("acct_b", Mode.LIVE), limit=10) == []
    with pytest.raises(NotFound):
        webhooks.replay(runtime, "we_x.evt_y")


def test_what_an_endpoint_missed_while_disabled_can_be_sent_later(runtime, http):
    endpoint = webhooks.add(runtime, Wanted(URL, events=("doc.created",)))
    webhooks.disable(runtime, endpoint.id, "the receiver answered 410 Gone")
    missed = a_document(runtime)
    (attempt,) = webhook_delivery.deliver_due(runtime)
    assert (http.received, attempt.status) == ([], 0)
    with pytest.raises(InvalidRequest, match="410"):
        webhooks.replay_failed(runtime, endpoint.id)
    webhooks.enable(runtime, endpoint.id)
    assert [one.message.document for one in webhooks.replay_failed(runtime, endpoint.id)] == [
        missed.id
    ]
    (attempt,) = webhook_delivery.deliver_due(runtime)
    assert attempt.is_good
    assert webhooks.replay_failed(runtime, endpoint.id) == []
