"""What is imported is declared, and what is declared is used."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PACKAGE = ROOT / "sygn_cli"
FACE = "a typeface, whose package is looked for by its name"
# Runtime dependencies that no import names, and why they are there all the same.
NOT_IMPORTED = {
    "fontpkg-caveat": FACE,
    "fontpkg-dancing-script": FACE,
    "fontpkg-great-vibes": FACE,
}


def declared(requirements: Iterable[str]) -> set[str]:
    """Return the names that stand before the versions, each in its one spelling."""
    return {_name(re.split(r"[^\w.-]", one, maxsplit=1)[0]) for one in requirements}


def _name(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


RUNTIME = declared(PROJECT["dependencies"])
EXTRAS = declared(one for extra in PROJECT["optional-dependencies"].values() for one in extra)
DISTRIBUTIONS = {
    module: {_name(one) for one in found} for module, found in packages_distributions().items()
}


def imports(code: str) -> Iterator[tuple[str, bool]]:
    """Yield each foreign module that is imported, and whether as soon as the code is loaded."""
    yield from _imports(ast.parse(code), at_once=True)


def _imports(node: ast.AST, at_once: bool) -> Iterator[tuple[str, bool]]:
    at_once = at_once and not _waits(node)
    for name in _named(node):
        module = name.partition(".")[0]
        if module not in sys.stdlib_module_names and module != "sygn_cli":
            yield module, at_once
    for child in ast.iter_child_nodes(node):
        yield from _imports(child, at_once)


def _waits(node: ast.AST) -> bool:
    if isinstance(node, ast.If):
        return ast.unparse(node.test) == "TYPE_CHECKING"
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)


def _named(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [one.name for one in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


@pytest.fixture(scope="module")
def found() -> dict[tuple[str, bool], str]:
    """Return every foreign module that is imported, and where."""
    return {
        one: str(path.relative_to(PACKAGE))
        for path in sorted(PACKAGE.rglob("*.py"))
        for one in imports(path.read_text(encoding="utf-8"))
    }


def test_every_import_is_a_declared_dependency(found):
    for (module, at_once), where in found.items():
        # What an extra brings may be missing, so nothing may need it to be loaded.
        allowed = RUNTIME if at_once else RUNTIME | EXTRAS
        assert DISTRIBUTIONS.get(module, set()) & allowed, f"{where} imports {module}"


def test_every_declared_dependency_is_used(found):
    used = set().union(*(DISTRIBUTIONS.get(module, set()) for module, _ in found))
    assert (RUNTIME | EXTRAS) - used == NOT_IMPORTED.keys()


def test_the_judge_of_imports_sees_them_where_they_stand():
    code = (
        "import a.b, json\nfrom c import d\nif TYPE_CHECKING:\n    import e\n"
        "def f():\n    from g.h import i\ntry:\n    import j\nexcept ImportError:\n    pass\n"
        "from sygn_cli import k\n"
    )
    expected = {("a", True), ("c", True), ("e", False), ("g", False), ("j", True)}
    assert set(imports(code)) == expected
    assert declared(["A_b.c>=1,<2", "d[e]~=3; python_version < '4'"]) == {"a-b-c", "d"}
