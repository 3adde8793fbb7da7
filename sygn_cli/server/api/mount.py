"""Putting the API into the application, and its description under ``openapi.json``."""

from __future__ import annotations

import json
import re
import secrets
from typing import TYPE_CHECKING, Any, Final

from flask import Response, g, request
from flask.json.provider import DefaultJSONProvider
from flask_openapi3 import Info, OpenAPI, Server

from sygn_cli import __version__
from sygn_cli.server import docs
from sygn_cli.server.api import (
    actions,
    answers,
    described,
    documents,
    gate,
    keys,
    library,
    limits,
    posted,
    webhooks,
)
from sygn_cli.server.api.requests import VoidBody

if TYPE_CHECKING:
    from sygn_cli.services.runtime import Runtime

INFO: Final = Info(
    title="sygn",
    version=__version__,
    description="Send PDFs for signature, follow them, and take back the sealed PDF and its "
    "completion certificate. Places are in points from the top left of the displayed page, "
    "pages count from 1, times are UTC.",
)
SECURITY: Final[dict[str, Any]] = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
}
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")


def new_app(import_name: str, runtime: Runtime, **options: Any) -> OpenAPI:  # noqa: ANN401 - passed on
    """Return an application that can hold the API."""
    app = OpenAPI(
        import_name,
        info=INFO,
        security_schemes=SECURITY,
        servers=[Server(url=runtime.settings.public_url.rstrip("/"))],
        validation_error_callback=gate.not_valid,
        doc_ui=False,
        **options,
    )
    provider = app.json
    if isinstance(provider, DefaultJSONProvider):
        provider.sort_keys = False  # names come in the order that the reference shows
    return app


def mount(app: OpenAPI, runtime: Runtime) -> None:
    """Add the routes, the limits and the description."""
    limits.limit(app, runtime)
    for part in (documents, actions, library, keys, webhooks):
        app.register_api(part.blueprint(runtime))
    _number_requests(app)
    told = describe(app)
    description = json.dumps(told, separators=(",", ":")).encode()
    app.register_blueprint(docs.blueprint(runtime, told))

    def openapi() -> Response:
        return Response(description, mimetype="application/json")

    app.add_url_rule(f"{gate.PREFIX}/openapi.json", "openapi", openapi)
    app.add_url_rule("/openapi.json", "openapi_short", openapi)


def describe(app: OpenAPI) -> dict[str, Any]:
    """Return the OpenAPI 3.1 description of the API."""
    description: dict[str, Any] = app.api_doc
    schemas = description["components"]["schemas"]
    schemas.pop("ValidationErrorModel", None)
    schemas["Error"] = answers.Error.model_json_schema()
    for operations in description["paths"].values():
        for operation in operations.values():
            _drop_foreign_refusal(operation["responses"])
    described.complete(description)
    schemas["VoidBody"] = VoidBody.model_json_schema()
    void = description["paths"][f"{gate.PREFIX}/documents/{{document_id}}/void"]["post"]
    # flask-openapi3 4.3 cannot say that a body may be left out.
    void["requestBody"] = {
        "required": False,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/VoidBody"}}},
    }
    _add_links(description["paths"])
    posted.add_to(description)
    return description


def _drop_foreign_refusal(responses: dict[str, Any]) -> None:
    """Take out the 422 that flask-openapi3 adds of itself: a body that does not fit is a 400."""
    if "ValidationErrorModel" in json.dumps(responses.get("422", {})):
        del responses["422"]


def _add_links(paths: dict[str, Any]) -> None:
    """Say which routes take the id of a document that was created or listed."""
    own = f"{gate.PREFIX}/documents/{{document_id}}"
    targets = [
        operation["operationId"]
        for path, operations in paths.items()
        if path.startswith(own) and "{signer_id}" not in path
        for operation in operations.values()
    ]
    created = paths[f"{gate.PREFIX}/documents"]["post"]["responses"]["201"]
    created["links"] = {
        target: {"operationId": target, "parameters": {"document_id": "$response.body#/id"}}
        for target in targets
    }


def _number_requests(app: OpenAPI) -> None:
    @app.before_request
    def number() -> None:
        given = request.headers.get(described.REQUEST_ID, "")
        g.request_id = given if _REQUEST_ID.fullmatch(given) else f"req_{secrets.token_hex(12)}"

    @app.after_request
    def tell(answer: Response) -> Response:
        if "request_id" in g:
            answer.headers[described.REQUEST_ID] = g.request_id
        return answer
