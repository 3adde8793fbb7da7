"""What a newcomer is told without having read anything."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from sygn_cli.cli import main
from sygn_cli.cli.examples import EXAMPLES

ROOT = typer.main.get_command(main.app)
# What stands for a shell around a command: a prompt of cron, a variable, a file of one's own.
BEFORE = re.compile(r"^(?:[\d*]+ .*?  |\w+=\$\(|\w+=\S+ )")


def parse(words: list[str]) -> None:
    """Parse a command line as the shell hands it over; runs nothing."""
    command: Any = ROOT
    while hasattr(command, "commands"):
        command = command.get_command(None, words.pop(0))
    command.make_context(command.name, words)


def sygn_of(line: str) -> list[list[str]]:
    """Return the words of each ``sygn`` in a line, up to pipes and semicolons."""
    line = BEFORE.sub("", line).rstrip(")") if BEFORE.match(line) else line
    parts = re.split(r" [|>] |; ", line)
    split = [shlex.split(part) for part in parts if part.startswith("sygn ")]
    return [[word for word in words[1:] if word != "..."] for words in split]


@pytest.mark.parametrize(
    ("command", "line"), [(name, line) for name, lines in EXAMPLES.items() for line in lines]
)
def test_every_example_can_be_typed_as_it_stands(command, line):
    parsed = sygn_of(line)
    assert parsed
    for words in parsed:
        parse(words)
    assert any(words[: len(command.split())] == command.split() for words in sygn_of(line))


def every_command(command: Any = ROOT, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every command with what one types after ``sygn``."""
    if not hasattr(command, "commands"):
        yield path, command
        return
    for name in command.list_commands(None):
        yield from every_command(command.get_command(None, name), f"{path} {name}".strip())


@pytest.mark.parametrize(
    ("path", "command"), [pytest.param(*one, id=one[0]) for one in every_command()]
)
def test_every_argument_and_option_is_explained(path, command):
    assert path
    assert [one.name for one in command.params if not getattr(one, "help", None)] == []


def test_every_command_stands_in_one_section():
    listed = [name for names in main.SECTIONS.values() for name in names]
    assert sorted(listed) == sorted(main.COMMANDS)


def test_help_explains_a_command_as_its_own_help_does(terminal):
    assert terminal.ok("help", "seal").text == terminal.ok("seal", "--help").text
    told = terminal.ok("help", "keys", "create").text
    assert told == terminal.ok("keys", "create", "--help").text
    assert "Examples:\n    key=$(sygn keys create --label ci)\n" in told
    wrong = terminal("help", "keys", "crate")
    assert wrong.code == 3
    assert "There is no help on 'keys crate'." in wrong.err


@pytest.mark.parametrize("group", ["webhooks", "keys", "mail", "templates"])
def test_what_commands_of_a_group_do_is_told_to_the_end(terminal, group):
    _, commands = terminal.ok(group, "--help").text.split("Commands:\n")
    assert "..." not in commands


def test_no_option_takes_what_only_a_programmer_can_read(terminal):
    for name in ("create", "serve", "list", "detect", "verify", "init"):
        assert not re.search(r"<(str|int|float|path)", terminal.ok(name, "--help").text)
