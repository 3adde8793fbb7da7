"""``sygn help``: topics that belong to no single command."""

from __future__ import annotations

from typing import Annotated

import typer

from sygn_cli.cli import console, exit_codes
from sygn_cli.domain.errors import NotFound

_ENVIRONMENT = """\
SYGN_WORKSPACE       folder that holds everything (--workspace)
SYGN_PUBLIC_URL      address under which signers reach the server (--public-url)
SYGN_EXPIRES         deadline of new documents: 30d, a date, never (--expires)
SYGN_ORGANISATION    who seals, as the seal's credential names it (read when the
                     key is made)
SYGN_PASSPHRASE      what opens the seal key, if keys protect was used; or
                     SYGN_PASSPHRASE_FILE, a file whose first line it is
SYGN_PKCS11_PIN      the PIN of the token with the seal key; or
                     SYGN_PKCS11_PIN_FILE
SYGN_OWNER           who hears of documents by mail: "Name <mail>" (owner in
                     sygn.toml)
SYGN_SMTP_HOST       the mail server; with SYGN_SMTP_PORT, SYGN_SMTP_USER,
                     SYGN_SMTP_SENDER, ... the settings of [smtp] in sygn.toml
SYGN_SMTP_PASSWORD   the password of the mail server; or SYGN_SMTP_PASSWORD_FILE
SYGN_WEBHOOK_SECRET  what `webhooks listen` checks signatures with
SYGN_NO_INPUT        never ask anything (--no-input)
NO_COLOR             no colour, whatever the terminal can do"""
_TOPICS = {"exit-codes": exit_codes.table(), "environment": _ENVIRONMENT}


def help_(
    topic: Annotated[str, typer.Argument(help="exit-codes or environment.")] = "",
) -> None:
    """Explain exit codes or environment variables."""
    if topic and topic not in _TOPICS:
        raise NotFound(f"There is no help on {topic!r}.", hint=f"Topics: {', '.join(_TOPICS)}.")
    for name in [topic] if topic else _TOPICS:
        if not topic:
            console.emit(f"{name}:")
        for line in _TOPICS[name].splitlines():
            console.emit(line)
