"""``/templates``, ``/detect`` and ``/me``: what helps to make documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Response, jsonify
from flask_openapi3 import Tag

from sygn_cli.server import auth
from sygn_cli.server.api import answers, gate
from sygn_cli.server.api.documents import pdf_from
from sygn_cli.server.api.requests import DetectBody
from sygn_cli.services import detection, templates, wire

if TYPE_CHECKING:
    from flask_openapi3 import APIBlueprint

    from sygn_cli.services.runtime import Runtime


_TAG: Final = Tag(name="library", description="Templates, detection and the key itself.")


def blueprint(runtime: Runtime) -> APIBlueprint:
    """Return the routes."""
    routes = gate.blueprint("library", _TAG, runtime)

    @routes.get("/templates", summary="List templates", responses={200: answers.TemplateList})
    def list_templates() -> Response:
        """List the templates that the account may use."""
        found = templates.visible(runtime, auth.caller(runtime).account)
        return jsonify(count=len(found), templates=[wire.template(one) for one in found])

    @routes.post(
        "/detect",
        summary="Detect fields",
        responses={200: answers.DetectedList},
    )
    def detect(body: DetectBody) -> Response:
        """Find the fields of a PDF without creating or sending anything."""
        found = detection.detect(
            runtime.pdf, pdf_from(body.pdf_base64), settings=runtime.settings
        ).detections
        return jsonify(count=len(found), fields=[wire.detection(one) for one in found])

    @routes.get("/me", summary="Check the key", responses={200: answers.Me})
    def me() -> Response:
        """Return the account that the key resolves to, its id and its mode."""
        key = auth.caller(runtime)
        return jsonify(ok=True, account=key.account, key_id=key.id, mode=str(key.mode))

    return routes
