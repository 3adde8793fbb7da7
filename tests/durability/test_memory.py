"""Eight clients create, sign, poll and download: nothing grows, and nothing is lost."""

from __future__ import annotations

import base64
import http.client
import json
import statistics
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.cli.terminal import Terminal
from tests.durability.served import Served, serving
from tests.soak import at_length

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks /proc"),
]
CLIENTS = 8
SECONDS = at_length(6, 30 * 60)
# How often the state is asked for, a second apart. In a soak other tests want their share of the
# cores, and half an hour makes thousands of documents all the same.
POLLS = at_length(0, 4)
MEGABYTE = 1024 * 1024
FIELD = {
    "id": "f1", "type": "signature", "page": 1, "x": 72, "y": 600, "width": 200, "height": 36,
}  # fmt: skip


@dataclass
class Client:
    """Somebody with an API key who takes one document after the other through its life."""

    server: Served
    key: str
    pdf: str
    completed: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def run(self, until: float) -> None:
        self.wire = http.client.HTTPConnection(*self.server.address, timeout=120)
        while time.monotonic() < until and not self.failures:
            try:
                self.completed.append(self.one())
            except Exception as error:  # noqa: BLE001  told by the test
                self.failures.append(repr(error))
        self.wire.close()

    def one(self) -> str:
        body = {
            "title": "A letter",
            "pdf_base64": self.pdf,
            "signers": [{"name": "Ada Lovelace", "email": "ada@example.com"}],
            "fields": [FIELD],
        }
        made = json.loads(self.api("POST", "/api/v1/documents", body, status=201))
        path = f"/api/v1/documents/{made['id']}"
        token = made["signers"][0]["signing_url"].partition("?t=")[2]
        page = self.ask("GET", f"/x?t={token}", {}, None, status=200)
        self.sign(token, "/x/viewed", {})
        self.sign(token, "/x/consent", {})
        self.sign(token, "/x/sign", {"marks": {"f1": {"kind": "typed", "text": "Ada Lovelace"}}})
        assert b"<html" in page
        for _ in range(POLLS):
            time.sleep(1)
            self.api("GET", path, None, status=200)
        state = json.loads(self.api("GET", path, None, status=200))
        assert state["status"] == "completed", state
        for what in ("download", "audit"):
            assert self.api("GET", f"{path}/{what}", None, status=200).startswith(b"%PDF-")
        return str(made["id"])

    def api(self, method: str, path: str, body: Any, *, status: int) -> bytes:
        return self.ask(method, path, {"Authorization": f"Bearer {self.key}"}, body, status=status)

    def sign(self, token: str, path: str, body: Any) -> bytes:
        return self.ask("POST", path, {"X-Signing-Token": token}, body, status=None)

    def ask(
        self, method: str, path: str, headers: dict[str, str], body: Any, *, status: int | None
    ) -> bytes:
        sent = None if body is None else json.dumps(body)
        told = {**headers, "Content-Type": "application/json"} if sent else headers
        self.wire.request(method, path, sent, told)
        answer = self.wire.getresponse()
        content = answer.read()
        fine = answer.status < 300 if status is None else answer.status == status
        assert fine, (method, path.partition("?")[0], answer.status, content[:300])
        return content


def test_memory_stays_flat_and_nothing_is_lost_while_eight_clients_work(tmp_path, tally):
    terminal = Terminal(tmp_path)
    terminal.draw("letter.pdf")
    terminal.ok("list")
    settings = tmp_path / ".sygn" / "sygn.toml"
    unlimited = "api_per_minute = 1000000\napi_burst = 1000000\n"
    settings.write_text(unlimited + (settings.read_text() if settings.exists() else ""))
    key = terminal.ok("keys", "create", "--json").json["key"]
    pdf = base64.b64encode((tmp_path / "letter.pdf").read_bytes()).decode()

    with serving(terminal) as server:
        until = time.monotonic() + SECONDS
        clients = [Client(server, key, pdf) for _ in range(CLIENTS)]
        threads = [threading.Thread(target=one.run, args=(until,)) for one in clients]
        for thread in threads:
            thread.start()
        memory, descriptors = [], []
        while any(thread.is_alive() for thread in threads):
            memory.append(server.memory())
            descriptors.append(server.descriptors())
            time.sleep(SECONDS / 200)
        for thread in threads:
            thread.join()

    assert [why for one in clients for why in one.failures] == []
    done = sorted(one for client in clients for one in client.completed)
    assert len(done) >= CLIENTS
    # Caches fill in the first half; what still grows in the last quarter is a leak.
    third, fourth = (memory[len(memory) * n // 4 : len(memory) * (n + 1) // 4] for n in (2, 3))
    growth = statistics.median(fourth) - statistics.median(third)
    assert growth < 8 * MEGABYTE, f"{growth / MEGABYTE:.1f} MB more in the last quarter"
    assert max(descriptors[len(descriptors) // 2 :]) < descriptors[0] + 100
    assert sorted(_completed(terminal)) == done
    assert terminal("audit", "--verify").code == 0
    clients_did = f"{CLIENTS} clients at one server"
    tally(f"{clients_did}: documents completed", len(done))
    tally(f"{clients_did}: seconds", SECONDS)
    tally(f"{clients_did}: memory at the start, MB", memory[0] // MEGABYTE)
    tally(f"{clients_did}: memory at the end, MB", memory[-1] // MEGABYTE)


def _completed(terminal: Terminal) -> Iterator[str]:
    more = True
    cursor: tuple[str, ...] = ()
    while more:
        page = terminal.ok(
            "list", "--status", "completed", "--limit", "1000", "--json", *cursor
        ).json
        yield from (one["id"] for one in page["data"])
        more, cursor = page["has_more"], ("--cursor", str(page["next_cursor"]))
