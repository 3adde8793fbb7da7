"""Do one thing to many copies of a workspace, dying one system call later in each.

``crash_points.py ACTION EVERY FOLDER...`` runs under ``strace`` with injections that kill a process at
the ``BUDGET``-th call of each kind. Before it does its work each child wastes all but a few of the
calls of one kind, so that the work is cut off where that kind is called for the n-th time.
"""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING

from tests.store import worker

if TYPE_CHECKING:
    from collections.abc import Callable

BUDGET = 400
NO_FILE = 1_000_000  # a descriptor that nobody has open
# Calls that fail at once and change nothing, by the name that strace knows them under.
WASTE: dict[str, Callable[[], object]] = {
    "write": lambda: os.write(NO_FILE, b""),
    "fsync": lambda: os.fsync(NO_FILE),
    "ftruncate": lambda: os.ftruncate(NO_FILE, 0),
    "rename": lambda: os.rename("", ""),  # noqa: PTH104 - this very call
    "link": lambda: os.link("", ""),
    "unlink": lambda: os.unlink(""),  # noqa: PTH108 - this very call
    "mkdir": lambda: os.mkdir(""),  # noqa: PTH102 - this very call
    "pwrite64": lambda: os.pwrite(NO_FILE, b"", 0),
    "fdatasync": lambda: os.fdatasync(NO_FILE),
    "unlinkat": lambda: os.unlink("x", dir_fd=NO_FILE),
}


def main(action: str, every: str, *folders: str) -> None:
    report: list[str] = []
    left = list(folders)
    for call in WASTE:
        for point in range(1, BUDGET, int(every)):
            folder = left.pop(0)
            acknowledged, killed = run(action, folder, call, point)
            report.append(f"{folder} {call} {point} {acknowledged} {killed}")
            if not killed:
                break
    print("\n".join(report))


def run(action: str, folder: str, call: str, point: int) -> tuple[bool, bool]:
    """Return whether the child said it was done, and whether it was killed."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.dup2(writer, 1)
        for _ in range(BUDGET - point):
            with contextlib.suppress(OSError):
                WASTE[call]()
        worker.main(folder, action, "0")
        sys.stdout.flush()
        os._exit(0)
    os.close(writer)
    said = os.read(reader, 100)
    os.close(reader)
    _, status = os.waitpid(child, 0)
    return said != b"", os.WIFSIGNALED(status)


if __name__ == "__main__":
    main(*sys.argv[1:])
