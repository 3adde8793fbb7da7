"""What clients do to a server that mean it no good: it goes on, and serves everybody else."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import os
import signal
import socket
import struct
import sys
import time
from collections.abc import Iterator

import pytest

from tests.cli.terminal import Terminal
from tests.durability.served import Served, serving
from tests.soak import SOAK

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks /proc"),
]
CALLERS = 1000


@pytest.fixture(scope="module")
def terminal(tmp_path_factory) -> Terminal:
    made = Terminal(tmp_path_factory.mktemp("load"))
    made.draw("nda.pdf")
    return made


@pytest.fixture(scope="module")
def server(terminal) -> Iterator[Served]:
    with serving(terminal) as running:
        yield running


def answers(server: Served) -> bool:
    connection = http.client.HTTPConnection(*server.address, timeout=20)
    connection.request("GET", "/healthz")
    status = connection.getresponse().status
    connection.close()
    return status == 200


def raw(server: Served, sent: bytes) -> bytes:
    """Return all that comes back until the server ends the connection or falls silent."""
    with socket.create_connection(server.address, timeout=0.5) as wire:
        wire.sendall(sent)
        answer = b""
        with contextlib.suppress(TimeoutError, ConnectionResetError):
            while part := wire.recv(65536):
                answer += part
    return answer


def test_those_who_send_a_byte_at_a_time_keep_nobody_waiting(server):
    slow = [socket.create_connection(server.address, timeout=20) for _ in range(300)]
    try:
        for byte in b"POST /x/sign HTTP/1.1\r\nHost: lo":
            for wire in slow:
                wire.send(bytes([byte]))
        assert answers(server)
    finally:
        for wire in slow:
            wire.close()
    assert answers(server)


def test_a_thousand_who_hang_up_leave_nothing_behind(server, tally):
    assert answers(server)
    before = server.descriptors()
    for number in range(CALLERS):
        wire = socket.create_connection(server.address, timeout=20)
        # Closing now resets the connection instead of ending it in good manner.
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sent = (
            b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
            b"POST /x/sign HTTP/1.1\r\n",
            b"",
        )
        wire.sendall(sent[number % 3])
        wire.close()
    assert answers(server)
    deadline = time.monotonic() + 60
    while server.descriptors() > before + 5:
        assert time.monotonic() < deadline, server.descriptors()
        time.sleep(0.1)
    tally("connections closed abruptly", CALLERS)


@pytest.fixture(scope="module")
def silent(server) -> Iterator[list[socket.socket]]:
    """Many who connect and say nothing, while other tests are at work."""
    wires = [socket.create_connection(server.address, timeout=60) for _ in range(200)]
    yield wires
    for wire in wires:
        wire.close()


HOST = b"Host: localhost\r\n"
HIDDEN = b"GET /robots.txt HTTP/1.1\r\n" + HOST + b"\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
SMUGGLED = {
    "length and coding": b"Content-Length: 6\r\n" + CHUNKED + b"\r\n0\r\n\r\n",
    "coding and length": CHUNKED + b"Content-Length: 4\r\n\r\n0\r\n\r\n",
    "two lengths": b"Content-Length: 0\r\nContent-Length: %d\r\n\r\n" % len(HIDDEN),
    "a list of lengths": b"Content-Length: 0, %d\r\n\r\n" % len(HIDDEN),
    "a signed length": b"Content-Length: +0\r\n\r\n",
    "a negative length": b"Content-Length: -1\r\n\r\n",
    "a hexadecimal length": b"Content-Length: 0x0\r\n\r\n",
    "an unknown coding": b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "chunked twice": CHUNKED + CHUNKED + b"\r\n0\r\n\r\n",
    "chunked and identity": CHUNKED + b"Transfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    "a coding with a vertical tab": b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
    "a space before the colon": b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "a folded line": b"Transfer-Encoding:\r\n chunked\r\nContent-Length: 0\r\n\r\n",
    "a bare line feed": b"X: y\nContent-Length: %d\r\n\r\n" % len(HIDDEN),
    "a bare carriage return": b"X: y\rContent-Length: %d\r\n\r\n" % len(HIDDEN),
    "a chunk of no size": CHUNKED + b"\r\n\r\n\r\n",
    "a chunk of odd size": CHUNKED + b"\r\n0x0\r\n\r\n",
    "a signed chunk": CHUNKED + b"\r\n+0\r\n\r\n",
    "a chunk that lies": CHUNKED + b"\r\n5\r\nabc\r\n0\r\n\r\n",
}


@pytest.mark.usefixtures("silent")
@pytest.mark.parametrize("headers", SMUGGLED.values(), ids=SMUGGLED.keys())
def test_no_second_request_hides_in_a_first(server, headers):
    answer = raw(server, b"POST /verify HTTP/1.1\r\n" + HOST + headers + HIDDEN)

    assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 501", b"HTTP/1.0 400")), answer[:200]
    assert b"Disallow" not in answer
    assert answer.count(b"HTTP/1.") == 1


@pytest.mark.parametrize(
    "head",
    [
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
        b"POST /verify HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n" + CHUNKED + b"\r\n0\r\n\r\n",
        b"GET http://evil.example/healthz HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\n\r\n",
        b"GET /healthz\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 100 + b"\r\n\r\n",
        b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ],
    ids=["two hosts", "old version", "foreign address", "no host", "HTTP/0.9", "TLS", "too long"],
)  # fmt: skip
def test_what_is_no_request_to_us_is_refused(server, head):
    assert not raw(server, head).startswith(b"HTTP/1.1 200")
    assert answers(server)


def test_a_body_in_chunks_is_cut_off_when_it_is_too_large(server):
    chunk = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
    with socket.create_connection(server.address, timeout=20) as wire:
        wire.sendall(b"POST /verify HTTP/1.1\r\n" + HOST + CHUNKED + b"\r\n")
        with contextlib.suppress(ConnectionError):
            for _ in range(64):
                wire.sendall(chunk)
        answer = b""
        with contextlib.suppress(ConnectionError):
            answer = wire.recv(100)
    assert answer == b"" or b" 413 " in answer.split(b"\r\n")[0]
    assert answers(server)


# --- those who read PDFs may die ----------------------------------------------------------------


def detected(server: Served, key: str, pdf: bytes) -> int:
    connection = http.client.HTTPConnection(*server.address, timeout=60)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    body = json.dumps({"pdf_base64": base64.b64encode(pdf).decode()})
    connection.request("POST", "/api/v1/detect", body, headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def test_a_reader_that_is_killed_is_replaced_and_its_request_answered(server, terminal):
    key = terminal.ok("keys", "create", "--json").json["key"]
    pdf = (terminal.folder / "nda.pdf").read_bytes()
    assert detected(server, key, pdf) == 200
    for number in (signal.SIGKILL, signal.SIGTERM):
        for child in server.children():
            os.kill(child, number)
        assert detected(server, key, pdf) == 200
    if SOAK:  # as long as one call may take
        hanging = server.children()
        for child in hanging:
            os.kill(child, signal.SIGSTOP)
        assert detected(server, key, pdf) == 422  # it could not be read in time
        assert detected(server, key, pdf) == 200
        assert set(hanging) - set(server.children())
    assert answers(server)


# Last, as they are given some time.
def test_those_who_say_nothing_are_hung_up_on(server, silent):
    assert all(wire.recv(1) == b"" for wire in silent)
    assert answers(server)
