"""Settings from ``sygn.toml`` and the environment; a mistake is an error, not a surprise later."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from sygn_cli.domain import moment
from sygn_cli.domain.errors import InvalidRequest, WorkspaceUnusable
from sygn_cli.services.runtime import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_MEGABYTE: Final = 1024 * 1024
_ORIGIN: Final = re.compile(r"https?://[^/\s?#;,'\"]+")
_MOST_REQUESTS: Final = 10**9
# PAdES baseline levels; the engine's own list is not imported at every start.
_OWNER_PAGES: Final = ("local", "remote", "off")
_LEVELS: Final = ("B-B", "B-T", "B-LT", "B-LTA")
# What domain/retention.py reads, which `status` need not import.
_RETENTION: Final = re.compile(r"never|0*[1-9][0-9]{0,3}\s*(d|w|mo|y)")
_URL: Final = re.compile(r"https?://[^\s?#'\"]+")
# Settings of parts that read them elsewhere.
_OTHERS: Final = frozenset({"smtp"})
# Before every day that a deadline could name: whether one has passed is found out when it is used.
_BEFORE_ALL: Final = datetime(1, 1, 1, tzinfo=UTC)
_MOST_REMINDERS: Final = 10
_MOST_REMINDER_DAYS: Final = 365


def settings_from(toml: str, environment: Mapping[str, str]) -> Settings:
    """Return the settings; the environment goes before the file.

    Raises:
        WorkspaceUnusable: The file is not TOML, or has an unknown setting or a wrong value.
    """
    settings = Settings()
    table = _table(toml)
    for name, value in table.items():
        if name in _OTHERS:
            continue
        if name not in _READERS:
            raise WorkspaceUnusable(
                f"sygn.toml has the unknown setting {name!r}.",
                hint=f"Known are: {', '.join(sorted({*_READERS, *_OTHERS}))}.",
            )
        settings = _READERS[name](settings, name, value)
    for variable, name in (
        ("SYGN_PUBLIC_URL", "public_url"),
        ("SYGN_EXPIRES", "expires"),
        ("SYGN_ORGANISATION", "organisation"),
        ("SYGN_OWNER", "owner"),
    ):
        if value := environment.get(variable):
            settings = _READERS[name](settings, variable, value)
    if "smtp" in table or any(name.startswith("SYGN_SMTP_") for name in environment):
        from sygn_cli.services.mail_settings import smtp_from  # noqa: PLC0415 - only who mails

        settings = replace(settings, smtp=smtp_from(table.get("smtp"), environment))
    if settings.level not in {"", "B-B"} and not settings.tsa_urls:
        raise WorkspaceUnusable(
            f"Level {settings.level} needs a time-stamping authority.",
            hint="Set tsa in sygn.toml.",
        )
    return settings


def _table(toml: str) -> dict[str, object]:
    # Most files hold comments only; tomllib costs 3 ms of every start.
    if not any(line.strip() and not line.lstrip().startswith("#") for line in toml.splitlines()):
        return {}
    import tomllib  # noqa: PLC0415 - see above

    try:
        return tomllib.loads(toml)
    except tomllib.TOMLDecodeError as error:
        raise WorkspaceUnusable(f"sygn.toml is not TOML: {error}.") from error


def _wrong(name: str, wanted: str) -> WorkspaceUnusable:
    return WorkspaceUnusable(
        f"The setting {name} must be {wanted}.", hint=f"It is {_where(name)}."
    )


def _where(name: str) -> str:
    return "a variable" if name.startswith("SYGN_") else "in sygn.toml"


def usual_deadline(settings: Settings, *, now: datetime) -> datetime | None:
    """Return the deadline of documents that are asked for without one; None for none.

    Raises:
        WorkspaceUnusable: The setting names a deadline that has passed.
    """
    try:
        return moment.deadline(settings.expires, now=now)
    except InvalidRequest as error:
        name = settings.expires_from
        raise WorkspaceUnusable(
            f"The setting {name} is the deadline {settings.expires!r}, which has passed.",
            hint=f"It is {_where(name)}. A length of time such as 30d does not pass.",
        ) from error


def base_of_links(written: str) -> str | None:
    """Return the URL that links begin with, without a slash at its end; None if it is no URL."""
    return written.rstrip("/") if _URL.fullmatch(written) else None


def _url(settings: Settings, name: str, value: object) -> Settings:
    base = base_of_links(value) if isinstance(value, str) else None
    if base is None:
        raise _wrong(name, "a URL such as https://sign.example.com")
    return replace(settings, public_url=base)


def _expires(settings: Settings, name: str, value: object) -> Settings:
    wanted = 'a deadline such as "30d", "2030-12-31" or "never"'
    if not isinstance(value, str):
        raise _wrong(name, wanted)
    try:
        moment.deadline(value, now=_BEFORE_ALL)
    except InvalidRequest as error:
        raise _wrong(name, wanted) from error
    return replace(settings, expires=value, expires_from=name)


def _largest(settings: Settings, name: str, value: object) -> Settings:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise _wrong(name, "a whole number of megabytes")
    return replace(settings, largest_pdf=value * _MEGABYTE)


def _most_pages(settings: Settings, name: str, value: object) -> Settings:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise _wrong(name, "a whole number")
    return replace(settings, most_pages=value)


def _origins(settings: Settings, name: str, value: object) -> Settings:
    found = _texts(name, value)
    if not all(_ORIGIN.fullmatch(one) for one in found):
        raise _wrong(name, "a list of origins such as https://app.example.com")
    return replace(settings, embed_origins=found)


def _proxies(settings: Settings, name: str, value: object) -> Settings:
    import ipaddress  # noqa: PLC0415 - rarely needed

    found = _texts(name, value)
    try:
        for one in found:
            ipaddress.ip_network(one, strict=False)
    except ValueError as error:
        raise _wrong(name, "a list of networks such as 10.0.0.0/8") from error
    return replace(settings, trusted_proxies=found)


def _tsa(settings: Settings, name: str, value: object) -> Settings:
    found = _texts(name, [value] if isinstance(value, str) else value)
    if not all(_URL.fullmatch(one) for one in found):
        raise _wrong(name, "a URL or a list of URLs")
    return replace(settings, tsa_urls=found)


def _api_per_minute(settings: Settings, name: str, value: object) -> Settings:
    return replace(settings, api_per_minute=_count(name, value))


def _api_burst(settings: Settings, name: str, value: object) -> Settings:
    return replace(settings, api_burst=_count(name, value))


def _stranger_per_minute(settings: Settings, name: str, value: object) -> Settings:
    return replace(settings, stranger_per_minute=_count(name, value))


def _count(name: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= _MOST_REQUESTS:
        raise _wrong(name, f"a whole number from 1 to {_MOST_REQUESTS}")
    return value


def _tsa_trust(settings: Settings, name: str, value: object) -> Settings:
    found = _texts(name, [value] if isinstance(value, str) else value)
    if not all("-----BEGIN CERTIFICATE-----" in one for one in found):
        raise _wrong(name, "a certificate in PEM or a list of them")
    return replace(settings, tsa_trust=tuple(one.encode() for one in found))


def _level(settings: Settings, name: str, value: object) -> Settings:
    if value not in _LEVELS:
        raise _wrong(name, f"one of {', '.join(_LEVELS)}")
    return replace(settings, level=str(value))


def _signatures(settings: Settings, name: str, value: object) -> Settings:
    if value not in {"seal", "each"}:
        raise _wrong(name, '"seal" or "each"')
    return replace(settings, signatures=str(value))


def _pkcs11(settings: Settings, name: str, value: object) -> Settings:
    from sygn_cli.domain.token import Token  # noqa: PLC0415 - rarely needed

    if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
        raise _wrong(name, "a table [pkcs11] with texts: module, token, label, chain")
    if "pin" in value:
        raise WorkspaceUnusable(
            "The PIN of a token does not belong into sygn.toml.",
            hint="Set SYGN_PKCS11_PIN, or SYGN_PKCS11_PIN_FILE to a file that holds it.",
        )
    if not {"module", "token"} <= value.keys() <= {"module", "token", "label", "chain"}:
        raise _wrong(name, "a table with module and token, and perhaps label and chain")
    chain = str(value.get("chain", "")).encode()
    if chain and b"-----BEGIN CERTIFICATE-----" not in chain:
        raise _wrong("chain of pkcs11", "certificates in PEM")
    token = Token(
        module=value["module"],
        token=value["token"],
        label=value.get("label", ""),
        chain=(chain,) if chain else (),
    )
    return replace(settings, pkcs11=token)


def _level_required(settings: Settings, name: str, value: object) -> Settings:
    if not isinstance(value, bool):
        raise _wrong(name, "true or false")
    return replace(settings, level_required=value)


def _retention(settings: Settings, name: str, value: object) -> Settings:
    if not isinstance(value, str) or not _RETENTION.fullmatch(value):
        raise _wrong(name, '"never" or a time such as "90d", "26w", "18mo" or "2y"')
    return replace(settings, retention=value)


def _organisation(settings: Settings, name: str, value: object) -> Settings:
    if not isinstance(value, str) or not 1 <= len(value) <= 64 or not value.isprintable():
        raise _wrong(name, "a name of 1 to 64 characters")
    return replace(settings, organisation=value)


def _owner(settings: Settings, name: str, value: object) -> Settings:
    from sygn_cli.services.mail_settings import MAILBOX  # noqa: PLC0415 - only who has an owner

    if not isinstance(value, str) or not MAILBOX.fullmatch(value):
        raise _wrong(name, 'a mailbox such as "Ada Lovelace <ada@example.com>"')
    return replace(settings, owner=value)


def _attach(settings: Settings, name: str, value: object) -> Settings:
    if not isinstance(value, bool):
        raise _wrong(name, "true or false")
    return replace(settings, attach_signed=value)


def _attach_most(settings: Settings, name: str, value: object) -> Settings:
    return replace(settings, attach_most=_count(name, value) * _MEGABYTE)


def _reminders(settings: Settings, name: str, value: object) -> Settings:
    days = value if isinstance(value, list) else [None]
    good = [d for d in days if isinstance(d, int) and not isinstance(d, bool)]
    if len(good) != len(days) or len(days) > _MOST_REMINDERS:
        raise _wrong(name, "a list of days before the deadline such as [3, 1]")
    if not all(1 <= one <= _MOST_REMINDER_DAYS for one in good):
        raise _wrong(name, f"a list of days from 1 to {_MOST_REMINDER_DAYS}")
    return replace(settings, reminders=tuple(sorted(set(good), reverse=True)))


def _texts(name: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise _wrong(name, "a list of texts")
    return tuple(value)


def _owner_page(settings: Settings, name: str, value: object) -> Settings:
    if value not in _OWNER_PAGES:
        raise _wrong(name, f"one of {', '.join(_OWNER_PAGES)}")
    return replace(settings, owner_page=str(value))


def _delegation(settings: Settings, name: str, value: object) -> Settings:
    if not isinstance(value, bool):
        raise _wrong(name, "true or false")
    return replace(settings, allow_delegation=value)


_READERS: Final[dict[str, Callable[[Settings, str, object], Settings]]] = {
    "public_url": _url,
    "expires": _expires,
    "max_pdf_mb": _largest,
    "max_pages": _most_pages,
    "embed_origins": _origins,
    "trusted_proxies": _proxies,
    "tsa": _tsa,
    "tsa_trust": _tsa_trust,
    "level": _level,
    "level_required": _level_required,
    "signatures": _signatures,
    "pkcs11": _pkcs11,
    "api_per_minute": _api_per_minute,
    "api_burst": _api_burst,
    "stranger_per_minute": _stranger_per_minute,
    "retention": _retention,
    "organisation": _organisation,
    "owner_page": _owner_page,
    "allow_delegation": _delegation,
    "owner": _owner,
    "attach_signed": _attach,
    "attach_max_mb": _attach_most,
    "reminders": _reminders,
}
