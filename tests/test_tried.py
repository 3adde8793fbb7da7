"""A soak says how much it tried, and fails where that is less than is promised."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
KILLS, STATES = 400, 5000
TEST = """
import pytest

@pytest.mark.parametrize("half", [1, 2])
def test_one(record_property, tally, half):
    record_property("durability: sign: kill points", {kills} // 2)
    record_property("durability: sign: power states", {states} // 2)
    tally("rounds", 600)
"""


def run(folder: Path, *options: str, kills: int, states: int, soak: str = "1"):
    (folder / "pytest.ini").write_text("[pytest]\ntestpaths = .\n")
    (folder / "test_it.py").write_text(TEST.format(kills=kills, states=states))
    bare = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.tried", *options],
        cwd=folder, env={**os.environ, **bare, "SYGN_SOAK": soak},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere nothing is killed")
@pytest.mark.parametrize(
    ("kills", "states", "options", "soak", "code"),
    [
        (KILLS, STATES, ["-p", "xdist", "--numprocesses=2"], "1", 0),
        (KILLS - 2, STATES - 2, [], "1", 1),
        (KILLS - 2, STATES, [], "0", 0),
        (KILLS - 2, STATES, ["test_it.py"], "1", 0),
        (KILLS - 2, STATES, ["-k", "one"], "1", 0),
    ],
    ids=["enough", "too few", "no soak", "a file", "by name"],
)
def test_a_whole_soak_that_tries_too_little_fails(tmp_path, kills, states, options, soak, code):
    done = run(tmp_path, *options, kills=kills, states=states, soak=soak)
    assert done.returncode == code, done.stdout + done.stderr
    assert f"| in all | {kills:,} | 0 | {states:,} | 0 |" in done.stdout
    assert "| rounds | 1,200 |" in done.stdout
    for what in ("kill points", "power states"):
        assert (f"{what} were tried; a soak tries" in done.stdout) == (code == 1)
