"""A workspace that was named and is not there is an error; only what stores something makes one."""

from __future__ import annotations

import pytest

DOC = "doc_01m7ynayqv0000000000000000"
ADA = ("--signer", "Ada <ada@example.com>")
LOOKING = (
    ["doctor"],
    ["list"],
    ["remind", "--due"],
    ["status", DOC],
    ["link", DOC, "s1"],
    ["void", DOC],
    ["download", DOC],
    ["audit", DOC],
    ["keys", "list"],
    ["keys", "show"],
    ["keys", "rotate"],
    ["keys", "protect"],
    ["keys", "export-root"],
    ["keys", "export-crl"],
    ["mail", "retry", "--failed"],
    ["webhooks", "list"],
    ["webhooks", "deliver"],
    ["templates", "list"],
)


@pytest.mark.parametrize("command", LOOKING, ids=" ".join)
def test_whoever_only_looks_makes_no_workspace(terminal, command):
    place = terminal.folder / "srv"
    named = terminal(*command, "-w", "srv", SYGN_PASSPHRASE="correct horse")
    for answer in (named, terminal(*command, SYGN_WORKSPACE="srv", SYGN_PASSPHRASE="p")):
        assert answer.code == 13
        assert f"There is no workspace at {place}." in answer.err
        assert f"sygn init --workspace {place}" in answer.err
        assert answer.out == b""
    assert not place.exists()


@pytest.mark.parametrize(
    "command",
    [
        ["create", "nda.pdf", *ADA],
        ["seal", "nda.pdf", "-o", "sealed.pdf"],
        ["templates", "add", "nda.pdf", "--slug", "nda"],
        ["keys", "create"],
        ["webhooks", "add", "https://example.com/hook"],
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_whoever_stores_something_makes_one_and_says_so_once(terminal, command):
    told = f"made a workspace in {terminal.folder / 'srv'}"
    place = str(terminal.folder / "srv")
    assert told in terminal.ok(*command, "-w", place).err
    assert (terminal.folder / "srv" / "sygn.json").exists()
    assert told not in terminal.ok("keys", "create", "-w", place).err


def test_where_nobody_named_one_and_none_is_there_the_next_step_is_told(terminal):
    for command in (["remind", "--due"], ["templates", "list"], ["webhooks", "deliver"]):
        answer = terminal(*command)
        assert answer.code == 13, command
        assert "There is no workspace here." in answer.err
        assert "sygn init" in answer.err
    answer = terminal.ok("list")
    assert answer.text == ""
    assert "no workspace here" in answer.err
    assert "sygn create" in answer.err
    told = {"data": [], "has_more": False, "next_cursor": None}
    assert terminal.ok("list", "--json").json == told
    assert list((terminal.folder / ".sygn").iterdir()) == []


@pytest.mark.parametrize("name", ["sygn.toml", ".DS_Store"])
def test_settings_may_be_there_before_the_workspace(terminal, name):
    (terminal.folder / ".sygn" / name).write_text('public_url = "https://sign.example.com"\n')
    assert "no workspace here" in terminal.ok("list").err
    assert "no workspace yet" in terminal.ok("doctor").text


@pytest.mark.parametrize("name", ["documents/2026-11", "notes"])
def test_what_was_one_or_is_none_is_no_new_workspace(terminal, name):
    (terminal.folder / ".sygn" / name).mkdir(parents=True)
    for command in ("list", "doctor"):
        assert terminal(command).code == 13


def test_doctor_checks_the_machine_of_a_newcomer(terminal):
    answer = terminal.ok("doctor")
    assert answer.text.startswith("workspace\tok\tno workspace yet\n")
    assert "sygn init" in answer.err
    told = terminal.ok("doctor", "--json").json
    assert (told["ok"], told["workspace"]) == (True, None)
    assert {one["check"] for one in told["findings"]} == {"seal key", "pdf engine"}
    assert list((terminal.folder / ".sygn").iterdir()) == []


def test_doctor_makes_no_keys(terminal):
    terminal.ok("templates", "add", "nda.pdf", "--slug", "nda")
    assert "none yet" in terminal.ok("doctor").text
    assert not (terminal.folder / ".sygn" / "keys" / "ca.pem").exists()
    for command in ("show", "export-root"):
        assert "sygn init" in terminal("keys", command).err
    assert not (terminal.folder / ".sygn" / "keys" / "ca.pem").exists()
    terminal.ok("init")
    terminal.ok("keys", "export-root")


@pytest.mark.parametrize(
    ("words", "environment", "made"),
    [
        (["-w", "srv"], {}, "srv"),
        ([], {"SYGN_WORKSPACE": "srv"}, "srv"),
        (["srv"], {}, "srv/.sygn"),
        (["srv/.sygn"], {}, "srv/.sygn"),
        (["srv/.sygn"], {"SYGN_WORKSPACE": "other"}, "srv/.sygn"),
        (["-w", "srv/.sygn"], {"SYGN_WORKSPACE": "other"}, "srv/.sygn"),
    ],
)
def test_init_makes_the_workspace_that_is_named(terminal, words, environment, made):
    place = terminal.folder / made
    for _ in "ab":
        assert terminal.ok("init", *words, **environment).text.strip() == str(place)
    assert [one.parent for one in terminal.folder.rglob("sygn.json")] == [place]
    terminal.ok("doctor", "-w", made)


def test_init_makes_no_workspace_in_a_workspace(terminal):
    terminal.ok("init", "-w", "srv")
    assert terminal.ok("init", "srv").text.strip() == str(terminal.folder / "srv")
    answer = terminal("init", "srv", "-w", "srv")
    assert answer.code == 2
    assert "not both" in answer.err
