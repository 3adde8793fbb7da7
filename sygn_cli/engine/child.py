"""The child process of ``worker``: answers calls until its parent is gone.

Limits are the operating system's, since MuPDF holds Python's interpreter lock while it works and
no signal handler of ours would get its turn: processor time, memory, an alarm, and a signal when
the parent's end of the pipe closes all end this process at once.
"""

from __future__ import annotations

import importlib
import io
import math
import os
import pickle
import select
import signal
import sys
import traceback
from operator import attrgetter
from pathlib import Path
from typing import IO, Final

from sygn_cli.domain.errors import SygnError
from sygn_cli.engine.frames import read_frame, write_frame

try:
    import fcntl
    import resource
except ImportError:  # Windows has neither; the parent's own deadline remains
    HAS_LIMITS = False
else:
    HAS_LIMITS = True

_LARGEST_FILE: Final = 16 * 1024 * 1024
# A child that has grown makes room for a fresh one.
_RETIREMENT_AGE: Final = 512 * 1024 * 1024


def main() -> None:
    """Serve the parent on the other side of stdin and stdout."""
    # What a library prints must not end up among the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    questions = sys.stdin.buffer
    path, cpu_seconds, wall_seconds, memory = pickle.loads(read_frame(questions))  # noqa: S301
    sys.path[:] = path
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent to handle
    _limit(memory)
    write_frame(answers, b"")
    while True:
        try:
            call = read_frame(questions)
        except EOFError:
            return
        _begin(questions, cpu_seconds, wall_seconds)
        answer = _pickled(_answer(call))
        _end(questions)
        write_frame(answers, answer)


def _answer(call: bytes) -> tuple[str, object]:
    try:
        # Calls come from our own parent, never from a PDF.
        module, name, args, kwargs = pickle.loads(call)  # noqa: S301
        function = attrgetter(name)(importlib.import_module(module))
        return "result", function(*args, **kwargs)
    except SygnError as error:
        return "error", error
    except MemoryError:
        return "memory", None
    except Exception:  # noqa: BLE001  told to the parent, which raises it
        return "bug", traceback.format_exc()


def _pickled(answer: tuple[str, object]) -> bytes:
    buffer = io.BytesIO()
    pickle.dump((answer, _is_to_retire()), buffer)
    return buffer.getvalue()


def _limit(memory: int) -> None:
    if HAS_LIMITS:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (_LARGEST_FILE, _LARGEST_FILE))


def _begin(questions: IO[bytes], cpu_seconds: int, wall_seconds: float) -> None:
    if not HAS_LIMITS:
        return
    usage = resource.getrusage(resource.RUSAGE_SELF)
    used = math.ceil(usage.ru_utime + usage.ru_stime)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (used + cpu_seconds, hard))
    # The parent's deadline comes first; this one is for when there is no parent any more.
    signal.setitimer(signal.ITIMER_REAL, wall_seconds + 1)
    _watch(questions, on=True)


def _end(questions: IO[bytes]) -> None:
    if HAS_LIMITS:
        _watch(questions, on=False)
        signal.setitimer(signal.ITIMER_REAL, 0)


def _watch(questions: IO[bytes], *, on: bool) -> None:
    """Let SIGIO, which ends a process that does not handle it, tell of the parent's end."""
    number = questions.fileno()
    fcntl.fcntl(number, fcntl.F_SETOWN, os.getpid())
    flags = fcntl.fcntl(number, fcntl.F_GETFL)
    fcntl.fcntl(number, fcntl.F_SETFL, flags | os.O_ASYNC if on else flags & ~os.O_ASYNC)
    if on and _is_closed(number):
        sys.exit(0)  # it went just before we watched


def _is_closed(number: int) -> bool:
    poll = select.poll()
    poll.register(number, select.POLLHUP)
    return any(event & select.POLLHUP for _, event in poll.poll(0))


def _is_to_retire() -> bool:
    return HAS_LIMITS and _resident() > _RETIREMENT_AGE


def _resident() -> int:
    """Return the bytes of memory in use; where the system does not say, the most ever in use."""
    try:
        # Linux hands ru_maxrss on to a new program: under a large parent every child looks large.
        pages = Path("/proc/self/statm").read_bytes().split()[1]
    except OSError:
        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    return int(pages) * resource.getpagesize()


if __name__ == "__main__":
    main()
