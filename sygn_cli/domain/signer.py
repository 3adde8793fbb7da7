"""Signers: the people who must act, and how they are written on a command line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from sygn_cli.domain import text
from sygn_cli.domain.errors import InvalidRequest

if TYPE_CHECKING:
    from datetime import datetime

MOST_SIGNERS: Final = 20
LONGEST_NAME: Final = 120
LONGEST_EMAIL: Final = 254  # RFC 5321, 4.5.3.1.3: a path is at most 256 octets with its brackets
LONGEST_REASON: Final = 500
_WRITTEN: Final = re.compile(
    r"\s*(?:(?P<name>[^<>;]*?)\s*<(?P<angled>[^<>;]*)>|(?P<bare>[^<>;]*?))\s*(?P<options>(?:;.*)?)"
)
_HOST: Final = re.compile(
    r"(?=.{1,253}\Z)[^\s@.\[\]()<>,;:\\\"]{1,63}(?:\.[^\s@.\[\]()<>,;:\\\"]{1,63})*"
)


class SignerStatus(StrEnum):
    """What a signer has done."""

    PENDING = "pending"
    SIGNED = "signed"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Invitee:
    """Somebody who is asked to sign, before the document exists.

    Attributes:
        order: Place in a sequential document; equal orders sign at the same time; None means
            the place in the list.
        role: Name of the party in the PDF whose fields are theirs, "" for none.
    """

    name: str
    email: str
    order: int | None = None
    role: str = ""

    def __post_init__(self) -> None:
        text.require(self.name, what="The signer's name", longest=LONGEST_NAME)
        text.clean(self.role, what="The signer's role", longest=LONGEST_NAME)
        if email(self.email) != self.email:
            raise InvalidRequest(f"{text.printable(self.email)!r} has white space around it.")
        if self.order is not None and not 0 <= self.order <= 10_000:
            raise InvalidRequest("A signer's order is a whole number from 0 to 10000.")

    @classmethod
    def parse(cls, written: str, *, role: str = "") -> Invitee:
        """Return the signer of ``Ada Lovelace <ada@example.com>;order=2``.

        Raises:
            InvalidRequest: It is not written like that.
        """
        match = _WRITTEN.fullmatch(written)
        if not match:
            raise InvalidRequest(
                f"{text.printable(written)!r} is not a signer.", hint=_HOW_TO_WRITE_A_SIGNER
            )
        address = email(match["angled"] if match["angled"] is not None else match["bare"])
        name = (match["name"] or "").strip().strip('"') or address.partition("@")[0]
        return cls(
            text.require(name, what="The signer's name", longest=LONGEST_NAME),
            address,
            _order(match["options"]),
            role,
        )


_HOW_TO_WRITE_A_SIGNER: Final = 'Write it like --signer "Ada Lovelace <ada@example.com>;order=1".'


def _order(options: str) -> int | None:
    order: int | None = None
    for option in filter(None, (part.strip() for part in options.split(";"))):
        key, _, value = option.partition("=")
        if key.strip() != "order" or not value.strip().isdecimal():
            raise InvalidRequest(
                f"{text.printable(option)!r} is no option of a signer.",
                hint=_HOW_TO_WRITE_A_SIGNER,
            )
        order = int(value)
    return order


def email(written: str) -> str:
    """Return the address without outer white space.

    Raises:
        InvalidRequest: It is no single e-mail address.
    """
    address = written.strip()
    shown = text.printable(address)
    if text.clean(address, what="The e-mail address", longest=LONGEST_EMAIL) != address:
        raise InvalidRequest(f"{shown!r} is not an e-mail address in normal form (NFC).")
    from email.headerregistry import Address  # noqa: PLC0415 - 15 ms that `status` need not pay

    try:
        parsed = Address(addr_spec=address)
    except Exception as error:  # headerregistry leaks IndexError and others on bad input
        raise InvalidRequest(f"{shown!r} is not an e-mail address.") from error
    if not parsed.username or not _HOST.fullmatch(parsed.domain):
        raise InvalidRequest(f"{shown!r} is not an e-mail address.")
    return address


@dataclass(frozen=True, slots=True)
class Signer:
    """Somebody who must act on a document.

    Attributes:
        id: ``s1``, ``s2`` ... in the order of the list.
        order: Rank in a sequential document; the lowest open one acts; equal ones form a group.
        link_generation: Counts rotations of the signing link; an older link is dead.
        consent_sha256: Hash of the consent text that was accepted, "" before.
        values_sha256: Hash of the marks that were submitted, "" before.
        method: How the signature was adopted: drawn, typed, uploaded or cli.
    """

    id: str
    name: str
    email: str
    order: int
    role: str = ""
    status: SignerStatus = SignerStatus.PENDING
    link_generation: int = 0
    viewed_at: datetime | None = None
    consented_at: datetime | None = None
    consent_sha256: str = ""
    signed_at: datetime | None = None
    values_sha256: str = ""
    method: str = ""
    declined_at: datetime | None = None
    decline_reason: str = ""
        mailed_at: When a mail server last took a letter with their link.
        mail_error: Why no mail server will take it, "" if one did or may yet.
        locale: What they read, as ``de`` or ``de-AT``; "" where nobody said.
    mailed_at: datetime | None = None
    mail_error: str = ""
    locale: str = ""
