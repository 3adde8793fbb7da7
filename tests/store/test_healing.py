"""What dead processes leave behind is finished or taken away, and what is alive is left alone."""

from __future__ import annotations

import errno
import os
import threading
from datetime import UTC, datetime, timedelta

import pytest

from sygn_cli.domain.errors import NotFound, WorkspaceUnusable
from sygn_cli.store import locks, records
from sygn_cli.store.documents import WorkspaceStore
from sygn_cli.store.outbox import Outbox
from tests.store.faults import unreadable_once
from tests.store.jobs import jobs_for
from tests.store.samples import created, document_id, signed

NOW = datetime.now(UTC)  # noqa: TID251 - compared with the ages of files


def aged(path, *, hours):
    then = (NOW - timedelta(hours=hours)).timestamp()
    os.utime(path, times=(then, then))
    return path


STAGED = f"{document_id(3)}.0123456789abcdef"


def staged(store, name=STAGED):
    folder = store.workspace.staging / name
    folder.mkdir()
    (folder / "audit.jsonl").write_bytes(b"x")
    return folder


def in_another_thread(action):
    thread = threading.Thread(target=action)
    thread.start()
    thread.join()


def test_healing_an_idle_workspace_does_nothing(store):
    created(store)
    assert store.heal() == 0
    assert store.heal_all() == 0


def test_a_mark_without_its_document_is_taken_away(store):
    folder = staged(store)
    marker = store.workspace.inflight / document_id(3)
    marker.write_text(folder.name)
    assert store.heal() == 0
    assert not marker.exists()
    assert not folder.exists()


def test_the_mark_of_a_creation_that_is_going_on_stays(store):
    folder = staged(store)
    marker = store.workspace.inflight / document_id(3)
    marker.write_text(folder.name)
    with locks.hold(folder / ".lock"):
        in_another_thread(store.heal)
    assert marker.exists()
    assert folder.exists()


@pytest.mark.parametrize("note", ["", "..", "../keys", "nothing"])
def test_a_mark_that_says_something_odd_harms_nothing(store, note):
    key = store.keys.link_key()
    (store.workspace.inflight / document_id(3)).write_text(note)
    store.heal()
    assert store.keys.link_key() == key
    assert list(store.workspace.inflight.iterdir()) == []


def test_a_document_that_somebody_is_changing_is_left_alone(store):
    document = created(store)
    folder = store.workspace.folder(document.id)
    folder.projection.unlink()
    (store.workspace.inflight / document.id).touch()
    with locks.hold(folder.lock):
        in_another_thread(store.heal)
    assert not folder.projection.exists()
    assert store.heal() == 1
    assert folder.projection.exists()


def test_a_damaged_document_does_not_keep_others_from_being_healed(store, expects_warnings):
    good, bad = created(store, 0), created(store, 1)
    for document in (good, bad):
        store.workspace.folder(document.id).projection.unlink()
        (store.workspace.inflight / document.id).touch()
    store.workspace.folder(bad.id).trail.write_bytes(b"nonsense\n")
    (store.workspace.inflight / "no document").touch()
    assert store.heal() == 1
    assert store.heal_all() == 0
    assert store.workspace.folder(good.id).projection.exists()
    assert "could not be finished" in expects_warnings.text


def test_settling_rebuilds_the_projection_of_one_document(store):
    document = created(store)
    store.workspace.folder(document.id).projection.unlink()
    store.settle(document.id)
    assert list(store.check()) == []
    with pytest.raises(NotFound):
        store.settle(document_id(7))


def test_old_litter_is_swept_and_young_litter_is_not(store):
    old = aged(staged(store, "old"), hours=2)
    young = staged(store, "young")
    old_file = aged_file(store.workspace.keys / "x.1.2.tmp")
    young_file = store.workspace.outbox / "y.1.2.tmp"
    young_file.touch()
    WorkspaceStore(store.workspace).sweep(now=NOW)
    assert [old.exists(), young.exists()] == [False, True]
    assert [old_file.exists(), young_file.exists()] == [False, True]


def aged_file(path):
    path.touch()
    return aged(path, hours=2)


def test_a_creation_that_takes_hours_is_not_swept(store):
    folder = staged(store)
    with locks.hold(folder / ".lock"):
        aged(folder, hours=5)
        in_another_thread(lambda: store.sweep(now=NOW))
    assert folder.exists()


def test_sweeping_touches_no_document(store):
    document = created(store)
    store.keys.link_key()
    for path in store.workspace.path.rglob("*"):
        aged(path, hours=1000)
    store.sweep(now=NOW)
    assert store.load(document.id) == document
    assert list(store.check()) == []


def test_while_the_log_cannot_be_read_no_event_loses_its_jobs(
    workspace, monkeypatch, expects_warnings
):
    store = WorkspaceStore(workspace, jobs_for=jobs_for)
    document = created(store)
    with monkeypatch.context() as patched:
        patched.setattr(Outbox, "put", _no_space)
        patched.setattr(records, "write", _no_space)
        document = signed(store, signed(store, document, "s1"), "s2")
    unreadable_once(monkeypatch, workspace.log / "entries.jsonl")
    with pytest.raises(WorkspaceUnusable, match="cannot be read"):
        store.heal()
    assert store.heal() == 1
    waiting = {job.id for job in store.outbox.pending()}
    assert waiting == {
        job.id for one in store.trail(document.id) for job in jobs_for(document, one)
    }


def _no_space(*_, **__):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_folder_that_cannot_be_looked_at_is_not_gone(store, monkeypatch):
    document = created(store)
    assert store.remember("local", "key", "f", document.id) is None
    marker = store.workspace.inflight / document.id
    marker.touch()
    folder, real = store.workspace.folder(document.id).path, os.stat

    def unsure(path, **how):
        if path == folder:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return real(path, **how)

    with monkeypatch.context() as patched:
        patched.setattr(os, "stat", unsure)
        with pytest.raises(WorkspaceUnusable, match="cannot be read"):
            store.remember("local", "key", "f", document_id(7))
        with pytest.raises(WorkspaceUnusable, match="cannot be read"):
            store.heal()
    assert marker.exists()
    assert store.remember("local", "key", "f", document_id(7)) == document.id
    assert store.heal() == 1
