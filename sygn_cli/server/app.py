"""The web application: routes, rules and templates put together."""

from __future__ import annotations

import functools
import logging
import time
from typing import TYPE_CHECKING, Final

from flask import Flask, Response, g, request

from sygn_cli.server import (
    assets,
    compression,
    embed,
    errors,
    identity_gate,
    in_person,
    looks,
    negotiation,
    neighbours,
    security,
    signing,
    signing_files,
    source,
    verify_page,
    words,
)
from sygn_cli.server.api import mount as api
from sygn_cli.server.owner import mount as owner

if TYPE_CHECKING:
    from pathlib import Path

    from sygn_cli.services.desk import Desk
    from sygn_cli.services.runtime import Runtime

MOST_BODY_BYTES: Final = 36 * 1024 * 1024
_ACCESS: Final = logging.getLogger("sygn.access")


def create_app(runtime: Runtime, *, desk: Desk | None = None, lan: bool = False) -> Flask:
    """Return the WSGI application for a workspace.

    Args:
        runtime: What it works with.
        desk: A document that is signed in person.
        lan: Other devices reach it directly: they get the signers' pages and nothing else.
    """
    web = assets.web_folder()
    # Flask's own static route is off: it would be reachable under a second name.
    app = api.new_app(
        __name__, runtime, static_folder=None, template_folder=str(web / "templates")
    )
    app.config["MAX_CONTENT_LENGTH"] = MOST_BODY_BYTES
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    files = _static_files(web / "static")
    app.jinja_env.globals.update(
        modules=files.modules,
        asset=files.url,
        nonce=security.nonce,
        t=words.t,
        tn=words.tn,
        moment_text=words.moment,
        again=words.again,
        script_words=words.script_words,
        speaking=negotiation.catalogue,
        languages=negotiation.choices,
    )
    app.jinja_env.filters["bdi"] = words.bdi
    security.protect(app, runtime.settings)
    if lan:
        neighbours.admit_to_signing_only(app)
    errors.register(app)
    negotiation.register(app)
    _log_requests(app)
    compression.compress_long_pages(app)
    app.register_blueprint(assets.blueprint(files))
    identity_gate.guard(app, runtime)
    app.register_blueprint(identity_gate.blueprint(runtime))
    app.register_blueprint(signing.blueprint(runtime))
    app.register_blueprint(signing_files.blueprint(runtime))
    app.register_blueprint(looks.blueprint(runtime))
    app.register_blueprint(in_person.blueprint(runtime, desk))
    app.register_blueprint(embed.blueprint(runtime, web))
    app.register_blueprint(verify_page.blueprint(runtime))
    api.mount(app, runtime)
    owner.mount(app, runtime)
    _add_plain_routes(app)
    return app


@functools.cache
def _static_files(folder: Path) -> assets.Assets:
    """Read and compress them once, however many workspaces a process serves."""
    return assets.Assets.read(folder)


def _add_plain_routes(app: Flask) -> None:
    @app.get("/healthz")
    def health() -> Response:
        return Response("ok\n", mimetype="text/plain")

    @app.get("/source")
    def program() -> Response:
        return Response(
            source.archive(),
            mimetype="application/gzip",
            headers={"Content-Disposition": 'attachment; filename="sygn-source.tar.gz"'},
        )

    @app.get("/robots.txt")
    def robots() -> Response:
        return Response("User-agent: *\nDisallow: /\n", mimetype="text/plain")

    @app.get("/favicon.ico")
    def icon() -> Response:
        return Response(status=204)


def _log_requests(app: Flask) -> None:
    """Log the route and never the address: links and picture addresses are secrets."""

    @app.before_request
    def start() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def log(answer: Response) -> Response:
        rule = request.url_rule.rule if request.url_rule else "(no route)"
        spent = (time.perf_counter() - g.started) * 1000 if "started" in g else 0.0
        _ACCESS.info("%s %s %d %.0f ms", request.method, rule, answer.status_code, spent)
        return answer
