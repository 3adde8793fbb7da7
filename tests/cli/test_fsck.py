"""``sygn fsck`` says what is wrong, mends what it may, and tells by its exit code."""

from __future__ import annotations


def test_it_finds_and_mends_and_leaves_evidence_alone(terminal):
    document = terminal.ok(
        "create", "--pdf", "nda.pdf", "--signer", "Ada <ada@example.com>"
    ).text.strip()
    assert terminal.ok("fsck").text == "nothing is wrong\n"
    (folder,) = (terminal.folder / ".sygn" / "documents").rglob(document)
    (folder / "document.json").write_text("{")
    answer = terminal.ok("fsck")
    assert f"unfinished: {document}: document.json is missing or damaged." in answer.text
    assert "--repair" in answer.err
    told = terminal.ok("fsck", "--repair", "--json").json
    assert told["ok"] is True
    assert [one["done"] for one in told["problems"]] == ["It was finished from the audit trail."]
    (terminal.folder / ".sygn" / "outbox" / "20261121T090000123Z_x.json").write_text("{")
    assert terminal("fsck").code == 13
    assert "Moved to quarantine/" in terminal.ok("fsck", "--repair").text
    (folder / "audit.jsonl").write_text("")
    answer = terminal("fsck", "--repair")
    assert answer.code == 10
    assert f"damage: {document}: " in answer.text
    assert terminal("fsck", "-w", "elsewhere").code == 13


def trails(terminal):
    found = (terminal.folder / ".sygn" / "documents").rglob("audit.jsonl")
    return {path: path.read_bytes() for path in found}


def test_a_lost_link_key_stops_what_needs_it_until_it_is_back_or_renewed(terminal):
    ada = ("--signer", "Ada <ada@example.com>")
    document = terminal.ok("create", "--pdf", "nda.pdf", *ada).text.strip()
    draft = terminal.ok("create", "--pdf", "nda.pdf", *ada, "--draft").text.strip()
    link, key = terminal.ok("link", document, "s1").text, terminal.folder / ".sygn/keys/link.key"
    kept, before = key.read_bytes(), trails(terminal)
    key.unlink()
    for command in (
        ["link", document, "s1"],
        ["link", document, "s1", "--rotate"],
        ["remind", document],
        ["send", draft],
        ["create", "--pdf", "nda.pdf", *ada],
        ["serve", "--port", "0"],
    ):
        answer = terminal(*command)
        assert answer.code == 13, command
        assert "link.key is gone" in answer.err
        assert "fsck --repair" in answer.err
    assert trails(terminal) == before
    assert "link.key is gone" in terminal("doctor").text
    answer = terminal("fsck")
    assert (answer.code, key.exists()) == (13, False)
    assert "broken: keys: " in answer.text
    assert "link.key is gone" in answer.text
    key.write_bytes(kept)
    assert terminal.ok("link", document, "s1").text == link
    key.unlink()
    assert "A new one was made: all links" in terminal.ok("fsck", "--repair").text
    assert terminal.ok("link", document, "s1").text != link
    assert terminal.ok("fsck").text == "nothing is wrong\n"
