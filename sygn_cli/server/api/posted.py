"""What webhooks post, for the description: pydantic models of the messages, and their headers.

They describe what :mod:`sygn_cli.domain.webhook_messages` makes, and are not run on it.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, Field
from pydantic.json_schema import models_json_schema

from sygn_cli.domain.webhook import ROTATION, WebhookEvent
from sygn_cli.server.api.answers import Moment, Person, Status
from sygn_cli.server.api.webhooks import EventName

_DAYS: Final = ROTATION.days


class ToldDocument(BaseModel):
    """The document after the event."""

    id: str
    status: Status
    title: str
    mode: Literal["live", "test"]
    created_at: Annotated[Moment | None, Field(description="Null in a trial only.")]
    completed_at: Moment | None
    declined_at: Moment | None
    expired_at: Moment | None
    voided_at: Moment | None


class ToldSigner(BaseModel):
    """The signer that the event is about, after it."""

    id: str
    name: str
    email: str
    status: Literal["pending", "signed", "declined"]
    viewed_at: Moment | None
    signed_at: Moment | None
    declined_at: Moment | None
    decline_reason: str | None


class ToldAudit(BaseModel):
    """Where the document's audit trail stood; keep it as evidence."""

    seq: Annotated[int, Field(ge=0)]
    head: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class DocumentMessage(BaseModel):
    """Something happened to a document."""

    event: EventName
    id: Annotated[str, Field(description="The same at every try, as in `webhook-id`.")]
    timestamp: Annotated[Moment, Field(description="When it happened.")]
    document: ToldDocument
    audit: ToldAudit


class SignerMessage(DocumentMessage):
    """Something happened to a signer."""

    signer: ToldSigner


class Handover(BaseModel):
    """Who passed a signature on, and why; who has it now is the `signer`."""

    from_: Annotated[Person, Field(alias="from")]
    reason: str | None


class DelegationMessage(SignerMessage):
    """A signature was passed on."""

    delegated: Handover


class QuestionMessage(SignerMessage):
    """A signer asked the sender something."""

    question: str


class TrialMessage(DocumentMessage):
    """A trial of a webhook: about a document that does not exist."""

    test: Literal[True]
    endpoint: Annotated[str, Field(description="The webhook that is tried.")]


_MESSAGES: Final[dict[WebhookEvent, tuple[type[DocumentMessage], str]]] = {
    WebhookEvent.DOC_CREATED: (DocumentMessage, "A document was sent to its signers"),
    WebhookEvent.SIGNER_VIEWED: (SignerMessage, "A signer saw the document for the first time"),
    WebhookEvent.SIGNER_COMPLETED: (SignerMessage, "A signer signed"),
    WebhookEvent.SIGNER_DECLINED: (SignerMessage, "A signer declined"),
    WebhookEvent.SIGNER_DELEGATED: (DelegationMessage, "A signature was passed on"),
    WebhookEvent.SIGNER_ASKED: (QuestionMessage, "A signer asked something"),
    WebhookEvent.SIGNER_LOCKED: (SignerMessage, "Too many wrong codes locked a signer's page"),
    WebhookEvent.DOC_COMPLETED: (DocumentMessage, "Everyone has signed and the PDF is sealed"),
    WebhookEvent.DOC_DECLINED: (DocumentMessage, "A document ended because a signer declined"),
    WebhookEvent.DOC_EXPIRED: (DocumentMessage, "The deadline of a document passed"),
    WebhookEvent.DOC_VOIDED: (DocumentMessage, "A document was taken back"),
}
_MODELS: Final = (
    DocumentMessage, SignerMessage, DelegationMessage, QuestionMessage, TrialMessage,
)  # fmt: skip
_REFS: Final = "#/components/schemas/"
_HEX: Final = "^[0-9a-f]{64}$"
_HEADERS: Final = (
    (
        "webhook-id",
        True,
        {"pattern": "^evt_"},
        "The same at every try of one event: have it once.",
    ),
    (
        "webhook-timestamp",
        True,
        {"pattern": "^[0-9]+$"},
        "When this try was made, in seconds since 1970.",
    ),
    (
        "webhook-signature",
        True,
        {"pattern": "^v1,[A-Za-z0-9+/]{43}=( v1,[A-Za-z0-9+/]{43}=)?$"},
        "As Standard Webhooks has it: `v1,` and base 64 of the HMAC-SHA256 of `webhook-id`, `.`, "
        "`webhook-timestamp`, `.` and the body. The key is the 32 bytes that the base 64 after "
        "`whsec_` stands for. While a secret is replaced there are two, with a space between.",
    ),
    (
        "X-Sygn-Signature",
        True,
        {"pattern": _HEX},
        "Hex HMAC-SHA256 of the body alone. The key is the text of the secret as it was shown, "
        "`whsec_` included and nothing decoded. Always by the newest secret.",
    ),
    (
        "X-Sygn-Signature-Previous",
        False,
        {"pattern": _HEX},
        "The same by the secret before, for "
        f"{'a day' if _DAYS == 1 else f'{_DAYS} days'} after a new one was made.",
    ),
)


def add_to(description: dict[str, Any]) -> None:
    """Add what is posted to webhooks to a description of the API."""
    _, schemas = models_json_schema(
        [(model, "validation") for model in _MODELS], ref_template=_REFS + "{model}"
    )
    for name, schema in schemas["$defs"].items():
        description["components"]["schemas"].setdefault(name, schema)
    description["webhooks"] = {
        str(event): {"post": _post(event, model, title)}
        for event, (model, title) in _MESSAGES.items()
    }


def _post(event: WebhookEvent, model: type[DocumentMessage], title: str) -> dict[str, Any]:
    # A trial comes as the event that every receiver has to know.
    models = [model]
    if event is WebhookEvent.DOC_COMPLETED:
        models.append(TrialMessage)
    options: list[dict[str, Any]] = [{"$ref": _REFS + one.__name__} for one in models]
    schema = options[0] if len(options) == 1 else {"anyOf": options}
    own = {"type": "object", "properties": {"event": {"const": str(event)}}}
    return {
        "operationId": f"told_{event.replace('.', '_')}",
        "tags": ["webhooks"],
        "summary": title,
        "description": f"{title}. Posted to webhooks that asked for `{event}`, at least once.",
        "security": [],
        "parameters": [*_headers(), _header("X-Sygn-Event", {"const": str(event)}, "As `event`.")],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"allOf": [schema, own]}}},
        },
        "responses": {
            "2XX": {"description": "Received. Anything else is tried again, later and later."},
            "410": {"description": "Nothing more is wanted: the webhook is disabled."},
        },
    }


def _headers() -> list[dict[str, Any]]:
    return [
        _header(name, schema, text, required=required) for name, required, schema, text in _HEADERS
    ]


def _header(
    name: str, schema: dict[str, str], text: str, *, required: bool = True
) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": required,
        "description": text,
        "schema": {"type": "string", **schema},
    }
