"""The index may be missing, damaged, old or not writable: lists say the same."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import sys
from datetime import timedelta

import pytest

from sygn_cli.domain import sending
from sygn_cli.domain.document import DocumentStatus
from sygn_cli.domain.evidence import OPERATOR
from sygn_cli.domain.listing import Filters
from sygn_cli.store import index
from sygn_cli.store.documents import WorkspaceStore
from tests.store.faults import unreadable_once
from tests.store.samples import START, created, document_id, signed, voiding

SENT = Filters(status=DocumentStatus.SENT)


@pytest.fixture
def path(store):
    return store.workspace.cache / "index.sqlite3"


@pytest.fixture
def documents(store):
    made = [created(store, number) for number in range(4)]
    made[1] = store.commit(made[1], voiding(made[1]), at=START)
    return made


def listed(store, filters=Filters()):  # noqa: B008 - frozen
    return [one.id for one in store.list(filters, limit=10).documents]


def everything(documents):
    return [one.id for one in reversed(documents)]


def connected(path):
    return contextlib.closing(sqlite3.connect(path, isolation_level=None))


def rows(path):
    with connected(path) as database:
        return database.execute("SELECT id, status FROM documents ORDER BY id").fetchall()


def test_a_commit_keeps_the_index_current(documents, path):
    assert rows(path) == [(one.id, str(one.status)) for one in documents]


@pytest.mark.parametrize("damage", [None, b"", b"nonsense" * 500, "half", "middle"], ids=str)
def test_a_missing_or_damaged_index_is_made_again(store, documents, path, damage):
    content = path.read_bytes()
    if damage is None:
        path.unlink()
    elif damage == "half":
        path.write_bytes(content[: len(content) // 2])
    elif damage == "middle":
        path.write_bytes(content[:4096] + b"\xff" * 4096 + content[8192:])
    else:
        path.write_bytes(damage)
    assert listed(store) == everything(documents)
    assert listed(store, SENT) == [one for one in everything(documents) if one != document_id(1)]
    assert store.resolve("@last") == document_id(3)
    assert rows(path) == [(one.id, str(one.status)) for one in documents]


def test_what_was_committed_without_the_index_is_found_in_the_log(store, documents, path):
    old = path.read_bytes()
    documents.append(created(store, 9))
    documents[0] = signed(store, documents[0], "s1")
    path.write_bytes(old)
    assert listed(store) == everything(documents)
    assert document_id(0) not in listed(store, SENT)


@pytest.mark.parametrize("made_anew", [True, False])
def test_a_document_that_cannot_be_read_now_is_hidden_for_nobody(
    store, documents, path, monkeypatch, made_anew
):
    old = path.read_bytes()
    documents[0] = signed(store, documents[0], "s1")
    if made_anew:
        path.unlink()
    else:
        path.write_bytes(old)
    trail = store.workspace.folder(document_id(0)).trail
    again = WorkspaceStore(store.workspace)
    failed = unreadable_once(monkeypatch, trail)
    assert again.resolve(document_id(0)[:-2]) == document_id(0)
    assert failed == [trail]
    assert listed(again) == everything(documents)
    assert rows(path) == [(one.id, str(one.status)) for one in documents]


def test_a_document_that_can_never_be_read_hides_no_other_and_is_back_when_it_can(
    store, documents, path, expects_warnings
):
    trail = store.workspace.folder(document_id(0)).trail
    kept = trail.read_bytes()
    trail.unlink()
    trail.mkdir()  # as unreadable as what belongs to somebody else
    path.unlink()
    again = WorkspaceStore(store.workspace)
    others = [one for one in everything(documents) if one != document_id(0)]
    assert listed(again) == others
    assert sum(again.counts(Filters()).values()) == len(others)
    assert {one.id for one in again.due(days=(), now=START + timedelta(days=400))} <= set(others)
    assert [one for one, _ in rows(path)] == sorted(others)
    assert document_id(0) in expects_warnings.text
    trail.rmdir()
    trail.write_bytes(kept)
    assert listed(again) == everything(documents)
    assert rows(path) == [(one.id, str(one.status)) for one in documents]


def test_a_false_row_shows_nothing_false(store, documents, path):
    with connected(path) as database:
        database.execute("UPDATE documents SET status = 'sent'")
        database.execute(
            "INSERT INTO documents VALUES (?, 'local', 'sent', '', 'live', 0, '', NULL, NULL)",
            [document_id(7)],
        )
    assert listed(store, SENT) == [one for one in everything(documents) if one != document_id(1)]
    assert listed(store) == everything(documents)


def test_after_a_restart_of_the_machine_the_index_is_compared_with_the_folders(
    store, documents, path, tmp_path, monkeypatch
):
    with connected(path) as database:
        database.execute("DELETE FROM documents WHERE id = ?", [document_id(2)])
        database.execute("UPDATE documents SET status = 'sent'")
        database.execute(
            "INSERT INTO documents VALUES (?, 'local', 'sent', '', 'live', 0, '', NULL, NULL)",
            [document_id(7)],
        )
    (tmp_path / "boot").write_text("another boot\n")
    monkeypatch.setattr(index, "_BOOT_ID", tmp_path / "boot")
    assert listed(store) == everything(documents)
    assert rows(path) == [(one.id, str(one.status)) for one in documents]


def test_where_the_system_tells_no_boot_id_the_index_works_too(store, tmp_path, monkeypatch):
    monkeypatch.setattr(index, "_BOOT_ID", tmp_path / "none")
    made = [created(store, number) for number in range(3)]
    assert listed(store) == everything(made)


def test_an_index_of_another_version_is_made_again(store, documents, path):
    with connected(path) as database:
        database.execute("PRAGMA user_version = 99")
        database.execute("DROP TABLE documents")
    assert listed(store) == everything(documents)


@pytest.mark.parametrize("cause", ["a folder in its place", "no folder"])
def test_where_no_index_can_be_the_folders_are_walked(store, documents, path, cause):
    path.unlink()
    if cause == "no folder":
        path.parent.rmdir()
    else:
        path.mkdir()
    assert listed(store) == everything(documents)
    assert listed(store, SENT) == [one for one in everything(documents) if one != document_id(1)]
    assert store.resolve("@last") == document_id(3)
    assert store.resolve(document_id(2)[:-4]) in {one.id for one in documents}
    page = store.list(Filters(), limit=3)
    assert listed_after(store, page.next_cursor) == [document_id(0)]
    created(store, 9)


def listed_after(store, cursor):
    return [one.id for one in store.list(Filters(), limit=3, cursor=cursor).documents]


def due(store, at):
    return sorted(one.id for one in store.due(days=(), now=at))


@pytest.mark.parametrize("harm", ["none", "damaged", "no text", "an old version", "gone"])
def test_what_is_due_is_found_whatever_became_of_the_index(store, documents, path, harm):
    with connected(path) as database:
        if harm == "damaged":
            database.execute("UPDATE documents SET due = '1x', reminded = 'never'")
        elif harm == "no text":
            database.execute("UPDATE documents SET due = '1x', reminded = x'31'")
        elif harm == "an old version":
            database.execute("UPDATE documents SET due = NULL")
            database.execute("PRAGMA user_version = 2")
    if harm == "gone":
        path.unlink()
        path.mkdir()
    assert due(store, START) == []
    deadline = START + timedelta(days=30)
    assert due(store, deadline) == sorted({one.id for one in documents} - {documents[1].id})


def test_only_what_is_due_is_read(store, documents, monkeypatch):
    read: list[str] = []
    load = store.load

    def noted(document_id):
        read.append(document_id)
        return load(document_id)

    monkeypatch.setattr(store, "load", noted)
    entry = sending.change_deadline(
        documents[2], START + timedelta(days=1), actor=OPERATOR, now=START
    )
    documents[2] = store.commit(documents[2], entry, at=START)
    assert due(store, START) == read == []
    assert due(store, START + timedelta(days=2)) == read == [documents[2].id]


def test_an_index_that_somebody_else_is_writing_delays_no_commit(store, documents, path):
    with connected(path) as other:
        other.execute("BEGIN EXCLUSIVE")
        made = created(store, 9)
        other.execute("ROLLBACK")
    assert listed(store)[0] == made.id


def test_a_commit_does_not_make_the_index_of_an_old_workspace(store, documents, path, monkeypatch):
    monkeypatch.setattr(index, "_SHORT_LOG", 10)
    path.unlink()
    created(store, 9)
    assert rows_or_none(path) is None
    assert len(listed(store)) == 5


def rows_or_none(path):
    try:
        return rows(path)
    except sqlite3.OperationalError:
        return None


def test_a_document_by_its_whole_id_is_found_without_the_index(documents, workspace):
    script = (
        "import sys; from pathlib import Path\n"
        "from sygn_cli.store.documents import WorkspaceStore\n"
        "from sygn_cli.store.workspace import Workspace\n"
        "store = WorkspaceStore(Workspace.open(Path(sys.argv[1])))\n"
        "print(store.load(store.resolve(sys.argv[2])).status)\n"
        "store.trail(sys.argv[2])\n"
        "print(*sorted({'sqlite3', 'cryptography', 'platformdirs'} & set(sys.modules)))\n"
    )
    # Whatever measures this process would import modules of its own into the child.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("COVERAGE_")}
    done = subprocess.run(
        [sys.executable, "-c", script, str(workspace.path), document_id(1)],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout == "voided\n\n"


def test_what_a_dead_process_left_is_shown_by_the_next_list(store, documents, monkeypatch):
    monkeypatch.setattr(store._transactions._aftermath, "follow", lambda *_: False)
    created(store, 9)
    assert list(store.workspace.inflight.iterdir()) != []
    fresh = WorkspaceStore(store.workspace)
    assert listed(fresh)[0] == document_id(9)
    assert list(fresh.workspace.inflight.iterdir()) == []
    assert list(fresh.check()) == []
