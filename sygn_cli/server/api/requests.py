"""What callers may send, as pydantic models: they check types and describe them in OpenAPI.

What a value means is decided by the services, for the command line and the API alike.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from sygn_cli.domain.document import MOST_CC, MOST_FIELDS, MOST_FILES
from sygn_cli.domain.signer import MOST_SIGNERS

# A PDF of 25 MB in base64, with room for a prefix.
_PDF = Field(
    description="The PDF as base64; a `data:` prefix is stripped.",
    examples=["JVBERi0xLjcK..."],
    json_schema_extra={"contentEncoding": "base64"},
)
_EXPIRES = Field(
    description="Deadline: `30d`, `2h`, `2026-12-31`, a timestamp, or `never`.", examples=["30d"]
)
_LOCALE = Field(
    max_length=11,
    description="What they read: `de`, or `de-AT`. Left out: their browser says.",
    examples=["de"],
)
_DOCUMENT_ID = "^doc_[0-7][0-9a-hjkmnp-tv-z]{25}$"


class Body(BaseModel):
    """A JSON object; unknown names are refused, because a misspelt one would be lost."""

    model_config = ConfigDict(strict=True, extra="forbid", hide_input_in_errors=True)


class SignerBody(Body):
    """Somebody who is asked to sign."""

    name: Annotated[str, Field(examples=["Ada Lovelace"])]
    email: Annotated[str, Field(examples=["ada@example.com"])]
    order: Annotated[
        int | None,
        Field(ge=0, le=10_000, description="Rank; equal ranks act at once. Default: the place."),
    ] = None
    role: Annotated[
        str, Field(description="Party in the PDF or template whose fields are theirs.")
    ] = ""
    locale: Annotated[str, _LOCALE] = ""
    auth: Annotated[
        list[Literal["code", "email", "totp"]],
        Field(
            description="What they have to know beside their link: an access code that you "
            "tell them, one-time codes by e-mail, an authenticator."
        ),
    ] = []
    access_code: Annotated[
        str, Field(description="For `code`; left out, one is made and answered this once.")
    ] = ""


class FieldBody(Body):
    """A place to sign, fill or tick; points from the top left of the displayed page."""

    model_config = ConfigDict(title="FieldBody")

    id: Annotated[str | None, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$")] = None
    type: Literal[
        "signature",
        "initials",
        "initial",
        "date",
        "text",
        "checkbox",
        "radio",
        "select",
        "number",
        "email",
    ]
    page: Annotated[int, Field(ge=1, description="From 1.")]
    x: Annotated[float, Field(allow_inf_nan=False)]
    y: Annotated[float, Field(allow_inf_nan=False)]
    width: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    height: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    file: Annotated[int | None, Field(ge=1, description="Number of the file, from 1.")] = None
    signer: Annotated[
        str | None,
        Field(
            description="Whose it is: a signer's id such as `s1`, e-mail address or role. Left "
            "out: the first signer's, or as `/detect` gave the field."
        ),
    ] = None
    label: str | None = None
    required: bool | None = None
    editable: Annotated[bool | None, Field(description="Dates: may differ from today.")] = None
    read_only: bool | None = None
    max_length: int | None = None
    value: Annotated[
        str | None, Field(description="What stands there at the start; `yes` marks a box.")
    ] = None
    group: Annotated[
        str | None, Field(description="Radio: places of one group form one choice.")
    ] = None
    options: Annotated[list[str] | None, Field(description="Select: what it offers.")] = None
    minimum: Annotated[
        float | str | None, Field(description="Number: the least; a number or a decimal text.")
    ] = None
    maximum: Annotated[float | str | None, Field(description="Number: the greatest.")] = None
    decimals: Annotated[
        int | None, Field(ge=0, le=10, description="Number: digits after the point.")
    ] = None
    confidence: Annotated[float | None, Field(description="As /detect gave it.")] = None
    reason: Annotated[str | None, Field(description="As /detect gave it.")] = None
    source: Annotated[str | None, Field(description="As /detect gave it.")] = None
    for_nobody: Annotated[
        bool | None, Field(description="As /detect gave it; where true, the field is left out.")
    ] = None


class FileBody(Body):
    """One of several PDFs."""

    name: Annotated[str, Field(examples=["nda.pdf"])]
    pdf_base64: Annotated[str, _PDF]


class CreateBody(Body):
    """A document to create: exactly one of `pdf_base64`, `template` and `files`."""

    pdf_base64: Annotated[str | None, _PDF] = None
    template: Annotated[str | None, Field(examples=["non-disclosure-agreement"])] = None
    files: Annotated[list[FileBody] | None, Field(min_length=1, max_length=MOST_FILES)] = None
    signers: Annotated[list[SignerBody], Field(min_length=1, max_length=MOST_SIGNERS)]
    fields: Annotated[
        list[FieldBody] | None,
        Field(max_length=MOST_FIELDS, description="Left out: they are detected."),
    ] = None
    assignments: Annotated[dict[str, str] | None, Field(description="Signer ids by field id.")] = (
        None
    )
    cc: Annotated[list[str] | None, Field(max_length=MOST_CC)] = None
    signing_order: Literal["parallel", "sequential"] = "parallel"
    signatures: Annotated[
        Literal["seal", "each"] | None,
        Field(
            description="`each`: beside the seal every signer has a digital signature of their "
            "own. Left out: as the server is set."
        ),
    ] = None
    title: str | None = None
    message: Annotated[str | None, Field(description="Words to the signers.")] = None
    locale: Annotated[str, _LOCALE] = ""
    expires: Annotated[str | None, _EXPIRES] = None
    webhook_url: Annotated[
        str | None,
        Field(max_length=2000, description="Where this document's events are posted as well."),
    ] = None
    allow_delegation: Annotated[
        bool | None,
        Field(description="Whether signers may let somebody else sign; default: the setting."),
    ] = None
    draft: Annotated[bool, Field(description="Create it without letting anybody sign yet.")] = (
        False
    )
    flatten_existing_signatures: Annotated[
        bool, Field(description="Accept a PDF that is signed already; those signatures are lost.")
    ] = False


class DelegateBody(Body):
    """Who signs instead."""

    name: Annotated[str, Field(examples=["Grace Hopper"])]
    email: Annotated[str, Field(examples=["grace@example.com"])]
    reason: Annotated[str, Field(max_length=500, description="It stands on the certificate.")] = ""
    locale: Annotated[str, Field(description="What they read, such as `de`.")] = ""


class DetectBody(Body):
    """A PDF to look through."""

    pdf_base64: Annotated[str, _PDF]


class ChangeBody(Body):
    """What may change while a document is open."""

    expires: Annotated[str, _EXPIRES]


class VoidBody(Body):
    """Why a document is taken back; may be left out."""

    reason: Annotated[str | None, Field(max_length=500)] = None


class UnlockBody(Body):
    """Letting a signer try again."""

    new_secrets: Annotated[
        bool, Field(description="Give them another access code and authenticator secret.")
    ] = False


class MintBody(Body):
    """A tenant's key to make."""

    tenant_id: Annotated[
        str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", examples=["your-customer-123"])
    ]
    label: str = ""
    mode: Annotated[
        Literal["live", "test"] | None, Field(description="Default: as the master key.")
    ] = None


class RevokeBody(Body):
    """A tenant's key to revoke."""

    key_id: Annotated[str, Field(examples=["key_01jd0000000000000000000000"])]


class DocumentPath(BaseModel):
    """A document's address."""

    document_id: Annotated[str, Field(json_schema_extra={"pattern": _DOCUMENT_ID})]


class SignerPath(DocumentPath):
    """A signer's address."""

    signer_id: Annotated[str, Field(json_schema_extra={"pattern": "^s[1-9][0-9]?$"})]


class ListQuery(BaseModel):
    """Which documents to list."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    limit: Annotated[int, Field(ge=1, le=100)] = 50
    cursor: Annotated[str | None, Field(description="`next_cursor` of the page before.")] = None
    status: Annotated[
        Literal[
            "draft",
            "sent",
            "partially_signed",
            "completed",
            "declined",
            "expired",
            "voided",
        ]
        | None,
        Field(),
    ] = None
    since: Annotated[
        str | None,
        Field(
            description="Created at or after this moment.",
            json_schema_extra={"format": "date-time"},
        ),
    ] = None


class NoQuery(BaseModel):
    """No parameters at all."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)
