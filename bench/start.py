"""How long a command takes to start, next to importing what it must import.

Both are run in turn in the same minute, so that a busy machine slows both; the ratio counts.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from bench._figure import Figure, Peer, spread
from bench._plan import in_turn, timed
from bench._served import SYGN, surroundings
from fixtures import build

if TYPE_CHECKING:
    from bench._plan import Plan

_RUNS = 21
_LIMIT = 1.6
_ANCHOR = "import typer, tinydb, rich.console"
_COMMANDS = {
    _ANCHOR: [sys.executable, "-c", _ANCHOR],
    "sygn status @last": [SYGN, "status", "@last"],
    "sygn status @last --json": [SYGN, "status", "@last", "--json"],
    "sygn list": [SYGN, "list"],
    "sygn --help": [SYGN, "--help"],
}


def main(plan: Plan) -> list[Figure]:
    """Print the table."""
    times = _times(plan.times(_RUNS))
    anchor = times[_ANCHOR]
    print(f"| start of a process, median of {len(anchor)} | ms | p10 - p90 | ratio |")
    print("| --- | ---: | ---: | ---: |")
    for label, measured in times.items():
        middle, (low, high) = median(measured), spread(measured)
        ratio = middle / median(anchor)
        print(f"| `{label}` | {middle:.0f} | {low:.0f} - {high:.0f} | {ratio:.2f} |")
    peer, figures = Peer(f"`{_ANCHOR}`", anchor), []
    for label, limit in (("sygn status @last", _LIMIT), ("sygn list", None)):
        figures.append(Figure("cold start", f"`{label}`", times[label], peer=peer, limit=limit))
    return figures


def _times(runs: int) -> dict[str, list[float]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "letter.pdf").write_bytes(build.letter())
        environment = surroundings(folder / "workspace")

        def run(command: list[str]) -> None:
            subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)

        run([SYGN, "create", "--pdf", "letter.pdf", "--signer", "Ada <ada@example.com>"])
        return in_turn(
            {label: timed(lambda c=command: run(c)) for label, command in _COMMANDS.items()},  # type: ignore[misc]
            runs,
        )
