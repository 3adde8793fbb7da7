"""What a typed name looks like in each handwriting, before the signer chooses one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, jsonify, request

from sygn_cli.domain import text
from sygn_cli.domain.mark import LONGEST_TYPED, Look
from sygn_cli.engine import handwriting
from sygn_cli.server.signing import TOKEN_HEADER
from sygn_cli.services import signing

if TYPE_CHECKING:
    from sygn_cli.engine.handwriting import Outline
    from sygn_cli.services.runtime import Runtime

# The same words always look the same; a new version of a face is worth asking again.
_FOR_A_WHILE: Final = "private, max-age=3600"


def blueprint(runtime: Runtime) -> Blueprint:
    """Return the route under ``/x`` that writes names."""
    routes = Blueprint("looks", __name__)

    @routes.get("/x/looks")
    def looks() -> Response:
        signing.open_link(runtime, request.headers.get(TOKEN_HEADER, ""))
        words = text.clean(request.args.get("text", ""), what="The name", longest=LONGEST_TYPED)
        written = {look: handwriting.write(words, look) for look in Look}
        answer = jsonify(
            looks={
                str(look): {"shown_in": one.look, "missing": one.missing}
                for look, one in written.items()
            },
            outlines={
                str(one.look): _shape(one.outline)
                for one in written.values()
                if one.outline is not None
            },
        )
        answer.headers["Cache-Control"] = _FOR_A_WHILE
        answer.headers["Vary"] = TOKEN_HEADER
        answer.add_etag(weak=True)  # the same shapes, compressed or not
        answer.make_conditional(request)
        return answer

    return routes


def _shape(outline: Outline) -> dict[str, str | int]:
    return {
        "path": outline.path,
        "left": outline.left,
        "right": outline.right,
        "up": outline.up,
        "down": outline.down,
    }
