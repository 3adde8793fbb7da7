"""Bringing messages to webhook endpoints: at least once, later and later, until they are received."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sygn_cli.domain import ids, text, webhook, webhook_messages
from sygn_cli.domain.errors import InvalidRequest, NetworkFailed, NotFound, SygnError
from sygn_cli.domain.webhook import Answer, Attempt, Endpoint, Message
from sygn_cli.services import sent, webhooks
from sygn_cli.store.webhooks import KIND, message_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sygn_cli.services.runtime import Runtime
    from sygn_cli.services.webhooks import Owner
    from sygn_cli.store.outbox import Job

# Longer than an attempt can take: 15 s, and the look-up of the name before.
LEASE: Final = timedelta(seconds=90)
_LONGEST_HEAD: Final = 500
_UNTIL_WRITABLE: Final = timedelta(minutes=30)  # for people to make room on a disk
_KEPT_FOR: Final = timedelta(days=30)
_LOG: Final = logging.getLogger("sygn.webhooks")


def deliver_due(runtime: Runtime) -> Iterator[Attempt]:
    """Try everything that is due, one after the other; yield what became of it."""
    while jobs := claim(runtime, limit=1):
        for job in jobs:
            attempt = deliver(runtime, job)
            if attempt is not None:
                yield attempt


def claim(runtime: Runtime, *, limit: int) -> list[Job]:
    """Return webhooks that are due; nobody else gets them until the lease ends."""
    return runtime.webhooks.jobs.claim_some(
        now=runtime.clock.now(), lease=LEASE, limit=limit, kind=KIND
    )


def deliver(runtime: Runtime, job: Job) -> Attempt | None:
    """Try a claimed job once, write down what became of it, and plan what comes next.

    Returns:
        The attempt; None if there is nobody to send to any more.
    """
    jobs = runtime.webhooks.jobs
    try:
        endpoint_id, message = message_of(job)
    except (KeyError, TypeError, ValueError):
        _LOG.warning("the job %s is damaged and was dropped", job.id)
        jobs.acknowledge(job)
        return None
    try:
        endpoint = runtime.webhooks.endpoints.get(endpoint_id)
    except NotFound:
        jobs.acknowledge(job)
        return None
    if sent.is_gone(runtime, message.document):
        jobs.acknowledge(job)
        return None
    attempt, answer = _attempt(runtime, endpoint, message, number=job.attempts + 1)
    failure: SygnError | None = None
    try:
        next_at = _next(runtime, endpoint, attempt, answer)
    except SygnError as error:  # the endpoint could not be disabled, and is to be
        failure, next_at = error, runtime.clock.now() + _UNTIL_WRITABLE
    attempt = replace(attempt, next_at=next_at)
    is_there = sent.close(
        runtime,
        jobs,
        job,
        document_id=message.document,
        note=lambda: runtime.webhooks.log.add(attempt),
        next_at=next_at,
        counts=failure is None,
    )
    if failure is not None:
        raise failure
    return attempt if is_there else None


def try_out(runtime: Runtime, endpoint_id: str, *, owner: Owner | None = None) -> Attempt:
    """Send an endpoint a message that is marked as a test, once.

    Raises:
        NotFound, Forbidden: There is no such endpoint, or it is somebody else's.
    """
    endpoint = webhooks.get(runtime, endpoint_id, owner=owner)
    now = runtime.clock.now()
    number = ids.ulid(now, runtime.clock.entropy(ids.ENTROPY_BYTES))
    message = webhook_messages.trial(endpoint, f"evt_test_{number}", now)
    attempt, _ = _attempt(runtime, endpoint, message, number=1, even_if_disabled=True)
    with sent.only_told("what became of the test could not be written down"):
        runtime.webhooks.log.add(attempt)
    return attempt


def forget_old(runtime: Runtime) -> None:
    """Drop what the delivery log has kept long enough."""
    runtime.webhooks.log.forget(now=runtime.clock.now(), older_than=_KEPT_FOR)


def _attempt(
    runtime: Runtime,
    endpoint: Endpoint,
    message: Message,
    *,
    number: int,
    even_if_disabled: bool = False,
) -> tuple[Attempt, Answer | None]:
    now = runtime.clock.now()
    answer: Answer | None = None
    if endpoint.disabled and not even_if_disabled:
        error = f"not sent: {endpoint.disabled}"
    else:
        try:
            answer = _post(runtime, endpoint, message, now)
            error = "" if answer.is_good else f"the receiver answered {answer.status}"
        except (NetworkFailed, InvalidRequest) as failure:
            error = failure.message.rstrip(".")
    attempt = Attempt(
        delivery=webhook.delivery_id(endpoint.id, message.id),
        endpoint=endpoint.id,
        message=message,
        number=number,
        at=now,
        status=0 if answer is None else answer.status,
        milliseconds=0 if answer is None else answer.milliseconds,
        error=error,
        head="" if answer is None else _head(answer.body),
    )
    return attempt, answer


def _post(runtime: Runtime, endpoint: Endpoint, message: Message, now: datetime) -> Answer:
    return runtime.webhooks.http.post(
        endpoint.url,
        message.body.encode(),
        webhook.headers(message, endpoint.secrets, now=now),
        allow_private=endpoint.allow_private,
    )


def _next(
    runtime: Runtime, endpoint: Endpoint, attempt: Attempt, answer: Answer | None
) -> datetime | None:
    """Return when to try again, and disable the endpoint if that is where it stands."""
    if attempt.is_good or endpoint.disabled:
        return None
    if answer is not None and answer.is_gone:
        _disable(runtime, endpoint, "the receiver answered 410 Gone")
        return None
    planned = webhook.next_attempt(
        attempt.number,
        now=runtime.clock.now(),
        chance=int.from_bytes(runtime.clock.entropy(2), "big") / 65535,
        retry_after="" if answer is None else answer.retry_after,
    )
    if planned is None and not _received_anything_since(runtime, attempt):
        _disable(runtime, endpoint, f"nothing was received in {attempt.number} attempts")
    return planned


def _received_anything_since(runtime: Runtime, last: Attempt) -> bool:
    """Tell whether the endpoint took other messages while it refused this one.

    A receiver that fails for one message must not lose all others.
    """
    try:
        for attempt in runtime.webhooks.log.newest():
            if attempt.at < last.message.at:
                return False
            if attempt.endpoint == last.endpoint and attempt.is_good:
                return True
    except SygnError as error:
        _LOG.warning("endpoint %s is not disabled, since: %s", last.endpoint, error.message)
        return True
    return False


def _disable(runtime: Runtime, endpoint: Endpoint, reason: str) -> None:
    _LOG.warning("webhook endpoint %s is disabled: %s", endpoint.id, reason)
    try:
        webhooks.disable(runtime, endpoint.id, reason)
    except NotFound:
        return  # removed meanwhile


def _head(body: bytes) -> str:
    return text.printable(body[:_LONGEST_HEAD].decode("utf-8", "replace"))
