"""Mail: which events tell whom, what a letter is, how often one is tried.

As with webhooks, what is to be mailed follows from the committed event alone. A :class:`Notice` only
points at the event and the person; the letter is written when it is sent, so that no link and no
code lies in a queue.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from sygn_cli.domain.errors import InvalidRequest

if TYPE_CHECKING:
    from datetime import datetime

OWNER: Final = "owner"
CC: Final = "cc"  # cc1, cc2 ... in the order of the document
_MAILBOX: Final = re.compile(r'\s*(?:"?([^<>"\r\n]*?)"?\s*<([^<>\s]+)>|([^<>\s]+))\s*')
# After the first try, which comes at once. Greylisting servers take a letter after minutes.
_RETRIES: Final = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=20),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(hours=12),
    timedelta(hours=24),
)
MOST_ATTEMPTS: Final = len(_RETRIES) + 1
_JITTER: Final = 0.2  # at most so much later, so that letters that failed together spread


class MailKind(StrEnum):
    """What a letter is about."""

    INVITATION = "invitation"
    YOUR_TURN = "your_turn"
    REMINDER = "reminder"
    DELEGATED = "delegated"
    PASSED_ON = "passed_on"
    COMPLETED = "completed"
    DECLINED = "declined"
    VOIDED = "voided"
    EXPIRED = "expired"
    QUESTION = "question"
    LOCKED = "locked"
    CODE = "code"

    @property
    def brings_link(self) -> bool:
        """Whether it asks a signer to act, and brings the link they act with."""
        return self in _BRINGING


_BRINGING: Final = frozenset(
    {MailKind.INVITATION, MailKind.YOUR_TURN, MailKind.REMINDER, MailKind.DELEGATED}
)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Somebody who gets or sends mail."""

    name: str
    email: str

    @classmethod
    def parse(cls, written: str) -> Mailbox:
        """Return the mailbox of ``Ada Lovelace <ada@example.com>`` or of an address alone.

        Raises:
            InvalidRequest: It is neither.
        """
        from sygn_cli.domain import signer, text  # noqa: PLC0415 - `status` need not load them

        match = _MAILBOX.fullmatch(written)
        if not match:
            raise InvalidRequest(
                f"{text.printable(written)!r} is no mailbox.",
                hint='Write it like "Ada Lovelace <ada@example.com>".',
            )
        name = text.clean(match[1] or "", what="The name", longest=signer.LONGEST_NAME)
        return cls(name, signer.email(match[2] or match[3]))


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that goes with a letter."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail to one person.

    Attributes:
        id: The same however often the letter is sent; its ``Message-ID`` is made of it.
        thread: Letters that belong together have the same; mail programs show them together.
        reply_to: Who answers reach, if not the sender.
        text: The whole content for those who read plain text.
        html: The whole content again, a page of its own.
        locale: Language of the content, for example "en".
    """

    id: str
    thread: str
    at: datetime
    sender: Mailbox
    to: Mailbox
    subject: str
    text: str
    html: str
    locale: str = "en"
    reply_to: Mailbox | None = None
    enclosures: tuple[Enclosure, ...] = ()


class Outcome(StrEnum):
    """What became of a letter.

    Attributes:
        ACCEPTED: A mail server has taken it and answers for it now.
        KEPT: There is no mail server; it lies in a file, and nobody got it.
        LATER: Not now; the next try may do better.
        REFUSED: Never; trying again is of no use.
        DROPPED: There is no reason to send it any more.
    """

    ACCEPTED = "accepted"
    KEPT = "kept"
    LATER = "later"
    REFUSED = "refused"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Handover:
    """What a mail server said, or where the letter lies.

    Attributes:
        words: For people, without line feeds: ``550 no such user``, or a file's path.
    """

    outcome: Outcome
    words: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """That somebody is to be told of an event.

    Attributes:
        to: ``s1`` ..., ``cc1`` ... or :data:`OWNER`.
        email: Their address when the event happened; whoever came in their place is told apart.
        seq: Number of the event.
    """

    document: str
    seq: int
    at: datetime
    kind: MailKind
    to: str
    email: str

    @property
    def id(self) -> str:
        """The same whenever it is derived from the same event."""
        return f"{prefix(self.document)}{self.seq:05d}_{self.to}_{self.kind}"


def prefix(document_id: str) -> str:
    """Return how the ids of all notices of a document begin."""
    return f"mail_{document_id.removeprefix('doc_')}_"


@dataclass(frozen=True, slots=True)
class Posting:
    """One try to send a letter, as the mail log keeps it.

    Attributes:
        number: From 1; starts again when somebody asks for the letter to be sent again.
        next_at: When it is tried again, None if it is not.
    """

    notice: Notice
    number: int
    at: datetime
    handover: Handover
    next_at: datetime | None = None

    @property
    def has_failed(self) -> bool:
        """Whether nobody got it and nobody will without doing something."""
        return self.next_at is None and self.handover.outcome in {Outcome.LATER, Outcome.REFUSED}


def next_attempt(attempts: int, *, now: datetime, chance: float) -> datetime | None:
    """Return when to try again; None if it was tried often enough.

    Args:
        attempts: How often it was tried, this time included.
        chance: From 0 to 1, for the jitter.
    """
    if attempts >= MOST_ATTEMPTS:
        return None
    return now + _RETRIES[attempts - 1] * (1 + _JITTER * chance)
