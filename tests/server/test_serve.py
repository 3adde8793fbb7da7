"""A running server: real sockets, real signals."""

from __future__ import annotations

import contextlib
import http.client
import json
import select
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from sygn_cli.domain.errors import NetworkFailed
from sygn_cli.server import serve
from sygn_cli.server.raw_errors import Channel
from sygn_cli.server.serve import Server
from tests.server import stage

pytestmark = pytest.mark.slow


@contextlib.contextmanager
def running(server: Server) -> Iterator[Server]:
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join()


@pytest.fixture
def server():
    with running(Server(stage.runtime(), host="127.0.0.1", port=0)) as server:
        yield server


def get(url: str, **headers: str) -> http.client.HTTPResponse:
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - our own server
    return urllib.request.urlopen(request, timeout=10)  # noqa: S310


def test_port_0_takes_a_free_port_and_says_which(server):
    with get(f"{server.base_url}/healthz") as answer:
        assert answer.read() == b"ok\n"
        assert "waitress" not in str(answer.headers.get("Server", ""))


def test_in_a_local_network_its_own_machine_reaches_it_on_the_loopback_too():
    near = Server(stage.runtime(), host="127.0.0.2", port=0, lan=True)
    port = urlsplit(near.base_url).port
    with running(near):
        assert near.base_url == f"http://127.0.0.2:{port}"
        for host in ("127.0.0.1", "127.0.0.2"):
            with get(f"http://{host}:{port}/healthz") as answer:
                assert answer.read() == b"ok\n"
    with pytest.raises(urllib.error.URLError):
        get(f"http://127.0.0.1:{port}/healthz")


def test_a_port_that_is_taken_is_a_clear_error(server):
    port = urlsplit(server.base_url).port
    assert port is not None
    with pytest.raises(NetworkFailed, match="cannot be used"):
        Server(stage.runtime(), host="127.0.0.1", port=port)


def test_an_address_that_is_not_ours_is_a_clear_error():
    with pytest.raises(NetworkFailed):
        Server(stage.runtime(), host="no-such-host.invalid", port=0)


def test_a_body_that_is_too_large_is_refused_before_it_is_sent(server):
    parts = urlsplit(server.base_url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    connection.putrequest("POST", "/x/sign")
    connection.putheader("Content-Length", str(2**40))
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()


def test_a_hundred_idle_connections_do_not_stop_it(server):
    parts = urlsplit(server.base_url)
    idle = [http.client.HTTPConnection(parts.netloc, timeout=10) for _ in range(120)]
    for connection in idle:
        connection.connect()
    with get(f"{server.base_url}/healthz") as answer:
        assert answer.status == 200
    for connection in idle:
        connection.close()


HEAD = b"POST /x/sign HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n"


@pytest.mark.parametrize(
    "begun", [b"POST /x/sign HTTP/1.1\r\nHost: lo", HEAD], ids=["head", "body"]
)
def test_those_who_send_a_byte_now_and_then_give_their_place_to_others(monkeypatch, begun):
    monkeypatch.setitem(serve._LIMITS, "connection_limit", 8)
    monkeypatch.setattr(Channel, "grace", 0.5)
    with running(Server(stage.runtime(), host="127.0.0.1", port=0)) as server:
        address = urlsplit(server.base_url)
        slow = [socket.create_connection((address.hostname, address.port)) for _ in range(12)]
        over = threading.Event()
        for wire in slow:
            wire.sendall(begun)

        def trickle() -> None:
            while not over.wait(0.05):
                for wire in slow:
                    with contextlib.suppress(OSError):
                        wire.send(b"x")

        sending = threading.Thread(target=trickle)
        sending.start()
        try:
            with get(f"{server.base_url}/healthz") as answer:
                assert answer.read() == b"ok\n"
        finally:
            over.set()
            sending.join()
            for wire in slow:
                wire.close()


def test_a_body_that_gets_on_may_take_longer(monkeypatch, server):
    monkeypatch.setattr(Channel, "grace", 0.2)
    monkeypatch.setattr(Channel, "least_rate", 64 * 1024)
    sent = http.client.HTTPConnection(urlsplit(server.base_url).netloc, timeout=10)

    def chunks() -> Iterator[bytes]:
        for _ in range(10):
            yield b" " * 32 * 1024
            time.sleep(0.1)

    length = {"Content-Length": str(10 * 32 * 1024)}
    sent.request("POST", "/api/v1/documents", body=chunks(), headers=length)
    assert sent.getresponse().status == 401
    sent.close()


def test_who_is_too_slow_is_told(monkeypatch, server):
    monkeypatch.setattr(Channel, "grace", 0.2)
    address = urlsplit(server.base_url)
    with socket.create_connection((address.hostname, address.port), timeout=10) as wire:
        for byte in b"POST /x/sign HTTP/1.1\r\nHost: localhost\r\nX: aaaaaaaaaaaaaaa":
            wire.send(bytes([byte]))
            time.sleep(0.01)
            if select.select([wire], [], [], 0)[0]:
                break
        answer = http.client.HTTPResponse(wire)
        answer.begin()
        assert answer.status == 408
        assert json.loads(answer.read())["message"] == "The request comes too slowly."
        assert wire.recv(1) == b""


def test_many_at_once_are_answered(server):
    def ask(_: int) -> int:
        with get(f"{server.base_url}/healthz") as answer:
            return int(answer.status)

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(ask, range(64))) == {200}


PROGRAM = """
from sygn_cli.server.serve import run
from tests.server import stage
run(stage.runtime(), host="127.0.0.1", port=0, on_ready=lambda url: print(url, flush=True))
print("stopped", flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_tells_its_address_when_ready_and_ends_cleanly_when_told(number):
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    with pytest.raises(urllib.error.HTTPError) as refused:
        get(f"{url}/x?t=secret-token")
    refused.value.close()
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 0
    assert out == "stopped\n"
    assert "GET /x 404" in err
    assert "secret-token" not in err
