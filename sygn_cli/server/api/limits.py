"""How often anybody may ask: by key, by address without a good key, by link when signing.

Counts live in this process: they are lost when it ends, and each server has its own.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from flask import Flask, Response, g, request

from sygn_cli.domain.audit import sha256
from sygn_cli.domain.errors import Unauthorized
from sygn_cli.server import auth
from sygn_cli.server.api.buckets import Buckets, Left, Rate
from sygn_cli.server.errors import refusal
from sygn_cli.server.evidence import client_address, networks
from sygn_cli.server.signing import TOKEN_HEADER

if TYPE_CHECKING:
    from sygn_cli.services.runtime import Runtime

_SUBMIT: Final = "signing.sign"
_BY_LINK: Final = {
    "signing.sign": Rate(per_minute=5, burst=5),
    "looks.looks": Rate(per_minute=120, burst=120),  # somebody typing, and correcting themselves
    # What counts is kept with the document; this keeps the machine from being busy with guesses.
    "identity.check": Rate(per_minute=30, burst=30),
    "identity.send": Rate(per_minute=30, burst=30),
    "signing.draft": Rate(per_minute=60, burst=30),
    # Both write mails to others.
    "signing.delegate": Rate(per_minute=5, burst=5),
    "signing.ask": Rate(per_minute=5, burst=5),
}
_FORMS: Final = frozenset({"identity.check", "identity.send"})  # the link is in the address
_SELF_SIGN: Final = "embed.start"
_SELF_SIGNINGS: Final = Rate(per_minute=10, burst=10)  # each fetches a PDF and makes a document


def limit(app: Flask, runtime: Runtime) -> None:
    """Count requests and refuse those that are too many."""
    limits = _Limits(runtime)
    app.before_request(limits.count)
    app.after_request(limits.tell)


class _Limits:
    """What is counted, and the buckets it is counted in."""

    def __init__(self, runtime: Runtime) -> None:
        settings = runtime.settings
        self._runtime = runtime
        self._buckets = Buckets()
        self._trusted = networks(settings.trusted_proxies)
        self._with_key = Rate(settings.api_per_minute, settings.api_burst)
        self._without = Rate(settings.stranger_per_minute, settings.stranger_per_minute)
        # A token is a secret: what is counted is its hash, with a salt that dies with the process.
        self._salt = secrets.token_hex(16)

    def count(self) -> tuple[Response | str, int] | None:
        """Take a token for the request, or answer that there is none."""
        taken = self._bucket()
        if taken is None:
            return None
        g.bucket = taken
        g.left = self._buckets.take(*taken)
        if g.left.wait:
            return refusal("rate_limited", "Too many requests. Wait and try again.", 429)
        return None

    def tell(self, answer: Response) -> Response:
        """Say how many are left, and when to come back."""
        left: Left | None = g.get("left")
        if left is None:
            return answer
        if request.endpoint == _SUBMIT and answer.status_code in {403, 415}:
            # What a foreign page sends was never looked into, and must not keep the signer out.
            self._buckets.give_back(*g.bucket)
        answer.headers["X-RateLimit-Limit"] = str(left.burst)
        answer.headers["X-RateLimit-Remaining"] = str(left.remaining)
        if left.wait:
            answer.headers["Retry-After"] = str(left.wait)
        return answer

    def _bucket(self) -> tuple[str, Rate] | None:
        by_link = _BY_LINK.get(request.endpoint or "")
        if by_link is not None:
            # As the route reads it: another place would be one to write anything in.
            is_form = request.endpoint in _FORMS
            token = request.args.get("t", "") if is_form else request.headers.get(TOKEN_HEADER, "")
            return f"{request.endpoint} {sha256((self._salt + token).encode())}", by_link
        if request.endpoint == _SELF_SIGN:
            return f"self-signing {self._address()}", _SELF_SIGNINGS
        if not request.path.startswith("/api/"):
            return None
        try:
            return auth.caller(self._runtime).id, self._with_key
        except Unauthorized:
            return self._address(), self._without

    def _address(self) -> str:
        forwarded = request.headers.get("X-Forwarded-For", "")
        return client_address(request.remote_addr or "", forwarded, self._trusted)[0]
