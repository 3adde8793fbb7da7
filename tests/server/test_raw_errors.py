"""What never becomes a request is refused in JSON all the same."""

from __future__ import annotations

import json
import socket
from urllib.parse import urlsplit

import pytest

from tests.end_to_end.browser import serving
from tests.runtimes import memory_runtime


@pytest.fixture(scope="module")
def base():
    with serving(memory_runtime()) as address:
        yield address


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (b"POST /api/v1/detect HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n", 413, "payload_too_large"),
        (b"GET /api/v1/me HTTP/1.1\r\nContent-Length: x\r\n\r\n", 400, "invalid_request"),
        (b"POST /api/v1/me HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 501, "invalid_request"),
    ],
    ids=["body", "length", "coding"],
)  # fmt: skip
def test_a_refusal_of_the_server_itself_is_json(base, sent, status, code):
    with socket.create_connection(("127.0.0.1", urlsplit(base).port or 0), timeout=20) as raw:
        raw.sendall(sent)
        answer = b""
        while part := raw.recv(65536):
            answer += part
    head, _, body = answer.partition(b"\r\n\r\n")
    assert int(head.split()[1]) == status
    assert b"application/json" in head
    assert json.loads(body)["error"] == code
