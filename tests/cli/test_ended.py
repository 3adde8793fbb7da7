"""What cannot be done with a document as it is comes with what can."""

from __future__ import annotations

import pytest

from tests.cli.conftest import PEOPLE

LINK, REMIND, VOID = ("link", "@last", "s1"), ("remind", "@last"), ("void", "@last")


@pytest.mark.parametrize("command", [LINK, (*LINK, "--rotate"), REMIND, VOID])
def test_a_completed_document_is_to_be_taken(completed, command):
    answer = completed(*command, "--json")
    assert (answer.code, answer.error["error"]) == (5, "already_completed")
    assert "sygn download doc_" in answer.error["hint"]


def test_a_voided_document_says_so_and_how_to_start_again(terminal):
    terminal.ok("create", "--pdf", "nda.pdf", *PEOPLE)
    terminal.ok("void", "@last")
    for command in (LINK, REMIND):
        answer = terminal(*command)
        assert answer.code == 5
        assert "voided" in answer.err
        assert "sygn: hint: Its links are dead" in answer.err
        assert "sygn create" in answer.err
    terminal.ok("void", "@last")


def test_a_draft_is_to_be_sent_first(terminal):
    terminal.ok("create", "--pdf", "nda.pdf", *PEOPLE, "--draft")
    for command in (LINK, REMIND):
        assert "sygn send doc_" in terminal(*command, "--json").error["hint"]


def test_who_has_signed_gets_no_new_link(terminal):
    terminal.ok("create", "--pdf", "nda.pdf", *PEOPLE)
    terminal.ok("sign", "@last", "s1", "--type", "Ada Lovelace")
    answer = terminal(*LINK, "--rotate", "--json")
    assert answer.error["error"] == "already_signed"
    assert "sygn status doc_" in answer.error["hint"]


def test_a_hint_that_is_there_already_stays(terminal):
    terminal.ok("create", "--pdf", "nda.pdf", *PEOPLE)
    assert "s1, s2" in terminal("link", "@last", "s9", "--json").error["hint"]
