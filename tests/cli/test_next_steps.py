"""What a command says when it cannot do what was asked for can be followed."""

from __future__ import annotations

import json
import socket

import pytest

from tests.cli.conftest import PEOPLE

CREATE = ("create", "--pdf", "nda.pdf", *PEOPLE)


def test_only_create_offers_to_flatten_a_signature(terminal):
    terminal.ok("seal", "nda.pdf", "-o", "sealed.pdf")
    for command in (
        ("seal", "sealed.pdf", "-o", "twice.pdf"),
        ("templates", "add", "sealed.pdf", "--slug", "sealed"),
    ):
        answer = terminal(*command, "--json")
        assert (answer.code, answer.error["hint"]) == (6, "Use the unsigned original.")
    for more in ((), ("--dry-run",)):
        answer = terminal("create", "sealed.pdf", *PEOPLE, *more, "--json")
        assert answer.code == 6
        assert "--flatten-existing-signatures" in answer.error["hint"]


def test_who_is_to_be_reminded_is_said_once(completed):
    answer = completed("remind", "@last", "--due")
    assert answer.code == 2
    assert "not both" in answer.err
    assert "Say whom to remind." in completed("remind").err


def test_a_type_of_which_there_is_no_field_is_named(terminal):
    answer = terminal("detect", "nda.pdf", "--type", "radio")
    assert answer.code == 7
    assert "No field of type radio was found in the PDF." in answer.err
    assert "hint: Without --type: " in answer.err
    assert "No place to sign" in terminal("detect", "without-fields.pdf").err


def test_only_a_draft_is_to_be_sent_before_people_sign_in_person(terminal, completed):
    hint = completed("serve", "--kiosk", "@last", "--port", "0").err
    assert "hint: See where it stands: sygn status doc_" in hint
    terminal.ok(*CREATE, "--draft")
    assert "sygn send doc_" in terminal("serve", "--kiosk", "@last", "--port", "0").err


def test_a_signer_with_a_step_signs_by_a_link_that_can_be_asked_for(terminal):
    terminal.ok("create", "nda.pdf", "--signer", "Ada <ada@example.com>;auth=code")
    answer = terminal("sign", "@last", "s1", "--type", "Ada")
    assert answer.code == 4
    assert "sygn link DOC s1" in answer.err
    terminal.ok("create", "nda.pdf", "--signer", "Ada <ada@example.com>;auth=code", "--draft")
    assert terminal("sign", "@last", "s1", "--type", "Ada").code == 5


def test_a_draft_is_in_the_wrong_state_whatever_is_wanted_of_it(terminal):
    terminal.ok(*CREATE, "--draft")
    for command in (
        ("link", "@last", "s1"), ("sign", "@last", "s1", "--type", "Ada"), ("remind", "@last"),
        ("download", "@last"), ("delegate", "@last", "s1", "Eve <eve@example.com>"),
    ):  # fmt: skip
        answer = terminal(*command)
        assert answer.code == 5, command
        assert "has not been sent yet" in answer.err


def test_no_authority_for_timestamps_is_a_setting_and_no_network(completed):
    answer = completed("timestamp", "signed.pdf", "-o", "x.pdf")
    assert answer.code == 2
    assert "hint: Set tsa in sygn.toml." in answer.err


@pytest.mark.parametrize(("name", "same"), [("variables", "environment"), ("codes", "exit-codes")])
def test_topics_of_help_go_by_the_names_they_are_called(terminal, name, same):
    assert terminal.ok("help", name).out == terminal.ok("help", same).out


def test_lines_of_all_documents_are_written_unless_a_limit_is_given(terminal):
    made = {terminal.ok(*CREATE).text.strip() for _ in range(3)}
    answer = terminal.ok("list", "--nl", "--limit", "2")
    assert len(answer.text.splitlines()) == 2
    assert "hint: more with: --cursor " in answer.err
    every = terminal.ok("list", "--nl")
    assert {json.loads(line)["id"] for line in every.text.splitlines()} == made
    assert every.err == ""


def test_documents_since_a_day_are_listed(terminal):
    terminal.ok(*CREATE)
    assert terminal.ok("list", "--since", "2026-01-01").text.startswith("doc_")
    assert terminal.ok("list", "--since", "2999-01-01T10:00:00Z").text == ""
    assert terminal.ok("list", "--since", "1h").text.startswith("doc_")
    answer = terminal("list", "--since", "yesterday")
    assert answer.code == 2
    assert "7d, 12h, 2026-06-13" in answer.err


def test_an_option_before_the_command_is_answered_like_any_other_mistake(terminal):
    answer = terminal("--json", "list")
    assert (answer.code, answer.out) == (2, b"")
    assert answer.error["hint"] == "Like: sygn list --json"
    assert terminal("--nonsense", "list").err.startswith("sygn: error: No such option: --nonsense")


def test_a_port_that_is_taken_is_named(terminal):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        answer = terminal("webhooks", "listen", "--port", port)
    assert answer.code == 12
    assert f"Port {port} cannot be used: Address already in use." in answer.err


@pytest.mark.parametrize("settings", ["x = [", 'expires = "soon"', "nonsense = 1"])
def test_a_mistake_in_the_settings_names_the_file_in_which_it_is(terminal, settings):
    terminal.ok("init")
    place = terminal.folder / ".sygn" / "sygn.toml"
    place.write_text(settings)
    answer = terminal("list")
    assert answer.code == 13
    assert answer.err.count(str(place)) == 1
