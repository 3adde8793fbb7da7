"""What the description says of every operation alike: statuses and headers that come with all.

The gate and the limits send them whatever the route does, so no route names them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sygn_cli.server.api import gate, idempotency

if TYPE_CHECKING:
    from collections.abc import Iterator

REQUEST_ID: Final = "X-Request-Id"
_UNSAFE: Final = (409, 413, 415, 422)
_KEY: Final = "IdempotencyKey"
_PARAMETERS: Final[dict[str, Any]] = {
    _KEY: {
        "name": idempotency.HEADER,
        "in": "header",
        "required": False,
        "description": "Send the request again with the same key and body, for a day, and it "
        "changes nothing more. An answer that held a secret is not repeated but refused by a 409; "
        "so is a request of which nobody knows whether it was carried out, because the server "
        "was stopped at it or answered a 5xx after it had begun to change something. A 5xx before "
        "that, such as for a full disk, leaves the key free: send the request again.",
        "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"},
    }
}
_HEADERS: Final[dict[str, Any]] = {
    "RequestId": {
        "description": f"The request's own `{REQUEST_ID}`, or a new one; name it in reports.",
        "schema": {"type": "string"},
    },
    "RateLimitLimit": {
        "description": "How many requests may come at once.",
        "schema": {"type": "integer"},
    },
    "RateLimitRemaining": {
        "description": "How many of them are left.",
        "schema": {"type": "integer"},
    },
    "RetryAfter": {
        "description": "Seconds to wait.",
        "schema": {"type": "integer", "minimum": 1},
    },
    "Replayed": {
        "description": "`true` on the answer to a request that was sent again.",
        "schema": {"type": "string", "const": "true"},
    },
}
_ON_ALL: Final = {
    REQUEST_ID: "RequestId",
    "X-RateLimit-Limit": "RateLimitLimit",
    "X-RateLimit-Remaining": "RateLimitRemaining",
}


def complete(description: dict[str, Any]) -> None:
    """Add to a description what holds for all operations, and for all that change something."""
    components = description["components"]
    components.setdefault("parameters", {}).update(_PARAMETERS)
    components.setdefault("headers", {}).update(_HEADERS)
    for method, operation in _operations(description):
        responses = operation["responses"]
        if method.upper() not in gate.SAFE:
            operation.setdefault("parameters", []).append(_reference("parameters", _KEY))
            for status, refusal in gate.refusals(*_UNSAFE).items():
                responses.setdefault(str(status), refusal)
        for status, response in responses.items():
            response["headers"] = _headers(str(status), method)


def _operations(description: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for operations in description["paths"].values():
        yield from operations.items()


def _headers(status: str, method: str) -> dict[str, Any]:
    named = dict(_ON_ALL)
    if status == "429":
        named["Retry-After"] = "RetryAfter"
    if status.startswith("2") and method.upper() not in gate.SAFE:
        named[idempotency.REPLAYED] = "Replayed"
    return {name: _reference("headers", one) for name, one in named.items()}


def _reference(kind: str, name: str) -> dict[str, str]:
    return {"$ref": f"#/components/{kind}/{name}"}
