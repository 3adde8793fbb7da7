"""Webhook endpoints: who is told of what, and what became of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Final

from sygn_cli.domain import cursors, ids, moment, target, webhook
from sygn_cli.domain.document import Mode
from sygn_cli.domain.errors import Forbidden, InvalidRequest, NotFound
from sygn_cli.domain.webhook import EVERY_ACCOUNT, Endpoint, Reach, Secret
from sygn_cli.store.webhooks import job_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sygn_cli.domain.webhook import Attempt
    from sygn_cli.services.runtime import Runtime

MOST_ENDPOINTS: Final = 50  # of one account: each is asked at every commit; without documents' own
NEWEST: Final = "@last"
_POSITION: Final = re.compile(r"[0-9TZ:.+-]+ we_[0-9a-z]{26}\.\w+ [0-9]+")


@dataclass(frozen=True, slots=True)
class Wanted:
    """An endpoint as somebody asks for it.

    Attributes:
        account: Whose documents; :data:`~sygn_cli.domain.webhook.EVERY_ACCOUNT` for all.
        events: Names; none means all.
        mode: Live or test documents only; None for both.
        allow_private: Only the operator may say so.
    """

    url: str
    account: str = EVERY_ACCOUNT
    events: tuple[str, ...] = ()
    allow_private: bool = False
    reach: Reach = Reach.ALL
    mode: Mode | None = None


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose endpoints somebody may see and change: those of an account and a mode."""

    account: str
    mode: Mode

    def owns(self, endpoint: Endpoint) -> bool:
        """Tell whether an endpoint is theirs."""
        return (endpoint.account, mode_of(endpoint)) == (self.account, self.mode)


def mode_of(endpoint: Endpoint) -> Mode | None:
    """Return the mode an endpoint belongs to; None for both.

    Single documents' endpoints did not always say theirs: those belong to the live mode.
    """
    if endpoint.mode is None and endpoint.reach is Reach.NAMED:
        return Mode.LIVE
    return endpoint.mode


def add(runtime: Runtime, wanted: Wanted) -> Endpoint:
    """Register an endpoint; its secret is to be shown now and never again.

    Raises:
        InvalidRequest: The URL or an event is not acceptable, or there are too many endpoints.
    """
    webhook.events_from(wanted.events)
    require_url(wanted.url, allow_private=wanted.allow_private)
    own = [
        one
        for one in runtime.webhooks.endpoints.all()
        if one.account == wanted.account and one.reach is Reach.ALL
    ]
    if len(own) >= MOST_ENDPOINTS:
        raise InvalidRequest(
            f"There are {len(own)} webhook endpoints already.",
            hint="Remove one: DELETE /api/v1/webhooks/ID, or sygn webhooks remove ID",
        )
    return make(runtime, wanted)


def make(runtime: Runtime, wanted: Wanted) -> Endpoint:
    """Store an endpoint whose URL and number were judged already.

    Raises:
        InvalidRequest: There is no such event.
    """
    events = webhook.events_from(wanted.events)
    now = runtime.clock.now()
    endpoint = Endpoint(
        id=f"we_{ids.ulid(now, runtime.clock.entropy(ids.ENTROPY_BYTES))}",
        account=wanted.account,
        url=wanted.url,
        events=events,
        secrets=(_new_secret(runtime),),
        created_at=now,
        reach=wanted.reach,
        mode=wanted.mode,
        allow_private=wanted.allow_private,
    )
    runtime.webhooks.endpoints.add(endpoint)
    return endpoint


def require_url(url: str, *, allow_private: bool) -> None:
    """Refuse a URL that could never be called; what its name leads to is judged each time.

    Raises:
        InvalidRequest: It could not.
    """
    where = target.parse(url, allow_private=allow_private)
    if ":" in where.host or where.host.replace(".", "").isdigit():
        why_not = target.refusal(where.host, allow_private=allow_private)
        if why_not:
            raise InvalidRequest(
                f"{url!r} may not be called: {why_not}.",
                hint="For a receiver of your own, allow it with --allow-private.",
            )


def show(runtime: Runtime, *, owner: Owner | None = None) -> list[Endpoint]:
    """Return somebody's endpoints, or all of the workspace; the oldest first."""
    found = runtime.webhooks.endpoints.all()
    return [one for one in found if owner is None or owner.owns(one)]


def get(runtime: Runtime, endpoint_id: str, *, owner: Owner | None = None) -> Endpoint:
    """Return an endpoint.

    Raises:
        NotFound: There is none.
        Forbidden: It belongs to somebody else.
    """
    endpoint = runtime.webhooks.endpoints.get(endpoint_id)
    if owner is not None and not owner.owns(endpoint):
        raise Forbidden("The webhook belongs to a different account or mode.")
    return endpoint


def resolve(runtime: Runtime, prefix: str) -> str:
    """Return the one endpoint id that starts with this; ``@last`` is the newest.

    Raises:
        NotFound: None does.
        InvalidRequest: Several do.
    """
    known = [one.id for one in runtime.webhooks.endpoints.all()]
    if prefix == NEWEST and known:
        return known[-1]
    found = [one for one in known if one.startswith(prefix)]
    if prefix in found:
        return prefix
    if len(found) > 1:
        raise InvalidRequest(f"Several webhook endpoints start with {prefix!r}.")
    if not found:
        raise NotFound(
            f"There is no webhook endpoint {prefix[:60]!r}.", hint="See: sygn webhooks list"
        )
    return found[0]


def remove(runtime: Runtime, endpoint_id: str, *, owner: Owner | None = None) -> None:
    """Forget an endpoint; what was still to be delivered to it is dropped.

    Raises:
        NotFound, Forbidden: As for :func:`get`.
    """
    runtime.webhooks.endpoints.remove(get(runtime, endpoint_id, owner=owner).id)


def rotate(runtime: Runtime, endpoint_id: str, *, owner: Owner | None = None) -> Endpoint:
    """Make a new secret; the one before stays good for a day beside it.

    Raises:
        NotFound, Forbidden: As for :func:`get`.
    """
    get(runtime, endpoint_id, owner=owner)
    now, fresh = runtime.clock.now(), _new_secret(runtime)

    def turn(endpoint: Endpoint) -> Endpoint:
        # At most two are good at once; whoever rotates twice in a day means it.
        before = Secret(endpoint.secrets[0].text, until=now + webhook.ROTATION)
        return replace(endpoint, secrets=(fresh, before))

    return runtime.webhooks.endpoints.change(endpoint_id, turn)


def enable(runtime: Runtime, endpoint_id: str, *, owner: Owner | None = None) -> Endpoint:
    """Let an endpoint be called again that was disabled.

    Raises:
        NotFound, Forbidden: As for :func:`get`.
    """
    get(runtime, endpoint_id, owner=owner)
    return runtime.webhooks.endpoints.change(endpoint_id, lambda one: replace(one, disabled=""))


def disable(runtime: Runtime, endpoint_id: str, reason: str) -> Endpoint:
    """Call an endpoint no more; what it misses stays in the log."""
    return runtime.webhooks.endpoints.change(
        endpoint_id, lambda one: replace(one, disabled=one.disabled or reason)
    )


def deliveries(
    runtime: Runtime,
    *,
    owner: Owner | None = None,
    endpoint_id: str | None = None,
    document_id: str | None = None,
    failed: bool = False,
    limit: int,
    cursor: str | None = None,
) -> list[Attempt]:
    """Return the latest attempts, the newest first.

    Args:
        failed: Only those that were not received.
        cursor: Only those that follow an attempt, see :func:`cursor_after`.

    Raises:
        InvalidRequest: The cursor is not one of ours, or of another endpoint's list.
    """

    def fits(one: Attempt) -> bool:
        return (
            (endpoint_id is None or one.endpoint == endpoint_id)
            and (document_id is None or one.message.document == document_id)
            and not (failed and one.is_good)
        )

    attempts = _visible(runtime, owner)
    if cursor is not None:
        position = cursors.position_of(cursor)
        if not _POSITION.fullmatch(position) or f" {endpoint_id or 'we_'}" not in position:
            raise cursors.not_ours()
        # Attempts are only ever added in front, so what follows this one stays what it was.
        next((one for one in attempts if _position(one) == position), None)
    return list(islice(filter(fits, attempts), limit))


def cursor_after(attempt: Attempt) -> str:
    """Return the cursor of the attempts that follow one in a list."""
    return cursors.made_of(_position(attempt))


def _position(attempt: Attempt) -> str:
    return f"{moment.to_wire(attempt.at)} {attempt.delivery} {attempt.number}"


def replay(runtime: Runtime, delivery_id: str, *, owner: Owner | None = None) -> Attempt:
    """Send a message again, under the same id; return the attempt that is repeated.

    Raises:
        NotFound: The log knows no such delivery, or its endpoint is gone.
        InvalidRequest: Its endpoint is disabled.
    """
    for attempt in _visible(runtime, owner):
        if attempt.delivery == delivery_id:
            _send_again(runtime, attempt)
            return attempt
    raise NotFound(
        f"There is no delivery {delivery_id[:120]!r}.", hint="See: sygn webhooks deliveries"
    )


def replay_failed(runtime: Runtime, endpoint_id: str) -> list[Attempt]:
    """Send again whatever an endpoint has missed; return the attempts that are repeated.

    Raises:
        NotFound: There is no such endpoint.
        InvalidRequest: It is disabled.
    """
    latest: dict[str, Attempt] = {}
    received: set[str] = set()
    for attempt in runtime.webhooks.log.newest():
        if attempt.endpoint == endpoint_id and attempt.message.document:
            latest.setdefault(attempt.delivery, attempt)
            if attempt.is_good:
                received.add(attempt.delivery)
    missed = [one for one in reversed(latest.values()) if one.delivery not in received]
    for one in missed:
        _send_again(runtime, one)
    return missed


def _send_again(runtime: Runtime, attempt: Attempt) -> None:
    endpoint = runtime.webhooks.endpoints.get(attempt.endpoint)
    if endpoint.disabled:
        raise InvalidRequest(
            f"The webhook endpoint {endpoint.id} is disabled: {endpoint.disabled}.",
            hint=f"Enable it with: sygn webhooks enable {endpoint.id}",
        )
    job = replace(job_for(endpoint, attempt.message), due=runtime.clock.now())
    runtime.webhooks.jobs.put([job], again=True)


def _visible(runtime: Runtime, owner: Owner | None) -> Iterator[Attempt]:
    attempts: Iterable[Attempt] = runtime.webhooks.log.newest()
    if owner is None:
        yield from attempts
        return
    own = {one.id for one in show(runtime, owner=owner)}
    yield from (one for one in attempts if one.endpoint in own)


def _new_secret(runtime: Runtime) -> Secret:
    return webhook.new_secret(runtime.clock.entropy(webhook.SECRET_BYTES))
