"""Placing fields over the pages of a draft."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import jsonify, render_template, request

from sygn_cli.domain.document import DocumentStatus
from sygn_cli.domain.drafts import Draft
from sygn_cli.domain.errors import InvalidRequest
from sygn_cli.domain.field import FieldType
from sygn_cli.languages import later
from sygn_cli.server import schemas
from sygn_cli.server.owner.document import own
from sygn_cli.server.owner.gate import home
from sygn_cli.server.owner.problems import go
from sygn_cli.server.page_addresses import page_addresses
from sygn_cli.server.words import t
from sygn_cli.services import detection, downloads, drafts, given_fields, wire

if TYPE_CHECKING:
    from flask import Blueprint, Response
    from werkzeug.wrappers import Response as AnyResponse

    from sygn_cli.domain.document import Document
    from sygn_cli.domain.geometry import Box
    from sygn_cli.services.runtime import Runtime

TYPES: Final = {
    FieldType.SIGNATURE: later("Signature"),
    FieldType.INITIALS: later("Initials"),
    FieldType.DATE: later("Date"),
    FieldType.TEXT: later("Text"),
    FieldType.CHECKBOX: later("Checkbox"),
    FieldType.RADIO: later("One of several"),
    FieldType.SELECT: later("List to choose from"),
    FieldType.NUMBER: later("Number"),
    FieldType.EMAIL: later("E-mail address"),
}
_MOST_OFFERED: Final = 200


def add_routes(routes: Blueprint, runtime: Runtime) -> None:
    """Add the editor and what its script asks for."""

    @routes.get("/documents/<document_id>/fields")
    def editor(document_id: str) -> str | AnyResponse:
        document = own(runtime, document_id)
        if document.status is not DocumentStatus.DRAFT:
            return go(f"{home()}/documents/{document.id}")
        return render_template(
            "owner_editor.html",
            document=document,
            pages=_pages(runtime, document),
            shown=_shown(document),
        )

    @routes.post("/documents/<document_id>/fields")
    def save(document_id: str) -> Response:
        document = own(runtime, document_id)
        body = schemas.body(request.get_data())
        seen = body.get("head")
        if not isinstance(seen, str):
            raise InvalidRequest("The fields did not arrive as they were sent.")
        fields = given_fields.fields_for(body, Draft.of(document).invitees)
        changed = drafts.place(runtime, document.id, fields, seen=seen)
        return jsonify(head=changed.head, fields=[wire.field(one) for one in changed.fields])

    @routes.get("/documents/<document_id>/unsure")
    def unsure(document_id: str) -> Response:
        return jsonify(_unsure(runtime, own(runtime, document_id)))


def _pages(runtime: Runtime, document: Document) -> list[dict[str, object]]:
    return [
        {
            "file": number,
            "page": page,
            "width": width,
            "height": height,
            "address": address,
            "name": file.name,
        }
        for number, file in enumerate(document.files, start=1)
        for page, ((width, height), address) in enumerate(
            zip(file.pages, page_addresses(runtime, document, number), strict=True), start=1
        )
    ]


def _shown(document: Document) -> dict[str, object]:
    return {
        "head": document.head,
        "fields": [wire.field(one) for one in document.fields],
        "signers": [{"id": one.id, "name": one.name} for one in document.signers],
        "types": {str(kind): t(named) for kind, named in TYPES.items()},
    }


def _unsure(runtime: Runtime, document: Document) -> list[dict[str, object]]:
    """Return what detection found and was not sure of, where no field stands now."""
    found: list[dict[str, object]] = []
    for number in range(1, len(document.files) + 1):
        content = downloads.original_pdf(runtime, document.id, number)
        detected = detection.detect(runtime.pdf, content, settings=runtime.settings).detections
        sure = {one.id for one in detection.usable(detected)}
        taken = [(one.page, one.box) for one in document.fields if one.file == number]
        found += [
            {**wire.detection(one), "file": number}
            for one in detected
            if one.id not in sure
            and not one.for_nobody
            and one.type in TYPES
            and not any(page == one.page and _overlap(box, one.box) for page, box in taken)
        ]
    return found[:_MOST_OFFERED]


def _overlap(one: Box, other: Box) -> bool:
    return (
        one.x < other.right
        and other.x < one.right
        and one.y < other.bottom
        and other.y < one.bottom
    )
