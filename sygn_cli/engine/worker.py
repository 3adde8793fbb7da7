"""Run engine functions on foreign PDFs in processes that can be killed.

PyMuPDF is not thread-safe, and a file of 5 kB exists that it never finishes drawing: whatever
comes from outside is read in a child process with limits on time and memory.
"""

from __future__ import annotations

import io
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Final, ParamSpec, Protocol, TypeVar, cast

from sygn_cli.domain import errors
from sygn_cli.domain.errors import PdfRefused, RefusalReason, SygnError
from sygn_cli.domain.stated import stated
from sygn_cli.engine.frames import read_frame, write_frame

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import IO

P = ParamSpec("P")
T = TypeVar("T")

# Without -P a folder named like one of our dependencies, where sygn is called, would be imported.
_START_SECONDS: Final = 60.0  # a busy machine starts an interpreter slowly; no PDF is read yet
_FROM_OUTSIDE: Final = (-9, -signal.SIGTERM)  # Windows has no SIGKILL; there nobody can tell
_COMMAND: Final = ("-P", "-m", "sygn_cli.engine.child")


class WorkerFailed(RuntimeError):
    """A function failed in a way that is a bug of ours; holds the child's traceback."""


class _KilledByOthers(Exception):
    """The child was ended from outside while it worked."""


class Runner(Protocol):
    """Calls engine functions, somewhere."""

    def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what the function returns, or raise what it raises."""
        ...

    def close(self) -> None:
        """End all work."""
        ...


class Inline:
    """Calls functions right here: for tests, and for bytes that we made ourselves."""

    def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what the function returns, or raise what it raises."""
        return function(*args, **kwargs)

    def close(self) -> None:
        """Do nothing."""


class Workers:
    """A few long-lived child processes, each serving one call at a time; safe to share by threads.

    Functions must be importable by name, arguments and results picklable. Children start when
    they are first needed, and die with this process however it ends.
    """

    def __init__(
        self,
        size: int = 2,
        *,
        cpu_seconds: int = 15,
        wall_seconds: float = 20.0,
        memory: int = 2**31,
    ) -> None:
        """Set the limits of each call.

        Args:
            size: Most children, and so most calls at a time; further ones wait.
            cpu_seconds: Processor time of one call.
            wall_seconds: Time of one call by the clock, from when a child is free.
            memory: Address space of a child in bytes.
        """
        self._limits = (cpu_seconds, wall_seconds, memory)
        self._idle: queue.LifoQueue[_Child | None] = queue.LifoQueue()
        for _ in range(size):
            self._idle.put(None)
        self._lock = threading.Lock()
        self._children: set[_Child] = set()
        self._closed = False

    def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what the function returns in a child process, or raise the SygnError it raises.

        Raises:
            PdfRefused: The limits were exceeded, or the child died of the PDF.
            WorkerFailed: The function raised anything else.
        """
        message = (function.__module__, function.__qualname__, args, kwargs)
        # A system short of memory kills whom it likes, which is not the PDF's doing: once more.
        for _ in range(2):
            with suppress(_KilledByOthers):
                return cast("T", _opened(self._ask(message)))
        raise _refusal()

    def _ask(self, message: object) -> object:
        child = self._idle.get()
        try:
            if child is None:
                child = self._start()
            return child.ask(message)
        except EOFError as error:
            self._require_open()
            if child is not None and child.was_killed_by_others:
                raise _KilledByOthers from error
            raise _refusal() from error
        finally:
            self._idle.put(self._kept(child))

    def _start(self) -> _Child:
        with self._lock:
            self._require_open()
            child = _Child(*self._limits)
            self._children.add(child)
        return child

    def _require_open(self) -> None:
        if self._closed:
            raise RuntimeError("the workers are closed")

    def _kept(self, child: _Child | None) -> _Child | None:
        """Return the child if it can serve on."""
        if child is None or child.is_usable:
            return child
        child.kill()
        with self._lock:
            self._children.discard(child)
        return None

    def close(self) -> None:
        """End all children, busy or not."""
        with self._lock:
            self._closed = True
            children, self._children = self._children, set()
        for child in children:
            child.kill()


def _refusal() -> PdfRefused:
    return PdfRefused(
        stated("The PDF could not be read within the limits of time and memory."),
        reason=RefusalReason.LIMIT_EXCEEDED,
        hint="Print it to a new PDF and use that.",
    )


def _opened(answer: object) -> object:
    match answer:
        case ("result", value):
            return value
        case ("error", SygnError() as error):
            raise error
        case ("memory", _):
            raise _refusal()
        case ("bug", str(traceback)):
            raise WorkerFailed(traceback)
        case _:
            raise WorkerFailed("The child answered with something that is no answer.")


class _Child:
    """One process that answers calls, one after the other."""

    def __init__(self, cpu_seconds: int, wall_seconds: float, memory: int) -> None:
        self._wall_seconds = wall_seconds
        self._process = subprocess.Popen(  # noqa: S603  our own interpreter and module
            [sys.executable, *_COMMAND],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=_environment(),
        )
        self.is_usable = True
        self._is_overdue = False
        try:
            # It greets back; one that cannot start is no fault of a PDF.
            greeting = (list(sys.path), cpu_seconds, wall_seconds, memory)
            self._exchange(greeting, within=max(wall_seconds, _START_SECONDS))
        except EOFError as error:
            self.kill()
            raise WorkerFailed("A child process could not be started.") from error

    @property
    def was_killed_by_others(self) -> bool:
        """Whether it was ended from outside, not by what it did or by its own limits."""
        if self._is_overdue:
            return False
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=5)
        return self._process.returncode in _FROM_OUTSIDE

    def ask(self, call: object) -> object:
        """Return the child's answer.

        Raises:
            EOFError: It died or was killed at the end of its time.
        """
        self.is_usable = False
        answer, retires = _load(self._exchange(call, within=self._wall_seconds))
        # The clock may run out when the answer has just been read.
        self.is_usable = not retires and not self._is_overdue
        return answer

    def _exchange(self, message: object, *, within: float) -> bytes:
        timer = threading.Timer(within, self._end)
        timer.daemon = True
        timer.start()
        try:
            self._send(message)
            return read_frame(self._output)
        finally:
            timer.cancel()

    def _end(self) -> None:
        self._is_overdue = True
        self._process.kill()

    def _send(self, value: object) -> None:
        stream = self._process.stdin
        assert stream is not None  # noqa: S101  Popen was asked for a pipe
        try:
            write_frame(stream, pickle.dumps(value))
        except OSError as error:
            raise EOFError from error

    @property
    def _output(self) -> IO[bytes]:
        stream = self._process.stdout
        assert stream is not None  # noqa: S101  Popen was asked for a pipe
        return stream

    def kill(self) -> None:
        self.is_usable = False
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with suppress(OSError):  # what was still to be written has no reader any more
                    stream.close()


def _environment() -> dict[str, str]:
    """Return what a child may know: our settings, a passphrase among them, are none of it."""
    return {key: value for key, value in os.environ.items() if not key.startswith("SYGN_")}


def _load(frame: bytes) -> tuple[object, bool]:
    answer, retires = _Unpickler(io.BytesIO(frame)).load()
    return answer, bool(retires)


class _Unpickler(pickle.Unpickler):
    """Builds only our own values: a child that a hostile PDF took over must not call more."""

    _OTHERS: Final = {("datetime", one.__name__): one for one in (datetime, timedelta, timezone)}

    def find_class(self, module: str, name: str) -> object:
        if (module, name) in self._OTHERS:
            return self._OTHERS[module, name]
        if module.startswith("sygn_cli."):
            found = super().find_class(module, name)
            if isinstance(found, type) or found is errors._rebuild:
                return found
        raise pickle.UnpicklingError(f"{module}.{name} does not belong into an answer")
