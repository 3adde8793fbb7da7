"""What is told about installing works, and what tests and benches listen to is told."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
README = (ROOT / "README.md").read_text()
# An install of `sygn` from an index; `pipx inject sygn other` and `pipx install .` are none.
FROM_INDEX = re.compile(
    r"(?:pipx?3? (?:install|run|upgrade)|uv (?:pip|tool) (?:install|upgrade)|uvx|uv add)"
    r"\s+(?:-\S+\s+)*['\"]?sygn\b"
)
VARIABLE = re.compile(r'environ\.get\(\s*"(SYGN_\w+)"')


def told_to_users() -> Iterator[Path]:
    yield from (ROOT / name for name in ("README.md", "CHANGELOG.md", "Makefile"))
    yield from (path for path in (ROOT / "sygn_cli").rglob("*") if path.suffix in {".py", ".po"})
    yield from (path for path in (ROOT / "web").rglob("*") if path.suffix in {".html", ".js"})


def test_an_index_is_named_only_once_there_is_a_public_place():
    """Before that, whoever takes the name first would be installed."""
    if "urls" in PROJECT:
        return
    named = {path.name for path in told_to_users() if FROM_INDEX.search(path.read_text("utf-8"))}
    assert not named
    assert "pipx install ." in README


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("pipx install sygn", True),
        ("pip install --upgrade sygn", True),
        ("pip install 'sygn[pkcs11]'", True),
        ("uv tool install -q sygn", True),
        ("uvx sygn", True),
        ("pipx install .", False),
        ("pipx install '.[pkcs11]'", False),
        ("pipx inject sygn python-pkcs11", False),
        ("pip install sygnature", False),
    ],
)
def test_an_install_from_an_index_is_recognised(words, found):
    assert bool(FROM_INDEX.search(words)) is found


def test_every_variable_that_tests_and_benches_listen_to_is_told():
    told, heard = [README, (ROOT / "Makefile").read_text()], set[str]()
    for folder in ("tests", "bench", "fixtures"):
        for path in (ROOT / folder).rglob("*.py"):
            code = path.read_text(encoding="utf-8")
            heard |= set(VARIABLE.findall(code))
            told += docstrings(code)
    assert not [name for name in heard if name not in "\n".join(told)]


def docstrings(code: str) -> list[str]:
    documented = ast.Module | ast.ClassDef | ast.FunctionDef
    nodes = [node for node in ast.walk(ast.parse(code)) if isinstance(node, documented)]
    return [ast.get_docstring(node) or "" for node in nodes]


def test_a_bench_of_a_large_workspace_says_what_the_readme_says():
    (needed,) = re.findall(r"100,000 documents \(([^,)]+), ([^,)]+)\)", README)
    help_text = (ROOT / "bench" / "__main__.py").read_text()
    assert " and ".join(needed) in help_text
