"""``/documents/<id>/...``: take the files, void, send, remind, renew a link, move the deadline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from flask import Response, jsonify, request
from pydantic import ValidationError

from sygn_cli.domain.signer import Invitee
from sygn_cli.server import auth
from sygn_cli.server.api import answers, gate, idempotency
from sygn_cli.server.api.documents import TAG
from sygn_cli.server.api.requests import (
    DelegateBody,
    DocumentPath,
    SignerPath,
    UnlockBody,
    VoidBody,
)
from sygn_cli.server.evidence import evidence
from sygn_cli.server.signing_files import attachment, file_name
from sygn_cli.services import (
    apikeys,
    delegation,
    documents,
    downloads,
    identity,
    links,
    sending,
    wire,
)

if TYPE_CHECKING:
    from flask_openapi3 import APIBlueprint

    from sygn_cli.domain.document import Document
    from sygn_cli.services.runtime import Runtime

_PDF: Final[dict[int | str, Any]] = {
    200: {
        "description": "A PDF.",
        "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
    }
}


def blueprint(runtime: Runtime) -> APIBlueprint:
    """Return the routes that act on one document."""
    routes = gate.blueprint("actions", TAG, runtime)
    _add_files(routes, runtime)
    _add_decisions(routes, runtime)
    _add_links(routes, runtime)
    _add_unlocking(routes, runtime)
    _add_delegation(routes, runtime)
    return routes


def _own(runtime: Runtime, document_id: str) -> Document:
    return apikeys.document(runtime, auth.caller(runtime), document_id)


def _add_files(routes: APIBlueprint, runtime: Runtime) -> None:
    @routes.get(
        "/documents/<document_id>/download",
        summary="Download the signed PDF",
        responses={**_PDF, **gate.refusals(404, 409, 410)},
    )
    def download_document(path: DocumentPath) -> Response:
        """Return the sealed PDF once the document is completed."""
        document = _own(runtime, path.document_id)
        content = downloads.signed_pdf(runtime, document.id)
        return _pdf(content, f"{document.title} - signed")

    @routes.get(
        "/documents/<document_id>/audit",
        summary="Audit certificate",
        responses={**_PDF, **gate.refusals(404, 409, 410)},
    )
    def audit_document(path: DocumentPath) -> Response:
        """Return the completion certificate, sealed like the document itself."""
        document = _own(runtime, path.document_id)
        content = downloads.certificate(runtime, document.id)
        return _pdf(content, f"{document.title} - certificate")


def _add_decisions(routes: APIBlueprint, runtime: Runtime) -> None:
    @routes.post(
        "/documents/<document_id>/void",
        summary="Void a document",
        responses={200: answers.DocumentState, **gate.refusals(404, 410)},
    )
    def void_document(path: DocumentPath) -> Response:
        """Cancel a document so that it can no longer be signed; twice is no error."""
        reason = _reason()
        document = _own(runtime, path.document_id)
        voided = documents.void(runtime, document.id, reason=reason, actor=auth.actor(runtime))
        return jsonify(wire.status(runtime, voided, with_links=False))

    @routes.post(
        "/documents/<document_id>/send",
        summary="Send a draft",
        responses={200: answers.DocumentSent, **gate.refusals(404, 410)},
    )
    def send_document(path: DocumentPath) -> Response:
        """Let the signers of a draft act, and get their links."""
        document = _own(runtime, path.document_id)
        sent = sending.send(runtime, document.id, actor=auth.actor(runtime))
        return jsonify(wire.status(runtime, sent, with_links=True))


def _add_links(routes: APIBlueprint, runtime: Runtime) -> None:
    @routes.post(
        "/documents/<document_id>/remind",
        summary="Remind the signers",
        responses={200: answers.Reminded, **gate.refusals(404, 410)},
    )
    def remind_signers(path: DocumentPath) -> Response:
        """Record a reminder and get the links of those whose turn it is, to pass them on."""
        document, actor = _own(runtime, path.document_id), auth.actor(runtime)
        known = idempotency.known_as(runtime)
        if not known:
            reminded, waiting = sending.remind(runtime, document.id, actor=actor)
            return jsonify(wire.reminded(runtime, reminded, waiting))
        reminded, waiting, before = sending.remind_once(
            runtime, document.id, actor=actor, request=known
        )
        answer = jsonify(wire.reminded(runtime, reminded, waiting))
        if before:
            answer.headers[idempotency.REPLAYED] = "true"
        return answer

    @routes.post(
        "/documents/<document_id>/signers/<signer_id>/link",
        summary="Renew a signer's link",
        responses={200: answers.Link, **gate.refusals(404, 410)},
    )
    def rotate_link(path: SignerPath) -> Response:
        """Make a new private link for a signer; the old one is dead at once."""
        document = _own(runtime, path.document_id)
        url = links.reveal(
            runtime,
            document.id,
            path.signer_id,
            rotate=True,
            actor=auth.actor(runtime),
            evidence=evidence(
                request, trusted_proxies=runtime.settings.trusted_proxies, via="api"
            ),
        )
        return jsonify(document=document.id, signer=path.signer_id, signing_url=url)


def _add_delegation(routes: APIBlueprint, runtime: Runtime) -> None:
    @routes.post(
        "/documents/<document_id>/signers/<signer_id>/delegate",
        summary="Let somebody else sign",
        responses={200: answers.DocumentSent, **gate.refusals(404, 410)},
    )
    def delegate_signer(path: SignerPath, body: DelegateBody) -> Response:
        """Put somebody else in a signer's place, with a new link; the old one is dead at once."""
        document = _own(runtime, path.document_id)
        changed = delegation.replace_signer(
            runtime,
            document.id,
            path.signer_id,
            Invitee(body.name, body.email, locale=body.locale),
            reason=body.reason,
            actor=auth.actor(runtime),
            evidence=evidence(
                request, trusted_proxies=runtime.settings.trusted_proxies, via="api"
            ),
        )
        return jsonify(wire.status(runtime, changed, with_links=True))


def _add_unlocking(routes: APIBlueprint, runtime: Runtime) -> None:
    @routes.post(
        "/documents/<document_id>/signers/<signer_id>/unlock",
        summary="Unlock a signer's page",
        responses={200: answers.Unlocked, **gate.refusals(404)},
    )
    def unlock_signer(path: SignerPath, body: UnlockBody) -> Response:
        """Let a signer try again after too many wrong codes; give them new secrets if you like."""
        document = _own(runtime, path.document_id)
        unlocked, given = identity.unlock(
            runtime,
            document.id,
            path.signer_id,
            renew=body.new_secrets,
            actor=auth.actor(runtime),
        )
        return jsonify(wire.unlocked(unlocked, path.signer_id, given))


def _reason() -> str:
    """Return the reason in the body; there need not be one."""
    body = request.get_json(silent=True) if request.content_length else None
    try:
        return (VoidBody.model_validate(body).reason or "") if body else ""
    except ValidationError as error:
        gate.not_valid(error)


def _pdf(content: bytes, name: str) -> Response:
    answer = Response(content, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = attachment(f"{file_name(name)}.pdf")
    return answer
