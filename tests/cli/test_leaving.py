"""Ctrl-C and readers that have seen enough, at every stage of a command."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib

import pytest

from sygn_cli.cli.exit_codes import ExitCode
from tests.cli.conftest import PEOPLE
from tests.cli.person import CTRL_C, talk
from tests.cli.terminal import SYGN, Terminal
from tests.cli.warm import ROOT

LOADING = """
import sys

class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == "sygn_cli.cli.main":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interrupting())
from sygn_cli.__main__ import main
main()
"""


def test_ctrl_c_while_the_command_is_loaded_is_no_traceback():
    done = subprocess.run(
        [sys.executable, "-c", LOADING], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == ExitCode.INTERRUPTED
    assert done.stderr == "sygn: interrupted\n"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["scripts"] == {"sygn": "sygn_cli.__main__:main"}


@pytest.mark.parametrize(
    ("words", "code", "last"),
    [
        (["serve", "--port", "0"], 0, "stopped"),
        (["webhooks", "listen", "--port", "0"], 130, "interrupted"),
    ],
    ids=["serve", "webhooks listen"],
)
def test_ctrl_c_ends_what_waits_for_others_with_one_line(terminal, words, code, last):
    told = talk(terminal.folder, *words, answers=[("stop with Ctrl-C", CTRL_C)])
    assert told.code == code, told.seen
    assert told.seen.endswith(f"sygn: {last}\n")
    assert "Traceback" not in told.seen


@pytest.mark.parametrize(
    "line",
    ["--help", "--version", "create --help", "help", "list", "list --json", "status @last"],
)
def test_a_reader_that_has_seen_enough_is_no_failure(waiting, line):
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [SYGN, *line.split()],
            cwd=waiting.folder, stdout=writing, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture(scope="module")
def waiting(tmp_path_factory) -> Terminal:
    """Return a terminal with a document that waits for its signer; tests only read there."""
    made = Terminal(tmp_path_factory.mktemp("waiting"))
    made.draw("nda.pdf")
    made.ok("create", "nda.pdf", *PEOPLE)
    return made
