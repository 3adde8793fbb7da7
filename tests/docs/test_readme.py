"""The README says what the program does."""

from __future__ import annotations

import importlib
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest
import typer

from sygn_cli.cli import main
from sygn_cli.cli.commands import help_
from sygn_cli.cli.examples import EXAMPLES
from sygn_cli.cli.exit_codes import MEANINGS, ExitCode
from sygn_cli.store.settings_template import SETTINGS
from tests.cli.terminal import SYGN

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
TABLE_ROW = re.compile(r"^\| (\d+) \| (.*) \|$", re.MULTILINE)


def commands() -> list[str]:
    """Return every command, those of groups as "keys create"."""
    found = []
    for name, command in main.COMMANDS.items():
        module = importlib.import_module(f"sygn_cli.cli.commands.{command.module}")
        entry = getattr(module, command.name)
        if isinstance(entry, typer.Typer):
            found += [f"{name} {one.name}" for one in entry.registered_commands]
        else:
            found.append(name)
    return found


@cache
def help_of(command: str) -> str:
    done = subprocess.run(
        [SYGN, *command.split(), "--help"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    return done.stdout


def test_the_table_of_exit_codes_is_the_codes():
    told = {int(code): meaning for code, meaning in TABLE_ROW.findall(README)}
    assert told == {code.value: meaning for code, meaning in MEANINGS.items()}


def test_the_code_for_tampering_names_every_command_that_ends_with_it():
    named = MEANINGS[ExitCode.TAMPERED]
    for module in (ROOT / "sygn_cli/cli/commands").glob("*.py"):
        if "ExitCode.TAMPERED" in module.read_text():
            name = "audit --verify" if module.stem == "audit_check" else module.stem
            assert f"`{name}`" in named


@pytest.mark.parametrize("command", commands())
def test_every_command_is_told_and_has_help(command):
    group, _, name = command.partition(" ")
    assert f"sygn {group}" in README
    assert not name or f"`{name}`" in README or f"sygn {command}" in README
    assert help_of(command).startswith("Usage: sygn ")


@pytest.mark.parametrize(
    "told",
    [
        pytest.param(README, id="readme"),
        pytest.param("\n".join(help_.TOPICS.values()), id="help topics"),
        pytest.param(
            "\n".join(line for lines in EXAMPLES.values() for line in lines), id="examples"
        ),
        pytest.param(SETTINGS, id="sygn.toml"),
    ],
)
def test_every_option_that_is_told_of_exists(told):
    helps = "".join(help_of(command) for command in ["", *commands()])
    assert not options(told) - options(helps)


def options(words: str) -> set[str]:
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", words))


def test_every_make_target_that_the_readme_names_exists():
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"(?:^|`)make (\w+)", README, re.MULTILINE):
        assert f"\n{target}:" in makefile


def test_the_pictures_of_the_readme_exist():
    for path in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README):
        assert (ROOT / path).stat().st_size < 400_000


def test_the_project_speaks_of_itself_only():
    """No path of a developer's machine in any file that git tracks."""
    if not (ROOT / ".git").exists():
        pytest.skip("what was unpacked from a package is no repository")
    done = subprocess.run(
        ["git", "grep", "-nIE", r"/(work|root)/(main|shared)"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout
