"""Processes that do things at one and the same instant in one workspace.

Each is forked from a process that has everything imported, opens the workspace for itself as a
command would, and then does what it is told when the clock says so.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import random
import secrets
import statistics
import struct
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sygn_cli import bootstrap
from sygn_cli.delivery.clock import SystemClock
from sygn_cli.domain.errors import SygnError
from sygn_cli.engine.worker import Inline
from sygn_cli.services.runtime import Runtime
from tests.soak import SOAK

_SOON = 0.004  # seconds until all begin, long enough for each to have heard
_SPIN = 0.001  # seconds before its time at which a process stops sleeping
_LATELY = 15  # so many times that a deed took are its usual time
_PATIENCE = 25  # as often as is asked for, until each ending was met


class ShiftedClock(SystemClock):
    """The clock of a machine that goes wrong by so much."""

    def __init__(self, shift: timedelta) -> None:
        self._shift = shift

    def now(self) -> Any:
        return super().now() + self._shift


def runtime_of(workspace: Path, shift: timedelta = timedelta()) -> Runtime:
    """Return a runtime as a process has it, but for the child that reads PDFs."""
    opened = bootstrap.open_runtime(str(workspace), environment={})
    return replace(opened, pdf=Inline(), clock=ShiftedClock(shift))


@dataclass(frozen=True)
class Outcome:
    """What one process has to tell.

    Attributes:
        error: Code of the error, "" if it was done.
        began, ended: Seconds by the clock that all processes share.
    """

    value: Any
    error: str
    began: float
    ended: float


Deed = tuple[Callable[..., Any], tuple[Any, ...]]


class Chances:
    """When each of those who race begins: by chance, or the quickest would always win.

    Each waits for up to twice as long as the slowest usually takes, so that any may come when the
    others have ended; every other time for a tenth of that, as most that can come between comes in
    the beginning of a deed. ``SYGN_SEED`` repeats the chances of a run that failed, and so told its
    seed.
    """

    def __init__(self) -> None:
        seed = int(os.environ.get("SYGN_SEED") or secrets.randbits(32))
        print(f"SYGN_SEED={seed}")  # shown where a test fails
        self._chance = random.Random(seed)  # noqa: S311 - decides who waits for how long
        self._took: dict[object, list[float]] = {}

    def took(self, what: object, seconds: float) -> None:
        """Note how long a thing took that was done."""
        self._took.setdefault(what, []).append(seconds)

    def delays(self, given: Sequence[object]) -> list[float]:
        """Return for how long each is to wait who does one of these."""
        known = [self._took[what] for what in given if what in self._took]
        usual = (statistics.median(one[-_LATELY:]) for one in known)
        span = max(usual, default=0.0) * self._chance.choice((2, 0.2))
        return [self._chance.uniform(0, span) for _ in given]


class People:
    """Some who ask others to do things, each in a thread; use as a context manager."""

    def __init__(self, size: int) -> None:
        self._pool = ThreadPoolExecutor(size)
        self._chances = Chances()

    def __enter__(self) -> People:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()

    def race(self, deeds: Sequence[partial[Any]]) -> list[Any]:
        """Let each do one deed, each beginning by chance."""
        delays = self._chances.delays([one.func for one in deeds])
        done = list(self._pool.map(_later, delays, deeds))
        for deed, (_, seconds) in zip(deeds, done, strict=True):
            self._chances.took(deed.func, seconds)
        return [value for value, _ in done]


def _later(delay: float, deed: Callable[[], Any]) -> tuple[Any, float]:
    time.sleep(delay)
    began = time.monotonic()
    return deed(), time.monotonic() - began


class Crew:
    """A number of processes; use as a context manager."""

    def __init__(self, workspace: Path, size: int, shifts: Sequence[timedelta] = ()) -> None:
        self._chances = Chances()
        self._members = []
        for number in range(size):
            shift = shifts[number] if number < len(shifts) else timedelta()
            self._members.append(_Member(workspace, shift))

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, *_: object) -> None:
        for member in self._members:
            member.end()

    def at_once(self, deeds: Iterable[Deed]) -> list[Outcome]:
        """Let each member do one deed, all beginning together, and return what they tell."""
        return self._do([(0.0, deed) for deed in deeds])

    def race(self, deeds: Sequence[Deed]) -> list[Outcome]:
        """Let each member do one deed, each beginning by chance.

        Let the slow one be done alone before, so that it is known how long that takes.
        """
        delays = self._chances.delays([function for function, _ in deeds])
        return self._do(list(zip(delays, deeds, strict=True)))

    def _do(self, given: list[tuple[float, Deed]]) -> list[Outcome]:
        start = time.monotonic() + _SOON
        for member, (delay, deed) in zip(self._members, given, strict=False):
            member.tell((start + delay, deed))
        done = [member.hear() for member in self._members[: len(given)]]
        for (_, (function, _)), one in zip(given, done, strict=True):
            if not one.error:
                self._chances.took(function, one.ended - one.began)
        return done


def until_met(met: Counter[str], usual: set[str], rare: set[str], rounds: int) -> Iterator[int]:
    """Count rounds, more of them until each usual ending was met; fail where one never is.

    Usual is what comes in one of ten rounds at least, so that five rounds, of which there may be a
    hundred and more, miss it once in half a million runs. A soak insists on what is rare as well,
    one of fifty rounds, which a thousand miss less often still. Nothing else may ever be met.
    """
    for number in range(rounds * _PATIENCE):
        if number >= rounds and usual <= set(met):
            break
        yield number
    assert usual <= set(met) <= usual | rare, dict(met)
    assert not SOAK or rare <= set(met), dict(met)


class _Member:
    def __init__(self, workspace: Path, shift: timedelta) -> None:
        down, self._to = os.pipe()
        self._from, up = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            code = 1
            try:
                os.close(self._to)
                os.close(self._from)
                _work(runtime_of(workspace, shift), down, up)
                code = 0
            except BaseException:  # noqa: BLE001  a forked child must never return into pytest
                traceback.print_exc()
            finally:
                os._exit(code)
        os.close(down)
        os.close(up)

    def tell(self, message: Any) -> None:
        _send(self._to, message)

    def hear(self) -> Outcome:
        heard = _receive(self._from)
        if isinstance(heard, str):
            raise AssertionError(heard)
        assert isinstance(heard, Outcome)
        return heard

    def end(self) -> None:
        # Not only closed: those forked later hold the other end open as well.
        with contextlib.suppress(BrokenPipeError):
            _send(self._to, None)
        os.close(self._to)
        os.waitpid(self._pid, 0)
        os.close(self._from)


def _work(runtime: Runtime, source: int, target: int) -> None:
    while True:
        message = _receive(source)
        if message is None:
            return
        at, (function, arguments) = message
        time.sleep(max(0.0, at - time.monotonic() - _SPIN))
        while time.monotonic() < at:
            pass
        began, error, value = time.monotonic(), "", None
        try:
            value = function(runtime, *arguments)
        except SygnError as failure:
            error = failure.code
        except Exception:  # noqa: BLE001  told by the test
            _send(target, traceback.format_exc())
            continue
        _send(target, Outcome(value, error, began, time.monotonic()))


def _send(handle: int, message: Any) -> None:
    content = pickle.dumps(message)
    left = struct.pack("!I", len(content)) + content
    while left:
        left = left[os.write(handle, left) :]


def _receive(handle: int) -> Any:
    (size,) = struct.unpack("!I", _exactly(handle, 4))
    return pickle.loads(_exactly(handle, size))


def _exactly(handle: int, count: int) -> bytes:
    content = b""
    while len(content) < count:
        part = os.read(handle, count - len(content))
        if not part:
            raise EOFError
        content += part
    return content
