"""What becomes no request: refused before the application hears of it, in the shape of our errors."""

from __future__ import annotations

import json
import time
from typing import Any, Final

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.task import ErrorTask
from waitress.utilities import Error

_SAID: Final[dict[int, tuple[str, str]]] = {
    400: ("invalid_request", "The request is not HTTP as it should be."),
    408: ("invalid_request", "The request comes too slowly."),
    413: ("payload_too_large", "That is too large to be sent at once."),
    431: ("invalid_request", "The headers of the request are too large."),
    501: ("invalid_request", "The request asks for a transfer coding that is not known here."),
}
_FAULT: Final = ("internal_error", "Something went wrong on our side.")


class _TooSlow(Error):  # type: ignore[misc] # waitress has no types
    code = 408
    reason = "Request Timeout"


class _JsonErrorTask(ErrorTask):  # type: ignore[misc] # waitress has no types
    """Answers with ``{"error", "message"}`` and ends the connection, as waitress does."""

    def execute(self) -> None:
        refusal = self.request.error
        code, message = _SAID.get(refusal.code, _FAULT)
        body = json.dumps({"error": code, "message": message}).encode()
        self.status = f"{refusal.code} {refusal.reason}"
        self.response_headers.append(("Content-Type", "application/json"))
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class _Parser(HTTPRequestParser):  # type: ignore[misc] # waitress has no types
    """Takes no request that a proxy before us may read as another (RFC 9112, 6.1 and 6.3)."""

    def parse_header(self, header_plus: bytes) -> None:
        lines = header_plus.split(b"\r\n")[1:]
        names = [line.partition(b":")[0].strip().lower() for line in lines]
        super().parse_header(header_plus)
        if b"transfer-encoding" in names and (
            b"content-length" in names or names.count(b"transfer-encoding") > 1
        ):
            raise ParsingError("The length of the body is told twice")
        if b"transfer-encoding" in names and self.version != "1.1":
            raise ParsingError("A transfer coding in a version of HTTP that has none")
        if names.count(b"host") > 1:
            raise ParsingError("The host is told twice")


class Channel(HTTPChannel):  # type: ignore[misc] # waitress has no types
    """A connection that is strict about what is a request, and whose refusals are JSON.

    waitress hangs up on those who fall silent. Who sends a byte now and then would keep a place
    for ever, and with all places taken nobody else is heard; so a request has to get on.

    Attributes:
        grace: Seconds that a request may take whatever it sends.
        least_rate: Bytes a second that it has to send beyond them, on the average.
    """

    error_task_class = _JsonErrorTask
    parser_class = _Parser
    grace = 20.0
    least_rate = 4096
    _coming: Any = None  # the request that is half read
    _begun = 0.0
    _taken = 0

    def received(self, data: bytes) -> bool:
        """Take what has come, and refuse a request that comes too slowly."""
        taken = bool(super().received(data))
        # While one is worked on, nobody need hurry with the next.
        if self.request is not self._coming or self.requests:
            self._coming, self._begun, self._taken = self.request, time.monotonic(), 0
        if self._coming is not None:
            self._taken += len(data)
            allowed = self.grace + self._taken / self.least_rate
            if time.monotonic() - self._begun > allowed:
                self._refuse(self._coming)
        return taken

    def _refuse(self, request: HTTPRequestParser) -> None:
        """Answer what has not come to its end; the connection ends with the answer."""
        with self.requests_lock:
            request.error, request.completed = _TooSlow(""), True
            self.request = self._coming = None
            self.requests.append(request)
            self.server.add_task(self)
