"""``Idempotency-Key``: a request that is sent again changes nothing and gets the first answer.

The creation of a document keeps its own promise, through a crash: the store binds the key to the
document before it exists, and the first answer follows from the audit trail (see ``documents``).
For all else the answer is kept for a day once it was given.
"""

from __future__ import annotations

import json
import re
import threading
from typing import TYPE_CHECKING, Final

from flask import Response, g, request

from sygn_cli.domain.audit import sha256
from sygn_cli.domain.document import Mode
from sygn_cli.domain.errors import Conflict, IdempotencyKeyReused, InvalidRequest
from sygn_cli.server import auth
from sygn_cli.services.once import Once

if TYPE_CHECKING:
    from sygn_cli.services.runtime import Runtime

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotent-Replayed"
_KEY: Final = re.compile(r"[\x21-\x7e]{1,200}")
# These keep their promise themselves, or change nothing when they are repeated.
_BY_THEMSELVES: Final = frozenset({"create_document", "void_document", "send_document", "detect"})
# Their answers hold a secret, and secrets are not kept.
_SECRET: Final = frozenset(
    {
        "mint_key",
        "rotate_link",
        "delegate_signer",
        "unlock_signer",
        "remind_signers",
        "add_webhook",
        "rotate_webhook",
    }
)


class Ledger:
    """The requests that run now, and the answers that were given."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._running: set[tuple[str, str]] = set()
        self._mutex = threading.Lock()

    def replay(self) -> Response | None:
        """Return the kept answer to this request; None if it is to be worked on.

        Raises:
            IdempotencyKeyReused: The key was used with another request.
            Conflict: The same request is running, or its answer held a secret.
        """
        key = request.headers.get(HEADER)
        if key is None:
            return None
        if not _KEY.fullmatch(key):
            raise InvalidRequest(f"{HEADER} is 1 to 200 printable characters without spaces.")
        place = (self._scope(), key)
        with self._mutex:
            if place in self._running:
                raise Conflict(f"A request with the same {HEADER} is still running.")
            self._running.add(place)
            g.idempotency_place = place
        if _route() in _BY_THEMSELVES:
            return None
        kept = self._runtime.answers.get(*place)
        return None if kept is None else _again(*kept)

    def keep(self, answer: Response) -> Response:
        """Keep the answer, if it is one of success to a request with a key."""
        place = g.get("idempotency_place")
        is_new = REPLAYED not in answer.headers
        if place and is_new and 200 <= answer.status_code < 300 and _route() not in _BY_THEMSELVES:
            body = b"" if _route() in _SECRET else answer.get_data()
            account, key = place
            self._runtime.answers.put(account, key, (fingerprint(), answer.status_code, body))
        return answer

    def release(self, _: BaseException | None) -> None:
        """Let the next request with the same key in."""
        place = g.pop("idempotency_place", None)
        if place is not None:
            with self._mutex:
                self._running.discard(place)

    def _scope(self) -> str:
        key = auth.caller(self._runtime)
        # A test key must not be told what a live one was answered.
        account = key.account if key.mode is Mode.LIVE else f"{key.account}\n{key.mode}"
        return f"{account}\n{request.method} {request.path}"


def fingerprint() -> str:
    """Return a hash that only equal requests share."""
    return sha256(request.get_data())


def once(runtime: Runtime) -> Once:
    """Return the key of a creation, and what stands for its body: names may come in any order."""
    caller = auth.caller(runtime)
    written = json.dumps(request.get_json(silent=True), sort_keys=True)
    return Once(
        request.headers.get(HEADER, ""), sha256(written.encode()), caller.account, caller.mode
    )


def _again(wanted: str, status: int, body: bytes) -> Response:
    if wanted != fingerprint():
        raise IdempotencyKeyReused(
            f"This {HEADER} was used with another body.", hint="Use a new one per request."
        )
    if not body:
        raise Conflict(
            "This request was answered before, with a secret that is not kept.",
            hint=f"Make another one with a new {HEADER}.",
        )
    return Response(body, status=status, mimetype="application/json", headers={REPLAYED: "true"})


def _route() -> str:
    return (request.endpoint or "").rpartition(".")[2]
