"""The page ``/verify``: judges a file that somebody chooses, and keeps nothing of it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, jsonify, render_template, request

from sygn_cli.domain.errors import InvalidRequest
from sygn_cli.server.errors import refusal
from sygn_cli.server.negotiation import catalogue
from sygn_cli.server.security import require_own_origin
from sygn_cli.services import verdict_view, verification

if TYPE_CHECKING:
    from sygn_cli.services.runtime import Runtime

# Anybody may ask, and a hostile file takes all the time it is given: signers must not wait for it.
_AT_ONCE: Final = 1


def blueprint(runtime: Runtime) -> Blueprint:
    """Return the routes of the page."""
    routes = Blueprint("verify_page", __name__)
    places = threading.BoundedSemaphore(_AT_ONCE)

    @routes.get("/verify")
    def page() -> str:
        return render_template("verify.html")

    @routes.post("/verify")
    def judge() -> Response | tuple[Response | str, int]:
        require_own_origin(runtime.settings)
        if request.mimetype != "application/pdf":
            raise InvalidRequest("Send the PDF itself, as application/pdf.")
        content = request.get_data(cache=False)
        if not places.acquire(blocking=False):
            return refusal("rate_limited", "Another file is being judged. Try again.", 429)
        try:
            return jsonify(
                verdict_view.in_words(verification.verify(runtime, content), catalogue())
            )
        finally:
            places.release()

    return routes
