"""How mail is sent: the table ``[smtp]`` of ``sygn.toml``, and ``SYGN_SMTP_*`` before it.

A password never stands in the file itself, where it would be committed or copied along: it comes
from the environment or from a file of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from sygn_cli.domain.errors import WorkspaceUnusable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_DEFAULT_TIMEOUT: Final = 30
_HOST: Final = re.compile(r"[^\s/@?#]{1,253}")
MAILBOX: Final = re.compile(r"(?:[^<>\r\n]*<[^<>\s@]+@[^<>\s@]+>|[^<>\s@]+@[^<>\s@]+)")


class Security(StrEnum):
    """How the connection is protected, and the port that goes with it."""

    STARTTLS = "starttls"
    TLS = "tls"
    PLAIN = "plain"

    @property
    def port(self) -> int:
        """The usual port (RFC 8314, 3.3; RFC 5321, 4.5.4.2)."""
        return {Security.STARTTLS: 587, Security.TLS: 465, Security.PLAIN: 25}[self]


@dataclass(frozen=True, slots=True)
class Smtp:
    """The server that takes letters.

    Attributes:
        sender: Who letters are from, ``Name <mail>``.
        user: Login name, "" to send without logging in.
        password: "" where the file has it, or there is none.
        password_file: Path of a file whose first line is the password, "" for none.
        ca_file: PEM of authorities to trust besides the system's, "" for none.
        timeout: Seconds to wait for each answer.
        reply_to: Who answers of signers reach, ``Name <mail>``; "" for the owner or the sender.
    """

    host: str
    port: int
    security: Security
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    password_file: str = ""
    ca_file: str = ""
    timeout: int = _DEFAULT_TIMEOUT
    reply_to: str = ""


_KEYS: Final = (
    "host",
    "port",
    "security",
    "sender",
    "user",
    "password_file",
    "ca_file",
    "timeout",
    "reply_to",
)


def smtp_from(table: object, environment: Mapping[str, str]) -> Smtp | None:
    """Return the server to use, or None where none is set.

    Args:
        table: What ``[smtp]`` holds; None if there is no such table.
        environment: For ``SYGN_SMTP_HOST`` and so on; an empty value is none.

    Raises:
        WorkspaceUnusable: A setting is unknown, missing or wrong.
    """
    values = _values(table, environment)
    if not values.get("host"):
        if values.keys() - {"host"} and table:
            raise _wrong("host", "the name of a mail server")
        return None
    security = _security(values.get("security", ""))
    return Smtp(
        host=_text(values, "host", _HOST.fullmatch, "the name of a mail server"),
        port=_number(values, "port", security.port, most=65535),
        security=security,
        sender=_text(values, "sender", MAILBOX.fullmatch, 'a mailbox: "Name <mail@example.com>"'),
        user=values.get("user", ""),
        password=environment.get("SYGN_SMTP_PASSWORD", ""),
        password_file=values.get("password_file", ""),
        ca_file=values.get("ca_file", ""),
        timeout=_number(values, "timeout", _DEFAULT_TIMEOUT, most=600),
        reply_to=_text(values, "reply_to", _mailbox_or_nothing, "a mailbox"),
    )


def _values(table: object, environment: Mapping[str, str]) -> dict[str, str]:
    if not isinstance(table, dict | None):
        raise WorkspaceUnusable("The setting smtp must be a table.", hint="It begins with [smtp].")
    values = {name: _written(name, value) for name, value in (table or {}).items()}
    for name in _KEYS:
        if given := environment.get(f"SYGN_SMTP_{name.upper()}"):
            values[name] = given
    return values


def _written(name: str, value: object) -> str:
    if name == "password":
        raise WorkspaceUnusable(
            "A password does not belong into sygn.toml.",
            hint="Set SYGN_SMTP_PASSWORD, or password_file to a file that holds it.",
        )
    if name not in _KEYS:
        raise WorkspaceUnusable(
            f"sygn.toml has the unknown setting {name!r} in [smtp].",
            hint=f"Known are: {', '.join(_KEYS)}.",
        )
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise _wrong(name, "a text or a number")
    return str(value)


def _security(written: str) -> Security:
    try:
        return Security(written or Security.STARTTLS)
    except ValueError as error:
        raise _wrong("security", f"one of {', '.join(Security)}") from error


def _text(values: Mapping[str, str], name: str, fits: Callable[[str], object], wanted: str) -> str:
    value = values.get(name, "")
    if not fits(value):
        raise _wrong(name, wanted)
    return value


def _mailbox_or_nothing(value: str) -> bool:
    return not value or MAILBOX.fullmatch(value) is not None


def _number(values: Mapping[str, str], name: str, default: int, *, most: int) -> int:
    written = values.get(name) or str(default)
    if not (written.isascii() and written.isdecimal() and 1 <= int(written) <= most):
        raise _wrong(name, f"a whole number from 1 to {most}")
    return int(written)


def _wrong(name: str, wanted: str) -> WorkspaceUnusable:
    return WorkspaceUnusable(
        f"The setting {name} of [smtp] must be {wanted}.",
        hint=f"It is in sygn.toml, or in SYGN_SMTP_{name.upper()}.",
    )
