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

SYGN = Path(sys.executable).with_name("sygn")
TIMEOUT = 120


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

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / ".sygn").mkdir(mode=0o700, exist_ok=True)

    def __call__(self, *arguments: str, stdin: bytes = b"", **environment: str) -> Answer:
        clean = {k: v for k, v in os.environ.items() if not k.startswith("SYGN_")}
        done = subprocess.run(
            [SYGN, *arguments],
            cwd=self.folder,
            env={**clean, "SYGN_NO_INPUT": "1", **environment},
            input=stdin,
            capture_output=True,
            timeout=TIMEOUT,
            check=False,
        )
        return Answer(done.returncode, done.stdout, done.stderr.decode())

    def ok(self, *arguments: str, **more) -> Answer:
        """Run and insist on success."""
        answer = self(*arguments, **more)
        assert answer.code == 0, answer.err
        return answer

    def draw(self, *names: str) -> None:
        """Put drawn PDFs into the folder."""
        for name in names:
            (self.folder / name).write_bytes(build.DRAWINGS[name]())
