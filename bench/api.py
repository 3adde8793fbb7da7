"""How fast the API answers, next to a bare Flask and waitress route in the same minute.

Both servers are processes of their own; requests go over kept connections, in turn to one server and
the other, so that a busy machine slows both; the ratio counts.
"""

from __future__ import annotations

import base64
import http.client
import json
import statistics
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bench._figure import Figure, Peer
from bench._plan import timed, turns
from bench._served import running, serving, surroundings, sygn
from fixtures import build

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bench._plan import Plan

_ROUNDS = 10
_PER_ROUND = 200
_CREATIONS_PER_ROUND = 6
_CLIENTS = 8
_LIMIT = 1.5
_PEER = "bare Flask + waitress, the same JSON"
_STATUS = "GET /documents/:id"
_CREATE = "POST /documents (two pages, detection included)"
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


@dataclass(frozen=True, slots=True)
class _Call:
    """One kind of request, and how often it is made in a round."""

    make: Callable[[], object]
    count: int = _PER_ROUND


def main(plan: Plan) -> list[Figure]:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = _workspace(folder)
        key = json.loads(sygn(["keys", "create", "--json"], environment))["key"]
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        body = _creation()
        with serving(folder, environment) as ours:
            created = _ask(ours, "POST", "/api/v1/documents", headers, body)
            path = f"/api/v1/documents/{json.loads(created)['id']}"
            program = _BARE.format(json=repr(json.loads(_ask(ours, "GET", path, headers))))
            with running([sys.executable, "-c", program], folder, environment) as bare:
                create = _caller(ours, "POST", "/api/v1/documents", headers, body)
                calls = {
                    _PEER: _Call(_caller(bare, "GET", "/status", {})),
                    _STATUS: _Call(_caller(ours, "GET", path, headers)),
                    "GET /me": _Call(_caller(ours, "GET", "/api/v1/me", headers)),
                    _CREATE: _Call(create, _CREATIONS_PER_ROUND),
                }
                rounds = _in_turn(calls, plan.times(_ROUNDS))
                _print(rounds)
                _print_many(bare, ours, path, headers)
    return _figures(rounds)


def _figures(rounds: Mapping[str, list[list[float]]]) -> list[Figure]:
    peer = Peer("the same JSON from bare Flask + waitress, p95", _p95s(rounds[_PEER]))
    creation = [statistics.median(one) for one in rounds[_CREATE]]
    each = f"rounds of {_PER_ROUND} requests"
    return [
        Figure(
            "API", f"get status, p95 of {each}", _p95s(rounds[_STATUS]), peer=peer, limit=_LIMIT
        ),
        Figure("API", f"create, detection included; rounds of {_CREATIONS_PER_ROUND}", creation),
    ]


def _p95s(rounds: list[list[float]]) -> list[float]:
    return [_quantile(one, 95) for one in rounds]


def _print(rounds: Mapping[str, list[list[float]]]) -> None:
    print("| one connection | requests/s | p50 ms | p95 ms | p99 ms | p95 ratio |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    anchor = statistics.median(_p95s(rounds[_PEER]))
    for label, ours in rounds.items():
        measured = [one for some in ours for one in some]
        rate, p95 = 1000 / statistics.fmean(measured), statistics.median(_p95s(ours))
        p50, p99 = _quantile(measured, 50), _quantile(measured, 99)
        print(f"| {label} | {rate:.0f} | {p50:.2f} | {p95:.2f} | {p99:.2f} | {p95 / anchor:.2f} |")


def _print_many(bare: str, ours: str, path: str, headers: dict[str, str]) -> None:
    print(f"\n| {_CLIENTS} connections at once | requests/s | p50 ms | p95 ms | p99 ms |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for label, base, address, sent in (
        (_PEER, bare, "/status", {}),
        (_STATUS, ours, path, headers),
    ):
        measured, rate = _together(base, address, sent)
        p50, p95, p99 = (_quantile(measured, q) for q in (50, 95, 99))
        print(f"| {label} | {rate:.0f} | {p50:.2f} | {p95:.2f} | {p99:.2f} |")


def _workspace(folder: Path) -> dict[str, str]:
    environment = surroundings(folder / "workspace")
    sygn(["list"], environment)  # makes the workspace
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


def _in_turn(calls: Mapping[str, _Call], rounds: int) -> dict[str, list[list[float]]]:
    """Return the times of each round's requests; whoever is asked changes after some of them."""
    found: dict[str, list[list[float]]] = {label: [] for label in calls}
    for number in range(rounds + 1):
        for label in turns(calls, number):
            call = calls[label]
            measure = timed(call.make)
            times = [measure() for _ in range(call.count if number else min(20, call.count))]
            if number:  # the first round warms up
                found[label].append(times)
    return found


def _together(base: str, path: str, headers: dict[str, str]) -> tuple[list[float], float]:
    measured: list[float] = []

    def client() -> None:
        measure = timed(_caller(base, "GET", path, headers))
        measured.extend(measure() for _ in range(_PER_ROUND))

    threads = [threading.Thread(target=client) for _ in range(_CLIENTS)]
    start = time.perf_counter()
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return measured, len(measured) / (time.perf_counter() - start)


def _quantile(measured: list[float], percent: int) -> float:
    return sorted(measured)[min(len(measured) - 1, len(measured) * percent // 100)]
