"""Signing in person: the page on which a device is handed from one signer to the next.

Its script keeps the device's secret; no address holds it, so that the history of the device, which
everybody at it can look through, opens nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, jsonify, render_template, request
from werkzeug.exceptions import UnsupportedMediaType

from sygn_cli.domain.document import DocumentStatus
from sygn_cli.server import schemas, security
from sygn_cli.services.desk import PATH

if TYPE_CHECKING:
    from sygn_cli.services.desk import Desk
    from sygn_cli.services.runtime import Runtime

DEVICE_HEADER: Final = "X-Device"


def blueprint(runtime: Runtime, desk: Desk | None) -> Blueprint:
    """Return the routes of a desk; without one the page says that there is none."""
    routes = Blueprint("in_person", __name__, url_prefix=PATH)

    @routes.get("")
    def page() -> str:
        return render_template("in_person.html", is_open=desk is not None)

    if desk is not None:
        _add_steps(routes, runtime, desk)
    return routes


def _add_steps(routes: Blueprint, runtime: Runtime, desk: Desk) -> None:
    @routes.post("/open")
    def open_() -> Response:
        body = _posted(runtime)
        return jsonify(device=desk.open(schemas.words(body, "ticket")))

    @routes.post("/look")
    def look() -> Response:
        _posted(runtime)
        now = desk.look(_device())
        return jsonify(
            title=now.document.title,
            completed=now.document.status is DocumentStatus.COMPLETED,
            signed=now.signed,
            next=[{"id": one.id, "name": one.name} for one in now.next],
        )

    @routes.post("/begin")
    def begin() -> Response:
        body = _posted(runtime)
        return jsonify(turn=desk.begin(_device(), schemas.words(body, "signer")))


def _device() -> str:
    return request.headers.get(DEVICE_HEADER, "")


def _posted(runtime: Runtime) -> schemas.Body:
    security.require_own_origin(runtime.settings)
    if request.mimetype != "application/json":
        raise UnsupportedMediaType
    request.max_content_length = 10_000
    return schemas.body(request.get_data())
