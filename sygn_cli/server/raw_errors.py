"""Refusals that waitress makes before the application hears of a request, in the shape of ours."""

from __future__ import annotations

import json
from typing import Final

from waitress.channel import HTTPChannel
from waitress.task import ErrorTask

_SAID: Final[dict[int, tuple[str, str]]] = {
    400: ("invalid_request", "The request is not HTTP as it should be."),
    413: ("payload_too_large", "That is too large to be sent at once."),
    431: ("invalid_request", "The headers of the request are too large."),
    501: ("invalid_request", "The request asks for a transfer coding that is not known here."),
}
_FAULT: Final = ("internal_error", "Something went wrong on our side.")


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


class Channel(HTTPChannel):  # type: ignore[misc] # waitress has no types
    """A connection whose refusals are JSON."""

    error_task_class = _JsonErrorTask
