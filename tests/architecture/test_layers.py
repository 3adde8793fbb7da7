"""The layers hold, and starting is cheap."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from sygn_cli.cli.exit_codes import BY_CODE, MEANINGS, ExitCode
from sygn_cli.domain import errors

ROOT = Path(__file__).parents[2]
HEAVY = (
    "pymupdf",
    "pyhanko",
    "flask",
    "cryptography",
    "pypdf",
    "waitress",
    "PIL",
    "pydantic",
    "babel",
    "smtplib",
    "sygn_cli.services.letters",
)


def test_imports_keep_to_the_layers():
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def loaded_by(arguments: list[str], folder: Path) -> set[str]:
    program = (
        "import json, sys\n"
        "from sygn_cli.cli.main import app\n"
        "try:\n    app(sys.argv[1:])\n"
        "except SystemExit:\n    pass\n"
        "print(json.dumps(sorted(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.fixture(scope="module")
def workspace(tmp_path_factory) -> Path:
    """Return a folder with a document in its workspace."""
    from tests.cli.terminal import Terminal

    folder = tmp_path_factory.mktemp("start")
    terminal = Terminal(folder)
    terminal.draw("letter.pdf")
    terminal("create", "--pdf", "letter.pdf", "--signer", "Ada <ada@example.com>")
    return folder


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["status", "@last"], ["status", "@last", "--json"], ["list"], ["help"]],
    ids=" ".join,
)
def test_what_needs_no_pdf_loads_no_pdf_library(arguments, workspace):
    found = loaded_by([*arguments, *_where(arguments, workspace)], workspace)
    assert not [name for name in HEAVY if name in found]


def _where(arguments, workspace):
    return ["-w", str(workspace / ".sygn")] if arguments[0] in {"status", "list"} else []


def codes(kind: type[errors.SygnError] = errors.SygnError) -> set[str]:
    own = {kind.code} if kind.code else set()
    return own.union(*(codes(one) for one in kind.__subclasses__()))


def test_every_error_has_an_exit_code_and_no_stranger_has():
    assert set(BY_CODE) == codes()


def test_every_exit_code_is_explained_and_frozen():
    assert set(MEANINGS) == set(ExitCode)
    assert [code.value for code in ExitCode] == [*range(14), 130]
