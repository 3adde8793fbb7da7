"""What other sites load to have documents signed in a dialog of their own pages.

``/embed.js`` opens the dialog. Where it names a PDF instead of a signing link, the dialog shows
``/embed/sign``, which asks for name and address; only then is the PDF fetched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, jsonify, render_template, request
from werkzeug.exceptions import UnsupportedMediaType

from sygn_cli.server import schemas, security
from sygn_cli.services import self_signing

if TYPE_CHECKING:
    from pathlib import Path

    from sygn_cli.services.runtime import Runtime

# Its address never changes, so a browser has to ask again; that costs a 304.
_CACHED: Final = "public, max-age=300, must-revalidate"


def blueprint(runtime: Runtime, web: Path) -> Blueprint:
    """Return the routes.

    Args:
        web: The folder that holds ``embed.js``; not among the static files, which are our pages'.
    """
    routes = Blueprint("embed", __name__)
    _add_script(routes, (web / "embed.js").read_bytes())
    _add_self_signing(routes, runtime)
    return routes


def _add_script(routes: Blueprint, launcher: bytes) -> None:
    @routes.get("/embed.js")
    def script() -> Response:
        answer = Response(launcher, content_type="text/javascript; charset=utf-8")
        answer.headers["Cache-Control"] = _CACHED
        # Anybody's page may load it; what it shows in a frame is decided by frame-ancestors.
        answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        answer.add_etag()
        answer.make_conditional(request)
        return answer


def _add_self_signing(routes: Blueprint, runtime: Runtime) -> None:
    @routes.get("/embed/sign")
    def page() -> str:
        pdf = request.args.get("pdf", "")
        self_signing.require_allowed(runtime, pdf)
        given = {name: request.args.get(name, "") for name in ("name", "email", "title", "source")}
        return render_template(
            "embed_sign.html", pdf=pdf, file_name=self_signing.file_name(pdf), **given
        )

    @routes.post("/embed/start")
    def start() -> Response:
        security.require_own_origin(runtime.settings)
        if request.mimetype != "application/json":
            raise UnsupportedMediaType
        request.max_content_length = _MOST_BYTES
        body = schemas.body(request.get_data())
        wanted = self_signing.Wanted(
            pdf=schemas.words(body, "pdf"),
            name=schemas.words(body, "name"),
            email=schemas.words(body, "email"),
            title=schemas.words(body, "title"),
            source=schemas.words(body, "source"),
        )
        document, url = self_signing.start(runtime, wanted)
        return jsonify(document=document.id, signing_url=url)


_MOST_BYTES: Final = 16 * 1024
