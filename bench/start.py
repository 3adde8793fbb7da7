"""How long a command takes to start, next to importing what it must import.

Both are run in turn in the same minute, so that a busy machine slows both; the ratio counts.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from fixtures import build

_RUNS = 21
_ANCHOR = [sys.executable, "-c", "import typer, tinydb, rich.console"]
_SYGN = str(Path(sys.executable).with_name("sygn"))


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "letter.pdf").write_bytes(build.letter())
        environment = {k: v for k, v in os.environ.items() if not k.startswith("SYGN_")}
        environment["SYGN_WORKSPACE"] = str(folder / "workspace")

        def run(command: list[str]) -> float:
            start = time.perf_counter()
            subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
            return (time.perf_counter() - start) * 1000

        run([_SYGN, "create", "--pdf", "letter.pdf", "--signer", "Ada <ada@example.com>"])
        commands = {
            "import typer, tinydb, rich.console": _ANCHOR,
            "sygn status @last": [_SYGN, "status", "@last"],
            "sygn status @last --json": [_SYGN, "status", "@last", "--json"],
            "sygn list": [_SYGN, "list"],
            "sygn --help": [_SYGN, "--help"],
        }
        times: dict[str, list[float]] = {label: [] for label in commands}
        for _ in range(_RUNS):
            for label, command in commands.items():
                times[label].append(run(command))
    anchor = statistics.median(times["import typer, tinydb, rich.console"])
    print(f"| start of a process, median of {_RUNS} | ms | spread | ratio |")
    print("| --- | ---: | ---: | ---: |")
    for label, measured in times.items():
        middle = statistics.median(measured)
        low, high = min(measured), max(measured)
        print(f"| `{label}` | {middle:.0f} | {low:.0f} - {high:.0f} | {middle / anchor:.2f} |")


if __name__ == "__main__":
    main()
