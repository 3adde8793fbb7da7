"""One question to one address on the web, with an end to patience and to the answer."""

from __future__ import annotations

import http.client
import socket
import threading
import urllib.error
import urllib.parse
import urllib.request
from typing import TYPE_CHECKING, Any, Final

from sygn_cli.domain import target
from sygn_cli.domain.errors import NetworkFailed

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE: Final = 15.0  # seconds for the whole answer, not for each piece of it


def ask(
    url: str,
    *,
    content: bytes | None = None,
    media_type: str = "",
    largest: int,
    patience: float = PATIENCE,
    named_by_others: bool = False,
    allow_private: bool = False,
) -> bytes:
    """Return what an http or https address answers.

    Args:
        url: Whom to ask.
        content: Sent as POST; None for a GET.
        media_type: Of the content.
        largest: Most bytes that the answer may have.
        patience: Seconds until a server that trickles is given up as well.
        named_by_others: The address stands in somebody's certificate: redirects are not followed,
            and it must not lead to where only we could reach (CWE-918). A proxy that the
            environment names is asked all the same, and decides for itself.
        allow_private: But it may lead to this machine or a private network.

    Raises:
        NetworkFailed: There is no answer, a late one, or one that is too long.
    """
    if urllib.parse.urlsplit(url).scheme not in {"http", "https"}:
        raise NetworkFailed(f"{url!r} is not an http or https address.")
    opener = urllib.request.build_opener(*(_guards(allow_private) if named_by_others else ()))
    found: list[bytes | Exception] = []

    def run() -> None:
        try:
            headers = {"Content-Type": media_type} if media_type else {}
            question = urllib.request.Request(url, data=content, headers=headers)  # noqa: S310
            with opener.open(question, timeout=patience) as answer:
                found.append(answer.read(largest + 1))
        except urllib.error.HTTPError as error:
            error.close()  # it holds the connection
            found.append(error)
        except (OSError, ValueError, http.client.HTTPException) as error:
            found.append(error)

    # A socket's timeout starts anew with each byte; only another thread can watch the whole.
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(patience)
    if not found:
        raise NetworkFailed(f"{url} did not answer within {patience:g} seconds.")
    if isinstance(found[0], Exception):
        raise NetworkFailed(f"{url} did not answer: {found[0]}.") from found[0]
    if len(found[0]) > largest:
        raise NetworkFailed(f"{url} answered with more than {largest} bytes.")
    return found[0]


def leads_near(url: str) -> bool:
    """Tell whether an address leads to this machine or a private network."""
    parts = urllib.parse.urlsplit(url)
    try:
        found = socket.getaddrinfo(parts.hostname or "", parts.port or 80)
    except (OSError, ValueError):
        return False
    return any(target.refusal(str(one[4][0]), allow_private=False) for one in found)


def _guards(allow_private: bool) -> tuple[urllib.request.BaseHandler, ...]:
    def connected(address: tuple[str, int], *args: Any) -> socket.socket:  # noqa: ANN401
        peer = socket.create_connection(address, *args)
        why_not = target.refusal(str(peer.getpeername()[0]), allow_private=allow_private)
        if why_not:
            peer.close()
            raise PermissionError(f"{address[0]} may not be called: {why_not}")
        return peer

    return _NoRedirects(), _Http(connected), _Https(connected)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


class _Judging:
    """Connects by a function of its own, unless a proxy is in between."""

    def __init__(self, connect: Callable[..., socket.socket]) -> None:
        super().__init__()
        self._connect = connect

    def _connection(
        self, kind: type[http.client.HTTPConnection], question: urllib.request.Request
    ) -> Callable[..., http.client.HTTPConnection]:
        # Read anew as urllib reads it, which decodes a host such as %31%32%37.0.0.1.
        is_direct = question.host == urllib.request.Request(question.full_url).host  # noqa: S310

        def make(host: str, **options: Any) -> http.client.HTTPConnection:  # noqa: ANN401
            made = kind(host, **options)
            if is_direct:
                # What `http.client` itself connects with, before it encrypts.
                made._create_connection = self._connect  # type: ignore[attr-defined]
            return made

        return make


class _Http(_Judging, urllib.request.HTTPHandler):
    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(self._connection(http.client.HTTPConnection, req), req)


class _Https(_Judging, urllib.request.HTTPSHandler):
    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(self._connection(http.client.HTTPSConnection, req), req)
