"""What all groups of commands have in common: helps that are not cut off, with examples."""

from __future__ import annotations

from typing import Any, Final

import typer
from typer.core import TyperGroup

from sygn_cli.cli import examples

# Typer's own would be <str>, <int range>, <path> and <float range>.
_METAVARS: Final = {"str": "TEXT", "int range": "N", "path": "FILE", "float range": "0..1"}


class Group(TyperGroup):
    """Lists its commands with their whole summary, and each with examples below its help."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401 - Typer's own signature
        """Return a command with its examples."""
        found = super().get_command(ctx, cmd_name)
        return found and explained(found, f"{self.name} {cmd_name}")

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - as above
        """Write the list of commands; Typer's own cuts summaries off at the line's end."""
        rows = [(name, self.summary(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def summary(self, ctx: Any, name: str) -> str:  # noqa: ANN401 - as above
        """Return what a command does, in one sentence."""
        paragraph, _, _ = str(self.get_command(ctx, name).help).partition("\n\n")
        return paragraph.replace("\n", " ")


def explained(command: Any, path: str) -> Any:  # noqa: ANN401 - click's class is private to Typer
    """Return a command whose help names what its options take and ends with examples.

    Args:
        command: As Typer made it.
        path: How it is called, without ``sygn``.
    """
    command.epilog = examples.below(path)
    for one in command.params:
        if one.metavar is None and one.type.name in _METAVARS:
            one.metavar = _METAVARS[one.type.name]
    return command


def group(name: str, words: str) -> typer.Typer:
    """Return a group of commands, still empty."""
    return typer.Typer(
        name=name,
        cls=Group,
        add_completion=False,
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        help=words,
    )
