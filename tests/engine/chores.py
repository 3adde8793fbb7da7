"""Functions that workers are asked to run in tests."""

import ctypes
import os
import signal
import sys
import time
from pathlib import Path

from sygn_cli.domain.errors import NotFound, PdfRefused, RefusalReason


def double(value):
    return value * 2


def loaded_modules():
    return sorted(sys.modules)


def process_id():
    return os.getpid()


def refuse():
    raise PdfRefused("No.", reason=RefusalReason.XFA, hint="Try another.")


def miss():
    raise NotFound("Nothing.", hint="Look elsewhere.")


def stumble():
    raise ZeroDivisionError("a bug")


def hog_memory():
    return len(bytearray(3 * 2**30))


def spin():
    while True:
        pass


def hang_without_python():
    """Hold the interpreter lock in C, as MuPDF does on the file that never ends."""
    ctypes.PyDLL(None).usleep(600_000_000)


def crash():
    os.kill(os.getpid(), signal.SIGSEGV)


def announce_and_hang(path):
    Path(path).write_text(str(os.getpid()))
    ctypes.PyDLL(None).usleep(600_000_000)


def babble():
    print("this must not be taken for an answer")
    os.write(1, b"nor this")
    return "fine"


def nap():
    time.sleep(0.2)
    return os.getpid()


class Stranger:
    """Something that no engine function returns."""

    def __reduce__(self):
        return os.system, ("true",)


def smuggle():
    return Stranger()


_kept: list[bytes] = []


def grow(count):
    _kept.append(b"x" * count)


def end_by_signal(number):
    os.kill(os.getpid(), number)


def end_by_signal_once(folder, number):
    first = Path(folder) / "first"
    if not first.exists():
        first.touch()
        os.kill(os.getpid(), number)
    return "done"
