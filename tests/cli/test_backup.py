"""``sygn backup`` and ``sygn restore`` as a person uses them."""

from __future__ import annotations

import stat

import pytest

ADA = ("--signer", "Ada <ada@example.com>")


@pytest.fixture
def sealed(terminal) -> str:
    document = terminal.ok("create", "--pdf", "nda.pdf", *ADA).text.strip()
    terminal.ok("sign", document, "s1", "--type", "Ada")
    return document


def test_everything_comes_back_elsewhere(terminal, sealed):
    told = terminal.ok("backup", "b.tar.gz", "--json").json
    assert (told["documents"], told["keys"], told["damaged"]) == (1, True, {})
    path = terminal.folder / "b.tar.gz"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert terminal("backup", "b.tar.gz").code == 2  # it exists
    terminal.ok("backup", "b.tar.gz", "--force")
    answer = terminal.ok("restore", "b.tar.gz", "-w", "elsewhere")
    assert "restored 1 document as of" in answer.err
    terminal.ok("download", sealed, "-w", "elsewhere", "-o", "signed.pdf")
    assert terminal.ok("verify", "signed.pdf", "-w", "elsewhere").text.startswith("VALID")
    assert terminal.ok("audit", "--verify", "-w", "elsewhere").text.startswith("WHOLE")
    assert terminal("restore", "b.tar.gz").code == 2  # there is a workspace
    link = terminal.ok("create", "--pdf", "nda.pdf", *ADA).text
    answer = terminal("restore", "b.tar.gz", "--force")
    assert answer.code == 5
    assert link.strip() in answer.err


def test_by_way_of_a_pipe(terminal, sealed):
    piped = terminal.ok("backup", "-").out
    terminal.ok("restore", "-", "-w", "elsewhere", stdin=piped)
    answer = terminal("restore", "-", "-w", "third", stdin=piped[:-2000])
    assert answer.code == 10
    assert "cut off" in answer.err
    assert not (terminal.folder / "third").exists()


def test_without_keys_it_is_for_reading_and_checking(terminal, sealed):
    terminal.ok("backup", "b.tar", "--without-keys")
    answer = terminal.ok("restore", "b.tar", "-w", "elsewhere")
    assert "no keys" in answer.err
    assert "nothing can be added" in terminal.ok("audit", "--verify", "-w", "elsewhere").text
    assert terminal("fsck", "-w", "elsewhere").code == 13
    assert terminal.ok("list", "-w", "elsewhere").text.startswith(sealed)
    terminal.ok("download", sealed, "-w", "elsewhere", "-o", "signed.pdf")


def test_what_cannot_be(terminal, sealed):
    assert terminal("backup", "b.zip").code == 2
    assert terminal("backup", "-", "--json").code == 2
    assert terminal("backup", "no/such/folder/b.tar").code == 2
    assert terminal("restore", "nothing.tar", "-w", "elsewhere").code == 3
    assert terminal("backup", "b.tar", "-w", "elsewhere").code == 13
    assert not (terminal.folder / "b.tar").exists()


def test_damage_is_told_and_copied(terminal, sealed):
    (blob,) = (terminal.folder / ".sygn/documents").rglob(f"{sealed}/blobs/*.txt")
    blob.write_text("other words")
    answer = terminal("backup", "b.tar")
    assert answer.code == 10
    assert sealed in answer.err
    assert "damaged before" in terminal.ok("restore", "b.tar", "-w", "elsewhere").err


def test_what_was_decided_since_the_backup_is_kept_and_told(terminal, sealed):
    key = terminal.ok("keys", "create", "--json").json["key_id"]
    terminal.ok("backup", "b.tar")
    terminal.ok("keys", "revoke", key)
    terminal.ok("keys", "rotate")
    answer = terminal.ok("restore", "b.tar", "--force")
    assert f"kept as it was there: keys/{key}.json" in answer.err
    assert "not as it was there: keys/seal.pem (was another)" in answer.err
    (kept,) = terminal.ok("keys", "list", "--json").json["data"]
    assert kept["revoked_at"]
    told = terminal.ok("restore", "b.tar", "-w", "elsewhere", "--json").json
    assert (told["aside"], told["kept"], told["other"]) == (None, [], {})


def test_who_serves_the_workspace_that_was_there_is_told_to_restart(terminal, sealed):
    terminal.ok("backup", "b.tar")
    again = terminal.ok("restore", "b.tar", "--force")
    assert "restart `sygn serve`" not in again.err
    terminal.ok("keys", "create", "-w", "elsewhere")
    answer = terminal.ok("restore", "b.tar", "-w", "elsewhere", "--force")
    assert "restart `sygn serve`" in answer.err
    terminal.ok("keys", "create", "-w", "third")
    assert terminal.ok("restore", "b.tar", "-w", "third", "--force", "--json").json["another"]
    assert not terminal.ok("restore", "b.tar", "-w", "fourth", "--json").json["another"]
