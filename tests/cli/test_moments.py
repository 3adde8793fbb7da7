"""Moments and times at the edges of what there is, on the command line."""

from __future__ import annotations

import pytest

from tests.cli.conftest import PEOPLE


@pytest.mark.parametrize(
    "words",
    [
        ("create", "nda.pdf", *PEOPLE, "--expires", "9999-12-31T23:59:59-14:00"),
        ("create", "nda.pdf", *PEOPLE, "--expires", "0001-01-01T00:00:00+14:00"),
        ("create", "nda.pdf", *PEOPLE, "--expires", "999999999d"),
        ("create", "nda.pdf", *PEOPLE, "--expires=-1d"),
        ("keys", "create", "--expires", "9999-12-31T23:59:59-14:00"),
        ("keys", "revoke", "seal", "--since", "0001-01-01T00:00:00+14:00", "--yes"),
        ("list", "--since", "999999999d"),
        ("list", "--since=-1d"),
        ("purge", "--older-than", "999999999d", "--dry-run"),
        ("purge", "--older-than", "9999y", "--dry-run"),
        ("status", "@last", "--wait", "--timeout", "999999999d"),
    ],
)
def test_a_time_that_is_none_is_one_clear_error(terminal, words):
    terminal.ok("create", "nda.pdf", *PEOPLE)
    answer = terminal(*words)
    assert answer.code == 2
    assert "Traceback" not in answer.err
    assert answer.err.count("sygn: error: ") == 1
    assert len(terminal.ok("list", "--json").json["data"]) == 1


def test_the_longest_times_are_times(terminal):
    made = ("create", "nda.pdf", *PEOPLE, "--expires", "9999-12-31T23:59:59Z", "--json")
    assert terminal.ok(*made).json["expires_at"] == "9999-12-31T23:59:59.000Z"
    assert len(terminal.ok("list", "--since", "99999d", "--json").json["data"]) == 1
    terminal.ok("status", "@last")
    terminal.ok("remind", "@last")
    assert terminal("purge", "--older-than", "2000y", "--dry-run").code == 0
