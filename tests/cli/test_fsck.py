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
