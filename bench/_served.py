"""Programs under measurement: the installed ``sygn``, and servers that say when they are ready."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SYGN = str(Path(sys.executable).with_name("sygn"))


def surroundings(workspace: Path) -> dict[str, str]:
    """Return an environment in which ``sygn`` knows this workspace and nothing else of us."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SYGN_")}
    # Nobody's second start compiles everything again.
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return {**kept, "SYGN_WORKSPACE": str(workspace)}


def sygn(arguments: Sequence[str], environment: dict[str, str]) -> str:
    """Run a command and return what it prints."""
    return subprocess.run(
        [SYGN, *arguments], env=environment, check=True, capture_output=True, text=True
    ).stdout


@contextlib.contextmanager
def serving(folder: Path, environment: dict[str, str]) -> Iterator[str]:
    """Run ``sygn serve`` meanwhile; gives its base URL."""
    command = [SYGN, "serve", "--no-owner", "--port", "0", "--ready-file"]
    with running(command, folder, environment) as base:
        yield base


@contextlib.contextmanager
def running(command: Sequence[str], folder: Path, environment: dict[str, str]) -> Iterator[str]:
    """Run a server meanwhile whose last argument is the file that it writes its base URL to."""
    ready = folder / f"ready-{time.monotonic_ns()}"
    with (folder / f"{ready.name}.log").open("wb") as log:
        server = subprocess.Popen([*command, ready], env=environment, stderr=log, stdout=log)
        try:
            while not ready.exists():
                if server.poll() is not None:
                    raise RuntimeError(Path(log.name).read_text())
                time.sleep(0.002)
            yield ready.read_text().strip()
        finally:
            server.terminate()
            server.wait()
