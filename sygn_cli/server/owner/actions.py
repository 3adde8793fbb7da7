"""What the owner does with a document: send, remind, void, move the deadline, show a link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import jsonify, request

from sygn_cli.server.evidence import evidence
from sygn_cli.server.owner.document import own, show
from sygn_cli.server.owner.gate import home
from sygn_cli.server.owner.problems import go, wants_json
from sygn_cli.services import documents, drafts, identity, links, sending

if TYPE_CHECKING:
    from flask import Blueprint, Response
    from werkzeug.wrappers import Response as AnyResponse

    from sygn_cli.services.runtime import Runtime

_NEVER = "never"


def add_routes(routes: Blueprint, runtime: Runtime) -> None:
    """Add the routes that change a document that exists."""
    _add_steps(routes, runtime)
    _add_links(routes, runtime)
    _add_identity(routes, runtime)


def _add_steps(routes: Blueprint, runtime: Runtime) -> None:
    @routes.post("/documents/<document_id>/send")
    def send(document_id: str) -> AnyResponse:
        return _back(sending.send(runtime, own(runtime, document_id).id).id)

    @routes.post("/documents/<document_id>/copy")
    def copy(document_id: str) -> AnyResponse:
        made = drafts.copy(runtime, own(runtime, document_id).id)
        return go(f"{home()}/documents/{made.id}/details")

    @routes.post("/documents/<document_id>/remind")
    def remind(document_id: str) -> AnyResponse:
        reminded, _ = sending.remind(runtime, own(runtime, document_id).id)
        return _back(reminded.id)

    @routes.post("/documents/<document_id>/void")
    def void(document_id: str) -> AnyResponse:
        reason = request.form.get("reason", "")
        return _back(documents.void(runtime, own(runtime, document_id).id, reason=reason).id)

    @routes.post("/documents/<document_id>/deadline")
    def deadline(document_id: str) -> AnyResponse:
        expires = request.form.get("expires", "").strip() or _NEVER
        document = own(runtime, document_id)
        return _back(sending.change_deadline(runtime, document.id, expires).id)


def _add_links(routes: Blueprint, runtime: Runtime) -> None:
    @routes.post("/documents/<document_id>/signers/<signer_id>/link")
    def link(document_id: str, signer_id: str) -> Response | str:
        document = own(runtime, document_id)
        url = links.reveal(
            runtime,
            document.id,
            signer_id,
            rotate=request.form.get("replace") == "yes",
            evidence=evidence(request, trusted_proxies=runtime.settings.trusted_proxies),
        )
        if wants_json():
            return jsonify(signing_url=url)
        # No redirect: the link is in this answer and nowhere else.
        return show(runtime, own(runtime, document.id), revealed=(signer_id, url))


def _add_identity(routes: Blueprint, runtime: Runtime) -> None:
    @routes.post("/documents/<document_id>/signers/<signer_id>/unlock")
    def unlock(document_id: str, signer_id: str) -> AnyResponse | str:
        document = own(runtime, document_id)
        renew = request.form.get("renew") == "yes"
        document, given = identity.unlock(runtime, document.id, signer_id, renew=renew)
        if not renew:
            return _back(document.id)
        # No redirect: what is to be passed on is in this answer and nowhere else.
        return show(runtime, document, told=(signer_id, given))


def _back(document_id: str) -> AnyResponse:
    return go(f"{home()}/documents/{document_id}")
