"""``/docs``: the reference for people, made from the same description as ``openapi.json``.

Every example on it is whole: with a key put in it runs as it stands, and the tests run it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, render_template

from sygn_cli.server import negotiation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sygn_cli.services.runtime import Runtime

KEY: Final = "cs_live_xxx"
_PATHS: Final = {
    "document_id": "doc_abc123",
    "signer_id": "s1",
    "webhook_id": "we_abc123",
    "delivery_id": "we_abc123.evt_abc123",
}
_PDF: Final = "JVBERi0xLjcK..."
_BODIES: Final[Mapping[str, object]] = {
    "create_document": {
        "title": "Mutual NDA",
        "pdf_base64": _PDF,
        "signers": [
            {"name": "Ada Lovelace", "email": "ada@example.com", "order": 0},
            {"name": "Alan Turing", "email": "alan@example.com", "order": 1},
        ],
        "signing_order": "sequential",
    },
    "change_document": {"expires": "30d"},
    "delegate_signer": {
        "name": "Grace Hopper",
        "email": "grace@example.com",
        "reason": "She leads the project now.",
    },
    "unlock_signer": {"new_secrets": False},
    "void_document": {"reason": "Wrong version"},
    "detect": {"pdf_base64": _PDF},
    "mint_key": {"tenant_id": "your-customer-123", "label": "acme"},
    "revoke_key": {"key_id": "key_abc123"},
    "add_webhook": {"url": "https://hooks.example.com/sygn"},
}
ERRORS: Final = (
    (
        400,
        "invalid_request",
        "Something about the request is not acceptable; the message says what.",
    ),
    (401, "unauthorized", "Missing or invalid API key."),
    (
        403,
        "forbidden",
        "The key is good, but not for this: another account, another mode, no partner.",
    ),
    (404, "not_found", "No document, signer, template or route matches."),
    (405, "method_not_allowed", "The address takes other methods; see `Allow`."),
    (409, "not_completed", "Download or audit requested before everyone has signed."),
    (409, "already_completed", "A completed document cannot be changed."),
    (409, "already_signed", "That signer has signed."),
    (409, "declined", "A signer declined, which ended the document."),
    (
        409,
        "conflict",
        "Somebody else changed it first, or the same request runs or was broken off.",
    ),
    (410, "voided", "The document was voided."),
    (410, "expired", "The deadline has passed."),
    (413, "payload_too_large", "The PDF exceeds the limit, 25 MB unless set otherwise."),
    (415, "unsupported_media_type", "Bodies are application/json."),
    (422, "detection_failed", "The PDF could not be read."),
    (422, "no_fields_detected", "No place to sign was found. Pass an explicit fields array."),
    (422, "idempotency_key_reused", "The Idempotency-Key was used with another body."),
    (429, "rate_limited", "Too many requests; see `Retry-After`."),
    (500, "internal_error", "A bug; please report it with the X-Request-Id."),
    (503, "seal_failed", "The workspace's key cannot seal; look with: sygn doctor."),
    (503, "workspace_unusable", "The disk is full or cannot be written."),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One route as the page shows it.

    Attributes:
        can_run: The page itself can run it: it changes nothing and needs no id.
        answers: What each status means, in the order of the statuses.
    """

    name: str
    group: str
    method: str
    path: str
    title: str
    text: str
    curl: str
    javascript: str
    answers: tuple[tuple[str, str], ...]
    can_run: bool


def blueprint(runtime: Runtime, description: Mapping[str, Any]) -> Blueprint:
    """Return the route of the reference."""
    routes = Blueprint("docs", __name__)
    base = runtime.settings.public_url.rstrip("/")
    shown = tuple(entries(description, base))
    posted = {event: one["post"] for event, one in description["webhooks"].items()}

    @routes.get("/docs")
    def docs() -> str:
        negotiation.speak_source()
        return render_template(
            "docs.html", entries=shown, errors=ERRORS, base=base, key=KEY, posted=posted
        )

    return routes


def entries(description: Mapping[str, Any], base: str) -> Iterator[Entry]:
    """Yield every route of the description, in its order."""
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            yield _entry(path, method.upper(), operation, base)


def _entry(path: str, method: str, operation: Mapping[str, Any], base: str) -> Entry:
    name = operation["operationId"]
    address = path
    for parameter, example in _PATHS.items():
        address = address.replace(f"{{{parameter}}}", example)
    body = _BODIES.get(name) if "requestBody" in operation else None
    text = operation.get("description", "").replace("<br/>", " ")
    return Entry(
        name=name,
        group=(operation.get("tags") or [""])[0],
        method=method,
        path=path,
        title=operation.get("summary", name),
        text=text,
        curl=_curl(method, base + address, body),
        javascript=_javascript(method, base + address, body),
        answers=tuple(
            (status, one.get("description") or "Done.")
            for status, one in sorted(operation["responses"].items())
        ),
        can_run=method == "GET" and "{" not in path,
    )


def _curl(method: str, url: str, body: object) -> str:
    default = "POST" if body is not None else "GET"
    lines = [f"curl {'' if method == default else f'-X {method} '}{url}"]
    lines.append(f'  -H "Authorization: Bearer {KEY}"')
    if body is not None:
        lines.append('  -H "Content-Type: application/json"')
        lines.append(f"  -d '{json.dumps(body, indent=2)}'")
    return " \\\n".join(lines)


def _javascript(method: str, url: str, body: object) -> str:
    options: dict[str, object] = {}
    if method != "GET":
        options["method"] = method
    options["headers"] = {"Authorization": f"Bearer {KEY}"}
    if body is not None:
        options["headers"] = {
            "Authorization": f"Bearer {KEY}",
            "Content-Type": "application/json",
        }
        options["body"] = "@"
    written = json.dumps(options, indent=2)
    if body is not None:
        inner = json.dumps(body, indent=2).replace("\n", "\n  ")
        written = written.replace('"@"', f"JSON.stringify({inner})")
    return f'const res = await fetch("{url}", {written});\nconsole.log(res.status);'
