"""A restore in the place of a workspace that others use loses nothing and brings nothing back."""

from __future__ import annotations

import errno
import os
import shutil
import sys
import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from sygn_cli.domain.apikey import ApiKey
from sygn_cli.domain.document import Mode
from sygn_cli.domain.errors import Conflict, InvalidRequest, WorkspaceUnusable
from sygn_cli.domain.webhook import Secret
from sygn_cli.store import durable, locks, mails
from sygn_cli.store.apikeys import FileApiKeys
from sygn_cli.store.documents import WorkspaceStore
from sygn_cli.store.webhooks import Endpoints
from sygn_cli.store.workspace import Workspace
from tests.store.samples import START, consented, created, signature, signed
from tests.store.test_backup import NOW, copied, restored
from tests.store.test_webhooks import an_endpoint

KEY = ApiKey("key_" + "0" * 26, "a" * 64, "local", Mode.LIVE, START)


def jobs_for(workspace):
    endpoints = Endpoints(workspace.webhooks)

    def jobs(document, event):
        letters = mails.jobs_for(document, event, owner="owner@example.com")
        return [*letters, *endpoints.jobs_for(document, event)]

    return jobs


def opened(workspace):
    return WorkspaceStore(workspace, jobs_for=jobs_for(workspace))


@pytest.fixture(autouse=True)
def real_jobs(monkeypatch):
    monkeypatch.setattr("tests.store.test_backup.opened", opened)


@pytest.fixture
def path(tmp_path):
    return tmp_path / ".sygn"


@pytest.fixture
def store(path):
    return opened(Workspace.open(path))


def when_renamed(monkeypatch, *, before=lambda: None, after=lambda: None):
    """Let others do something before and after the first rename of a folder."""
    real, turns = durable.move_folder, []

    def move_folder(source, target):
        turns.append(source)
        if len(turns) == 1:
            before()
        real(source, target)
        if len(turns) == 1:
            after()

    monkeypatch.setattr(durable, "move_folder", move_folder)


def in_a_thread(work):
    worker = threading.Thread(target=work)
    worker.start()
    return worker


def around(path):
    return sorted(one.name for one in path.parent.iterdir())


def test_what_is_acknowledged_at_the_last_moment_is_not_lost(store, path, monkeypatch):
    document = consented(store, created(store), "s1")
    content, _ = copied(store)
    entry = signature(document, "s1")
    when_renamed(monkeypatch, before=lambda: store.commit(document, entry, at=START))
    with pytest.raises(Conflict, match="not in the backup"):
        restored(content, path, force=True)
    assert opened(Workspace.open(path, create=False)).load(document.id).seq == document.seq + 1
    assert list(store.check()) == []
    assert around(path) == [".sygn"]


def test_who_had_opened_a_trail_is_waited_for(store, path, monkeypatch, expects_warnings):
    """It is the old trail that is written to, though nothing leads to it by its name any more."""
    document = consented(store, created(store), "s1")
    content, _ = copied(store)
    is_open, is_moved = threading.Event(), threading.Event()

    def append(trail, line, *, at):
        assert trail.stat().st_size == at
        with trail.open("ab") as file:
            is_open.set()
            is_moved.wait()
            threading.Event().wait(0.2)  # the other goes on as far as it can
            file.write(line)

    def commit():
        monkeypatch.setattr(durable, "append", append)
        done.append(store.commit(document, signature(document, "s1"), at=START))

    done: list[object] = []
    worker = in_a_thread(commit)
    is_open.wait()
    when_renamed(monkeypatch, after=is_moved.set)
    with pytest.raises(Conflict, match="not in the backup"):
        restored(content, path, force=True)
    worker.join()
    assert done == [opened(Workspace.open(path, create=False)).load(document.id)]


def test_a_document_that_is_made_at_the_last_moment_is_not_lost(store, path, monkeypatch):
    created(store)
    content, _ = copied(store)
    when_renamed(monkeypatch, before=lambda: created(store, 1))
    with pytest.raises(Conflict, match="not in the backup"):
        restored(content, path, force=True)
    assert list(store.check()) == []


def test_nobody_purges_or_copies_it_meanwhile(store, path, monkeypatch):
    created(store)
    content, _ = copied(store)
    free = []

    def look():
        with locks.hold_if_free(path / ".lock") as got:
            free.append(got)

    when_renamed(monkeypatch, before=lambda: in_a_thread(look).join())
    restored(content, path, force=True)
    assert free == [False]


def test_a_server_goes_on_in_the_workspace_that_is_there_now(store, path, monkeypatch):
    document = created(store)
    content, _ = copied(store)
    refused = []

    def nothing_is_there():
        with pytest.raises(Exception, match="no document"):
            store.load(document.id)
        with pytest.raises(Exception, match="cannot be used"):
            created(store, 7)
        durable.make_folder(path / "documents" / "2026-12")  # a server has begun something
        refused.append(True)

    when_renamed(monkeypatch, after=nothing_is_there)
    told = restored(content, path, force=True)
    assert refused == [True]
    assert told.replaced is not None
    assert told.replaced.meanwhile == []
    later = signed(store, document, "s1")
    other = created(store, 1)
    again = opened(Workspace.open(path, create=False))
    assert (again.load(later.id), again.load(other.id)) == (later, other)
    assert list(again.check()) == []
    assert around(path) == [".sygn", told.replaced.aside.name]


def test_what_is_begun_meanwhile_at_the_place_is_kept_and_told(store, path, monkeypatch):
    created(store)
    content, _ = copied(store)

    def begin():
        with pytest.raises(WorkspaceUnusable, match="is being replaced"):
            Workspace.open(path)
        path.mkdir()
        (path / "notes.txt").write_text("mine")

    when_renamed(monkeypatch, after=begin)
    told = restored(content, path, force=True)
    assert told.replaced is not None
    (begun,) = told.replaced.meanwhile
    assert (begun / "notes.txt").read_text() == "mine"
    assert list(store.check()) == []


def test_who_holds_a_lock_of_the_old_workspace_holds_that_of_the_new(store, path):
    document = created(store)
    content, _ = copied(store)
    is_held, is_through = threading.Event(), threading.Event()

    def hold():
        with store.exclusive(document.id):
            is_held.set()
            is_through.wait()

    worker = in_a_thread(hold)
    is_held.wait()
    try:
        restored(content, path, force=True)
        with locks.hold_if_free(store.workspace.folder(document.id).lock) as got:
            assert not got
    finally:
        is_through.set()
        worker.join()
    with locks.hold_if_free(store.workspace.folder(document.id).lock) as got:
        assert got


def killed_between(content, path):
    """Restore in a process that dies when the old workspace is aside and the new not yet there."""
    child = os.fork()
    if not child:
        real = durable.move_folder
        turns: list[object] = []

        def move_folder(source, target):
            if turns:
                os._exit(0)
            turns.append(source)
            real(source, target)

        durable.move_folder = move_folder
        try:
            restored(content, path, force=True)
        finally:
            os._exit(1)
    assert os.waitpid(child, 0)[1] == 0
    assert not path.exists()


IN_LATIN_1 = pytest.param(
    b"Vertr\xe4ge", marks=pytest.mark.skipif(sys.platform == "darwin", reason="UTF-8 only")
)


@pytest.mark.parametrize("name", [b".sygn", "Verträge".encode(), IN_LATIN_1])
def test_one_that_was_killed_in_between_is_undone_by_the_next(tmp_path, name):
    path = tmp_path / os.fsdecode(name)
    store = opened(Workspace.open(path))
    document = consented(store, created(store), "s1")
    older, _ = copied(store)
    signed(store, document, "s1")
    content, _ = copied(store)
    killed_between(content, path)
    for create in (True, False):
        with pytest.raises(WorkspaceUnusable, match="cut short") as refused:
            Workspace.open(path, create=create)
        assert f"{path.name}.before-restore-" in str(refused.value.hint)
    with pytest.raises(InvalidRequest, match="There is a workspace"):
        restored(content, path)
    assert around(path) == [path.name]
    killed_between(content, path)
    with pytest.raises(Conflict, match="not in the backup"):
        restored(older, path, force=True)
    killed_between(content, path)
    told = restored(content, path, force=True)
    assert told.replaced is not None
    assert around(path) == [path.name, told.replaced.aside.name]
    assert not (path / "tmp" / "replaces").exists()
    assert list(store.check()) == []


def test_what_was_moved_aside_is_not_forgotten_where_nobody_can_tell_which_it_is(store, path):
    created(store)
    content, _ = copied(store)
    killed_between(content, path)
    before = around(path)
    (marker,) = path.parent.glob("*/tmp/replaces")
    name = marker.read_bytes()
    marker.write_bytes(b"?")
    for force in (False, True):
        with pytest.raises(WorkspaceUnusable, match="cannot be read") as refused:
            restored(content, path, force=force)
        assert str(marker.parent.parent) in str(refused.value.hint)
    assert around(path) == before
    path.with_name(os.fsdecode(name)).rename(path)
    restored(content, path, force=True)
    assert len(around(path)) == 2
    assert list(store.check()) == []


def test_one_that_could_not_be_undone_is_undone_by_the_next(store, path, monkeypatch):
    document = created(store)
    content, _ = copied(store)
    real, turns = durable.move_folder, []

    def move_folder(source, target):
        turns.append(source)
        if len(turns) > 1:
            raise OSError(errno.EIO, "no")
        real(source, target)

    monkeypatch.setattr(durable, "move_folder", move_folder)
    with pytest.raises((OSError, WorkspaceUnusable)):
        restored(content, path, force=True)
    assert not path.exists()
    monkeypatch.setattr(durable, "move_folder", real)
    with pytest.raises(InvalidRequest, match="There is a workspace"):
        restored(content, path)
    assert around(path) == [".sygn"]
    assert store.load(document.id) == document


@pytest.mark.parametrize("turn", [1, 2])
def test_one_that_is_interrupted_right_behind_a_rename_is_done_or_undone(
    store, path, monkeypatch, turn
):
    document = created(store)
    content, _ = copied(store)
    real, turns = durable.move_folder, []

    def move_folder(source, target):
        real(source, target)
        turns.append(source)
        if len(turns) == turn:
            raise KeyboardInterrupt

    monkeypatch.setattr(durable, "move_folder", move_folder)
    with pytest.raises(KeyboardInterrupt):
        restored(content, path, force=True)
    assert opened(Workspace.open(path, create=False)).load(document.id) == document
    assert len(around(path)) == turn


def test_a_place_that_is_a_link_stays_one(store, path):
    document = created(store)
    content, _ = copied(store)
    link = path.with_name("links") / "link"
    link.parent.mkdir()
    link.symlink_to(path)
    told = restored(content, link, force=True)
    assert told.replaced is not None
    assert told.replaced.aside.parent == path.parent
    assert link.is_symlink()
    # A server knows the workspace without the link.
    assert signed(store, document, "s1") == opened(Workspace.open(link)).load(document.id)


def test_what_was_revoked_or_changed_since_stays_so(store, path):
    workspace = store.workspace
    keys, endpoints = FileApiKeys(workspace.keys), Endpoints(workspace.webhooks)
    created(store)
    keys.add(KEY)
    endpoints.add(an_endpoint(1))
    store.keys.put_if_absent("owner.key", b"o" * 32)
    store.keys.put_if_absent("seal.pem", b"first")
    content, _ = copied(store)
    keys.revoke(KEY.id, at=START)
    keys.add(replace(KEY, id="key_" + "1" * 26))
    secret = Secret("whsec_new")
    endpoints.change(endpoints.all()[0].id, lambda one: replace(one, secrets=(secret,)))
    store.keys.replace("owner.key", b"n" * 32)
    store.keys.replace("seal.pem", b"second")
    store.keys.put_if_absent("revoked-" + "0" * 40 + ".json", b"{}")
    told = restored(content, path, force=True)
    assert told.replaced is not None
    assert keys.get(KEY.id).revoked_at == START
    assert len(keys.list()) == 2
    assert endpoints.all()[0].secrets == (secret,)
    assert store.keys.read("owner.key") == b"n" * 32
    assert store.keys.read("revoked-" + "0" * 40 + ".json") == b"{}"
    assert sorted(told.replaced.carried.files) == [
        f"keys/{KEY.id}.json",
        f"keys/key_{'1' * 26}.json",
        "keys/owner.key",
        f"keys/revoked-{'0' * 40}.json",
        f"webhooks/{an_endpoint(1).id}.json",
    ]
    # Which of two is the better key nobody can tell here, but that there are two.
    assert told.replaced.carried.differing == {"keys/seal.pem": "was another"}


def test_what_is_revoked_at_the_last_moment_stays_so(store, path, monkeypatch):
    keys = FileApiKeys(store.workspace.keys)
    created(store)
    keys.add(KEY)
    content, _ = copied(store)
    when_renamed(monkeypatch, before=lambda: keys.revoke(KEY.id, at=START))
    restored(content, path, force=True)
    assert keys.get(KEY.id).revoked_at == START


def test_what_was_damaged_there_is_as_in_the_backup_and_told(store, path):
    workspace = store.workspace
    keys, endpoints = FileApiKeys(workspace.keys), Endpoints(workspace.webhooks)
    created(store)
    keys.add(KEY)
    endpoints.add(an_endpoint(1))
    endpoints.add(an_endpoint(2))
    store.keys.put_if_absent("owner.key", b"o" * 32)
    content, _ = copied(store)
    names = (f"keys/{KEY.id}.json", f"webhooks/{an_endpoint(1).id}.json", "keys/owner.key")
    for name in names:
        (path / name).write_bytes(b"{")
    endpoints.remove(an_endpoint(2).id)
    told = restored(content, path, force=True)
    assert keys.get(KEY.id) == KEY
    assert len(endpoints.all()) == 2
    assert store.keys.read("owner.key") == b"o" * 32
    assert told.replaced is not None
    assert told.replaced.carried.differing == {
        **dict.fromkeys(names, "was another"),
        f"webhooks/{an_endpoint(2).id}.json": "was not there",
    }


def test_a_key_that_the_backup_knows_as_revoked_stays_so(store, path):
    keys = FileApiKeys(store.workspace.keys)
    created(store)
    keys.add(KEY)
    good = (path / "keys" / f"{KEY.id}.json").read_bytes()
    keys.revoke(KEY.id, at=START)
    content, _ = copied(store)
    (path / "keys" / f"{KEY.id}.json").write_bytes(good)
    restored(content, path, force=True)
    assert FileApiKeys(store.workspace.keys).get(KEY.id).revoked_at == START


def work(store, *, tries=0):
    """Do what is waiting, or try and fail."""
    for job in store.outbox.claim_some(now=NOW, lease=timedelta(seconds=90), limit=9):
        if tries:
            store.outbox.retry(job, at=NOW + timedelta(minutes=5))
        else:
            store.outbox.acknowledge(job)


def waiting(store):
    return {job.id: job.attempts for job in store.outbox.pending()}


@pytest.mark.parametrize("keys", [True, False])
def test_letters_and_webhooks_go_out_once(store, path, keys):
    Endpoints(store.workspace.webhooks).add(an_endpoint(1))
    document = created(store)
    content, _ = copied(store, keys=keys)
    jobs = waiting(store)
    assert len(jobs) > 1
    work(store)
    told = restored(content, path, force=True)
    store.heal_all()
    assert waiting(store) == {}
    assert told.replaced is not None
    assert told.replaced.carried.done == (len(jobs) if keys else 0)
    assert store.load(document.id) == document


@pytest.mark.parametrize("keys", [True, False])
def test_what_was_tried_there_is_waiting_as_it_was(store, path, keys):
    Endpoints(store.workspace.webhooks).add(an_endpoint(1))
    created(store)
    content, _ = copied(store, keys=keys)
    work(store, tries=1)
    before = list(store.outbox.pending())
    restored(content, path, force=True)
    assert list(store.outbox.pending()) == before


def test_jobs_that_nobody_had_put_into_the_outbox_are_done(store, path):
    """A process died when an event was in the trail and its jobs not yet in the outbox."""
    Endpoints(store.workspace.webhooks).add(an_endpoint(1))
    document = created(store)
    content, _ = copied(store)
    jobs = waiting(store)
    work(store)
    folder = store.workspace.folder(document.id)
    folder.projection.unlink()
    shutil.rmtree(store.workspace.log)
    restored(content, path, force=True)
    assert waiting(store).keys() == jobs.keys()


def test_jobs_come_back_where_the_whole_outbox_is_gone(store, path):
    created(store)
    content, _ = copied(store)
    jobs = waiting(store)
    shutil.rmtree(path / "outbox")
    restored(content, path, force=True)
    assert waiting(store) == jobs
    assert jobs


def test_nothing_is_taken_over_from_another_workspace(store, path, tmp_path):
    created(store)
    content, _ = copied(store)
    other = Workspace.open(tmp_path / "other")
    FileApiKeys(other.keys).add(KEY)
    told = restored(content, other.path, force=True)
    assert told.replaced is not None
    assert told.replaced.carried.files == []
    assert FileApiKeys(other.keys).list() == []
