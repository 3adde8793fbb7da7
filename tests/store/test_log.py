"""The workspace log knows every head, is signed, and signs nothing that contradicts it."""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path

import pytest

from sygn_cli.domain.errors import Tampered, WorkspaceUnusable
from sygn_cli.store import checkpoint, durable, log, merkle
from sygn_cli.store.documents import WorkspaceStore
from tests.store.samples import START, consented, created, signed, voiding


@pytest.fixture
def documents(store):
    first = signed(store, created(store, 0), "s1")
    second = created(store, 1)
    return first, second


@pytest.fixture
def files(store, documents):
    return store.log.entries.read_bytes(), store.log.checkpoint()


def verified(store, entries, note, **kept):
    return list(log.verify_log(entries, note, verifier=store.log.verifier(), **kept))


def test_every_event_is_logged_once_in_its_order(store, documents, files):
    first, second = documents
    entries = verified(store, *files)
    assert [(one.doc, one.seq) for one in entries] == [
        (first.id, 0),
        (first.id, 1),
        (first.id, 2),
        (second.id, 0),
    ]
    assert entries[2].head == first.head
    assert entries[3].head == second.head
    assert store.log.heads(first.id)[2] == first.head


def test_the_checkpoint_is_a_note_that_others_can_read(store, files):
    entries, note = files
    origin, size, root, blank, signature, end = note.decode().split("\n")
    assert origin == f"sygn.local/{store.workspace.id}"
    assert size == "4"
    lines = [merkle.leaf(line) for line in entries.splitlines()]
    assert base64.b64decode(root) == merkle.root(lines)
    assert (blank, end) == ("", "")
    assert signature.startswith(f"\u2014 {origin} ")
    name, key_id, _ = store.log.verifier().split("+", 2)
    assert name == origin
    assert base64.b64decode(signature.split(" ")[2])[:4].hex() == key_id


def test_openssl_accepts_the_signature(store, files, tmp_path):
    _, note = files
    body, _, last = note.partition(b"\n\n")
    (tmp_path / "body").write_bytes(body + b"\n")
    (tmp_path / "signature").write_bytes(base64.b64decode(last.split(b" ")[2])[4:])
    done = subprocess.run(
        [
            *("openssl", "pkeyutl", "-verify", "-rawin"),
            *("-inkey", str(store.workspace.keys / "log.key")),
            *("-in", str(tmp_path / "body"), "-sigfile", str(tmp_path / "signature")),
        ],
        check=False,
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr


def test_every_flipped_byte_of_the_entries_is_found(store, files):
    entries, note = files
    for place in range(0, len(entries), 3):
        changed = entries[:place] + bytes([entries[place] ^ 1]) + entries[place + 1 :]
        with pytest.raises(Tampered):
            verified(store, changed, note)
    with pytest.raises(Tampered):
        verified(store, entries[:-1], note)


def test_every_flipped_byte_of_the_checkpoint_is_found(store, files):
    entries, note = files
    for place in range(len(note)):
        changed = note[:place] + bytes([note[place] ^ 1]) + note[place + 1 :]
        with pytest.raises(Tampered):
            verified(store, entries, changed)


def test_a_log_of_another_workspace_is_found(store, files, tmp_path):
    from sygn_cli.store.workspace import Workspace

    other = WorkspaceStore(Workspace.open(tmp_path / "other"))
    created(other)
    with pytest.raises(Tampered):
        verified(other, *files)


def test_a_log_written_anew_with_the_right_key_contradicts_a_kept_checkpoint(store, files):
    entries, kept = files
    signer = checkpoint.load_key(store.keys.read(log.KEY), name=store.log.origin)
    lines = entries.splitlines()[:-2] + entries.splitlines()[-1:]
    root = merkle.root([merkle.leaf(line) for line in lines])
    forged = signer.sign(checkpoint.Checkpoint(store.log.origin, len(lines), root))
    shorter = b"".join(line + b"\n" for line in lines)
    assert verified(store, shorter, forged)
    with pytest.raises(Tampered):
        verified(store, shorter, forged, kept=[kept])


def test_entries_that_were_not_signed_yet_are_no_damage_and_are_signed_next(store, documents):
    before = store.log.checkpoint()
    created(store, 2)
    (store.workspace.log / "checkpoint").write_bytes(before)
    assert len(verified(store, store.log.entries.read_bytes(), before)) == 5
    created(store, 3)
    note = store.log.checkpoint()
    assert note.split(b"\n")[1] == b"6"
    assert len(verified(store, store.log.entries.read_bytes(), note)) == 6


@pytest.mark.parametrize("damage", [b"", b"{}", b"null", b"\x00" * 100, None])
def test_without_its_frontier_the_log_grows_all_the_same(store, documents, damage):
    frontier = store.workspace.log / "frontier"
    frontier.unlink() if damage is None else frontier.write_bytes(damage)
    created(store, 2)
    assert list(store.check()) == []


def test_a_false_frontier_is_not_believed(store, documents):
    frontier = store.workspace.log / "frontier"
    data = json.loads(frontier.read_text())
    frontier.write_text(json.dumps({**data, "hashes": ["0" * 64]}))
    created(store, 2)
    assert list(store.check()) == []


def test_an_entry_that_was_never_finished_is_cut_off(store, documents):
    with store.log.entries.open("ab") as file:
        file.write(b'{"doc":')
    created(store, 2)
    assert list(store.check()) == []


@pytest.mark.usefixtures("expects_warnings")
@pytest.mark.parametrize("harm", ["entry", "cut", "checkpoint", "gone", "key", "no key"])
def test_a_damaged_log_stops_no_signature_and_signs_nothing(store, documents, harm):
    entries, note = store.log.entries, store.workspace.log / "checkpoint"
    (store.workspace.log / "frontier").unlink()
    if harm == "entry":
        content = entries.read_bytes()
        entries.write_bytes(content[:60] + b"0" + content[61:])
    elif harm == "cut":
        entries.write_bytes(b"".join(entries.read_bytes().splitlines(keepends=True)[:-1]))
    elif harm == "checkpoint":
        note.write_bytes(note.read_bytes().replace(b"\n4\n", b"\n5\n"))
    elif harm == "gone":
        note.unlink()
    elif harm == "key":
        (store.workspace.keys / "log.key").write_bytes(checkpoint.new_key())
    else:
        (store.workspace.keys / "log.key").unlink()
    before = entries.read_bytes(), note.read_bytes() if note.exists() else None
    fresh = WorkspaceStore(store.workspace)
    document = consented(fresh, fresh.load(documents[0].id), "s2")
    document = fresh.commit(document, voiding(document), at=START)
    assert fresh.load(document.id) == document
    assert (entries.read_bytes(), note.read_bytes() if note.exists() else None) == before
    told = {one.where for one in fresh.check() if one.level in {"damage", "broken"}}
    assert told in ({"log"}, {"keys"})


def test_a_log_that_was_put_right_takes_in_what_it_missed(store, documents, expects_warnings):
    content = store.log.entries.read_bytes()
    (store.workspace.log / "frontier").unlink()
    store.log.entries.write_bytes(b"x" + content[1:])
    document = consented(store, documents[0], "s2")
    assert "add it to the workspace log" in expects_warnings.text
    store.log.entries.write_bytes(content)
    assert store.heal() == 1
    assert list(store.check()) == []
    assert store.log.heads(document.id)[document.seq] == document.head


def test_a_key_that_is_none_is_named(store):
    with pytest.raises(WorkspaceUnusable, match=r"log\.key"):
        checkpoint.load_key(b"nonsense", name="x")


@pytest.mark.parametrize("verifier", ["", "x", "x+y", "x+y+%%%", "x+00000000+AQ=="])
def test_a_verifier_that_is_none_verifies_nothing(files, verifier):
    with pytest.raises(Tampered):
        list(log.verify_log(*files, verifier=verifier))


def test_who_finds_a_log_that_was_only_begun_flushes_its_name(store, monkeypatch):
    store.log.append([])
    flushed: list[Path] = []
    monkeypatch.setattr(durable, "sync_folder", flushed.append)
    first = created(store, 0)
    assert store.log.entries.parent in flushed
    flushed.clear()
    signed(store, first, "s1")
    assert store.log.entries.parent not in flushed  # one of them is enough
