"""The command with a person before it: a terminal of its own, questions read, answers typed."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import subprocess
import termios
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.cli.terminal import SYGN

CTRL_C, CTRL_D = "\x03", "\x04"
_PATIENCE = 120  # seconds until a command that says nothing counts as stuck


@dataclass(frozen=True)
class Talk:
    """What a person saw, and the exit code."""

    code: int
    seen: str


def talk(
    folder: Path, *arguments: str, answers: Sequence[tuple[str, str]] = (), **environment: str
) -> Talk:
    """Run ``sygn`` at a terminal.

    Args:
        folder: Where.
        answers: What to wait for, and what to type then: a line with its end, or a control key.
        environment: What else is set; SYGN_* of these tests is not.
    """
    ours, theirs = pty.openpty()
    clean = {k: v for k, v in os.environ.items() if not k.startswith("SYGN_")}
    process = subprocess.Popen(
        [SYGN, *arguments],
        cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs,
        env={**clean, "TERM": "dumb", "NO_COLOR": "1", **environment},
        start_new_session=True,
        preexec_fn=_sit_down,  # noqa: PLW1509  no thread here
    )  # fmt: skip
    os.close(theirs)
    try:
        seen = b""
        for question, answer in answers:
            before = len(seen)
            while question.encode() not in seen[before:]:
                more = _read(ours)
                assert more, f"ended without {question!r}: {seen.decode()}"
                seen += more
            os.write(ours, answer.encode())
        while more := _read(ours):
            seen += more
        return Talk(process.wait(_PATIENCE), seen.decode().replace("\r\n", "\n"))
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def _sit_down() -> None:
    """Let Ctrl-C reach the command, also where these tests run in the background."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _read(terminal: int) -> bytes:
    """Return what the command wrote; nothing when it has ended."""
    ready, _, _ = select.select([terminal], [], [], _PATIENCE)
    assert ready, "the command says nothing any more"
    with suppress(OSError):  # Linux: EIO when the other end is closed
        return os.read(terminal, 65536)
    return b""
