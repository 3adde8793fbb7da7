"""Webhook endpoints of single documents: one for each URL that they name, and room for more."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sygn_cli.domain.document import DocumentStatus
from sygn_cli.domain.errors import InvalidRequest, NotFound
from sygn_cli.domain.listing import Filters
from sygn_cli.domain.webhook import Endpoint, Reach
from sygn_cli.services import documents, webhooks
from sygn_cli.services.webhooks import Wanted

if TYPE_CHECKING:
    from datetime import datetime

    from sygn_cli.domain.document import Mode
    from sygn_cli.services.runtime import Runtime

MOST_ENDPOINTS: Final = 500  # of one account
_AT_ONCE: Final = 50  # retired together: whoever makes room reads all documents that are under way
_RETIRED: Final = "its documents have ended"
# Whoever named an endpoint has stored the document by then, or never will.
_STORED_BY: Final = timedelta(hours=1)
_UNDER_WAY: Final = (DocumentStatus.DRAFT, DocumentStatus.SENT, DocumentStatus.PARTIALLY_SIGNED)


def endpoint_for(
    runtime: Runtime, url: str, *, account: str, mode: Mode, allow_private: bool = False
) -> tuple[Endpoint, bool]:
    """Return the endpoint that a single document may name, and whether it was made now.

    Documents of a mode that name the same URL share an endpoint, so that its receiver has one
    secret.

    Raises:
        InvalidRequest: The URL is not acceptable, or all endpoints are still needed.
    """
    own = [
        one
        for one in runtime.webhooks.endpoints.all()
        if one.account == account and one.reach is Reach.NAMED
    ]
    now = runtime.clock.now()

    def name(found: Endpoint) -> Endpoint:
        if found.disabled:
            raise NotFound("The endpoint was retired meanwhile.")
        is_fresh = now - _last_named(found) < _STORED_BY / 2
        return found if is_fresh else replace(found, named_at=now)

    for one in own:
        same = (one.url, webhooks.mode_of(one), one.allow_private) == (url, mode, allow_private)
        if same and not one.disabled:
            with contextlib.suppress(NotFound):
                # Durable from here on: whoever added it may have died before it was.
                return runtime.webhooks.endpoints.change(one.id, name), False
    wanted = Wanted(url, account, allow_private=allow_private, reach=Reach.NAMED, mode=mode)
    webhooks.require_url(url, allow_private=allow_private)
    if len(own) >= MOST_ENDPOINTS:
        _make_room(runtime, account, own)
    return webhooks.make(runtime, wanted), True


def _make_room(runtime: Runtime, account: str, own: list[Endpoint]) -> None:
    """Retire the oldest endpoints that nothing can be told to any more."""
    latest = runtime.clock.now() - _STORED_BY
    idle = {one.id: one for one in own if _last_named(one) <= latest}
    for status in _UNDER_WAY if idle else ():
        for document in documents.every(runtime, Filters(account=account, status=status)):
            idle.pop(document.webhook, None)
    # After the documents: an event that ended one has its jobs by now.
    for job in runtime.webhooks.jobs.pending() if idle else ():
        idle.pop(job.id.partition(".")[0], None)
    retired = [_retire(runtime, one, latest) for one in list(idle)[:_AT_ONCE]]
    if not any(retired):
        raise InvalidRequest(
            f"There are {len(own)} webhook endpoints of single documents, all still needed.",
            hint="Let documents name the same webhook_url, or remove an endpoint that is not "
            "needed: DELETE /api/v1/webhooks/ID, or sygn webhooks remove ID",
        )


def _retire(runtime: Runtime, endpoint_id: str, latest: datetime) -> bool:
    """Remove an endpoint unless a document has just named it; tell whether it is gone."""

    def decide(found: Endpoint) -> Endpoint:
        return found if _last_named(found) > latest else replace(found, disabled=_RETIRED)

    try:
        if runtime.webhooks.endpoints.change(endpoint_id, decide).disabled != _RETIRED:
            return False
        runtime.webhooks.endpoints.remove(endpoint_id)
    except NotFound:
        pass  # somebody else removed it, which makes room as well
    return True


def _last_named(endpoint: Endpoint) -> datetime:
    return endpoint.named_at or endpoint.created_at
