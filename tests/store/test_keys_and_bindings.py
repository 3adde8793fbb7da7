"""Secrets are made once; an idempotency key outlives a process that dies."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import threading
from datetime import UTC, datetime, timedelta

import pytest

from sygn_cli.domain.errors import Conflict, WorkspaceUnusable
from sygn_cli.store.documents import WorkspaceStore
from sygn_cli.store.idempotency import Bindings
from sygn_cli.store.keyring import Keyring
from tests.store.samples import document_id


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


def test_a_damaged_link_key_is_never_replaced(keys, workspace):
    keys.link_key()
    (workspace.keys / "link.key").write_bytes(b"short")
    with pytest.raises(WorkspaceUnusable, match="damaged"):
        keys.link_key()
    (workspace.keys / "link.key").write_bytes(b"")
    with pytest.raises(WorkspaceUnusable, match="damaged"):
        keys.link_key()


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
