"""``sygn serve`` as a process of its own, and what the system knows of it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests.cli.terminal import SYGN, Terminal


@dataclass(frozen=True)
class Served:
    """A running server."""

    base: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def address(self) -> tuple[str, int]:
        parts = urlsplit(self.base)
        assert parts.hostname
        assert parts.port
        return parts.hostname, parts.port

    def family(self) -> list[int]:
        """Return the ids of the server and of all processes below it."""
        parents: dict[int, list[int]] = {}
        for path in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                fields = path.read_text().rpartition(")")[2].split()
                parents.setdefault(int(fields[1]), []).append(int(path.parent.name))
        found, waiting = [], [self.process.pid]
        while waiting:
            one = waiting.pop()
            found.append(one)
            waiting += parents.get(one, [])
        return found

    def children(self) -> list[int]:
        """Return the ids of the processes that read PDFs."""
        return [one for one in self.family() if one != self.process.pid]

    def memory(self) -> int:
        """Return the bytes that the server itself keeps in memory."""
        pages = Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def descriptors(self) -> int:
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))


@contextlib.contextmanager
def serving(terminal: Terminal, *options: str, name: str = "serve") -> Iterator[Served]:
    """Run the server until the block ends, and insist that it ends well when told to."""
    ready, log = terminal.folder / f"{name}.ready", terminal.folder / f"{name}.log"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("SYGN_")}
    with log.open("ab") as errors:
        process = subprocess.Popen(
            [SYGN, "serve", "--port", "0", "--ready-file", ready, *options],
            cwd=terminal.folder, env=environment, stdout=errors, stderr=errors,
        )  # fmt: skip
    try:
        deadline = time.monotonic() + 60
        while not ready.exists():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, "the server did not become ready"
            time.sleep(0.02)
        yield Served(ready.read_text().strip(), process, log)
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0, log.read_text()[-3000:]
        assert "Traceback" not in log.read_text()
    finally:
        ready.unlink(missing_ok=True)
        process.kill()
        process.wait()
