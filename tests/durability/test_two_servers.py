"""Two servers and a command line in one workspace: whoever is told "signed" has signed."""

from __future__ import annotations

import http.client
import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sygn_cli.domain.audit import EventType
from sygn_cli.domain.document import DocumentStatus
from sygn_cli.services import links
from tests.cli.terminal import Terminal
from tests.durability.crew import Crew, runtime_of
from tests.durability.served import Served, serving
from tests.durability.test_races import a_document, history_of, void
from tests.soak import at_length

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks /proc, forks"),
]
ROUNDS = at_length(4, 250)  # each seals two files


@pytest.fixture
def terminal(tmp_path) -> Iterator[Terminal]:
    made = Terminal(tmp_path)
    made.ok("list")
    yield made
    assert made("audit", "--verify").code == 0


def signed_by(server: Served, token: str, field: str) -> tuple[int, str]:
    """Do what a signer's browser does, and return the last status and what it was told."""
    wire = http.client.HTTPConnection(*server.address, timeout=60)
    status, told = 0, b""
    marks = {"marks": {field: {"kind": "typed", "text": "Ada Lovelace"}}}
    for path, body in (("/x/consent", {}), ("/x/sign", marks)):
        headers = {"X-Signing-Token": token, "Content-Type": "application/json"}
        wire.request("POST", path, json.dumps(body), headers)
        answer = wire.getresponse()
        status, told = answer.status, answer.read()
        if status >= 300:
            break
    wire.close()
    return status, told.decode()


def test_two_servers_and_a_command_agree_on_what_happened(terminal):
    workspace = Path(terminal.folder) / ".sygn"
    runtime = runtime_of(workspace)
    met = set()
    other = Terminal(terminal.folder)
    with (
        Crew(workspace, 1) as crew,
        serving(terminal) as first,
        serving(other, name="second") as second,
        ThreadPoolExecutor(2) as people,
    ):
        for number in range(ROUNDS):
            one = a_document(runtime, signers=2)
            document = runtime.store.load(one)
            tokens = [
                links.signing_url(runtime, document, signer).partition("?t=")[2]
                for signer in document.signers
            ]
            told = [
                people.submit(signed_by, server, token, field)
                for server, token, field in zip((first, second), tokens, ("f1", "f2"), strict=True)
            ]
            voided = crew.at_once([(void, (one,))])[0] if number % 2 else None
            answers = [one.result() for one in told]
            types = history_of(runtime, one, [])
            state = runtime.store.load(one).status
            met.add(state)
            acknowledged = [
                json.loads(words)["head"] for status, words in answers if status == 200
            ]
            hashes = {event.hash() for event in runtime.store.trail(one)}
            assert set(acknowledged) <= hashes
            assert types.count(EventType.SIGNED) == len(acknowledged)
            if voided is None or voided.error:
                assert state is DocumentStatus.COMPLETED
                assert len(acknowledged) == 2
            else:
                assert state is DocumentStatus.VOIDED
    assert DocumentStatus.COMPLETED in met
