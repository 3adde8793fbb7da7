"""Do one thing to many copies of a workspace, dying one system call later in each.

``doomed.py DEED EVERY BUDGET SOCKET`` runs under ``strace``, which kills a process at its
``BUDGET``-th call of each kind. Before it does its work each child wastes all but a few of the
calls of one kind, so that the work is cut off where that kind is called for the n-th time. Over
the socket it asks for a fresh copy, and tells what became of the one before.
"""

from __future__ import annotations

import contextlib
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.durability.deeds import BY_NAME, Deed
from tests.durability.scene import Process

NO_FILE: Final = 1_000_000  # a descriptor that nobody has open
# Calls that fail at once and change nothing, by the name that strace knows them under.
WASTE: Final[dict[str, Callable[[], object]]] = {
    "write": lambda: os.write(NO_FILE, b""),
    "fsync": lambda: os.fsync(NO_FILE),
    "ftruncate": lambda: os.ftruncate(NO_FILE, 0),
    "rename": lambda: os.rename("", ""),  # noqa: PTH104 - this very call
    "link": lambda: os.link("", ""),
    "unlink": lambda: os.unlink(""),  # noqa: PTH108 - this very call
    "mkdir": lambda: os.mkdir(""),  # noqa: PTH102 - this very call
    "rmdir": lambda: os.rmdir(""),  # noqa: PTH106 - this very call
    "pwrite64": lambda: os.pwrite(NO_FILE, b"", 0),
    "fdatasync": lambda: os.fdatasync(NO_FILE),
    "unlinkat": lambda: os.unlink("x", dir_fd=NO_FILE),
}


def main(name: str, every: str, budget: str, descriptor: str) -> None:
    deed = BY_NAME[name]
    # What is sent over a socket is no write, of which this process has only so many as well.
    with socket.socket(fileno=int(descriptor)) as test:
        deed.act(_process(deed, asked(test, b"copy")))  # so that the children have all imported
        for call in WASTE:
            for point in range(1, int(budget), int(every)):
                folder = asked(test, b"copy")
                acknowledged, killed = run(deed, folder, call, int(budget) - point)
                asked(test, f"{acknowledged:d}{killed:d}".encode())
                if not killed:
                    break
        test.send(b"end")


def asked(test: socket.socket, question: bytes) -> Path:
    """Say something to the test and return its answer."""
    test.send(question)
    return Path(test.recv(4000).decode())


def run(deed: Deed, folder: Path, call: str, waste: int) -> tuple[bool, bool]:
    """Return whether the child said it was done, and whether it was killed."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            for _ in range(waste):
                with contextlib.suppress(OSError):
                    WASTE[call]()
            deed.act(_process(deed, folder))
            os.write(writer, b"done")
            code = 0
        finally:
            os._exit(code)
    os.close(writer)
    said = os.read(reader, 100)
    os.close(reader)
    _, status = os.waitpid(child, 0)
    killed = os.WIFSIGNALED(status)
    if not killed and os.waitstatus_to_exitcode(status):
        raise SystemExit(f"{deed.name} failed by itself")
    return said != b"", killed


def _process(deed: Deed, folder: Path) -> Process:
    return Process(folder, at=deed.at, seed="first")


if __name__ == "__main__":
    main(*sys.argv[1:])
