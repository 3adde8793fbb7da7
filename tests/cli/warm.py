"""A process that has everything imported and forks one ``sygn`` after the other.

Most of the time of a short command goes into importing libraries. Tests of what commands do need
not pay for it a thousand times; what a start loads and costs is tested on the real command.
"""

from __future__ import annotations

import array
import atexit
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).parents[2]
_PACKAGES = ("domain", "engine", "store", "services", "delivery", "cli")
_LONGEST_REQUEST = 1024 * 1024


class Warm:
    """The side of those who want a command run; starts the process when it is first needed."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def run(
        self, arguments: list[str], *, folder: Path, environment: dict[str, str], stdin: bytes
    ) -> tuple[int, bytes, bytes]:
        """Return exit code, output and errors of one run."""
        address = self._address()
        with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out:
            given.write(stdin)
            given.seek(0)
            with tempfile.TemporaryFile() as err, socket.socket(socket.AF_UNIX) as wire:
                wire.settimeout(120)
                wire.connect(address)
                request = json.dumps([arguments, str(folder), environment]).encode()
                socket.send_fds(wire, [b"\0"], [given.fileno(), out.fileno(), err.fileno()])
                wire.sendall(request)
                wire.shutdown(socket.SHUT_WR)
                code = wire.recv(16)
                assert code, "the command died without an exit code"
                err.seek(0)
                out.seek(0)
                return int(code), out.read(), err.read()

    def _address(self) -> str:
        with self._lock:
            if self._process is None:
                self._address_of_process = f"{tempfile.mkdtemp(prefix='warm')}/s"
                process = subprocess.Popen(
                    [sys.executable, "-m", "tests.cli.warm", self._address_of_process],
                    cwd=ROOT,
                    stdin=subprocess.PIPE,  # its end tells that we are gone
                    stdout=subprocess.PIPE,
                )
                assert process.stdout is not None
                assert process.stdout.readline() == b"ready\n"
                self._process = process
                atexit.register(self.close)
        return self._address_of_process

    def close(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    stream.close()
            process.wait()


def main(address: str) -> None:
    """Serve until standard input ends."""
    sys.path[:] = [entry for entry in sys.path if entry not in {"", str(ROOT)}]
    for package in _PACKAGES:
        found = importlib.import_module(f"sygn_cli.{package}")
        for module in pkgutil.walk_packages(found.__path__, f"{found.__name__}."):
            if not module.name.endswith((".child", "__main__")):
                importlib.import_module(module.name)
    _work_right_here()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the children
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen(8)
        print("ready", flush=True)
        while True:
            ready, _, _ = select.select([listener, sys.stdin], [], [])
            if sys.stdin in ready:
                return
            wire, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                _serve(wire)
            wire.close()


def _work_right_here() -> None:
    from sygn_cli.delivery.pdf_work import LazyWorkers
    from sygn_cli.engine.worker import Inline

    # A child to a child would have to import everything again.
    LazyWorkers._started = lambda _: Inline()  # type: ignore[method-assign,assignment,return-value]


def _serve(wire: socket.socket) -> NoReturn:
    code = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        _, descriptors, _, _ = socket.recv_fds(wire, 1, 3)
        for number, descriptor in enumerate(descriptors):
            os.dup2(descriptor, number)
            os.close(descriptor)
        arguments, folder, environment = json.loads(_rest(wire))
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        code = _run(arguments)
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
        wire.sendall(str(code).encode())
    finally:
        os._exit(code)


def _rest(wire: socket.socket) -> bytes:
    received = array.array("B")
    while chunk := wire.recv(_LONGEST_REQUEST):
        received.frombytes(chunk)
    return received.tobytes()


def _run(arguments: list[str]) -> int:
    from sygn_cli.cli.main import app

    sys.argv[:] = ["sygn", *arguments]
    try:
        app(prog_name="sygn")
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
            return 1
        return end.code or 0
    except BaseException:  # noqa: BLE001  as the interpreter would
        sys.excepthook(*sys.exc_info())
        return 1
    return 0


if __name__ == "__main__":
    main(sys.argv[1])
