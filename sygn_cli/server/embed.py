"""``/embed.js``: what other sites load to have documents signed in a dialog of their own pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, request

if TYPE_CHECKING:
    from pathlib import Path

# Its address never changes, so a browser has to ask again; that costs a 304.
_CACHED: Final = "public, max-age=300, must-revalidate"


def blueprint(web: Path) -> Blueprint:
    """Return the route.

    Args:
        web: The folder that holds ``embed.js``; not among the static files, which are our pages'.
    """
    routes = Blueprint("embed", __name__)
    launcher = (web / "embed.js").read_bytes()

    @routes.get("/embed.js")
    def script() -> Response:
        answer = Response(launcher, content_type="text/javascript; charset=utf-8")
        answer.headers["Cache-Control"] = _CACHED
        # Anybody's page may load it; what it shows in a frame is decided by frame-ancestors.
        answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        answer.add_etag()
        answer.make_conditional(request)
        return answer

    return routes
