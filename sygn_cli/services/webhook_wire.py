"""Webhook endpoints and deliveries as the REST API and ``--json`` show them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sygn_cli.domain import moment
from sygn_cli.domain.webhook import WebhookEvent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sygn_cli.domain.webhook import Attempt, Endpoint


def endpoint(one: Endpoint) -> dict[str, object]:
    """Return an endpoint without its secret."""
    return {
        "id": one.id,
        "url": one.url,
        "account": one.account,
        "events": sorted(one.events or WebhookEvent),
        "documents": str(one.reach),
        "mode": None if one.mode is None else str(one.mode),
        "allow_private": one.allow_private,
        "enabled": not one.disabled,
        "disabled_reason": one.disabled or None,
        "created_at": moment.to_wire(one.created_at),
    }


def endpoint_with_secret(one: Endpoint) -> dict[str, object]:
    """Return an endpoint whose newest secret nobody has seen yet."""
    shown = {**endpoint(one), "secret": one.secrets[0].text}
    if len(one.secrets) > 1:
        shown["previous_secret_until"] = moment.to_wire_if(one.secrets[1].until)
    return shown


def of_document(one: Endpoint) -> dict[str, object]:
    """Return the webhook that was made for a document, with the secret nobody has seen yet."""
    return {"id": one.id, "url": one.url, "secret": one.secrets[0].text}


def endpoints(found: Sequence[Endpoint]) -> dict[str, object]:
    """Return a list of endpoints, which is always whole."""
    return {"data": [endpoint(one) for one in found], "has_more": False, "next_cursor": None}


def attempt(one: Attempt) -> dict[str, object]:
    """Return one try to deliver a message."""
    return {
        "id": one.delivery,
        "webhook": one.endpoint,
        "event": str(one.message.event),
        "event_id": one.message.id,
        "document": one.message.document or None,
        "attempt": one.number,
        "at": moment.to_wire(one.at),
        "delivered": one.is_good,
        "status": one.status or None,
        "latency_ms": one.milliseconds,
        "error": one.error or None,
        "response": one.head,
        "next_attempt_at": moment.to_wire_if(one.next_at),
    }


def attempts(found: Sequence[Attempt], *, next_cursor: str | None = None) -> dict[str, object]:
    """Return the latest attempts, the newest first."""
    return {
        "data": [attempt(one) for one in found],
        "has_more": next_cursor is not None,
        "next_cursor": next_cursor,
    }
