"""``sygn help``: topics that belong to no single command."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer

from sygn_cli.cli import console, exit_codes
from sygn_cli.domain.errors import NotFound

_ENVIRONMENT = """\
SYGN_WORKSPACE       folder that holds everything (--workspace)
SYGN_PUBLIC_URL      address under which signers reach the server (--public-url)
SYGN_EXPIRES         deadline of new documents: 30d, a date, never (expires in
                     sygn.toml; --expires)
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
SYGN_NO_INPUT        never ask anything, if it is not empty
NO_COLOR             no colour, whatever the terminal can do"""
TOPICS: Final = {"exit-codes": exit_codes.table(), "environment": _ENVIRONMENT}
_OTHER_NAMES: Final = {"variables": "environment", "codes": "exit-codes"}


def help_(
    ctx: typer.Context,
    topic: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[TOPIC|COMMAND...]", help="exit-codes, environment, or a command."
        ),
    ] = None,
) -> None:
    """Explain a command, the exit codes or the environment variables."""
    match topic:
        case None | []:
            for name, words in TOPICS.items():
                console.emit(f"{name}:")
                _emit(words)
        case [name] if (topic_name := _OTHER_NAMES.get(name, name)) in TOPICS:
            _emit(TOPICS[topic_name])
        case _:
            console.emit_raw(_of_command(ctx.find_root(), topic))


def _emit(words: str) -> None:
    for line in words.splitlines():
        console.emit(line)


def _of_command(context: Any, names: list[str]) -> str:  # noqa: ANN401 - Typer's click is private
    """Return the help of a command such as ``keys create``.

    Raises:
        NotFound: There is no such command.
    """
    for name in names:
        get_command = getattr(context.command, "get_command", None)
        found = get_command and get_command(context, name)
        if not found:
            raise NotFound(
                f"There is no help on {' '.join(names)!r}.",
                hint=f"Topics: {', '.join(TOPICS)}, or any command: sygn --help",
            )
        context = type(context)(found, info_name=name, parent=context)
    return str(context.get_help())
