"""Two servers, or a server and a command, in one workspace: whoever is told "signed" has signed."""

from __future__ import annotations

import http.client
import json
import sys
from collections import Counter
from collections.abc import Iterator
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from sygn_cli.domain.audit import Event, EventType
from sygn_cli.domain.document import DocumentStatus
from sygn_cli.services import links
from sygn_cli.services.runtime import Runtime
from tests.cli.terminal import Answer, Terminal
from tests.durability.crew import People, runtime_of, until_met
from tests.durability.served import Served, serving
from tests.durability.test_races import a_document, history_of, noted
from tests.soak import at_length

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks /proc, forks"),
]
ROUNDS = at_length(3, 1000)
UNLIMITED = "api_per_minute = 1000000\napi_burst = 1000000\n"


@pytest.fixture
def terminal(tmp_path) -> Iterator[Terminal]:
    made = Terminal(tmp_path)
    made.ok("list")
    settings = tmp_path / ".sygn" / "sygn.toml"
    settings.write_text(UNLIMITED + (settings.read_text() if settings.exists() else ""))
    yield made
    assert made("audit", "--verify").code == 0


@pytest.fixture
def runtime(terminal) -> Runtime:
    return runtime_of(Path(terminal.folder) / ".sygn")


def posted(server: Served, headers: dict[str, str], *asked: tuple[str, Any]) -> tuple[int, str]:
    """Ask one thing after the other; return the last status and what was told."""
    wire = http.client.HTTPConnection(*server.address, timeout=60)
    status, told = 0, b""
    for path, body in asked:
        headers = {**headers, "Content-Type": "application/json"}
        wire.request("POST", path, json.dumps(body), headers)
        answer = wire.getresponse()
        status, told = answer.status, answer.read()
        if status >= 300:
            break
    wire.close()
    return status, told.decode()


def signed_by(server: Served, token: str, field: str) -> tuple[int, str]:
    """Do what a signer's browser does."""
    marks = {"marks": {field: {"kind": "typed", "text": "Ada Lovelace"}}}
    headers = {"X-Signing-Token": token}
    return posted(server, headers, ("/x/consent", {}), ("/x/sign", marks))


def voided_by(server: Served, key: str, document_id: str) -> tuple[int, str]:
    headers = {"Authorization": f"Bearer {key}"}
    return posted(server, headers, (f"/api/v1/documents/{document_id}/void", {}))


def tokens_of(runtime: Runtime, document_id: str) -> list[str]:
    document = runtime.store.load(document_id)
    return [
        links.signing_url(runtime, document, signer).partition("?t=")[2]
        for signer in document.signers
    ]


def signers_in(trail: list[Event]) -> list[str]:
    return [str(event.data["signer"]) for event in trail if event.type is EventType.SIGNED]


def assert_acknowledged(trail: list[Event], answers: dict[str, tuple[int, str]]) -> None:
    """Fail unless those signed who were told so, and theirs is what stands in the trail."""
    heads = {who: json.loads(told)["head"] for who, (code, told) in answers.items() if code == 200}
    assert sorted(set(answers) & set(signers_in(trail))) == sorted(heads)
    assert set(heads.values()) <= {event.hash() for event in trail}


def test_two_servers_agree_on_what_happened(terminal, runtime, tally):
    met: Counter[str] = Counter()
    rare = {"voided", "voided after a signature"}
    key = terminal.ok("keys", "create", "--json").json["key"]
    with (
        serving(terminal) as first,
        serving(Terminal(terminal.folder), name="second") as second,
        People(3) as people,
    ):
        for number in until_met(met, {"completed"}, rare, ROUNDS):
            one = a_document(runtime, signers=2)
            ada, alan = tokens_of(runtime, one)
            deeds = [partial(signed_by, first, ada, "f1"), partial(signed_by, second, alan, "f2")]
            if number % 2:
                deeds.append(partial(voided_by, (first, second)[number // 2 % 2], key, one))
            s1, s2, *voided = people.race(deeds)
            types = history_of(runtime, one, [])
            trail = list(runtime.store.trail(one))
            assert_acknowledged(trail, {"s1": s1, "s2": s2})
            state = runtime.store.load(one).status
            if voided and voided[0][0] == 200:
                assert state is DocumentStatus.VOIDED
                signed = EventType.SIGNED in types
                met["voided after a signature" if signed else "voided"] += 1
            else:
                assert not voided or "already_completed" in voided[0][1], voided
                assert state is DocumentStatus.COMPLETED, (s1, s2, voided)
                assert sorted(signers_in(trail)) == ["s1", "s2"]
                met["completed"] += 1
    noted(tally, "two servers", met)


def judged(command: str, told: Answer, trail: list[Event]) -> str:
    """Fail unless a command told the truth; return whether the server's signer came before it."""
    signed = signers_in(trail)
    types = [event.type for event in trail]
    assert told.code == 0, told.err
    if command == "sign":
        assert sorted(signed) == ["s1", "s2"]
        assert types[-1] is EventType.COMPLETED
        before = signed[0] == "s1"
    elif command == "void":
        assert types[-1] is EventType.VOIDED
        before = "s1" in signed
    elif command == "remind":
        place = types.index(EventType.REMINDED)
        before = "s1" in signers_in(trail[:place])
        named = [one["id"] for one in told.json["signers"]]
        assert ("s1" in named) == (not before)
    else:
        before = told.json["status"] == DocumentStatus.PARTIALLY_SIGNED
        assert before or told.json["status"] == DocumentStatus.SENT
    if command != "void":
        assert "s1" in signed
    return f"{command} {'after' if before else 'before'} a signature"


def test_a_server_and_a_command_agree_on_what_happened(terminal, runtime, tally):
    met: Counter[str] = Counter()
    commands = ("void", "sign", "remind", "status")
    rare = {f"{one} {when} a signature" for one in commands for when in ("before", "after")}
    turn = cycle(commands)
    with serving(terminal) as server, People(2) as people:
        for _ in until_met(met, set(), rare, ROUNDS):
            one = a_document(runtime, signers=2)
            command = next(turn)
            words = ["s2", "--type", "Alan Turing"] if command == "sign" else []
            run = partial(terminal, command, one, *words, "--json")
            signed, told = people.race(
                [partial(signed_by, server, tokens_of(runtime, one)[0], "f1"), run]
            )
            history_of(runtime, one, [])
            trail = list(runtime.store.trail(one))
            assert_acknowledged(trail, {"s1": signed})
            met[judged(command, told, trail)] += 1
    noted(tally, "a command beside a server", met)
