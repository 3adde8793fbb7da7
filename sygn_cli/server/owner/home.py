"""The owner's first page: all documents by state, who is next, what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from flask import redirect, render_template, request

from sygn_cli.domain import routing, text
from sygn_cli.domain.document import DocumentStatus
from sygn_cli.domain.listing import Filters
from sygn_cli.server.owner import gate
from sygn_cli.server.owner.state_words import STATES, state_words
from sygn_cli.server.words import t
from sygn_cli.services import documents, webhooks

if TYPE_CHECKING:
    from flask import Blueprint
    from werkzeug.wrappers import Response

    from sygn_cli.domain.document import Document
    from sygn_cli.domain.signer import Signer
    from sygn_cli.services.runtime import Runtime

_ON_A_PAGE: Final = 25
_TROUBLE: Final = "trouble"
_LONGEST_SEARCH: Final = 200
_ATTEMPTS: Final = 500


@dataclass(frozen=True, slots=True)
class Row:
    """A document as the list shows it.

    Attributes:
        state: In words.
        next: Who may act now.
        failed: How many messages about it were not received by a webhook.
        overdue: The deadline has passed and nobody has looked since.
    """

    document: Document
    state: str
    next: tuple[Signer, ...]
    signed: int
    failed: int
    overdue: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """A filter of the list."""

    name: str
    words: str
    count: int
    address: str
    chosen: bool


def add_routes(routes: Blueprint, runtime: Runtime) -> None:
    """Add the list."""

    @routes.get("/")
    def home() -> str:
        wanted = request.args.get("state", "")
        words = text.harmless(request.args.get("q", ""), longest=_LONGEST_SEARCH)
        filters = _filters(wanted, words)
        page = documents.show(
            runtime, filters, limit=_ON_A_PAGE, cursor=request.args.get("after") or None
        )
        failed = failed_messages(runtime)
        return render_template(
            "owner_home.html",
            rows=[_row(runtime, one, failed.get(one.id, 0)) for one in page.documents],
            choices=_choices(runtime, wanted, words),
            state=wanted,
            words=words,
            later=request.args.get("after"),
            older=page.next_cursor and _address(wanted, words, after=page.next_cursor),
            failed=len(failed),
        )

    @routes.post("/leave")
    def leave() -> Response:
        return gate.leave(redirect("/owner", 303))  # type: ignore[arg-type]  # Flask's own class


def failed_messages(runtime: Runtime) -> dict[str, int]:
    """Return how many of the latest messages were not received, by document."""
    last: dict[str, tuple[str, bool]] = {}
    for one in webhooks.deliveries(runtime, limit=_ATTEMPTS):
        last.setdefault(one.delivery, (one.message.document, one.is_good))
    found: dict[str, int] = {}
    for document_id, is_good in last.values():
        if not is_good:
            found[document_id] = found.get(document_id, 0) + 1
    return found


def _filters(state: str, words: str) -> Filters:
    known = state in {str(one) for one in DocumentStatus}
    return Filters(
        status=DocumentStatus(state) if known else None,
        words=words,
        in_trouble=True if state == _TROUBLE else None,
    )


def _row(runtime: Runtime, document: Document, failed: int) -> Row:
    return Row(
        document=document,
        state=state_words(document),
        next=routing.next_signers(document),
        signed=sum(one.signed_at is not None for one in document.signers),
        failed=failed,
        overdue=document.is_overdue(runtime.clock.now()),
    )


def _choices(runtime: Runtime, chosen: str, words: str) -> list[Choice]:
    counts = runtime.store.counts(_filters("", words))
    stuck = sum(runtime.store.counts(_filters(_TROUBLE, words)).values())
    found = [Choice("", t("All"), sum(counts.values()), _address("", words), chosen == "")]
    found += [
        Choice(
            str(status), t(named), counts.get(status, 0), _address(status, words), chosen == status
        )
        for status, named in STATES.items()
        if counts.get(status) or chosen == status
    ]
    if stuck or chosen == _TROUBLE:
        address = _address(_TROUBLE, words)
        found.append(Choice(_TROUBLE, t("Problems"), stuck, address, chosen == _TROUBLE))
    return found


def _address(state: str, words: str, *, after: str = "") -> str:
    wanted = {"state": str(state), "q": words, "after": after}
    query = urlencode({name: value for name, value in wanted.items() if value})
    return f"?{query}" if query else "?"
