"""Putting the owner's pages into the application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, render_template, request

from sygn_cli.server import security, words
from sygn_cli.server.owner import actions, document, drafts, editor, files, gate, home, library
from sygn_cli.server.owner.problems import answer_problems
from sygn_cli.services.owner import PATH

if TYPE_CHECKING:
    from flask import Flask

    from sygn_cli.services.runtime import Runtime


def mount(app: Flask, runtime: Runtime) -> None:
    """Add the pages, unless the settings switch them off."""
    if runtime.settings.owner_page == "off":
        return
    app.jinja_env.globals["owner_words"] = words.OWNER_SCRIPT
    app.register_blueprint(_door(runtime))
    inside = Blueprint("owner", __name__, url_prefix=f"{PATH}/<place>")
    gate.guard(inside, runtime)
    answer_problems(inside)
    for part in (home, document, files, actions, drafts, editor, library):
        part.add_routes(inside, runtime)
    app.register_blueprint(inside)


def _door(runtime: Runtime) -> Blueprint:
    routes = Blueprint("owner_door", __name__)

    @routes.get(PATH)
    def enter() -> tuple[Response | str, int]:
        security.own_page()
        gate.require_near(runtime)
        if "t" not in request.args:
            return render_template("owner_locked.html"), 401
        return gate.enter(runtime, request.args["t"])

    return routes
