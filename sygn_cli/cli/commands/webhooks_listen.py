"""``sygn webhooks listen``: a receiver on this machine that prints what arrives."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Annotated, Final

import typer

from sygn_cli.cli import console
from sygn_cli.domain.errors import InvalidRequest, NetworkFailed

if TYPE_CHECKING:
    from collections.abc import Mapping


def listen(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 7448,
    answer: Annotated[
        int, typer.Option(min=200, max=599, help="Status to answer with.", show_default=True)
    ] = 200,
    count: Annotated[
        int, typer.Option(min=0, help="End after so many; 0 goes on until Ctrl-C.")
    ] = 0,
) -> None:
    """Print webhooks as they arrive, one JSON object a line, until Ctrl-C.

    Set SYGN_WEBHOOK_SECRET to have signatures checked. Point a webhook here with:
    sygn webhooks add http://127.0.0.1:7448/ --allow-private
    """
    from http.server import BaseHTTPRequestHandler, HTTPServer

    secret = os.environ.get("SYGN_WEBHOOK_SECRET", "")
    _require_secret(secret)
    seen = 0

    class Receiver(BaseHTTPRequestHandler):
        timeout = 20

        def do_POST(self) -> None:
            nonlocal seen
            seen += 1
            length = min(int(self.headers.get("Content-Length") or 0), _MOST_BYTES)
            body = self.rfile.read(length)
            console.emit_raw(_line(dict(self.headers.items()), body, secret))
            self.send_response(answer)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing of our own."""

    try:
        receiver = HTTPServer(("127.0.0.1", port), Receiver)
    except OSError as error:
        raise NetworkFailed(
            f"Port {port} cannot be used: {error.strerror}.",
            hint="Another program may hold it; --port 0 takes a free one.",
        ) from error
    with receiver as server:
        url = f"http://127.0.0.1:{server.server_port}/"
        console.narrate(f"listening on {url} (stop with Ctrl-C)")
        while not count or seen < count:
            server.handle_request()


_MOST_BYTES: Final = 1_000_000
_SECRET: Final = re.compile(r"whsec_[A-Za-z0-9+/]{43}=")


def _require_secret(secret: str) -> None:
    if secret and not _SECRET.fullmatch(secret):
        raise InvalidRequest(
            "SYGN_WEBHOOK_SECRET is not a webhook's secret.",
            hint="It is what `sygn webhooks add` showed: whsec_ and 44 characters.",
        )


def _line(headers: Mapping[str, str], body: bytes, secret: str) -> str:
    known = {name.lower(): value for name, value in headers.items()}
    try:
        payload: object = json.loads(body)
    except ValueError:
        payload = body.decode("utf-8", "replace")
    shown = {
        "id": known.get("webhook-id"),
        "event": known.get("x-sygn-event"),
        "signature": _verdict(known, body, secret),
        "payload": payload,
    }
    return json.dumps(shown, ensure_ascii=False)


def _verdict(headers: Mapping[str, str], body: bytes, secret: str) -> str:
    if not secret:
        return "unchecked"
    import hmac

    from sygn_cli.domain.webhook import Secret, signature

    expected = signature(
        Secret(secret),
        message_id=headers.get("webhook-id", ""),
        timestamp=headers.get("webhook-timestamp", ""),
        body=body,
    )
    given = headers.get("webhook-signature", "").split()
    return "good" if any(hmac.compare_digest(expected, one) for one in given) else "wrong"
