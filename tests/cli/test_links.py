"""Links are secrets: what prints them, and that the trail says so."""

from __future__ import annotations

import json

import pytest

from sygn_cli.bootstrap import open_runtime
from sygn_cli.domain.evidence import COMMAND_LINE
from sygn_cli.domain.signer import Invitee
from sygn_cli.services import delegation, documents, links
from tests.cli.conftest import PEOPLE
from tests.cli.person import talk
from tests.runtimes import token_of


def revealed(terminal) -> list[str]:
    trail = terminal.ok("audit", "@last", "--format", "jsonl").text.splitlines()
    events = [json.loads(line) for line in trail]
    return [one["data"]["signer"] for one in events if one["type"] == "link.revealed"]


@pytest.fixture
def sent(terminal):
    terminal.ok("create", "nda.pdf", *PEOPLE)
    return terminal


@pytest.fixture
def passed_on(sent):
    """Return a terminal whose document has a signer that another signer named."""
    runtime = open_runtime(str(sent.folder / ".sygn"), environment={})
    document = documents.find(runtime, sent.ok("list", "--json").json["data"][0]["id"])
    token = token_of(links.signing_url(runtime, document, document.signer("s1")))
    other = Invitee("Grace Hopper", "grace@example.com")
    delegation.delegate(runtime, token, other, reason="She signs.", evidence=COMMAND_LINE)
    return sent


def test_a_draft_that_is_sent_into_a_pipe_gives_just_its_id(terminal):
    made = terminal.ok("create", "nda.pdf", *PEOPLE, "--draft").text
    answer = terminal.ok("send", "@last")
    assert answer.text == made
    assert "/x?t=" not in answer.err
    assert "/x?t=" in talk(terminal.folder, "send", "@last").seen
    assert terminal.ok("send", "@last", "--json").json["signers"][0]["signing_url"]


def test_a_script_can_ask_for_the_state_without_links(sent):
    assert "/x?t=" in sent.ok("status", "@last", "--json").text
    assert "/x?t=" not in sent.ok("status", "@last", "--json", "--no-links").text
    assert revealed(sent) == []


def test_signing_gives_nobody_the_links_of_others(sent):
    assert "/x?t=" not in sent.ok("sign", "@last", "s1", "--type", "Ada", "--json").text


def test_a_link_that_only_a_signer_knew_is_shown_and_recorded_once(passed_on):
    assert "/x?t=" not in passed_on.ok("status", "@last", "--json", "--no-links").text
    assert revealed(passed_on) == []
    for _ in range(2):
        told = passed_on.ok("status", "@last", "--json").json
        assert told["signers"][0]["signing_url"]
        assert revealed(passed_on) == ["s1"]


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_a_link_that_a_reminder_shows_is_recorded(passed_on, more):
    assert "/x?t=" in passed_on.ok("remind", "@last", *more).text
    assert revealed(passed_on) == ["s1"]


def test_the_link_of_who_signs_instead_is_recorded_as_shown(sent):
    answer = sent.ok("delegate", "@last", "s2", "Grace Hopper <grace@example.com>")
    assert "/x?t=" in answer.text
    assert revealed(sent) == ["s2"]
