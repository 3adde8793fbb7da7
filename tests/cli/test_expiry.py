"""Whoever relies on the credential hears in time that it ends, and clearly that it has ended."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sygn_cli.delivery.clock import SystemClock
from sygn_cli.engine import credential
from tests.cli.conftest import PEOPLE

TEN_YEARS = timedelta(days=3652)


@pytest.fixture
def aged(terminal):
    """Return how to give the workspace a credential that ends after so long."""

    def give(remaining: timedelta):
        made = SystemClock().now() + remaining - TEN_YEARS
        ca = credential.make_ca("Old CA", now=made)
        held = credential.make_seal_credential(ca, "Old seal", now=made)
        keys = terminal.folder / ".sygn" / "keys"
        for name, one in (("ca.pem", ca), ("seal.pem", held)):
            (keys / name).write_bytes(credential.dump(one))
            (keys / name).chmod(0o600)
        return terminal

    terminal.ok("init")
    return give


def test_everybody_who_relies_on_the_key_is_warned_for_the_last_90_days(aged):
    terminal = aged(timedelta(days=89))
    for command in (
        ("create", "--pdf", "nda.pdf", *PEOPLE),
        ("seal", "nda.pdf", "-o", "sealed.pdf"),
        ("keys", "show"),
    ):
        answer = terminal.ok(*command)
        assert "warning: the credential" in answer.err, command
        assert "keys rotate" in answer.err
    (found,) = (
        f for f in terminal.ok("doctor", "--json").json["findings"] if f["check"] == "seal key"
    )
    assert found["level"] == "warn"
    terminal.ok("keys", "rotate")
    assert "warning" not in terminal.ok("seal", "nda.pdf", "-o", "again.pdf").err


def test_before_that_nobody_is_troubled(aged):
    terminal = aged(timedelta(days=100))
    assert "warning" not in terminal.ok("seal", "nda.pdf", "-o", "sealed.pdf").err


def test_an_ended_credential_is_a_clear_error_and_can_be_replaced(aged):
    terminal = aged(timedelta(days=-2))
    for command in (
        ("create", "--pdf", "nda.pdf", *PEOPLE),
        ("seal", "nda.pdf", "-o", "sealed.pdf"),
    ):
        answer = terminal(*command, "--json")
        assert answer.code == 13
        assert "certificate expired on" in answer.error["message"]
        assert "keys rotate" in answer.error["hint"]
    answer = terminal("doctor")
    assert answer.code == 13
    assert "certificate expired on" in answer.text
    terminal.ok("keys", "rotate")
    terminal.ok("seal", "nda.pdf", "-o", "sealed.pdf")
