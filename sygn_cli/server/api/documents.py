"""``/documents``: create, list, get, and what the sender may do with one."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Final

from flask import Response, jsonify
from flask_openapi3 import Tag

from sygn_cli.domain import history, identity, language, moment
from sygn_cli.domain.document import DocumentStatus, Signatures, SigningOrder
from sygn_cli.domain.errors import InvalidRequest
from sygn_cli.domain.listing import Filters
from sygn_cli.domain.signer import Invitee
from sygn_cli.server import auth
from sygn_cli.server.api import answers, gate, idempotency
from sygn_cli.server.api.requests import ChangeBody, CreateBody, DocumentPath, ListQuery
from sygn_cli.services import (
    apikeys,
    creation,
    documents,
    given_fields,
    once,
    sending,
    templates,
    webhook_wire,
    wire,
)
from sygn_cli.services.creation import GivenFile

if TYPE_CHECKING:
    from flask_openapi3 import APIBlueprint

    from sygn_cli.domain.document import Document
    from sygn_cli.domain.field import Field
    from sygn_cli.services.runtime import Runtime

TAG: Final = Tag(name="documents", description="Send PDFs for signature and follow them.")
_DATA_URL: Final = re.compile(r"data:[^,]{0,200},", re.ASCII)
_SPACE: Final = str.maketrans("", "", " \t\r\n")


def blueprint(runtime: Runtime) -> APIBlueprint:
    """Return the routes that make documents and show them."""
    routes = gate.blueprint("documents", TAG, runtime)

    @routes.post(
        "/documents",
        summary="Create a document",
        responses={201: answers.DocumentCreated, **gate.refusals(404)},
    )
    def create_document(body: CreateBody) -> tuple[Response, int]:
        """Create a document, find its fields unless they are given, and get one link per signer."""
        document, plan = once.create(
            runtime,
            idempotency.once(runtime),
            lambda: _wanted(runtime, body),
            actor=auth.actor(runtime),
        )
        if plan is None:
            first = _as_created(runtime, document)
            answer = jsonify(wire.created(runtime, first))
            answer.headers[idempotency.REPLAYED] = "true"
            return answer, 201
        made = plan.new_webhook
        shown = {} if made is None else {"webhook": webhook_wire.of_document(made)}
        return jsonify({**wire.created(runtime, document, plan.given), **shown}), 201

    @routes.get("/documents", summary="List documents", responses={200: answers.DocumentList})
    def list_documents(query: ListQuery) -> Response:
        """List the account's documents, newest first."""
        key = auth.caller(runtime)
        filters = Filters(
            account=key.account,
            mode=key.mode,
            status=None if query.status is None else DocumentStatus(query.status),
            since=None if query.since is None else moment.instant(query.since),
        )
        page = documents.show(runtime, filters, limit=query.limit, cursor=query.cursor)
        return jsonify(wire.listing(runtime, page))

    @routes.get(
        "/documents/<document_id>",
        summary="Get a document",
        responses={200: answers.DocumentState, **gate.refusals(404)},
    )
    def get_document(path: DocumentPath) -> Response:
        """Return the document's current status and what each signer has done."""
        document = apikeys.document(runtime, auth.caller(runtime), path.document_id)
        return jsonify(wire.status(runtime, document, with_links=False))

    # Beside `get_document` because flask-openapi3 4.3 describes one blueprint per path.
    @routes.patch(
        "/documents/<document_id>",
        summary="Move the deadline",
        responses={200: answers.DocumentState, **gate.refusals(404, 410)},
    )
    def change_document(path: DocumentPath, body: ChangeBody) -> Response:
        """Set another deadline while the document is open or a draft."""
        document = apikeys.document(runtime, auth.caller(runtime), path.document_id)
        changed = sending.change_deadline(
            runtime, document.id, body.expires, actor=auth.actor(runtime)
        )
        return jsonify(wire.status(runtime, changed, with_links=False))

    return routes


def pdf_from(written: str) -> bytes:
    """Return the bytes of a PDF in base64, with or without a ``data:`` prefix or line breaks.

    Raises:
        InvalidRequest: It is not base64.
    """
    start = _DATA_URL.match(written)
    plain = (written[start.end() :] if start else written).translate(_SPACE)
    try:
        return base64.b64decode(plain, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidRequest("pdf_base64 is not base64.") from error


def _wanted(runtime: Runtime, body: CreateBody) -> creation.Request:
    key = auth.caller(runtime)
    invitees = tuple(
        Invitee(
            one.name,
            one.email,
            one.order,
            one.role,
            language.locale(one.locale),
            identity.steps("+".join(one.auth)) if one.auth else (),
            one.access_code,
        )
        for one in body.signers
    )
    files, fields, title = _source(runtime, body, invitees, account=key.account)
    return creation.Request(
        files=files,
        invitees=invitees,
        title=body.title or title,
        fields=fields,
        assignments=body.assignments or {},
        signing_order=SigningOrder(body.signing_order),
        signatures=None if body.signatures is None else Signatures(body.signatures),
        cc=tuple(body.cc or ()),
        message=body.message or "",
        locale=body.locale,
        expires=body.expires,
        account=key.account,
        mode=key.mode,
        allow_delegation=body.allow_delegation,
        draft=body.draft,
        flatten_existing_signatures=body.flatten_existing_signatures,
        webhook=body.webhook_url or "",
    )


def _source(
    runtime: Runtime, body: CreateBody, invitees: tuple[Invitee, ...], *, account: str
) -> tuple[tuple[GivenFile, ...], tuple[Field, ...] | None, str]:
    """Return the PDFs, the fields that come with them, and the title that does."""
    if [body.pdf_base64, body.template, body.files].count(None) != 2:
        raise InvalidRequest("Give exactly one of pdf_base64, template and files.")
    given = _fields(body, invitees)
    if body.template is not None:
        template, file, fields = templates.for_signers(
            runtime, body.template, invitees, account=account, assigned=body.assignments or ()
        )
        return (file,), fields if given is None else given, template.title
    if body.files is not None:
        files = tuple(GivenFile(one.name, pdf_from(one.pdf_base64)) for one in body.files)
        return files, given, ""
    return (GivenFile("document.pdf", pdf_from(body.pdf_base64 or "")),), given, ""


def _fields(body: CreateBody, invitees: tuple[Invitee, ...]) -> tuple[Field, ...] | None:
    if body.fields is None:
        return None
    written = [one.model_dump(exclude_none=True) for one in body.fields]
    return given_fields.fields_for(written, invitees, body.assignments or {})


def _as_created(runtime: Runtime, document: Document) -> Document:
    """Return the document as it was when its creation was answered, from its trail."""
    first = runtime.store.trail(document.id)[0]
    return history.evolve(None, first, lambda sha256: runtime.store.blob(document.id, sha256))
