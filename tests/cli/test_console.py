"""What a person at a narrow terminal sees."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from sygn_cli.cli import console, options
from tests.cli.terminal import SYGN

HASH = "29eb7ae68b6b0bc7a1f0b4ed050f9ca0759ce7fdce6e4fc843be4c930ce9edc0"


@pytest.fixture
def person(monkeypatch, capsys):
    """Somebody looks at a screen of 80 columns; gives what they read."""
    monkeypatch.setattr(console, "is_terminal", lambda _: True)
    monkeypatch.setenv("COLUMNS", "80")
    return lambda: capsys.readouterr().out


def test_what_fits_is_a_table_with_a_header(person):
    console.emit_table(["document", "status"], [["doc_1", "sent"]])
    lines = [line.split() for line in person().splitlines() if "─" not in line]
    assert [line for line in lines if line] == [["document", "status"], ["doc_1", "sent"]]


def test_long_words_of_prose_are_wrapped_in_their_column(person):
    console.emit_table(["check", "what"], [["mail", "letters are kept " * 9]])
    read = person()
    assert "─" in read
    assert max(map(len, read.splitlines())) <= 80


def test_a_hash_is_never_broken_in_two(person):
    console.emit_table(["what", "value"], [["name", "Ada"], ["fingerprint (SHA-256)", HASH]])
    assert person() == f"name                    Ada\nfingerprint (SHA-256)   {HASH}\n"


def test_a_list_of_documents_stays_a_table_with_whole_ids(person):
    header = ["document", "status", "signed", "created (UTC)", "title"]
    ids = [f"doc_{'0' * 25}{number}" for number in range(2)]
    title = "Mutual non-disclosure agreement"
    console.emit_table(
        header, [[one, "partially_signed", "1/2", "2026-11-21 16:33", title] for one in ids]
    )
    read = person()
    assert all(one in read for one in ids)
    assert read.count("partially_signed") == 2
    assert "─" in read
    assert max(map(len, read.splitlines())) <= 80


def test_rows_with_ids_too_long_for_a_table_are_paragraphs(person):
    header = ["letter", "to", "outcome"]
    console.emit_table(header, [["m" * 50, "ada@example.com", HASH], ["m", "alan", "kept"]])
    assert person() == (
        f"letter    {'m' * 50}\nto        ada@example.com\noutcome   {HASH}\n\n"
        "letter    m\nto        alan\noutcome   kept\n"
    )


@pytest.mark.parametrize("group", ["keys", "mail", "templates", "webhooks"])
def test_a_group_without_a_command_shows_what_there_is(terminal, group):
    answer = terminal(group)
    assert (answer.code, answer.out) == (2, b"")
    assert answer.err.startswith(f"Usage: sygn {group} ")
    assert "\n  list " in answer.err
    assert "\\n" not in answer.err
    assert "--install-completion" not in answer.err


@pytest.mark.parametrize(
    ("typed", "hint"),
    [("craete", "Did you mean: sygn create"), ("xyzzy", "See: sygn --help")],
)
def test_a_command_that_there_is_not_is_answered_with_the_nearest(terminal, typed, hint):
    answer = terminal(typed)
    assert answer.code == 2
    assert f"No such command '{typed}'" in answer.err
    assert hint in answer.err


def test_a_signer_without_an_address_is_told_how_to_write_one(terminal):
    answer = terminal("create", "--pdf", "nda.pdf", "--signer", "Ada")
    assert answer.code == 2
    assert "'Ada' is not an e-mail address" in answer.err
    assert "hint: Write it like --signer" in answer.err


def test_the_variables_stand_under_each_other_within_80_columns(terminal):
    lines = terminal.ok("help", "environment").text.splitlines()
    assert {line[19:21] for line in lines} == {"  "}
    assert all(len(line) <= 80 and line[21] != " " for line in lines)


def test_nothing_to_send_again_is_said(terminal):
    terminal.ok("init")
    answer = terminal.ok("mail", "retry", "--failed")
    assert answer.out == b""
    assert "no letter to send again" in answer.err


@pytest.mark.parametrize(
    "command", [("list",), ("detect", "nda.pdf", "--json"), ("download", "@last", "--original")]
)
def test_a_result_that_a_full_disk_does_not_take_is_an_error_and_no_crash(completed, command):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("SYGN_")}
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [SYGN, *command], cwd=completed.folder, env=environment,
            stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert "The output cannot be written: No space left on device." in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_ready_file_that_cannot_be_written_ends_the_server(terminal):
    answer = terminal("serve", "--port", "0", "--no-owner", "--ready-file", "nowhere/ready")
    assert answer.code == 2
    assert "nowhere/ready cannot be written: No such file or directory." in answer.err


def test_who_looks_is_told_once_where_the_new_workspace_lies(person, tmp_path, capsys):
    place = tmp_path / "sygn"
    options.begun(str(place))
    told = "sygn: made a workspace in {}: documents, keys and settings are there\n"
    assert capsys.readouterr().err == told.format(place)
    options.begun(str(place))
    assert capsys.readouterr().err == ""


def test_somebody_who_is_there_twice_is_pointed_out(terminal):
    ada = ("--signer", "Ada <ada@example.com>")
    answer = terminal.ok("create", "nda.pdf", *ada, *ada, "--dry-run")
    assert "Ada <ada@example.com> signs 2 times, by as many links\n" in answer.err
