"""What every route of the API checks before it starts, and how routes are made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NoReturn
from urllib.parse import urlsplit

from flask import Response, request
from flask_openapi3 import APIBlueprint, Tag
from werkzeug.exceptions import UnsupportedMediaType

from sygn_cli.domain.errors import Forbidden, InvalidRequest
from sygn_cli.server import auth, security
from sygn_cli.server.api import answers, idempotency

if TYPE_CHECKING:
    from pydantic import ValidationError

    from sygn_cli.services.runtime import Runtime, Settings

PREFIX: Final = "/api/v1"
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_WORDS: Final[dict[int, str]] = {
    400: "The request is not understood: `invalid_request`.",
    401: "The key is missing or not valid: `unauthorized`.",
    403: "The key is good, but not for this: `forbidden`.",
    404: "There is no such thing: `not_found`.",
    409: "The state does not allow it: `not_completed`, `already_completed`, `already_signed`, "
    "`declined`; or `conflict`.",
    410: "It is over: `voided`, `expired`.",
    413: "The PDF or the body is over the limit: `payload_too_large`.",
    415: "The body is not JSON: `unsupported_media_type`.",
    422: "The PDF cannot be used: `detection_failed`, `no_fields_detected`; "
    "or `idempotency_key_reused`.",
    429: "Too many requests: `rate_limited`; see `Retry-After`.",
    500: "A bug: `internal_error`.",
    503: "The workspace cannot be used now: `workspace_unusable`, `seal_failed`.",
}
_ALWAYS: Final = (400, 401, 403, 429, 500, 503)


def blueprint(name: str, tag: Tag, runtime: Runtime) -> APIBlueprint:
    """Return a group of routes that only callers with a good key reach."""
    routes = APIBlueprint(
        name,
        __name__,
        url_prefix=PREFIX,
        abp_tags=[tag],
        abp_security=[{"bearer": []}, {"header": []}],
        abp_responses=refusals(*_ALWAYS),
        operation_id_callback=operation_id,
    )
    ledger = idempotency.Ledger(runtime)

    @routes.before_request
    def check() -> Response | None:
        auth.caller(runtime)
        if request.method in SAFE:
            return None
        _require_own_origin(runtime.settings)
        require_json()
        return ledger.replay()

    routes.after_request(ledger.keep)
    routes.teardown_request(ledger.release)
    return routes


def operation_id(*, name: str, **_: object) -> str:
    """Return the name of a route in OpenAPI: that of its function."""
    return name


def refusals(*statuses: int) -> dict[int | str, Any]:
    """Return the answers of these statuses as OpenAPI declares them."""
    schema = {"$ref": f"#/components/schemas/{answers.Error.__name__}"}
    content = {
        kind: {"schema": schema} for kind in ("application/json", "application/problem+json")
    }
    return {status: {"description": _WORDS[status], "content": content} for status in statuses}


def require_json() -> None:
    """Refuse a body that is not one JSON object; no body at all passes.

    Raises:
        UnsupportedMediaType: It is of another type.
        InvalidRequest: It is not JSON, or not an object.
    """
    if not request.content_length and "Transfer-Encoding" not in request.headers:
        return
    if not request.is_json:
        raise UnsupportedMediaType
    try:
        # Deep nesting raises RecursionError, which is no ValueError.
        body = request.get_json(silent=True)
    except RecursionError:
        body = None
    if not isinstance(body, dict):
        raise InvalidRequest("The body is not a JSON object.")


def not_valid(error: ValidationError) -> NoReturn:
    """Turn what pydantic found into our error; names the place and never repeats the value.

    Raises:
        InvalidRequest: Always.
    """
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(step) for step in first["loc"])
    words = first["msg"][:1].lower() + first["msg"][1:]
    raise InvalidRequest(f"{place}: {words}." if place else f"The request is not valid: {words}.")


def _require_own_origin(settings: Settings) -> None:
    """Refuse pages of other origins; keys belong on servers and not into browsers."""
    origin = request.headers.get("Origin")
    own = {request.host, urlsplit(settings.public_url).netloc}
    if origin is not None and security.authority(origin) not in own:
        raise Forbidden("The API is not for pages of other origins; call it from a server.")
