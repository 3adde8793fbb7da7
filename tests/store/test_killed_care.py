"""Purging, repairing, copying and restoring, killed before each system call: done, or not begun."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from pathlib import Path

import pytest

from sygn_cli.store.documents import WorkspaceStore
from sygn_cli.store.findings import Level
from sygn_cli.store.fsck import fsck
from sygn_cli.store.restore import restore
from sygn_cli.store.workspace import Workspace
from tests.store import care
from tests.store.jobs import jobs_for
from tests.store.kills import died, needs_strace
from tests.store.samples import START, completed, created, signed, voiding

SOAK = os.environ.get("SYGN_SOAK") == "1"
EVERY = 1 if SOAK else 9
MOST = 400 if SOAK else 60
ENOUGH = 20 if SOAK else 5

pytestmark = [needs_strace, pytest.mark.slow, pytest.mark.usefixtures("expects_warnings")]


@pytest.fixture
def template(tmp_path):
    store = care.of(Workspace.open(tmp_path / "template"))
    completed(store, signed(store, signed(store, created(store), "s1"), "s2"))
    signed(store, created(store, 1), "s1")
    gone = created(store, 2)
    store.commit(gone, voiding(gone), at=START)
    return store


def opened(path):
    return WorkspaceStore(Workspace.open(Path(path), create=False), jobs_for=jobs_for)


def wrong(store):
    store.heal()
    return [one for one in store.check() if one.level not in {Level.PURGED, Level.LITTER}]


def documents(store):
    return {
        path.name: store.load(path.name)
        for path in store.workspace.documents.glob("*/doc_*")
        if not (path / "purged.json").exists()
    }


def test_a_purge_killed_anywhere_is_finished_or_was_not_begun(template, tmp_path):
    before = documents(template)
    points = died("purge", template.workspace.path, tmp_path, most=MOST, every=EVERY)
    outcomes: Counter[int] = Counter()
    for path, acknowledged in points:
        store = opened(path)
        assert wrong(store) == []
        left = documents(store)
        outcomes[len(left)] += 1
        assert len(left) == 1 or not acknowledged
        assert all(before[one] == document for one, document in left.items())
        care.purge(Path(path))
        assert wrong(opened(path)) == []
        assert len(documents(opened(path))) == 1
        shutil.rmtree(path)
    assert len(points) > ENOUGH
    assert outcomes[3]
    assert outcomes[1]


def test_a_repair_killed_anywhere_can_be_done_again_and_loses_nothing(template, tmp_path):
    before = documents(template)
    folders = [template.workspace.folder(one) for one in sorted(before)]
    folders[0].projection.write_bytes(b"{")
    with folders[1].trail.open("ab") as file:
        file.write(b"torn")
    (folders[2].blobs / ("f" * 64 + ".txt")).write_bytes(b"nobody's")
    (folders[0].path.parent / "notes.txt").write_text("mine")
    (template.workspace.outbox / "20261121T090000123Z_x.json").write_bytes(b"{")
    points = died("fsck", template.workspace.path, tmp_path, most=MOST, every=EVERY)
    for path, acknowledged in points:
        found = list(fsck(opened(path), now=care.LATER, repair=True))
        assert found == [] or not acknowledged
        assert list(fsck(opened(path), now=care.LATER, repair=True)) == []
        assert documents(opened(path)) == before
        kept = [one.read_bytes() for one in Path(path).rglob("*") if one.is_file()]
        assert {b"torn", b"nobody's", b"mine", b"{"} <= set(kept)
        shutil.rmtree(path)
    assert len(points) > ENOUGH


def test_a_backup_killed_anywhere_is_whole_or_not_there(template, tmp_path):
    points = died("backup", template.workspace.path, tmp_path, most=MOST, every=EVERY)
    whole = 0
    for path, acknowledged in points:
        file = care.backup_of(Path(path))
        assert file.exists() or not acknowledged
        if file.exists():
            whole += 1
            with file.open("rb") as source:
                restore(source, tmp_path / "out", force=False, now=START, open_store=care.of)
            assert documents(opened(tmp_path / "out")) == documents(template)
            shutil.rmtree(tmp_path / "out")
        shutil.rmtree(path)
    assert whole
    assert len(points) > ENOUGH


def test_a_restore_killed_anywhere_leaves_the_old_or_the_new_and_can_be_done_again(
    template, tmp_path
):
    care.backup(template.workspace.path)
    scene = tmp_path / "scene"
    scene.mkdir()
    care.backup_of(template.workspace.path).rename(scene / "b.tar")
    old = care.of(Workspace.open(scene / ".sygn"))
    points = died("restore", scene, tmp_path, most=MOST, every=EVERY)
    outcomes: Counter[str] = Counter()
    for path, acknowledged in points:
        place = Path(path) / ".sygn"
        aside = list(Path(path).glob(".sygn.before-restore-*"))
        if not place.exists():  # killed between the two renames
            assert len(aside) == 1
            assert opened(aside[0]).workspace.id == old.workspace.id
        identity = opened(place).workspace.id if place.exists() else "between"
        outcomes[identity] += 1
        if identity == template.workspace.id:
            assert documents(opened(place)) == documents(template)
            assert wrong(opened(place)) == []
        else:
            assert not acknowledged
            assert wrong(opened(place)) == [] if place.exists() else aside
            care.restore(Path(path))
            assert documents(opened(place)) == documents(template)
        care_left = [one for one in Path(path).iterdir() if "restoring" in one.name]
        assert care_left == []
        shutil.rmtree(path)
    assert len(points) > ENOUGH
    assert outcomes[old.workspace.id]
    assert outcomes[template.workspace.id]
