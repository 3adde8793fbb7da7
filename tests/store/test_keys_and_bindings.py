"""Secrets are made once; an idempotency key outlives a process that dies."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import shutil
import stat
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sygn_cli.domain.errors import Conflict, WorkspaceUnusable
from sygn_cli.domain.listing import Filters
from sygn_cli.store import durable
from sygn_cli.store.answers import WORKING, FileAnswers
from sygn_cli.store.documents import WorkspaceStore
from sygn_cli.store.idempotency import Bindings
from sygn_cli.store.keyring import Keyring
from sygn_cli.store.workspace import Workspace
from tests.store import power
from tests.store.samples import PDF, START, created, creation, document_id


@pytest.fixture
def keys(workspace):
    return Keyring(workspace.keys)


def test_the_link_key_is_made_on_first_use_and_stays(keys, workspace):
    key = keys.link_key()
    assert len(key) == 32
    assert Keyring(workspace.keys).link_key() == key
    assert stat.S_IMODE((workspace.keys / "link.key").stat().st_mode) == 0o600


def test_threads_that_race_get_the_same_link_key(workspace):
    got: list[bytes] = []
    barrier = threading.Barrier(8)

    def ask():
        barrier.wait()
        got.append(Keyring(workspace.keys).link_key())

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 8
    assert len(set(got)) == 1


KEY = bytes(range(32))  # with a line feed in it


@pytest.mark.parametrize(
    "damaged",
    [b"", KEY[:16], KEY.replace(b"\n", b"\r\n"), KEY + b"\n", bytes(32)],
    ids=["empty", "half", "crlf", "longer", "zeros"],
)
def test_a_damaged_link_key_is_never_used_and_never_replaced(keys, workspace, damaged):
    path = workspace.keys / "link.key"
    path.write_bytes(KEY)
    assert keys.link_key() == KEY
    path.write_bytes(damaged)
    with pytest.raises(WorkspaceUnusable, match=r"link\.key is damaged"):
        keys.link_key()
    assert path.read_bytes() == damaged


def plain_draft(store, number=0):
    entry = dataclasses.replace(creation(), data={**creation().data, "draft": True})
    return store.create(document_id(number), entry, at=START, blobs=[PDF])


def draft_with_a_code(store):
    data: dict[str, Any] = {**creation().data, "draft": True}
    first, second = data["signers"]
    data["signers"] = [first | {"auth": ["totp"]}, second]
    entry = dataclasses.replace(creation(), data=data)
    return store.create(document_id(), entry, at=START, blobs=[PDF])


def document_that_is_damaged(store):
    store.workspace.folder(created(store).id).trail.write_bytes(b"nonsense\n")


@pytest.mark.parametrize("made", [created, draft_with_a_code, document_that_is_damaged])
def test_a_link_key_that_is_gone_is_missed_and_nothing_is_made_without_it(store, made):
    made(store)
    (store.workspace.keys / "link.key").unlink()
    before = sorted(store.workspace.documents.rglob("*"))
    for keys in (store.keys, WorkspaceStore(store.workspace).keys):
        with pytest.raises(WorkspaceUnusable, match=r"link\.key is gone") as caught:
            keys.link_key()
        assert "fsck --repair" in str(caught.value.hint)
    with pytest.raises(WorkspaceUnusable, match=r"link\.key is gone"):
        created(store, 1)
    assert not (store.workspace.keys / "link.key").exists()
    assert sorted(store.workspace.documents.rglob("*")) == before


def test_where_no_link_can_have_been_given_out_the_key_is_made_again(store):
    """As in a workspace that never had one, because an older version made drafts in it."""
    plain_draft(store)
    (store.workspace.keys / "link.key").unlink()
    key = store.keys.link_key()
    created(store, 1)
    assert store.keys.link_key() == key


def test_a_power_cut_leaves_no_document_without_the_key_of_its_links(monkeypatch, tmp_path):
    def others_died_before_they_flushed_it(store):
        durable.place_if_absent(store.workspace.keys / "link.key", KEY)
        created(store)

    for number, action in enumerate((created, others_died_before_they_flushed_it)):
        fresh = WorkspaceStore(Workspace.open(tmp_path / f"fresh {number}"))
        began = kept = 0
        for state, ended in power.states(*power.recorded(fresh, action, monkeypatch)):
            folder = tmp_path / "state"
            power.lay_out(state, folder)
            later = WorkspaceStore(Workspace.open(folder))
            there = any(later.list(Filters(), limit=1).documents)
            assert there or not ended
            began += not there
            kept += there
            created(later, 2)
            assert later.keys.link_key()
            shutil.rmtree(folder)
        assert began
        assert kept


def test_who_makes_the_first_document_meanwhile_has_lost_no_key(workspace):
    other = WorkspaceStore(workspace)

    def has_links():
        created(other)
        return True

    assert Keyring(workspace.keys, has_links=has_links).link_key() == other.keys.link_key()


def test_what_is_kept_is_never_overwritten(keys):
    assert keys.read("seal.pem") is None
    assert keys.put_if_absent("seal.pem", b"first") == b"first"
    assert keys.put_if_absent("seal.pem", b"second") == b"first"
    assert keys.read("seal.pem") == b"first"


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "A", "x" * 65])
def test_a_key_has_a_plain_name(keys, name):
    with pytest.raises(ValueError, match="name of a key"):
        keys.read(name)


def test_an_idempotency_key_holds_across_processes_and_is_not_in_the_clear(workspace):
    first, second = Bindings(workspace.idempotency), Bindings(workspace.idempotency)
    assert first.remember("local", "k-123", "f", document_id(1), exists=lambda _: True) is None
    bound = second.remember("local", "k-123", "f", document_id(2), exists=lambda _: True)
    assert bound == document_id(1)
    assert all("k-123" not in one.name for one in workspace.idempotency.iterdir())


def test_of_many_that_send_the_same_request_one_is_new(workspace):
    answers: list[str | None] = []
    barrier = threading.Barrier(6)

    def ask(number):
        barrier.wait()
        answers.append(
            Bindings(workspace.idempotency).remember(
                "local", "key", "f", document_id(number), exists=lambda _: True
            )
        )

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count(None) == 1
    assert len(set(answers)) == 2


def test_keys_older_than_a_day_are_swept(workspace):
    store = WorkspaceStore(workspace)
    store.remember("local", "old", "f", document_id(1))
    store.remember("local", "new", "f", document_id(2))
    now = datetime(2026, 11, 21, tzinfo=UTC)
    old, new = sorted(workspace.idempotency.glob("*.json"), key=lambda one: one.read_text())
    os.utime(old, times=((now - timedelta(hours=25)).timestamp(),) * 2)
    os.utime(new, times=((now - timedelta(hours=23)).timestamp(),) * 2)
    store.sweep(now=now)
    assert list(workspace.idempotency.glob("*.json")) == [new]


def test_what_was_begun_is_swept_after_a_day_with_the_locks_of_the_dead(workspace):
    answers, now = FileAnswers(workspace.idempotency), datetime(2026, 11, 21, tzinfo=UTC)
    WorkspaceStore(workspace).remember("local", "key", "f", document_id(1))
    WorkspaceStore(workspace).remember("local", "key", "f", document_id(1))  # makes the lock
    before = set(workspace.idempotency.iterdir())
    for key, hours in (("old", 25), ("new", 23)):
        answers.begin("local", key, "f")
        for begun in set(workspace.idempotency.glob("answer-*.json")) - before:
            begun.with_suffix(WORKING).touch()
            for path in (begun, begun.with_suffix(WORKING)):
                os.utime(path, times=((now - timedelta(hours=hours)).timestamp(),) * 2)
        before |= set(workspace.idempotency.iterdir())
    os.utime(workspace.idempotency / ".lock", times=(0, 0))
    WorkspaceStore(workspace).sweep(now=now)
    assert answers.get("local", "old") is None
    assert answers.get("local", "new") == ("f", 0, b"")
    assert len(list(workspace.idempotency.glob(f"*{WORKING}"))) == 1
    assert (workspace.idempotency / ".lock").exists()


@pytest.mark.parametrize("failure", [OSError, KeyboardInterrupt, ZeroDivisionError])
def test_a_key_is_let_go_of_unless_its_document_appeared(workspace, failure):
    bindings = Bindings(workspace.idempotency)
    for number, appeared in ((1, False), (2, True)):
        bindings.remember("local", "key", "f", document_id(number), exists=lambda _: False)

        def exists(_, appeared=appeared):
            return appeared

        with pytest.raises(failure), bindings.creating(document_id(number), exists=exists):
            raise failure
        assert bool(list(workspace.idempotency.glob("*.json"))) is appeared
        assert not bindings._pending


def test_who_lost_a_key_is_not_remembered_and_takes_it_from_nobody(workspace):
    bindings = Bindings(workspace.idempotency)
    for number in (1, 2):
        bindings.remember("local", "key", "f", document_id(number), exists=lambda _: False)
    with (
        pytest.raises(Conflict),
        bindings.creating(document_id(1), exists=lambda _: False),
    ):
        pytest.fail("it was created")
    assert list(bindings._pending) == [document_id(2)]
    with bindings.creating(document_id(2), exists=lambda _: False):
        pass
    assert not bindings._pending
    assert len(list(workspace.idempotency.glob("*.json"))) == 1


def test_a_damaged_binding_is_named_and_not_ignored(workspace):
    bindings = Bindings(workspace.idempotency)
    bindings.remember("local", "key", "f", document_id(1), exists=lambda _: True)
    next(workspace.idempotency.glob("*.json")).write_text("{")
    with pytest.raises(WorkspaceUnusable, match="damaged"):
        bindings.remember("local", "key", "f", document_id(2), exists=lambda _: True)


def test_a_key_that_an_older_version_bound_is_found_while_its_document_exists(workspace):
    name = hashlib.sha256(b"local\0order-17").hexdigest()
    binding = {"fingerprint": "of something else", "document": document_id(1)}
    (workspace.idempotency / f"{name}.json").write_text(json.dumps(binding))
    bindings = Bindings(workspace.idempotency)
    assert bindings.bound_formerly("local", "order-17") == document_id(1)
    assert bindings.bound_formerly("acme", "order-17") is None
    assert WorkspaceStore(workspace).bound_formerly("local", "order-17") is None
