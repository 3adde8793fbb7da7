"""Webhooks: which events tell whom, how a message is signed, when it is tried again.

Signatures follow Standard Webhooks (https://github.com/standard-webhooks/standard-webhooks, file
``spec/standard-webhooks.md``); names and payload are CyberSygn's.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from sygn_cli.domain.errors import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sygn_cli.domain.document import Document, Mode

SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - what secrets start with
SECRET_BYTES: Final = 32  # the standard asks for 24 to 64
ROTATION: Final = timedelta(hours=24)
ENDPOINT_ID: Final = re.compile(r"we_[0-9a-z]{26}")
EVERY_ACCOUNT: Final = "*"
# After the first attempt, which comes at once.
RETRIES: Final = (
    timedelta(seconds=60),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
)
MOST_ATTEMPTS: Final = len(RETRIES) + 1
_JITTER: Final = 0.2  # at most so much later, so that messages that failed together spread
_LONGEST_WAIT: Final = timedelta(hours=24)
_GONE: Final = 410  # the standard: the receiver wants no more
_SECONDS: Final = re.compile(r"\d{1,9}")


class WebhookEvent(StrEnum):
    """What a webhook can tell."""

    DOC_CREATED = "doc.created"
    SIGNER_VIEWED = "signer.viewed"
    SIGNER_COMPLETED = "signer.completed"
    SIGNER_DECLINED = "signer.declined"
    SIGNER_DELEGATED = "signer.delegated"
    SIGNER_ASKED = "signer.asked"
    SIGNER_LOCKED = "signer.locked"
    DOC_COMPLETED = "doc.completed"
    DOC_DECLINED = "doc.declined"
    DOC_EXPIRED = "doc.expired"
    DOC_VOIDED = "doc.voided"


class Reach(StrEnum):
    """Which documents an endpoint hears of."""

    ALL = "all"
    NAMED = "named"  # those that name it when they are created


@dataclass(frozen=True, slots=True)
class Secret:
    """A signing secret.

    Attributes:
        text: ``whsec_`` and base 64, as the receiver knows it.
        until: When it stops being used; None for the current one.
    """

    text: str
    until: datetime | None = None

    def __repr__(self) -> str:
        """Keep the secret out of logs and tracebacks."""
        return f"Secret(until={self.until!r})"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Somebody who wants to be told.

    Attributes:
        id: ``we_`` and a ULID.
        account: Whose documents it hears of; :data:`EVERY_ACCOUNT` for all of the workspace.
        events: What it wants to hear; empty means everything.
        secrets: The newest first.
        mode: Which documents it hears of, live or test; None for both.
        allow_private: It may be on this machine or network, and may be plain http.
        disabled: Why it gets nothing any more, "" if it does.
        named_at: When a document last named it, as far as that was noted.
    """

    id: str
    account: str
    url: str
    events: frozenset[WebhookEvent]
    secrets: tuple[Secret, ...]
    created_at: datetime
    reach: Reach = Reach.ALL
    mode: Mode | None = None
    allow_private: bool = False
    disabled: str = ""
    named_at: datetime | None = None

    def hears(self, document: Document, event: WebhookEvent) -> bool:
        """Tell whether this endpoint is to be told of something."""
        if self.account not in {EVERY_ACCOUNT, document.account}:
            return False
        if self.mode not in {None, document.mode}:
            return False
        if self.reach is Reach.NAMED and document.webhook != self.id:
            return False
        return not self.events or event in self.events


@dataclass(frozen=True, slots=True)
class Message:
    """One thing to tell, the same for every endpoint and every attempt.

    Attributes:
        id: Derived from document and event: the same however often it is derived.
        at: When the event happened.
        body: UTF-8 JSON, exactly as it is sent and signed.
    """

    id: str
    event: WebhookEvent
    document: str
    at: datetime
    body: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver said.

    Attributes:
        status: HTTP status.
        retry_after: The header of that name, "" if there was none.
        body: The beginning of the body.
        milliseconds: From the look-up of the name to the end of the answer.
    """

    status: int
    retry_after: str
    body: bytes
    milliseconds: int

    @property
    def is_good(self) -> bool:
        """Whether the message counts as received: only 2xx does, a redirect does not."""
        return 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        """Whether the receiver asks never to be called again."""
        return self.status == _GONE


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to bring a message to an endpoint, as the delivery log keeps it.

    Attributes:
        delivery: The same for all tries of one message to one endpoint.
        number: From 1; starts again when the message is sent again.
        status: HTTP status of the answer, 0 if there was none.
        error: Why it was not received, "" if it was.
        head: The beginning of the answer's body, printable.
        next_at: When it is tried again, None if it is not.
    """

    delivery: str
    endpoint: str
    message: Message
    number: int
    at: datetime
    status: int
    milliseconds: int
    error: str = ""
    head: str = ""
    next_at: datetime | None = None

    @property
    def is_good(self) -> bool:
        """Whether the message was received."""
        return not self.error


def delivery_id(endpoint_id: str, message_id: str) -> str:
    """Return the name of a message's way to an endpoint."""
    return f"{endpoint_id}.{message_id}"


def new_secret(entropy: bytes) -> Secret:
    """Return a secret made of random bytes."""
    if len(entropy) != SECRET_BYTES:
        raise ValueError(f"a secret takes {SECRET_BYTES} random bytes, not {len(entropy)}")
    return Secret(SECRET_PREFIX + base64.b64encode(entropy).decode("ascii"))


def valid_secrets(secrets: Iterable[Secret], now: datetime) -> list[Secret]:
    """Return those that receivers may still rely on, the newest first."""
    return [one for one in secrets if one.until is None or now < one.until]


def headers(message: Message, secrets: Iterable[Secret], *, now: datetime) -> dict[str, str]:
    """Return what goes with a message that is sent now.

    ``webhook-signature`` holds one signature for each valid secret, as the standard wants it while
    a secret is being replaced. ``X-Sygn-Signature`` is the plain one: HMAC-SHA256 of the body in
    hex, keyed with the secret's text as it stands, by the newest secret.
    """
    valid = valid_secrets(secrets, now)
    timestamp = str(int(now.timestamp()))
    body = message.body.encode()
    plain = [hmac.new(one.text.encode(), body, hashlib.sha256).hexdigest() for one in valid]
    signed = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "sygn-webhooks/1",
        "webhook-id": message.id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(
            signature(one, message_id=message.id, timestamp=timestamp, body=body) for one in valid
        ),
        "X-Sygn-Event": str(message.event),
        "X-Sygn-Signature": plain[0],
    }
    if len(plain) > 1:
        signed["X-Sygn-Signature-Previous"] = plain[1]
    return signed


def signature(secret: Secret, *, message_id: str, timestamp: str, body: bytes) -> str:
    """Return ``v1,`` and the base 64 HMAC-SHA256 of id, timestamp and body (the standard)."""
    key = base64.b64decode(secret.text.removeprefix(SECRET_PREFIX))
    content = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.new(key, content, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode("ascii")


def next_attempt(
    attempts: int, *, now: datetime, chance: float, retry_after: str = ""
) -> datetime | None:
    """Return when to try again; None if it was tried often enough.

    Args:
        attempts: How often it was tried, this time included.
        chance: From 0 to 1, for the jitter.
        retry_after: What the receiver asked for; it can only make the wait longer.
    """
    if attempts >= MOST_ATTEMPTS:
        return None
    planned = RETRIES[attempts - 1] * (1 + _JITTER * chance)
    asked = min(_asked(retry_after, now), _LONGEST_WAIT)
    return now + max(planned, asked)


def _asked(retry_after: str, now: datetime) -> timedelta:
    """Return the wait that a Retry-After header asks for (RFC 9110, 10.2.3)."""
    written = retry_after.strip()
    if _SECONDS.fullmatch(written):
        return timedelta(seconds=int(written))
    try:
        until = parsedate_to_datetime(written)
    except (ValueError, OverflowError):  # a year or zone of forty digits is no date either
        return timedelta()
    return (until if until.tzinfo else until.replace(tzinfo=UTC)) - now


def events_from(names: Iterable[str]) -> frozenset[WebhookEvent]:
    """Return events by their names.

    Raises:
        InvalidRequest: There is no such event.
    """
    known = {str(one): one for one in WebhookEvent}
    wanted = list(names)
    for name in wanted:
        if name not in known:
            raise InvalidRequest(
                f"There is no webhook event {name!r}.", hint=f"Known are: {', '.join(known)}."
            )
    return frozenset(known[name] for name in wanted)
