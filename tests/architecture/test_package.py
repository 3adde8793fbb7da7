"""The source package holds what the repository holds."""

import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
# Hatchling puts these in by itself.
ALWAYS = {"pyproject.toml", ".gitignore"}


def test_the_source_package_leaves_nothing_out():
    if not (ROOT / ".git").exists():
        pytest.skip("what was unpacked from a package is no repository")
    done = subprocess.run(
        ["git", "ls-tree", "--name-only", "HEAD"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    included = PYPROJECT["tool"]["hatch"]["build"]["targets"]["sdist"]["only-include"]
    assert set(done.stdout.split()) == {*included} | ALWAYS
