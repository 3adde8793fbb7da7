"""What the owner is told when something does not work: the sentence and the next step.

Signers get less, because they are strangers; the owner of the workspace may read everything.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from flask import Response, jsonify, redirect, render_template, request

from sygn_cli.domain.errors import SygnError, Unauthorized
from sygn_cli.server.errors import status_of

if TYPE_CHECKING:
    from flask import Blueprint
    from werkzeug.wrappers import Response as AnyResponse

_LOG: Final = logging.getLogger(__name__)


def answer_problems(routes: Blueprint) -> None:
    """Answer errors of these routes with a page, or as JSON where a script asks."""

    @routes.errorhandler(SygnError)
    def told(error: SygnError) -> tuple[Response | str, int]:
        status = status_of(error)
        if status >= 500:
            _LOG.error("%s: %s", error.code, error.message)
        if wants_json():
            return as_json(error), status
        page = "owner_locked.html" if isinstance(error, Unauthorized) else "owner_problem.html"
        return render_template(page, error=error), status


def wants_json() -> bool:
    """Tell whether a script of the page waits for the answer."""
    return request.accept_mimetypes.best == "application/json"


def as_json(error: SygnError) -> Response:
    """Return an error in the shape of all others."""
    body = {"error": error.code, "message": error.message}
    return jsonify({**body, "hint": error.hint} if error.hint else body)


def go(address: str) -> AnyResponse:
    """Send the browser on: a script is told where to, a form is redirected."""
    return jsonify(location=address) if wants_json() else redirect(address, 303)
