"""One table from error codes to HTTP statuses, and errors as JSON or as a page."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from flask import Response, jsonify, render_template, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from sygn_cli.domain.errors import SygnError
from sygn_cli.languages import later
from sygn_cli.server import words

if TYPE_CHECKING:
    from flask import Flask

_LOG: Final = logging.getLogger(__name__)

STATUS: Final[dict[str, int]] = {
    "invalid_request": 400,
    "idempotency_key_reused": 422,
    "unauthorized": 401,
    "identity_required": 401,
    "identity_locked": 403,
    "forbidden": 403,
    "not_found": 404,
    "not_completed": 409,
    "already_completed": 409,
    "already_signed": 409,
    "not_your_turn": 409,
    "consent_missing": 409,
    "voided": 410,
    "expired": 410,
    "declined": 409,
    "conflict": 409,
    "payload_too_large": 413,
    "detection_failed": 422,
    "no_fields_detected": 422,
    "tampered": 500,
    "untrusted": 422,
    "still_pending": 409,
    "ended_uncompleted": 409,
    "network_failed": 502,
    "seal_failed": 503,
    "workspace_unusable": 503,
}
_FAULT: Final = "internal_error"
_OUR_FAULT: Final = later(
    "Something went wrong on our side. Try again; nothing is recorded twice."
)
# Signing again is safe as it is; of what programs ask for only what carries a key.
_FAULT_OF_API: Final = "Something went wrong on our side."
_SAFE_AGAIN: Final = "With the same Idempotency-Key as before it is not done twice."
_PROBLEM: Final = "application/problem+json"
# The framework's own refusals, by the same names and in our words.
_FRAMEWORK: Final[dict[int, tuple[str, str]]] = {
    400: ("invalid_request", "The request is not understood."),
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not take that method."),
    413: ("payload_too_large", "That is too large to be sent at once."),
    415: ("unsupported_media_type", "Send it as application/json."),
    429: ("rate_limited", "Too many requests. Wait and try again."),
}


def status_of(error: SygnError) -> int:
    """Return the HTTP status of an error."""
    return STATUS[error.code]


def register(app: Flask) -> None:
    """Turn every error into an answer of one shape."""

    @app.errorhandler(SygnError)
    def expected(error: SygnError) -> tuple[Response | str, int]:
        status = status_of(error)
        if status >= 500:
            _LOG.error("%s: %s", error.code, error.message)
            if not request.path.startswith("/api/"):
                # Signers are strangers: paths and commands are the owner's business.
                return _answer(error.code, words.t(_OUR_FAULT), None, status)
        return _answer(error.code, _said(error.code, error.message), error.hint, status)

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> tuple[Response | str, int]:
        status = error.code or 500
        code, message = _FRAMEWORK.get(status, (_FAULT, _FAULT_OF_API))
        answer, status = _answer(code, _said(code, message), None, status)
        if isinstance(answer, Response) and isinstance(error, MethodNotAllowed):
            # RFC 9110, 15.5.6: the answer must name the methods that are taken.
            answer.headers["Allow"] = ", ".join(sorted(error.valid_methods or ()))
        return answer, status

    @app.errorhandler(Exception)
    def fault(error: Exception) -> tuple[Response | str, int]:
        _LOG.error("unexpected failure", exc_info=error)
        if request.path.startswith("/api/"):
            return _answer(_FAULT, _FAULT_OF_API, _SAFE_AGAIN, 500)
        return _answer(_FAULT, _OUR_FAULT, None, 500)


def _said(code: str, message: str) -> str:
    """Return the message in the language of a signer; programs are told in English."""
    return message if request.path.startswith("/api/") else words.refusal(code, message)


def _answer(code: str, message: str, hint: str | None, status: int) -> tuple[Response | str, int]:
    if wants_page():
        return render_template(
            "error.html", code=code, status=status, said=words.for_strangers(code)
        ), status
    body: dict[str, object] = {"error": code, "message": message}
    if hint:
        body["hint"] = hint
    answer = jsonify(_problem(body, status) if _wants_problem() else body)
    if _wants_problem():
        answer.mimetype = _PROBLEM
    if status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer, status


def refusal(code: str, message: str, status: int) -> tuple[Response | str, int]:
    """Return an error of the server's own, in the shape of all others."""
    return _answer(code, message, None, status)


def _wants_problem() -> bool:
    wanted = request.accept_mimetypes
    return wanted.quality(_PROBLEM) > 0 and _PROBLEM in wanted.values()


def _problem(body: dict[str, object], status: int) -> dict[str, object]:
    """Return the error with the members of RFC 9457 beside our own."""
    return {
        "type": f"/docs#{body['error']}",
        "title": str(body["error"]).replace("_", " ").capitalize(),
        "status": status,
        "detail": body["message"],
        "instance": request.path,
        **body,
    }


def wants_page() -> bool:
    """Tell whether a person waits for the answer, rather than a program."""
    if request.method not in {"GET", "HEAD"} or request.path.startswith("/api/"):
        return False
    return request.accept_mimetypes.quality("text/html") > request.accept_mimetypes.quality(
        "application/json"
    )
