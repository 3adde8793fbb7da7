"""How often anybody may ask: by key, by address without a good key, by link when signing."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, Final

from flask import Flask, Response, request
from flask_limiter import Limiter

from sygn_cli.domain.audit import sha256
from sygn_cli.domain.errors import Unauthorized
from sygn_cli.server import auth
from sygn_cli.server.evidence import client_address, networks
from sygn_cli.server.signing import TOKEN_HEADER

if TYPE_CHECKING:
    from collections.abc import Callable

    from sygn_cli.services.runtime import Runtime

_SUBMISSIONS: Final = "5 per 1 minute"
_SUBMIT: Final = "signing.sign"
_SELF_SIGNINGS: Final = "10 per 1 minute"  # each fetches a PDF and makes a document
_SELF_SIGN: Final = "embed.start"


def limit(app: Flask, runtime: Runtime) -> None:
    """Count requests and refuse those that are too many.

    Counts live in this process: they are lost when it ends, and each server has its own.
    """
    trusted = networks(runtime.settings.trusted_proxies)

    def caller() -> str:
        try:
            return f"key {auth.caller(runtime).id}"
        except Unauthorized:
            address, _ = client_address(
                request.remote_addr or "", request.headers.get("X-Forwarded-For", ""), trusted
            )
            return f"address {address}"

    def allowance() -> str:
        settings = runtime.settings
        return settings.api_limits if caller().startswith("key ") else settings.stranger_limits

    limiter = Limiter(
        caller,
        app=app,
        application_limits=[allowance],
        application_limits_exempt_when=lambda: not request.path.startswith("/api/"),
        headers_enabled=True,
        strategy="moving-window",
        storage_uri="memory://",
    )

    @app.after_request
    def say_when(answer: Response) -> Response:
        if answer.status_code != 429:
            answer.headers.pop("Retry-After", None)  # flask-limiter puts it on every answer
        return answer

    # A token is a secret: what is counted is its hash, with a salt that dies with the process.
    salt = secrets.token_hex(16)
    submit: Callable[[Any], Any] = limiter.limit(
        _SUBMISSIONS,
        key_func=lambda: sha256((salt + request.headers.get(TOKEN_HEADER, "")).encode()),
        # What a foreign page sends was never looked into, and must not keep the signer out.
        deduct_when=lambda answer: answer.status_code not in {403, 415},
    )
    app.view_functions[_SUBMIT] = submit(app.view_functions[_SUBMIT])
    start: Callable[[Any], Any] = limiter.limit(_SELF_SIGNINGS)
    app.view_functions[_SELF_SIGN] = start(app.view_functions[_SELF_SIGN])
