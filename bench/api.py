"""How fast the API answers, next to a bare Flask and waitress route in the same minute.

Both servers are processes of their own; requests go over kept connections, in turn to one server and
the other, so that a busy machine slows both; the ratio counts.
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from fixtures import build

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_SYGN = str(Path(sys.executable).with_name("sygn"))
_ROUNDS = 10
_PER_ROUND = 200
_CREATIONS = 60
_CLIENTS = 8
_BARE = """
import sys
from flask import Flask, jsonify
import waitress
app = Flask("bare")
body = {json}
@app.get("/status")
def status():
    return jsonify(body)
server = waitress.create_server(app, host="127.0.0.1", port=0, threads=16)
open(sys.argv[1] + ".part", "w").write(f"http://127.0.0.1:{{server.effective_port}}")
__import__("os").replace(sys.argv[1] + ".part", sys.argv[1])
server.run()
"""


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        environment = _workspace(folder)
        sygn = stack.enter_context(_running([_SYGN, "serve", "--port", "0"], folder, environment))
        key = json.loads(_sygn(["keys", "create", "--json"], environment))["key"]
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        body = _creation()
        created = _ask(sygn, "POST", "/api/v1/documents", headers, body)
        path = f"/api/v1/documents/{json.loads(created)['id']}"
        shown = json.loads(_ask(sygn, "GET", path, headers))
        program = _BARE.format(json=repr(shown))
        bare = stack.enter_context(_running([sys.executable, "-c", program], folder, environment))
        times = _in_turn(
            {
                "bare Flask + waitress, the same JSON": _caller(bare, "GET", "/status", {}),
                "GET /documents/:id": _caller(sygn, "GET", path, headers),
                "GET /me": _caller(sygn, "GET", "/api/v1/me", headers),
            }
        )
        times["POST /documents (two pages, detection included)"] = _times(
            _caller(sygn, "POST", "/api/v1/documents", headers, body), _CREATIONS
        )
        _print(times)
        _print_many(bare, sygn, path, headers)


def _print(times: dict[str, list[float]]) -> None:
    print("| one connection | requests/s | p50 ms | p95 ms | p99 ms | p95 ratio |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    anchor = _quantile(next(iter(times.values())), 95)
    for label, measured in times.items():
        rate = 1000 / statistics.fmean(measured)
        p50, p95, p99 = (_quantile(measured, q) for q in (50, 95, 99))
        print(f"| {label} | {rate:.0f} | {p50:.2f} | {p95:.2f} | {p99:.2f} | {p95 / anchor:.2f} |")


def _print_many(bare: str, sygn: str, path: str, headers: dict[str, str]) -> None:
    print(f"\n| {_CLIENTS} connections at once | requests/s | p50 ms | p95 ms | p99 ms |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for label, base, address, sent in (
        ("bare Flask + waitress, the same JSON", bare, "/status", {}),
        ("GET /documents/:id", sygn, path, headers),
    ):
        measured, rate = _together(base, address, sent)
        p50, p95, p99 = (_quantile(measured, q) for q in (50, 95, 99))
        print(f"| {label} | {rate:.0f} | {p50:.2f} | {p95:.2f} | {p99:.2f} |")


def _workspace(folder: Path) -> dict[str, str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("SYGN_")}
    environment["SYGN_WORKSPACE"] = str(folder / "workspace")
    _sygn(["list"], environment)  # makes the workspace
    (settings,) = folder.rglob("sygn.toml")
    settings.write_text(
        "api_per_minute = 1000000000\napi_burst = 1000000000\n" + settings.read_text()
    )
    return environment


def _creation() -> bytes:
    return json.dumps(
        {
            "title": "Mutual NDA",
            "pdf_base64": base64.b64encode(build.DRAWINGS["nda.pdf"]()).decode(),
            "signers": [{"name": "Ada Lovelace", "email": "ada@example.com"}],
        }
    ).encode()


def _sygn(arguments: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(
        [_SYGN, *arguments], env=environment, check=True, capture_output=True, text=True
    )
    return done.stdout


@contextlib.contextmanager
def _running(command: list[str], folder: Path, environment: dict[str, str]) -> Iterator[str]:
    ready = folder / f"ready-{len(command)}-{time.monotonic_ns()}"
    told = ["--ready-file", str(ready)] if command[0] == _SYGN else [str(ready)]
    log = (folder / f"{ready.name}.log").open("wb")
    server = subprocess.Popen([*command, *told], env=environment, stderr=log, stdout=log)
    try:
        while not ready.exists():
            if server.poll() is not None:
                raise RuntimeError(Path(log.name).read_text())
            time.sleep(0.01)
        yield ready.read_text().strip()
    finally:
        server.terminate()
        server.wait()
        log.close()


def _connect(base: str) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(urlsplit(base).netloc, timeout=60)


def _ask(base: str, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    connection = _connect(base)
    try:
        return _exchange(connection, method, path, headers, body)
    finally:
        connection.close()


def _exchange(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    headers: dict[str, str],
    body: bytes,
) -> bytes:
    connection.request(method, path, body=body or None, headers=headers)
    answer = connection.getresponse()
    content = answer.read()
    if answer.status >= 300:
        raise RuntimeError(f"{method} {path}: {answer.status} {content[:200]!r}")
    return content


def _caller(
    base: str, method: str, path: str, headers: dict[str, str], body: bytes = b""
) -> Callable[[], object]:
    connection = _connect(base)
    return lambda: _exchange(connection, method, path, headers, body)


def _times(call: Callable[[], object], count: int) -> list[float]:
    measured = []
    for _ in range(count):
        start = time.perf_counter()
        call()
        measured.append((time.perf_counter() - start) * 1000)
    return measured


def _in_turn(calls: dict[str, Callable[[], object]]) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {label: [] for label in calls}
    for call in calls.values():
        _times(call, 20)
    for _ in range(_ROUNDS):
        for label, call in calls.items():
            times[label] += _times(call, _PER_ROUND)
    return times


def _together(base: str, path: str, headers: dict[str, str]) -> tuple[list[float], float]:
    measured: list[float] = []

    def client() -> None:
        measured.extend(_times(_caller(base, "GET", path, headers), _PER_ROUND))

    threads = [threading.Thread(target=client) for _ in range(_CLIENTS)]
    start = time.perf_counter()
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return measured, len(measured) / (time.perf_counter() - start)


def _quantile(measured: list[float], percent: int) -> float:
    return sorted(measured)[min(len(measured) - 1, len(measured) * percent // 100)]


if __name__ == "__main__":
    main()
