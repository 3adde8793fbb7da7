"""``Idempotency-Key``: a request that is sent again changes nothing and gets the first answer.

The creation of a document keeps its own promise, through a crash: the store binds the key to the
document before it exists, and the first answer follows from the audit trail (see ``documents``).
So does a reminder, whose event tells which request it was. For all else it is kept that the request
was begun, before anything is done, and for a day what was answered. A request that was refused,
or failed before it changed anything, frees its key.
"""

from __future__ import annotations

import json
import logging
import re
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final

from flask import Response, g, request

from sygn_cli.domain.audit import sha256
from sygn_cli.domain.document import Mode
from sygn_cli.domain.errors import (
    Conflict,
    IdempotencyKeyReused,
    InvalidRequest,
    WorkspaceUnusable,
)
from sygn_cli.server import auth, errors
from sygn_cli.services.once import Once
from sygn_cli.store import changes

if TYPE_CHECKING:
    from sygn_cli.services.runtime import Runtime

_LOG: Final = logging.getLogger(__name__)

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotent-Replayed"
_KEY: Final = re.compile(r"[\x21-\x7e]{1,200}")
# /api/v1/documents/<id>, and what lies behind that.
_THING: Final = 5
# These keep their promise themselves, or change nothing when they are repeated.
_BY_THEMSELVES: Final = frozenset(
    {"create_document", "void_document", "send_document", "detect", "remind_signers"}
)
# Doing these once more does no harm if it is not known whether they were done.
_REPEATABLE: Final = frozenset(
    {"change_document", "revoke_key", "remove_webhook", "enable_webhook"}
)
# Their answers hold a secret, and secrets are not kept.
_SECRET: Final = frozenset(
    {
        "mint_key",
        "rotate_link",
        "delegate_signer",
        "unlock_signer",
        "add_webhook",
        "rotate_webhook",
    }
)


class Ledger:
    """Which requests with a key were begun, and what was answered to them."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def replay(self) -> Response | None:
        """Return the kept answer to this request; None if it is to be worked on.

        Raises:
            IdempotencyKeyReused: The key was used with another request.
            Conflict: The same request is running, or was broken off, or its answer held a secret.
        """
        key = request.headers.get(HEADER)
        if key is None:
            return None
        if not _KEY.fullmatch(key):
            raise InvalidRequest(f"{HEADER} is 1 to 200 printable characters without spaces.")
        answers, place = self._runtime.answers, (_scope(self._runtime), key)
        lock = ExitStack()
        if not lock.enter_context(answers.working(*place)):
            raise Conflict(f"A request with the same {HEADER} is still running.")
        g.idempotency_lock = lock
        if _route() in _BY_THEMSELVES:
            kept = answers.get(*place)
            return None if kept is None else _again(*kept)
        kept = answers.begin(*place, fingerprint())
        answer = None if kept is None else _again(*kept)
        if answer is None:
            g.idempotency_place, g.idempotency_changes = place, changes.count()
        return answer

    def keep(self, answer: Response) -> Response:
        """Keep the answer to a request with a key, or let it be sent again if nothing came of it."""
        place: tuple[str, str] | None = g.pop("idempotency_place", None)
        if place is None:
            return answer
        try:
            if 200 <= answer.status_code < 300:
                body = b"" if _route() in _SECRET else answer.get_data()
                self._runtime.answers.put(*place, (fingerprint(), answer.status_code, body))
            elif answer.status_code < 500 or _route() in _REPEATABLE or _nothing_came_of(answer):
                self._runtime.answers.forget(*place)
            # After another error of ours nobody knows what was done; see _again.
        except WorkspaceUnusable as error:  # what was done is done, and whoever asked is told
            _LOG.error("%s: the answer is not kept: %s", error.code, error.message)
        return answer

    def release(self, _: BaseException | None) -> None:
        """Let the next request with the same key in."""
        lock = g.pop("idempotency_lock", None)
        if lock is not None:
            lock.close()


def fingerprint() -> str:
    """Return a hash of the body that requests share which say the same; names in any order."""
    return sha256(json.dumps(request.get_json(silent=True), sort_keys=True).encode())


def known_as(runtime: Runtime) -> str:
    """Return by what this request is known when it is sent again; "" if it carries no key."""
    key = request.headers.get(HEADER)
    return "" if key is None else sha256(f"{_scope(runtime)}\n{key}".encode())


def once(runtime: Runtime) -> Once:
    """Return the key of a creation, and what stands for its body: names may come in any order."""
    caller = auth.caller(runtime)
    return Once(request.headers.get(HEADER, ""), fingerprint(), caller.account, caller.mode)


def _again(wanted: str, status: int, body: bytes) -> Response | None:
    """Return the answer to a request that was begun before; None if it may be done again."""
    # Former versions kept a hash of the bytes.
    if wanted not in {fingerprint(), sha256(request.get_data())}:
        raise IdempotencyKeyReused(
            f"This {HEADER} was used with another body.", hint="Use a new one per request."
        )
    if not status:
        if _route() in _REPEATABLE:
            return None
        # It does not run any more, or its lock would be held.
        raise Conflict(
            f"The first request with this {HEADER} was broken off; it is not known whether it was "
            "carried out.",
            hint=f"Look at GET {_thing()}; if it was not, send it with a new {HEADER}.",
        )
    if not body:
        raise Conflict(
            "This request was answered before, with a secret that is not kept.",
            hint=f"Make another one with a new {HEADER}.",
        )
    return Response(body, status=status, mimetype="application/json", headers={REPLAYED: "true"})


def _nothing_came_of(failed: Response) -> bool:
    """Tell whether a request failed in a way that we foresaw, before it changed anything."""
    told = failed.get_json(silent=True) or {}
    return told.get("error") in errors.STATUS and changes.count() == g.idempotency_changes


def _scope(runtime: Runtime) -> str:
    key = auth.caller(runtime)
    # A test key must not be told what a live one was answered.
    account = key.account if key.mode is Mode.LIVE else f"{key.account}\n{key.mode}"
    return f"{account}\n{request.method} {request.path}"


def _thing() -> str:
    """Return the address of what the request changes: a list, or one thing in it."""
    return "/".join(request.path.split("/")[:_THING])


def _route() -> str:
    return (request.endpoint or "").rpartition(".")[2]
