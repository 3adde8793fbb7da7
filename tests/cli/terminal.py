"""The command as a user runs it: a process of its own, in a folder of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fixtures import build
from tests.cli.warm import Warm

SYGN = Path(sys.executable).with_name("sygn")
WARM = Warm()


@dataclass(frozen=True)
class Answer:
    """What a run left behind."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode()

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.out)

    @property
    def error(self) -> dict[str, Any]:
        return json.loads(self.err.splitlines()[-1])


class Terminal:
    """A folder to run ``sygn`` in; its workspace is ``.sygn`` there."""

    def __init__(self, folder: Path, *, cold: bool = False) -> None:
        """Name the folder; ``cold`` starts the command as it is installed, imports and all."""
        self.folder = folder
        self._run = _run_cold if cold else WARM.run
        (folder / ".sygn").mkdir(mode=0o700, exist_ok=True)

    def __call__(self, *arguments: str, stdin: bytes = b"", **environment: str) -> Answer:
        clean = {k: v for k, v in os.environ.items() if not k.startswith("SYGN_")}
        code, out, err = self._run(
            [*arguments],
            folder=self.folder,
            environment={**clean, "SYGN_NO_INPUT": "1", **environment},
            stdin=stdin,
        )
        return Answer(code, out, err.decode())

    def ok(self, *arguments: str, **more) -> Answer:
        """Run and insist on success."""
        answer = self(*arguments, **more)
        assert answer.code == 0, answer.err
        return answer

    def draw(self, *names: str) -> None:
        """Put drawn PDFs into the folder."""
        for name in names:
            (self.folder / name).write_bytes(build.DRAWINGS[name]())


def _run_cold(
    arguments: list[str], *, folder: Path, environment: dict[str, str], stdin: bytes
) -> tuple[int, bytes, bytes]:
    done = subprocess.run(
        [SYGN, *arguments],
        cwd=folder,
        env=environment,
        input=stdin,
        capture_output=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr
