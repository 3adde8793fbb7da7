"""What webhooks post is what the description says: messages, headers, and the keys that sign."""

from __future__ import annotations

import base64
import copy
import hashlib
import hmac
import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import jsonschema_rs
import pytest

from sygn_cli.domain import webhook, webhook_messages
from sygn_cli.domain.audit import Event, EventType
from sygn_cli.domain.evidence import OPERATOR
from sygn_cli.domain.webhook import Endpoint, Message, Secret, WebhookEvent
from sygn_cli.server.api import posted
from sygn_cli.services.runtime import Settings
from tests.life import NOW, Life
from tests.server.api.caller import UNCOUNTED, serve

NEW, OLD = webhook.new_secret(b"n" * 32), webhook.new_secret(b"o" * 32)
ENDPOINT = Endpoint(
    "we_" + "0" * 26, "local", "https://example.com/", frozenset(), (NEW,), created_at=NOW
)
DATA = {
    "signer": "s1",
    "from_name": "Ada Lovelace",
    "from_email": "ada@example.com",
    "reason": "",
}


@pytest.fixture(scope="module")
def description() -> dict[str, Any]:
    return serve(Settings(**UNCOUNTED)).client.get("/openapi.json").get_json()


def every_message() -> list[Message]:
    """Return all messages that there can be: of each type of event, and the trial."""
    life = Life()
    sent = replace(life.create(), sent_at=NOW)
    signer = replace(sent.signer("s1"), viewed_at=NOW, decline_reason="Too dear.")
    later = replace(sent, signers=(signer, *sent.signers[1:]), completed_at=NOW, voided_at=NOW)
    found = [webhook_messages.trial(ENDPOINT, "evt_test_1", NOW)]
    for document in (sent, later):
        for kind in EventType:
            event = Event(kind, life.id, 7, NOW, OPERATOR, DATA, life.events[-1].hash())
            found += webhook_messages.messages(document, event)
    return found


def schema_of(description: dict[str, Any], event: str) -> dict[str, Any]:
    body = description["webhooks"][event]["post"]["requestBody"]
    schema = body["content"]["application/json"]["schema"]
    return {**schema, "components": description["components"]}


def strict(description: dict[str, Any]) -> dict[str, Any]:
    """Return the description with what it says about messages said to be all."""
    made = copy.deepcopy(description)
    schemas = made["components"]["schemas"]
    for name in ("ToldDocument", "ToldSigner", "ToldAudit", "Handover", "Person"):
        schemas[name]["additionalProperties"] = False
    for model in posted._MODELS:
        schemas[model.__name__]["additionalProperties"] = False
    return made


def test_each_event_is_described_and_each_has_a_message(description):
    assert description["openapi"].startswith("3.1")
    assert description["webhooks"].keys() == set(WebhookEvent)
    assert {one.event for one in every_message()} == set(WebhookEvent)


@pytest.mark.parametrize("event", list(WebhookEvent))
def test_a_message_is_what_its_schema_says_and_nothing_more(description, event):
    schema = schema_of(strict(description), event)
    judge = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    for message in every_message():
        if message.event == event:
            judge.validate(json.loads(message.body))


@pytest.mark.parametrize("event", list(WebhookEvent))
def test_a_message_of_another_event_is_not_what_the_schema_says(description, event):
    judge = jsonschema_rs.Draft202012Validator(schema_of(description, event))
    for message in every_message():
        assert judge.is_valid(json.loads(message.body)) == (message.event == event)


def test_nothing_that_a_schema_names_is_missing_from_all_messages(description):
    required = {(model.__name__, name) for model in posted._MODELS for name in model.model_fields}
    seen = {name for one in every_message() for name in json.loads(one.body)}
    assert {name for _, name in required} == seen


@pytest.mark.parametrize("secrets", [(NEW,), (NEW, replace(OLD, until=NOW + timedelta(hours=1)))])
def test_headers_are_those_that_are_described(description, secrets: tuple[Secret, ...]):
    for message in every_message():
        sent = webhook.headers(message, secrets, now=NOW)
        operation = description["webhooks"][message.event]["post"]
        described = {one["name"]: one for one in operation["parameters"]}
        transport = {"Content-Type", "User-Agent"}
        assert sent.keys() - transport <= described.keys()
        for name, one in described.items():
            assert name in sent or not one["required"]
            if name in sent:
                jsonschema_rs.validate(one["schema"], sent[name])
        assert ("X-Sygn-Signature-Previous" in sent) == (len(secrets) == 2)


def test_the_keys_are_those_that_the_description_names(description):
    message = webhook_messages.trial(ENDPOINT, "evt_test_1", NOW)
    sent = webhook.headers(message, (NEW,), now=NOW)
    body = message.body.encode()
    shown = NEW.text.encode()  # the text as it was shown
    assert sent["X-Sygn-Signature"] == hmac.new(shown, body, hashlib.sha256).hexdigest()
    decoded = base64.b64decode(NEW.text.removeprefix("whsec_"))
    content = f"{sent['webhook-id']}.{sent['webhook-timestamp']}.".encode() + body
    digest = hmac.new(decoded, content, hashlib.sha256).digest()
    assert sent["webhook-signature"] == "v1," + base64.b64encode(digest).decode()
    texts = {
        one["name"]: one["description"]
        for one in description["webhooks"]["doc.created"]["post"]["parameters"]
    }
    assert "`whsec_` included and nothing decoded" in texts["X-Sygn-Signature"]
    assert "32 bytes that the base 64 after `whsec_`" in texts["webhook-signature"]


def test_names_of_operations_are_told_apart(description):
    paths = [one for path in description["paths"].values() for one in path.values()]
    hooks = [one["post"] for one in description["webhooks"].values()]
    names = [one["operationId"] for one in (*paths, *hooks)]
    assert len(set(names)) == len(names)


def test_the_reference_says_the_same_to_people(description):
    page = serve(Settings(**UNCOUNTED)).client.get("/docs").text
    section = page.partition('id="webhooks"')[2].partition("</section>")[0]
    for event, path in description["webhooks"].items():
        assert f"<code>{event}</code>" in section
        for one in path["post"]["parameters"]:
            assert f"<code>{one['name']}</code>" in section
    assert re.search(r"<code>whsec_</code> included and nothing decoded", section)
