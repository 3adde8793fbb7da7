"""What webhooks tell, how they are signed, and when they are tried again."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import timedelta

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from sygn_cli.delivery.clock import SystemClock
from sygn_cli.domain import evidence, history, lifecycle, webhook, webhook_messages
from sygn_cli.domain.audit import Event, EventType
from sygn_cli.domain.document import Mode
from sygn_cli.domain.errors import InvalidRequest
from sygn_cli.domain.webhook import Endpoint, Reach, WebhookEvent
from tests.life import NOW, Life

SECRET = webhook.new_secret(b"s" * 32)
OLD_SECRET = webhook.new_secret(b"o" * 32)


def an_endpoint(**changes) -> Endpoint:
    values = {
        "id": "we_" + "0" * 26,
        "account": "local",
        "url": "https://example.com/hook",
        "events": frozenset(),
        "secrets": (SECRET,),
        "created_at": NOW,
    }
    return Endpoint(**{**values, **changes})


def told(life: Life) -> list[webhook.Message]:
    """Return the messages of the last event."""
    return webhook_messages.messages(life.document, life.events[-1])


def names(life: Life) -> list[str]:
    return [str(one.event) for one in told(life)]


@pytest.fixture
def life() -> Life:
    made = Life()
    made.create()
    return made


def test_sending_a_document_is_told(life):
    assert names(life) == ["doc.created"]


def test_a_draft_is_not_told_until_it_is_sent():
    life = Life()
    life.create(draft=True)
    assert names(life) == []
    event = life.events[-1]
    sent = history.evolve(
        life.document,
        Event(EventType.SENT, life.id, 1, NOW, evidence.OPERATOR, {}, event.hash()),
        life.blobs.__getitem__,
    )
    after = Event(EventType.SENT, life.id, 1, NOW, evidence.OPERATOR, {}, event.hash())
    assert [str(one.event) for one in webhook_messages.messages(sent, after)] == ["doc.created"]


def test_a_draft_that_is_taken_back_was_never_told_of():
    life = Life()
    life.create(draft=True)
    life.record(lifecycle.void(life.document, actor=evidence.OPERATOR))
    assert names(life) == []


def test_a_whole_signing_is_told_step_by_step(life):
    seen = [names(life)]
    for signer in ("s1", "s2"):
        life.record(
            lifecycle.view(life.document, life.document.signer(signer), evidence.COMMAND_LINE)
        )
        seen.append(names(life))
        life.consent(signer)
        seen.append(names(life))
        life.record(life.decide_to_sign(signer))
        seen.append(names(life))
    life.record(lifecycle.sealed(b"pdf", credential="c", level="B-B", stamped_sha256="d"))
    seen.append(names(life))
    life.record(lifecycle.completed(life.document, b"certificate"))
    seen.append(names(life))
    assert [one for some in seen for one in some] == [
        "doc.created",
        "signer.viewed",
        "signer.completed",
        "signer.viewed",
        "signer.completed",
        "doc.completed",
    ]


def test_declining_tells_of_the_signer_and_of_the_document(life):
    ada = life.document.signer("s1")
    life.record(
        lifecycle.decline(
            life.document, ada, reason="Too dear.", now=NOW, evidence=evidence.COMMAND_LINE
        )
    )
    signer, document = told(life)
    assert (signer.event, document.event) == ("signer.declined", "doc.declined")
    assert signer.id != document.id
    assert json.loads(signer.body)["signer"]["decline_reason"] == "Too dear."


def test_voiding_and_expiring_are_told(life):
    other = Life()
    other.create()
    life.record(lifecycle.void(life.document, actor=evidence.OPERATOR))
    assert names(life) == ["doc.voided"]
    other.now = NOW + timedelta(days=31)
    other.record(lifecycle.expire(other.document, now=other.now))
    assert names(other) == ["doc.expired"]


def test_the_payload_is_that_of_the_contract_and_more(life):
    life.sign("s1")
    life.sign("s2")
    life.record(lifecycle.sealed(b"pdf", credential="c", level="B-B", stamped_sha256="d"))
    life.record(lifecycle.completed(life.document, b"certificate"))
    (message,) = told(life)
    payload = json.loads(message.body)
    assert payload["event"] == "doc.completed"
    document = payload["document"]
    assert document["id"] == life.id
    assert document["status"] == "completed"
    assert document["title"] == "Mutual NDA"
    assert document["completed_at"] == "2026-11-21T12:00:00.000Z"
    assert payload["audit"] == {"seq": life.document.seq, "head": life.document.head}
    assert payload["id"] == message.id
    assert payload["timestamp"] == "2026-11-21T12:00:00.000Z"


def test_a_trial_says_of_its_document_what_a_real_message_does(life):
    (real,) = told(life)
    trial = webhook_messages.trial(an_endpoint(), "evt_test_1", NOW)
    assert json.loads(trial.body)["document"].keys() == json.loads(real.body)["document"].keys()


def test_a_message_is_the_same_whenever_it_is_derived(life):
    assert told(life) == told(life)
    assert "." not in told(life)[0].id  # it is joined with dots where it is signed


def test_the_longest_document_makes_a_message_below_20_kilobytes():
    life = Life()
    life.create(title="\U0001f58b" * 200)
    ada = life.document.signer("s1")
    life.record(
        lifecycle.decline(
            life.document,
            ada,
            reason="\U0001f58b" * 500,
            now=NOW,
            evidence=evidence.COMMAND_LINE,
        )
    )
    assert max(len(one.body.encode()) for one in told(life)) < 20_000


def test_an_endpoint_hears_of_its_own_account_only(life):
    created = WebhookEvent.DOC_CREATED
    assert an_endpoint().hears(life.document, created)
    assert not an_endpoint(account="acct_other").hears(life.document, created)
    assert an_endpoint(account=webhook.EVERY_ACCOUNT).hears(life.document, created)


def test_an_endpoint_of_test_documents_hears_of_no_live_one(life):
    created = WebhookEvent.DOC_CREATED
    assert not an_endpoint(mode=Mode.TEST).hears(life.document, created)
    assert an_endpoint(mode=Mode.LIVE).hears(life.document, created)


def test_an_endpoint_hears_only_what_it_asked_for(life):
    endpoint = an_endpoint(events=frozenset({WebhookEvent.DOC_COMPLETED}))
    assert endpoint.hears(life.document, WebhookEvent.DOC_COMPLETED)
    assert not endpoint.hears(life.document, WebhookEvent.DOC_CREATED)


def test_an_endpoint_of_some_documents_hears_of_those_that_name_it():
    endpoint = an_endpoint(reach=Reach.NAMED)
    named, other = Life(), Life()
    named.create(webhook=endpoint.id)
    other.create()
    assert endpoint.hears(named.document, WebhookEvent.DOC_CREATED)
    assert not endpoint.hears(other.document, WebhookEvent.DOC_CREATED)


def test_a_judge_we_did_not_write_accepts_the_signature(life):
    (message,) = told(life)
    headers = webhook.headers(message, [SECRET], now=SystemClock().now())
    assert Webhook(SECRET.text).verify(message.body, headers)["event"] == "doc.created"


def test_the_judge_refuses_another_body_another_secret_and_another_time(life):
    (message,) = told(life)
    headers = webhook.headers(message, [SECRET], now=SystemClock().now())
    old = webhook.headers(message, [SECRET], now=SystemClock().now() - timedelta(minutes=6))
    for body, secret, sent in (
        (message.body.replace("NDA", "LOI"), SECRET, headers),
        (message.body, OLD_SECRET, headers),
        (message.body, SECRET, {**headers, "webhook-id": "evt_other"}),
        (message.body, SECRET, old),
    ):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret.text).verify(body, sent)


def test_while_a_secret_is_replaced_both_are_good_and_then_one(life):
    (message,) = told(life)
    now = SystemClock().now()
    secrets = (SECRET, webhook.Secret(OLD_SECRET.text, until=now + timedelta(hours=1)))
    during = webhook.headers(message, secrets, now=now)
    Webhook(SECRET.text).verify(message.body, during)
    Webhook(OLD_SECRET.text).verify(message.body, during)
    after = webhook.headers(message, (SECRET, webhook.Secret(OLD_SECRET.text, until=now)), now=now)
    Webhook(SECRET.text).verify(message.body, after)
    with pytest.raises(WebhookVerificationError):
        Webhook(OLD_SECRET.text).verify(message.body, after)


def test_the_plain_signature_is_the_hmac_of_the_body_in_hex(life):
    (message,) = told(life)
    headers = webhook.headers(message, [SECRET], now=NOW)
    expected = hmac.new(SECRET.text.encode(), message.body.encode(), hashlib.sha256).hexdigest()
    assert headers["X-Sygn-Signature"] == expected


def test_a_secret_does_not_show_in_what_is_logged():
    assert SECRET.text not in repr(an_endpoint())


@pytest.mark.parametrize(
    ("attempts", "least", "most"),
    [(1, 60, 72), (2, 300, 360), (3, 1800, 2160), (4, 7200, 8640), (5, 21600, 25920)],
)
def test_retries_come_later_and_later(attempts, least, most):
    first = webhook.next_attempt(attempts, now=NOW, chance=0.0)
    last = webhook.next_attempt(attempts, now=NOW, chance=1.0)
    assert first == NOW + timedelta(seconds=least)
    assert last == NOW + timedelta(seconds=most)


def test_after_the_last_retry_there_is_none():
    assert webhook.next_attempt(webhook.MOST_ATTEMPTS, now=NOW, chance=0.0) is None


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ("120", 120),
        ("5", 60),  # never sooner than planned
        ("Sat, 21 Nov 2026 12:10:00 GMT", 600),
        ("Sat, 21 Nov 2026 11:00:00 GMT", 60),
        ("999999999", 24 * 3600),
        ("", 60),
        ("soon", 60),
        ("-5", 60),
        ("9" * 40, 60),
        ("Fri, 31 Dec 9999 23:59:59 -1400", 24 * 3600),
        ("Mon, 01 Jan 0001 00:00:00 +1400", 60),
        (f"Fri, 31 Dec {'9' * 40} 23:59:59 GMT", 60),
        (f"Fri, 31 Dec 2026 23:59:59 +{'9' * 40}", 60),
    ],
)
def test_a_receiver_can_ask_for_more_time(asked, seconds):
    assert webhook.next_attempt(1, now=NOW, chance=0.0, retry_after=asked) == NOW + timedelta(
        seconds=seconds
    )


def test_an_unknown_event_is_refused():
    with pytest.raises(InvalidRequest, match=r"doc\.opened"):
        webhook.events_from(["doc.completed", "doc.opened"])
