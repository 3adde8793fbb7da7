"""A server that is told to end brings to its end what was begun."""

from __future__ import annotations

import http.client
import json
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from sygn_cli.delivery.clock import SystemClock
from tests.cli.terminal import Terminal
from tests.durability.served import Served, serving
from tests.engine import timestamping

pytestmark = pytest.mark.slow
FIELD = {
    "id": "f1", "type": "signature", "page": 1, "x": 72, "y": 600, "width": 200, "height": 36,
}  # fmt: skip
MARKS = {"marks": {"f1": {"kind": "typed", "text": "Ada"}}}


def posted(server: Served, token: str, path: str, body: object) -> int:
    wire = http.client.HTTPConnection(*server.address, timeout=60)
    headers = {"X-Signing-Token": token, "Content-Type": "application/json"}
    wire.request("POST", path, json.dumps(body), headers)
    status = wire.getresponse().status
    wire.close()
    return status


def test_who_is_just_signing_is_answered_and_the_document_sealed(tmp_path):
    asked, go_on = threading.Event(), threading.Event()

    def slowly(authority: timestamping.Authority, question: bytes) -> bytes:
        asked.set()
        assert go_on.wait(20)
        return timestamping.good(authority, question)

    terminal = Terminal(tmp_path)
    terminal.draw("nda.pdf")
    (tmp_path / "fields.json").write_text(json.dumps([FIELD]))
    token = terminal.ok(
        "create", "nda.pdf", "--signer", "Ada <ada@example.com>", "--fields", "fields.json", "--json"
    ).json["signers"][0]["signing_url"].partition("?t=")[2]  # fmt: skip
    with timestamping.served(timestamping.Authority(SystemClock().now()), slowly) as url:
        settings = tmp_path / ".sygn" / "sygn.toml"
        settings.write_text(f'tsa = "{url}"\n' + settings.read_text())
        with serving(terminal) as server, ThreadPoolExecutor(1) as beside:
            assert posted(server, token, "/x/consent", {}) < 300
            signing = beside.submit(posted, server, token, "/x/sign", MARKS)
            assert asked.wait(20)
            server.process.send_signal(signal.SIGTERM)
            time.sleep(0.5)  # enough to end for whoever does not wait
            assert server.process.poll() is None
            go_on.set()
            assert signing.result() == 200
            assert server.process.wait(timeout=60) == 0
    assert terminal.ok("status", "@last", "--json").json["status"] == "completed"
    terminal.ok("download", "@last", "-o", "signed.pdf")
    terminal.ok("verify", "signed.pdf")
