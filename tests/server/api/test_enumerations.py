"""What the description of the API enumerates is what the domain knows, no more and no less."""

from __future__ import annotations

from typing import get_args

import pytest

from sygn_cli.domain.document import DocumentStatus, Mode, Signatures, SigningOrder
from sygn_cli.domain.field import FieldType
from sygn_cli.domain.identity import Step
from sygn_cli.domain.signer import SignerStatus
from sygn_cli.domain.webhook import Reach, WebhookEvent
from sygn_cli.server.api import answers, requests, webhooks

SHORTER = "initial"  # what the API takes for initials as well


def enumerated(schema: object) -> set[str]:
    """Return the values of the enumeration in a part of a schema, however deep it lies."""
    found: set[str] = set()
    if isinstance(schema, dict):
        found.update(schema.get("enum", ()))
        for part in schema.values():
            found |= enumerated(part)
    elif isinstance(schema, list):
        for part in schema:
            found |= enumerated(part)
    return found


@pytest.mark.parametrize(
    ("names", "known"),
    [(webhooks.EventName, WebhookEvent), (answers.Status, DocumentStatus)],
    ids=["events", "statuses"],
)
def test_a_named_enumeration_is_the_domains(names, known):
    assert set(get_args(names)) == {str(one) for one in known}


@pytest.mark.parametrize(
    ("model", "name", "known"),
    [
        (webhooks.WebhookBody, "events", WebhookEvent),
        (webhooks.WebhookState, "events", WebhookEvent),
        (webhooks.WebhookState, "documents", Reach),
        (webhooks.WebhookState, "mode", Mode),
        (webhooks.Delivery, "event", WebhookEvent),
        (answers.DocumentState, "status", DocumentStatus),
        (answers.DocumentState, "signing_order", SigningOrder),
        (answers.DocumentState, "signatures", Signatures),
        (answers.DocumentState, "mode", Mode),
        (answers.SignerState, "status", SignerStatus),
        (answers.SignerState, "auth", Step),
        (answers.Detected, "type", FieldType),
        (requests.FieldBody, "type", {*FieldType, SHORTER}),
        (requests.SignerBody, "auth", Step),
        (requests.CreateBody, "signing_order", SigningOrder),
        (requests.CreateBody, "signatures", Signatures),
        (requests.ListQuery, "status", DocumentStatus),
    ],
)
def test_a_property_takes_what_the_domain_knows(model, name, known):
    described = model.model_json_schema()["properties"][name]
    assert enumerated(described) == {str(one) for one in known}


def test_what_a_webhook_shows_of_itself_can_be_asked_for_again():
    assert (
        len(WebhookEvent)
        <= webhooks.WebhookBody.model_json_schema()["properties"]["events"]["anyOf"][0]["maxItems"]
    )
