"""``/webhooks``: where an account's events are posted, and what became of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal

from flask import Response, jsonify
from flask_openapi3 import Tag
from pydantic import BaseModel, ConfigDict, Field

from sygn_cli.server import auth
from sygn_cli.server.api import gate
from sygn_cli.server.api.answers import Moment
from sygn_cli.server.api.requests import Body
from sygn_cli.services import webhook_delivery, webhook_wire, webhooks
from sygn_cli.services.webhooks import Owner, Wanted

if TYPE_CHECKING:
    from flask_openapi3 import APIBlueprint

    from sygn_cli.services.runtime import Runtime

_TAG: Final = Tag(name="webhooks", description="Be told instead of asking.")
_WEBHOOK_ID: Final = "^we_[0-9a-z]{26}$"
_DELIVERY_ID: Final = "^we_[0-9a-z]{26}[.]evt_[0-9a-z_]{1,60}$"
EventName = Literal[
    "doc.created",
    "signer.viewed",
    "signer.completed",
    "signer.declined",
    "signer.delegated",
    "signer.asked",
    "signer.locked",
    "doc.completed",
    "doc.declined",
    "doc.expired",
    "doc.voided",
]


class WebhookBody(Body):
    """A URL to tell."""

    url: Annotated[
        str,
        Field(
            max_length=2000,
            description="https, on a public address.",
            examples=["https://example.com/hook"],
        ),
    ]
    events: Annotated[
        list[EventName] | None, Field(max_length=20, description="Left out: all of them.")
    ] = None


class WebhookPath(BaseModel):
    """A webhook's address."""

    webhook_id: Annotated[str, Field(json_schema_extra={"pattern": _WEBHOOK_ID})]


class DeliveryPath(WebhookPath):
    """A delivery's address."""

    delivery_id: Annotated[str, Field(json_schema_extra={"pattern": _DELIVERY_ID})]


class DeliveriesQuery(BaseModel):
    """Which deliveries to list."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    limit: Annotated[int, Field(ge=1, le=100)] = 50
    cursor: Annotated[str | None, Field(description="`next_cursor` of the page before.")] = None
    failed: Annotated[
        Literal["true", "false"], Field(description="Only what was not received.")
    ] = "false"


class WebhookState(BaseModel):
    """A webhook without its secret."""

    id: str
    url: str
    account: str
    events: list[EventName]
    documents: Annotated[
        Literal["all", "named"], Field(description="`named`: those created with its URL.")
    ]
    mode: Literal["live", "test"] | None
    allow_private: bool
    enabled: bool
    disabled_reason: str | None
    created_at: Moment


class WebhookWithSecret(WebhookState):
    """A webhook with its newest secret, which is shown this once."""

    secret: Annotated[str, Field(examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])]
    previous_secret_until: Annotated[
        Moment | None, Field(description="Until then messages carry both signatures.")
    ] = None


class WebhookList(BaseModel):
    """All webhooks of the account."""

    data: list[WebhookState]
    has_more: bool
    next_cursor: str | None


class WebhookRemoved(BaseModel):
    """A webhook that is gone."""

    id: str
    removed: Literal[True]


class Delivery(BaseModel):
    """One try to bring an event to a webhook."""

    id: Annotated[str, Field(description="The same for all tries of one event.")]
    webhook: str
    event: EventName
    event_id: Annotated[str, Field(description="As in the header `webhook-id`.")]
    document: str | None
    attempt: int
    at: Moment
    delivered: bool
    status: Annotated[int | None, Field(description="What the receiver answered.")]
    latency_ms: int
    error: str | None
    response: Annotated[str, Field(description="The beginning of the answer's body.")]
    next_attempt_at: Moment | None


class DeliveryList(BaseModel):
    """The latest tries, the newest first."""

    data: list[Delivery]
    has_more: bool
    next_cursor: str | None


def blueprint(runtime: Runtime) -> APIBlueprint:
    """Return the routes."""
    routes = gate.blueprint("webhooks", _TAG, runtime)
    _add_endpoints(routes, runtime)
    _add_changes(routes, runtime)
    _add_deliveries(routes, runtime)
    return routes


def _owner(runtime: Runtime) -> Owner:
    key = auth.caller(runtime)
    return Owner(key.account, key.mode)


def _add_endpoints(routes: APIBlueprint, runtime: Runtime) -> None:
    @routes.post(
        "/webhooks",
        summary="Add a webhook",
        responses={201: WebhookWithSecret},
    )
    def add_webhook(body: WebhookBody) -> tuple[Response, int]:
        """Have the account's events posted to a URL; the secret is shown this once."""
        owner = _owner(runtime)
        wanted = Wanted(body.url, owner.account, tuple(body.events or ()), mode=owner.mode)
        made = webhooks.add(runtime, wanted)
        return jsonify(webhook_wire.endpoint_with_secret(made)), 201

    @routes.get("/webhooks", summary="List webhooks", responses={200: WebhookList})
    def list_webhooks() -> Response:
        """List the account's webhooks, the oldest first."""
        return jsonify(webhook_wire.endpoints(webhooks.show(runtime, owner=_owner(runtime))))

    @routes.get(
        "/webhooks/<webhook_id>",
        summary="Get a webhook",
        responses={200: WebhookState, **gate.refusals(404)},
    )
    def get_webhook(path: WebhookPath) -> Response:
        """Return a webhook without its secret."""
        found = webhooks.get(runtime, path.webhook_id, owner=_owner(runtime))
        return jsonify(webhook_wire.endpoint(found))

    @routes.delete(
        "/webhooks/<webhook_id>",
        summary="Remove a webhook",
        responses={200: WebhookRemoved, **gate.refusals(404)},
    )
    def remove_webhook(path: WebhookPath) -> Response:
        """Post nothing there any more; what was still to be posted is dropped."""
        webhooks.remove(runtime, path.webhook_id, owner=_owner(runtime))
        return jsonify(id=path.webhook_id, removed=True)


def _add_changes(routes: APIBlueprint, runtime: Runtime) -> None:
    @routes.post(
        "/webhooks/<webhook_id>/rotate",
        summary="Make a new secret",
        responses={200: WebhookWithSecret, **gate.refusals(404)},
    )
    def rotate_webhook(path: WebhookPath) -> Response:
        """Make a new secret; for a day messages carry the signature of the old one as well."""
        turned = webhooks.rotate(runtime, path.webhook_id, owner=_owner(runtime))
        return jsonify(webhook_wire.endpoint_with_secret(turned))

    @routes.post(
        "/webhooks/<webhook_id>/enable",
        summary="Enable a webhook again",
        responses={200: WebhookState, **gate.refusals(404)},
    )
    def enable_webhook(path: WebhookPath) -> Response:
        """Enable a webhook that was disabled because its receiver failed or said 410."""
        enabled = webhooks.enable(runtime, path.webhook_id, owner=_owner(runtime))
        return jsonify(webhook_wire.endpoint(enabled))

    @routes.post(
        "/webhooks/<webhook_id>/test",
        summary="Try a webhook out",
        responses={200: Delivery, **gate.refusals(404)},
    )
    def try_webhook(path: WebhookPath) -> Response:
        """Post a message that is marked as a test, once, and tell what was answered."""
        attempt = webhook_delivery.try_out(runtime, path.webhook_id, owner=_owner(runtime))
        return jsonify(webhook_wire.attempt(attempt))


def _add_deliveries(routes: APIBlueprint, runtime: Runtime) -> None:
    @routes.get(
        "/webhooks/<webhook_id>/deliveries",
        summary="List deliveries",
        responses={200: DeliveryList, **gate.refusals(404)},
    )
    def list_deliveries(path: WebhookPath, query: DeliveriesQuery) -> Response:
        """List what was posted to a webhook and what was answered, the newest first."""
        endpoint = webhooks.get(runtime, path.webhook_id, owner=_owner(runtime))
        found = webhooks.deliveries(
            runtime,
            endpoint_id=endpoint.id,
            failed=query.failed == "true",
            limit=query.limit + 1,
            cursor=query.cursor,
        )
        shown = found[: query.limit]
        more = webhooks.cursor_after(shown[-1]) if len(found) > query.limit else None
        return jsonify(webhook_wire.attempts(shown, next_cursor=more))

    @routes.post(
        "/webhooks/<webhook_id>/deliveries/<delivery_id>/replay",
        summary="Deliver again",
        responses={202: Delivery, **gate.refusals(404)},
    )
    def replay_delivery(path: DeliveryPath) -> tuple[Response, int]:
        """Post an event again, under the same id; the answer shows the try that is repeated."""
        owner = _owner(runtime)
        webhooks.get(runtime, path.webhook_id, owner=owner)
        repeated = webhooks.replay(runtime, path.delivery_id, owner=owner)
        return jsonify(webhook_wire.attempt(repeated)), 202
