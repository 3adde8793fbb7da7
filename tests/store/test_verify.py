"""A check names every damage and tells it from what is only unfinished."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from sygn_cli.domain import audit
from sygn_cli.store import records
from sygn_cli.store.documents import WorkspaceStore
from sygn_cli.store.findings import Level
from sygn_cli.store.workspace import Workspace
from tests.store.samples import START, completed, created, signed, voiding


@pytest.fixture
def documents(store):
    first = completed(store, signed(store, signed(store, created(store, 0), "s1"), "s2"))
    return first, signed(store, created(store, 1), "s1"), created(store, 2)


@pytest.fixture
def folder(store, documents):
    return store.workspace.folder(documents[1].id)


def found(store, level=Level.DAMAGE, **kept):
    return [(one.where, one.what) for one in store.check(**kept) if one.level is level]


def lines(folder):
    return folder.trail.read_bytes().splitlines()


def rewrite(folder, all_lines):
    folder.trail.write_bytes(b"".join(line + b"\n" for line in all_lines))


def rechained(folder, number):
    """Return the trail without its last events, one of them changed, all hashes right again."""
    events = list(audit.verify(lines(folder)))[:number]
    after = None
    chained = []
    for event in events:
        entry = audit.Entry(event.type, event.actor, {**event.data})
        after = audit.chain(entry, doc=event.doc, after=after, at=START)
        chained.append(after.line())
    return chained


def test_a_whole_workspace_has_no_findings(store, documents):
    assert list(store.check()) == []


def test_an_empty_workspace_has_no_findings(store):
    assert list(store.check()) == []


def test_a_restored_copy_has_no_findings(store, documents, tmp_path):
    shutil.copytree(store.workspace.path, tmp_path / "copy")
    copy = WorkspaceStore(Workspace.open(tmp_path / "copy", create=False))
    assert list(copy.check()) == []
    assert copy.load(documents[0].id) == documents[0]


@pytest.mark.parametrize("keep_projection", [True, False])
@pytest.mark.parametrize(
    "attack",
    [
        lambda folder: folder.trail.write_bytes(folder.trail.read_bytes()[:-1]),
        lambda folder: rewrite(folder, lines(folder)[:-1]),
        lambda folder: rewrite(folder, rechained(folder, 3)[:2]),
        lambda folder: rewrite(folder, [line.replace(b"Ada", b"Eve") for line in lines(folder)]),
        lambda folder: shutil.rmtree(folder.path),
    ],
    ids=["last line feed", "last event", "chained anew", "a name", "whole document"],
)
def test_attacks_without_the_key_are_found(store, documents, folder, attack, keep_projection):
    if not keep_projection:
        folder.projection.unlink()
    attack(folder)
    assert folder.id in {where for where, _ in found(store)}


def test_a_trail_chained_anew_with_another_time_is_found(store, documents, folder):
    folder.projection.unlink()
    rewrite(folder, rechained(folder, 3))
    assert store.load(folder.id).seq == 2  # the chain alone is right again
    assert found(store) == [
        (folder.id, f"Event {seq} is another than in the workspace log.") for seq in range(3)
    ]


def test_a_projection_that_lies_is_found(store, documents, folder):
    projection = records.read(folder.projection, doc=folder.id)
    assert projection is not None
    lying = records.Projection(
        document=replace(projection.document, title="Another title"),
        trail_sha256=projection.trail_sha256,
        queued=projection.queued,
        logged=projection.logged,
    )
    records.write(folder.projection, lying)
    assert found(store) == [(folder.id, "document.json says something else than the audit trail.")]


def test_a_missing_and_a_changed_blob_are_found(store, documents, folder):
    pdf, *others = sorted(folder.blobs.iterdir(), key=lambda path: path.suffix != ".pdf")
    pdf.unlink()
    others[0].write_bytes(b"x")
    damage = found(store)
    assert len(damage) == 2
    assert any("is gone" in what for _, what in damage)
    assert any("is not what was stored" in what for _, what in damage)


def test_a_document_in_the_wrong_month_is_found(store, documents, folder):
    wrong = store.workspace.documents / "2020-01"
    wrong.mkdir()
    folder.path.rename(wrong / folder.id)
    assert (folder.id, "The document lies in the wrong month, 2020-01.") in found(store)


def test_a_damaged_log_is_found_and_the_rest_is_still_checked(store, documents, folder):
    store.log.entries.write_bytes(store.log.entries.read_bytes()[1:])
    folder.trail.unlink()
    assert {where for where, _ in found(store)} == {"log", folder.id}


def test_going_back_to_an_old_copy_is_found_by_a_kept_checkpoint(store, documents, tmp_path):
    shutil.copytree(store.workspace.path, tmp_path / "old")
    store.commit(documents[1], voiding(documents[1]), at=START)
    kept = store.log.checkpoint()
    assert kept is not None
    old = WorkspaceStore(Workspace.open(tmp_path / "old", create=False))
    assert found(old) == []
    assert [where for where, _ in found(old, kept=[kept])] == ["log"]
    assert found(store, kept=[kept], verifier=store.log.verifier()) == []


def test_what_is_unfinished_is_no_damage_and_heals(store, documents, folder):
    store.workspace.folder(documents[0].id).projection.unlink()
    with folder.trail.open("ab") as file:
        file.write(b'{"actor":')
    assert found(store) == []
    assert {where for where, _ in found(store, Level.UNFINISHED)} == {folder.id, documents[0].id}
    assert store.heal_all() == 2
    assert list(store.check()) == []


def test_litter_is_named_and_harmless(store, documents, folder):
    (folder.blobs / ("0" * 64 + ".pdf")).write_bytes(b"x")
    (folder.path / "document.json.tmp").write_bytes(b"{")
    (folder.path.parent / "notes").mkdir()
    assert found(store) == []
    assert len(found(store, Level.LITTER)) == 3


def test_a_log_that_is_gone_is_damage_and_no_beginning(store, documents):
    shutil.rmtree(store.workspace.log)
    assert {where for where, _ in found(store)} == {one.id for one in documents}


def test_one_document_can_be_looked_at_alone(store, documents, folder):
    shutil.rmtree(store.workspace.folder(documents[0].id).path)
    assert list(store.check(only=documents[2].id)) == []
    assert found(store, only=documents[0].id) == [
        (documents[0].id, "The document is gone; the workspace log knows it.")
    ]
