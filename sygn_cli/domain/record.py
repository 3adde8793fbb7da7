"""Documents as JSON and back: the one place that knows both shapes.

Used for the ``created`` event, for the blobs that events refer to, and for the stored projection.
Lengths are thousandths of a point, moments ISO 8601, so that equal things have equal bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

from sygn_cli.domain import identity, mark, moment
from sygn_cli.domain.beside import Delegation, Question
from sygn_cli.domain.document import (
    Document,
    DocumentStatus,
    Mode,
    Signatures,
    SigningOrder,
    SourceFile,
)
from sygn_cli.domain.field import Field, FieldType
from sygn_cli.domain.geometry import Box
from sygn_cli.domain.identity import Standing, Step
from sygn_cli.domain.signer import Signer, SignerStatus

if TYPE_CHECKING:
    from datetime import datetime

    from sygn_cli.domain.mark import Mark

# What json.loads gives; Any stays inside this module's parse functions.
Loaded: TypeAlias = Mapping[str, Any]
_MILLI = 1000


def field_to_json(field: Field) -> dict[str, object]:
    """Return a field with its box as [x, y, width, height] in thousandths of a point.

    What only some types have is left out where there is none, so that the fields of a document
    keep the hash that earlier versions gave them.
    """
    kept: dict[str, object] = {
        "id": field.id,
        "type": str(field.type),
        "file": field.file,
        "page": field.page,
        "box": field.box.to_milli(),
        "signer": field.signer,
        "label": field.label,
        "required": field.required,
        "editable": field.editable,
        "read_only": field.read_only,
        "max_length": field.max_length,
        "value": field.value,
    }
    special: dict[str, object] = {
        "group": field.group,
        "options": list(field.options),
        "minimum": field.minimum,
        "maximum": field.maximum,
    }
    kept.update({key: value for key, value in special.items() if value})
    if field.decimals is not None:
        kept["decimals"] = field.decimals
    return kept


def field_from_json(data: Loaded) -> Field:
    """Return the field that :func:`field_to_json` wrote."""
    return Field(
        id=data["id"],
        type=FieldType(data["type"]),
        file=data["file"],
        page=data["page"],
        box=Box.from_milli(data["box"]),
        signer=data["signer"],
        label=data["label"],
        required=data["required"],
        editable=data["editable"],
        read_only=data["read_only"],
        max_length=data["max_length"],
        value=data["value"],
        group=data.get("group", ""),
        options=tuple(data.get("options", ())),
        minimum=data.get("minimum", ""),
        maximum=data.get("maximum", ""),
        decimals=data.get("decimals"),
    )


def fields_to_json(fields: Sequence[Field]) -> dict[str, object]:
    """Return the object whose canonical bytes the ``created`` event hashes."""
    return {"fields": [field_to_json(field) for field in fields]}


def fields_from_json(data: Loaded) -> tuple[Field, ...]:
    """Return the fields that :func:`fields_to_json` wrote."""
    return tuple(field_from_json(one) for one in data["fields"])


def marks_to_json(marks: Mapping[str, Mark]) -> dict[str, object]:
    """Return the object whose canonical bytes a ``signed`` event hashes."""
    return {"marks": {field: mark.to_json(one) for field, one in marks.items()}}


def marks_from_json(data: Loaded) -> dict[str, Mark]:
    """Return the marks that :func:`marks_to_json` wrote."""
    return {field: mark.from_json(one) for field, one in data["marks"].items()}


def file_to_json(file: SourceFile) -> dict[str, object]:
    """Return a source file; page sizes in thousandths of a point."""
    return {
        "name": file.name,
        "sha256": file.sha256,
        "size": file.size,
        "pages": [[round(w * _MILLI), round(h * _MILLI)] for w, h in file.pages],
    }


def file_from_json(data: Loaded) -> SourceFile:
    """Return the file that :func:`file_to_json` wrote."""
    pages = tuple((w / _MILLI, h / _MILLI) for w, h in data["pages"])
    return SourceFile(name=data["name"], sha256=data["sha256"], size=data["size"], pages=pages)


def signer_to_json(signer: Signer) -> dict[str, object]:
    """Return a signer; what was added to the format later is there only where it is set."""
    written: dict[str, object] = {
        "id": signer.id,
        "name": signer.name,
        "email": signer.email,
        "order": signer.order,
        "role": signer.role,
        "status": str(signer.status),
        "link_generation": signer.link_generation,
        "viewed_at": moment.to_wire_if(signer.viewed_at),
        "consented_at": moment.to_wire_if(signer.consented_at),
        "consent_sha256": signer.consent_sha256,
        "signed_at": moment.to_wire_if(signer.signed_at),
        "values_sha256": signer.values_sha256,
        "method": signer.method,
        "declined_at": moment.to_wire_if(signer.declined_at),
        "decline_reason": signer.decline_reason,
        "mailed_at": moment.to_wire_if(signer.mailed_at),
        "mail_error": signer.mail_error,
    }
    if signer.locale:
        written["locale"] = signer.locale
    if signer.auth:
        written["auth"] = [str(step) for step in signer.auth]
    if signer.access:
        written["access"] = signer.access
    if signer.identity != Standing():
        written["identity"] = identity.to_json(signer.identity)
    return written


def signer_from_json(data: Loaded) -> Signer:
    """Return the signer that :func:`signer_to_json` wrote."""
    return Signer(
        id=data["id"],
        name=data["name"],
        email=data["email"],
        order=data["order"],
        role=data["role"],
        status=SignerStatus(data["status"]),
        link_generation=data["link_generation"],
        viewed_at=_moment(data["viewed_at"]),
        consented_at=_moment(data["consented_at"]),
        consent_sha256=data["consent_sha256"],
        signed_at=_moment(data["signed_at"]),
        values_sha256=data["values_sha256"],
        method=data["method"],
        declined_at=_moment(data["declined_at"]),
        decline_reason=data["decline_reason"],
        mailed_at=_moment(data.get("mailed_at")),
        mail_error=data.get("mail_error", ""),
        locale=data.get("locale", ""),
        auth=tuple(Step(one) for one in data.get("auth", ())),
        access=data.get("access", ""),
        identity=identity.from_json(data["identity"]) if "identity" in data else Standing(),
    )


def document_to_json(document: Document) -> dict[str, object]:
    """Return the whole document."""
    return {
        "id": document.id,
        "account": document.account,
        "title": document.title,
        "status": str(document.status),
        "signing_order": str(document.signing_order),
        "mode": str(document.mode),
        "files": [file_to_json(file) for file in document.files],
        "signers": [signer_to_json(signer) for signer in document.signers],
        "fields": [field_to_json(field) for field in document.fields],
        "created_at": moment.to_wire(document.created_at),
        "expires_at": moment.to_wire_if(document.expires_at),
        "seq": document.seq,
        "head": document.head,
        "updated_at": moment.to_wire(document.updated_at),
        "cc": list(document.cc),
        "message": document.message,
        "detected_fields": document.detected_fields,
        "marks": marks_to_json(document.marks)["marks"],
        "sent_at": moment.to_wire_if(document.sent_at),
        "completed_at": moment.to_wire_if(document.completed_at),
        "declined_at": moment.to_wire_if(document.declined_at),
        "voided_at": moment.to_wire_if(document.voided_at),
        "expired_at": moment.to_wire_if(document.expired_at),
        "sealed_sha256": document.sealed_sha256,
        "certificate_sha256": document.certificate_sha256,
        "seal_error": document.seal_error,
        "webhook": document.webhook,
        "mailed": document.mailed,
        "reminded_at": moment.to_wire_if(document.reminded_at),
        "locale": document.locale,
        "allow_delegation": document.allow_delegation,
        "signatures": str(document.signatures),
        "delegations": [
            {**asdict(one), "at": moment.to_wire(one.at)} for one in document.delegations
        ],
        "questions": [{**asdict(one), "at": moment.to_wire(one.at)} for one in document.questions],
    }


def document_from_json(data: Loaded) -> Document:
    """Return the document that :func:`document_to_json` wrote."""
    return Document(
        id=data["id"],
        account=data["account"],
        title=data["title"],
        status=DocumentStatus(data["status"]),
        signing_order=SigningOrder(data["signing_order"]),
        mode=Mode(data["mode"]),
        files=tuple(file_from_json(one) for one in data["files"]),
        signers=tuple(signer_from_json(one) for one in data["signers"]),
        fields=fields_from_json(data),
        created_at=moment.from_wire(data["created_at"]),
        expires_at=_moment(data["expires_at"]),
        seq=data["seq"],
        head=data["head"],
        updated_at=moment.from_wire(data["updated_at"]),
        cc=tuple(data["cc"]),
        message=data["message"],
        detected_fields=data["detected_fields"],
        marks=MappingProxyType(marks_from_json(data)),
        sent_at=_moment(data["sent_at"]),
        completed_at=_moment(data["completed_at"]),
        declined_at=_moment(data["declined_at"]),
        voided_at=_moment(data["voided_at"]),
        expired_at=_moment(data["expired_at"]),
        sealed_sha256=data["sealed_sha256"],
        certificate_sha256=data["certificate_sha256"],
        seal_error=data["seal_error"],
        webhook=data.get("webhook", ""),
        mailed=data.get("mailed", True),
        signatures=Signatures(data.get("signatures", Signatures.SEAL)),
        reminded_at=_moment(data.get("reminded_at")),
        locale=data.get("locale", ""),
        allow_delegation=data.get("allow_delegation", True),
        delegations=tuple(
            Delegation(**{**one, "at": moment.from_wire(one["at"])})
            for one in data.get("delegations", ())
        ),
        questions=tuple(
            Question(**{**one, "at": moment.from_wire(one["at"])})
            for one in data.get("questions", ())
        ),
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else moment.from_wire(text)
