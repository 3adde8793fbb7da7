"""What the API answers, as pydantic models: they describe and are not run on answers."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

Moment = Annotated[
    str, Field(json_schema_extra={"format": "date-time"}, examples=["2026-06-13T17:04:00.000Z"])
]
Status = Literal["draft", "sent", "partially_signed", "completed", "declined", "expired", "voided"]


class Error(BaseModel):
    """Every refusal and failure; switch on `error`, show `message`."""

    error: Annotated[str, Field(examples=["not_completed"])]
    message: Annotated[str, Field(examples=["The document is not fully signed yet."])]
    hint: Annotated[str | None, Field(description="What to do next.")] = None


class SignerState(BaseModel):
    """A signer and what they have done."""

    id: str
    name: str
    email: str
    role: str | None
    locale: Annotated[str | None, Field(description="What they read; null: nobody said.")]
    order: int
    status: Literal["pending", "signed", "declined"]
    auth: Annotated[
        list[Literal["code", "email", "totp"]],
        Field(description="Identity steps before anything is shown to them."),
    ]
    locked: Annotated[
        bool, Field(description="Too many wrong codes: only the sender opens the page again.")
    ]
    viewed_at: Moment | None
    signed_at: Moment | None
    declined_at: Moment | None
    decline_reason: str | None
    mailed_at: Annotated[
        Moment | None, Field(description="When a mail server last took a letter with their link.")
    ]
    mail_error: Annotated[str | None, Field(description="Why no mail server will take one.")]


class SignerWithLink(SignerState):
    """A signer with their private link, while the document is open."""

    signing_url: str | None = None


class FileState(BaseModel):
    """A source file."""

    name: str
    sha256: str
    pages: int


class Person(BaseModel):
    """Somebody with an address."""

    name: str
    email: str


class DelegationState(BaseModel):
    """A signature that was passed on."""

    signer: str
    at: Moment
    from_: Annotated[Person, Field(alias="from", description="Who was asked before.")]
    to: Annotated[Person, Field(description="Who has the link since.")]
    by: Literal["signer", "operator"]
    reason: str | None


class QuestionState(BaseModel):
    """What a signer asked the sender."""

    signer: str
    at: Moment
    text: str


class DocumentState(BaseModel):
    """Where a document stands."""

    id: str
    status: Status
    title: str
    signing_order: Literal["parallel", "sequential"]
    signatures: Annotated[
        Literal["seal", "each"],
        Field(description="Whose digital signatures the signed PDF carries."),
    ]
    mode: Literal["live", "test"]
    locale: str | None
    field_count: int
    detected_fields: bool
    files: list[FileState]
    signers: list[SignerState]
    cc: list[str]
    allow_delegation: bool
    delegations: list[DelegationState]
    questions: list[QuestionState]
    created_at: Moment
    expires_at: Moment | None
    completed_at: Moment | None
    declined_at: Moment | None
    expired_at: Moment | None
    voided_at: Moment | None
    sealed_sha256: Annotated[str | None, Field(description="Hash of the signed PDF.")]
    seal_error: Annotated[str | None, Field(description="Why sealing failed, if it did.")]
    audit_head: Annotated[str, Field(description="Hash of the audit trail so far; keep it.")]
    status_url: str
    download_url: str | None
    audit_url: str | None


class DocumentSent(DocumentState):
    """Where a document stands, with the signers' links."""

    signers: list[SignerWithLink]  # type: ignore[assignment] # narrower items, read only


class DocumentWebhook(BaseModel):
    """The webhook that was made for a document's `webhook_url`; its secret is shown this once."""

    id: str
    url: str
    secret: str


class SignerCreated(SignerWithLink):
    """A signer with the secrets to pass on to them, which are shown this once."""

    access_code: Annotated[
        str | None, Field(description="That was made for them; tell it apart from the link.")
    ] = None
    totp_uri: Annotated[
        str | None, Field(description="For their authenticator, as text or as a QR code.")
    ] = None


class DocumentCreated(DocumentSent):
    """A document that was just created."""

    signers: list[SignerCreated]  # type: ignore[assignment] # narrower items, read only
    webhook_note: str
    webhook: Annotated[
        DocumentWebhook | None,
        Field(description="If its URL is named for the first time; later ones share the secret."),
    ] = None


class DocumentList(BaseModel):
    """A stretch of documents, newest first."""

    data: list[DocumentState]
    has_more: bool
    next_cursor: str | None


class Link(BaseModel):
    """A signer's new private link."""

    document: str
    signer: str
    signing_url: str


class Unlocked(BaseModel):
    """A signer who may try again; their new secrets are shown this once."""

    document: str
    signer: str
    locked: bool
    access_code: str | None = None
    totp_uri: str | None = None


class Reminded(BaseModel):
    """Whose turn it is, and the link to pass on to each."""

    id: str
    status: Status
    channel: Annotated[
        Literal["email", "operator"],
        Field(
            description="`email`: a letter goes to each. `operator`: nothing is mailed, pass each "
            "`signing_url` on yourself."
        ),
    ]
    signers: list[SignerWithLink]


class TemplateState(BaseModel):
    """A template."""

    slug: str
    title: str
    group: str
    roles: Annotated[list[str], Field(description="Parties; signers take them in this order.")]


class TemplateList(BaseModel):
    """The templates that an account may use."""

    count: int
    templates: list[TemplateState]


class Detected(BaseModel):
    """A place that looks like a field."""

    id: str
    type: Literal[
        "signature", "initials", "date", "text", "checkbox", "radio", "select", "number", "email"
    ]
    page: int
    x: float
    y: float
    width: float
    height: float
    confidence: Annotated[float, Field(ge=0, le=1)]
    label: str
    signer: Annotated[str | None, Field(description="Party whose block it stands in.")]
    for_nobody: bool
    reason: str
    source: str
    value: Annotated[str | None, Field(description="`yes` where the PDF has it ticked.")] = None
    group: Annotated[str | None, Field(description="Radio: which choice it is part of.")] = None
    options: Annotated[list[str] | None, Field(description="Select: what it offers.")] = None


class DetectedList(BaseModel):
    """What was found in a PDF."""

    count: int
    fields: list[Detected]


class Me(BaseModel):
    """Whom a key stands for."""

    ok: Literal[True]
    account: str
    key_id: str
    mode: Literal["live", "test"]


class KeyMinted(BaseModel):
    """A tenant's new key; it is shown this once."""

    key: str
    key_id: str
    tenant_id: str
    account: str
    unmetered: Literal[True]


class KeyState(BaseModel):
    """A tenant's key without its secret."""

    key_id: str
    tenant_id: str
    account: str
    label: str
    mode: Literal["live", "test"]
    created_at: Moment
    expires_at: Moment | None
    revoked_at: Moment | None
    last_used_at: Moment | None


class KeyList(BaseModel):
    """The keys of a partner's tenants."""

    count: int
    keys: list[KeyState]


class KeyRevoked(BaseModel):
    """A key that no longer opens anything."""

    key_id: str
    revoked: Literal[True]
    revoked_at: Moment


class OpenApi(BaseModel):
    """This description."""

    openapi: str
    info: dict[str, Any]
    paths: dict[str, Any]
