"""Signers: the people who must act, and how they are written on a command line."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from sygn_cli.domain import identity, language, text
from sygn_cli.domain.errors import InvalidRequest
from sygn_cli.domain.identity import Standing, Step

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
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
        locale: What they read, as ``de`` or ``de-AT``; "" where nobody said.
        auth: What they have to know beside their link before they are shown anything.
        access_code: That the sender chose, where that is one of the steps; "" to have one made.
        access: The access code as it is stored, "" before it is.
    """

    name: str
    email: str
    order: int | None = None
    role: str = ""
    locale: str = ""
    auth: tuple[Step, ...] = ()
    access_code: str = field(default="", repr=False)
    access: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        text.require(self.name, what="The signer's name", longest=LONGEST_NAME)
        text.clean(self.role, what="The signer's role", longest=LONGEST_NAME)
        if email(self.email) != self.email:
            raise InvalidRequest(f"{text.printable(self.email)!r} has white space around it.")
        if language.locale(self.locale) != self.locale:
            raise InvalidRequest(f"{text.printable(self.locale)!r} is not written like de-AT.")
        if self.order is not None and not 0 <= self.order <= 10_000:
            raise InvalidRequest("A signer's order is a whole number from 0 to 10000.")
        if self.access_code and Step.CODE not in self.auth:
            raise InvalidRequest(
                f"{self.name} has an access code that nobody would ask for.",
                hint="Let it be asked for with auth=code.",
            )

    @classmethod
    def parse(cls, written: str, *, role: str = "") -> Invitee:
        """Return the signer of ``Ada Lovelace <ada@example.com>;order=2;lang=de;auth=email``.

        Raises:
            InvalidRequest: It is not written like that.
        """
        match = _WRITTEN.fullmatch(written)
        if not match:
            raise InvalidRequest(
                f"{text.printable(written)!r} is not a signer.", hint=_HOW_TO_WRITE_A_SIGNER
            )
        try:
            address = email(match["angled"] if match["angled"] is not None else match["bare"])
        except InvalidRequest as error:
            raise InvalidRequest(error.message, hint=_HOW_TO_WRITE_A_SIGNER) from error
        name = (match["name"] or "").strip().strip('"') or address.partition("@")[0]
        return cls(
            text.require(name, what="The signer's name", longest=LONGEST_NAME),
            address,
            role=role,
            **_options(match["options"]),
        )


_HOW_TO_WRITE_A_SIGNER: Final = (
    'Write it like --signer "Ada Lovelace <ada@example.com>;order=1;lang=de".'
)


def _order(written: str) -> int:
    if not re.fullmatch(r"\d{1,5}", written, re.ASCII):
        raise InvalidRequest(
            f"{text.printable(written)!r} is no order.", hint="A number, such as order=2."
        )
    return int(written)


# What may follow a signer: the word before "=", the attribute of Invitee, and who reads the value.
_OPTIONS: Final[Mapping[str, tuple[str, Callable[[str], object]]]] = {
    "order": ("order", _order),
    "lang": ("locale", language.locale),
    "auth": ("auth", identity.steps),
}


def _options(written: str) -> dict[str, Any]:
    """Return the attributes that ``;order=1;lang=de`` gives; values may hold "=" but no ";"."""
    given: dict[str, Any] = {}
    for option in filter(None, (part.strip() for part in written.split(";"))):
        key, equals, value = option.partition("=")
        attribute, read = _OPTIONS.get(key.strip(), ("", None))
        if read is None or not equals or attribute in given:
            raise InvalidRequest(
                f"{text.printable(option)!r} is no option of a signer.",
                hint=_HOW_TO_WRITE_A_SIGNER,
            )
        given[attribute] = read(value.strip())
    return given


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

    local, at, host = address.rpartition("@")
    # The library knows no letters beyond ASCII before the @, which RFC 6532 allows.
    plain = "".join(one if one.isascii() or not one.isalnum() else "x" for one in local)
    try:
        parsed = Address(addr_spec=f"{plain}{at}{host}")
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
        mailed_at: When a mail server last took a letter with their link.
        mail_error: Why no mail server will take it, "" if one did or may yet.
        locale: What they read, as ``de`` or ``de-AT``; "" where nobody said.
        auth: What they have to know beside their link before they are shown anything.
        access: Their access code as it is stored, "" for none.
        identity: How far they came with that.
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
    mailed_at: datetime | None = None
    mail_error: str = ""
    locale: str = ""
    auth: tuple[Step, ...] = ()
    access: str = field(default="", repr=False)
    identity: Standing = field(default_factory=Standing)
