"""``sygn audit --verify`` finds what was changed, and a kept checkpoint what was taken back."""

from __future__ import annotations

import shutil

import pytest

ADA = ("--signer", "Ada <ada@example.com>")


@pytest.fixture
def document(terminal) -> str:
    return terminal.ok("create", "--pdf", "nda.pdf", *ADA).text.strip()


def trail(terminal, document):
    (path,) = (terminal.folder / ".sygn" / "documents").rglob(f"{document}/audit.jsonl")
    return path


def test_a_whole_workspace_exits_with_0(terminal, document):
    assert terminal.ok("audit", "--verify").text.startswith("WHOLE: ")
    assert terminal.ok("audit", document[:-2], "--verify").text.startswith("WHOLE: ")
    told = terminal.ok("audit", "--verify", "--json").json
    assert told == {"ok": True, "document": None, "findings": []}


def test_a_changed_trail_exits_with_10_and_says_where(terminal, document):
    terminal.ok("link", document, "s1")
    path = trail(terminal, document)
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    for arguments in (["audit", "--verify"], ["audit", document, "--verify"]):
        answer = terminal(*arguments)
        assert answer.code == 10
        assert f"damage: {document}: " in answer.text
    (finding, *_) = terminal("audit", "--verify", "--json").json["findings"]
    assert finding["level"] == "damage"
    assert finding["where"] == document


def test_a_deleted_document_is_damage_and_one_that_never_was_is_not_found(terminal, document):
    shutil.rmtree(trail(terminal, document).parent)
    assert terminal("audit", document, "--verify").code == 10
    assert terminal("audit", "doc_" + "0" * 26, "--verify").code == 3


def test_a_kept_checkpoint_finds_a_workspace_that_went_back(terminal, document):
    shutil.copytree(terminal.folder / ".sygn", terminal.folder / "yesterday")
    terminal.ok("void", document)
    terminal.ok("audit", "--checkpoint", "-o", "kept")
    assert terminal.ok("audit", "--verify", "--against", "kept").code == 0
    terminal.ok("create", "--pdf", "nda.pdf", *ADA)
    assert "continues what was kept" in terminal.ok("audit", "--against", "kept").text
    assert terminal("audit", "--verify", "-w", "yesterday").code == 0
    answer = terminal("audit", "--verify", "-w", "yesterday", "--against", "kept")
    assert answer.code == 10
    assert "damage: log: " in answer.text


def test_the_checkpoint_is_a_signed_note(terminal, document):
    told = terminal.ok("audit", "--checkpoint", "--json").json
    printed = terminal.ok("audit", "--checkpoint")
    assert printed.text == told["checkpoint"]
    assert printed.text.splitlines()[:3] == [told["origin"], str(told["size"]), told["root"]]
    assert told["verifier"] in printed.err


def test_something_else_than_a_checkpoint_is_no_finding(terminal, document):
    (terminal.folder / "kept").write_text("hello")
    answer = terminal("audit", "--verify", "--against", "kept")
    assert answer.code == 2
    assert "is no checkpoint" in answer.err
    assert terminal("audit", "--verify", "--against", "nothing").code == 3


def test_checking_makes_no_workspace(terminal):
    (terminal.folder / ".sygn").rmdir()
    answer = terminal("audit", "--verify", "-w", "nowhere", "--json")
    assert answer.code == 13
    assert not (terminal.folder / "nowhere").exists()


def test_without_a_document_there_is_nothing_to_write(terminal):
    answer = terminal("audit", "--json")
    assert answer.code == 2
    assert "--verify" in answer.error["hint"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--verify", "--checkpoint"], "sygn audit --verify && sygn audit --checkpoint"),
        (["--against", "kept", "--checkpoint"], "two commands"),
        (["@last", "--checkpoint"], "of the whole workspace"),
        (["--verify", "-o", "report.txt"], "--output means nothing with --verify"),
        (["--checkpoint", "--format", "json"], "--format means nothing with --checkpoint"),
    ],
)
def test_what_would_be_left_undone_is_refused(terminal, document, arguments, told):
    answer = terminal("audit", *arguments)
    assert (answer.code, answer.out) == (2, b"")
    assert told in answer.err
    assert not (terminal.folder / "report.txt").exists()


def test_the_trail_of_an_open_document_is_pointed_out_where_there_is_no_certificate(
    terminal, document
):
    answer = terminal("audit", document, "-o", "t.txt")
    assert answer.code == 5
    assert f"hint: What happened so far: sygn audit {document} --format jsonl" in answer.err
