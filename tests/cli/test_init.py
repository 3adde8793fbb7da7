"""A workspace made in a folder takes the place of the one that was used there, and says so."""

from __future__ import annotations


def test_what_was_used_before_is_named_with_the_way_back(terminal):
    terminal.ok("init")
    answer = terminal.ok("init", "deeper")
    before = terminal.folder / ".sygn"
    assert f"used {before} until now: use that with --workspace {before}" in answer.err
    assert answer.text.strip() == str(terminal.folder / "deeper" / ".sygn")


def test_the_first_one_and_the_same_again_take_nobodys_place(terminal, tmp_path):
    home = {"XDG_DATA_HOME": str(tmp_path / "home"), "HOME": str(tmp_path / "home")}
    assert "until now" not in terminal.ok("init", **home).err
    assert "until now" not in terminal.ok("init", **home).err


def test_where_the_environment_names_another_nothing_has_changed(terminal):
    terminal.ok("init", "named")
    named = str(terminal.folder / "named" / ".sygn")
    answer = terminal.ok("init", "other", SYGN_WORKSPACE=named)
    assert f"SYGN_WORKSPACE is set, so commands still use {named}" in answer.err
