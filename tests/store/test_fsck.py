"""What can be made again is made again, what is in the way is moved, and evidence is left alone."""

from __future__ import annotations

import itertools
import os
from datetime import timedelta

import pytest

from sygn_cli.domain.errors import WorkspaceUnusable
from sygn_cli.domain.listing import Filters
from sygn_cli.domain.webhook import Endpoint, new_secret
from sygn_cli.store import durable
from sygn_cli.store.documents import WorkspaceStore
from sygn_cli.store.findings import Level
from sygn_cli.store.fsck import fsck
from sygn_cli.store.keyring import CA, SEAL
from sygn_cli.store.webhooks import Endpoints
from tests.store.faults import unreadable_once
from tests.store.jobs import jobs_for
from tests.store.samples import START, completed, created, signed

NOW = START + timedelta(days=1)


@pytest.fixture
def store(workspace):
    return WorkspaceStore(workspace, jobs_for=jobs_for)


@pytest.fixture
def document(store):
    for name in (CA, SEAL):
        store.keys.put_if_absent(name, b"-")
    created(store, 1)
    return completed(store, signed(store, signed(store, created(store), "s1"), "s2"))


@pytest.fixture
def folder(store, document):
    return store.workspace.folder(document.id)


def ran(store, *, repair):
    return list(fsck(WorkspaceStore(store.workspace, jobs_for=jobs_for), now=NOW, repair=repair))


def quarantined(store):
    root = store.workspace.path / "quarantine"
    return {path.name: path for path in root.rglob("*") if path.is_file()}


def old(path):
    os.utime(path, (0, 0))


def damaged_projection(store, folder):
    folder.projection.write_bytes(b"{")


def lying_projection(store, folder):
    other = next(one for one in store.list(Filters(), limit=5).documents if one.id != folder.id)
    from dataclasses import replace

    from sygn_cli.domain.document import DocumentStatus
    from sygn_cli.store import records

    kept = records.read(folder.projection, doc=folder.id)
    assert kept is not None
    assert other.status is DocumentStatus.SENT
    told = replace(kept.document, status=DocumentStatus.VOIDED)
    records.write(folder.projection, replace(kept, document=told))


def missing_projection(store, folder):
    folder.projection.unlink()


def torn_event(store, folder):
    with folder.trail.open("ab") as file:
        file.write(b'{"actor":{"ki')


def unlogged_events(store, folder):
    """The log as it was before the last event, with its checkpoint."""
    from sygn_cli.store import checkpoint, log, merkle

    lines = store.log.lines()[:-1]
    store.log.entries.write_bytes(b"".join(line + b"\n" for line in lines))
    signer = checkpoint.load_key((store.workspace.keys / log.KEY).read_bytes(),
                                 name=store.log.origin)  # fmt: skip
    head = checkpoint.Checkpoint(
        store.log.origin, len(lines), merkle.root([merkle.leaf(one) for one in lines])
    )
    (store.workspace.log / "checkpoint").write_bytes(signer.sign(head))
    folder.projection.unlink()


def index(store, folder):
    store.list(Filters(), limit=1)
    (store.workspace.cache / "index.sqlite3").write_bytes(b"no database" * 100)


def job(store, folder):
    (store.workspace.outbox / "20261121T090000123Z_x.json").write_bytes(b'{"id":')


def binding(store, folder):
    (store.workspace.idempotency / ("0" * 64 + ".json")).write_bytes(b"\x00")


def endpoint(store, folder):
    (store.workspace.webhooks / ("wh_" + "0" * 24 + ".json")).write_bytes(b"{}")


def stranger(store, folder):
    (folder.path.parent / "notes.txt").write_text("mine")


def leftover(store, folder):
    path = store.workspace.staging / "doc_x.half"
    path.mkdir()
    (path / "nda.pdf").write_bytes(b"%PDF")
    old(path)


def temporary(store, folder):
    path = store.workspace.log / f"checkpoint{durable.TEMPORARY}"
    path.write_bytes(b"half")
    old(path)


def orphan(store, folder):
    (folder.blobs / ("f" * 64 + ".pdf")).write_bytes(b"%PDF nobody's")


def odd_mark(store, folder):
    (store.workspace.inflight / "whatever").write_bytes(b"")


MENDED = [
    damaged_projection, lying_projection, missing_projection, torn_event, unlogged_events, index,
    job, binding, endpoint, stranger, leftover, temporary, orphan, odd_mark,
]  # fmt: skip


def test_nothing_is_wrong_with_a_whole_workspace(store, document):
    assert ran(store, repair=False) == []
    assert ran(store, repair=True) == []
    assert not (store.workspace.path / "quarantine").exists()


@pytest.mark.parametrize("harm", MENDED)
def test_what_is_no_evidence_is_mended_and_nothing_is_thrown_away(store, document, folder, harm):
    harm(store, folder)
    seen = ran(store, repair=False)
    assert seen
    assert not any(one.done for one in seen)
    told = ran(store, repair=True)
    assert all(one.done for one in told), told
    assert [one.what for one in told] == [one.what for one in seen]
    assert ran(store, repair=True) == []
    again = WorkspaceStore(store.workspace, jobs_for=jobs_for)
    assert again.load(document.id) == document
    assert len(again.list(Filters(), limit=5).documents) == 2


def test_what_was_cut_off_or_moved_can_be_looked_at(store, document, folder):
    for harm in (torn_event, stranger, orphan, job, damaged_projection):
        harm(store, folder)
    ran(store, repair=True)
    kept = quarantined(store)
    assert kept["audit.torn"].read_bytes() == b'{"actor":{"ki'
    assert kept["notes.txt"].read_text() == "mine"
    assert kept["document.json"].read_bytes() == b"{"
    assert len(kept) == 5


@pytest.mark.parametrize("damaged", [None, b"", b"short"])
def test_a_lost_link_key_is_named_and_a_repair_makes_another(store, document, damaged):
    path, key = store.workspace.keys / "link.key", store.keys.link_key()
    if damaged is None:
        path.unlink()
    else:
        path.write_bytes(damaged)
    (told,) = ran(store, repair=False)
    assert (told.level, told.where, told.done) == (Level.BROKEN, "keys", "")
    assert "link.key is" in told.what
    assert "from a backup" in told.what
    assert damaged == (path.read_bytes() if path.exists() else None)
    (told,) = ran(store, repair=True)
    assert "void" in told.done
    assert store.keys.link_key() != key
    assert [one.read_bytes() for one in quarantined(store).values()] == (
        [] if damaged is None else [damaged]
    )
    assert ran(store, repair=True) == []


def test_a_workspace_that_needs_no_link_key_yet_lacks_none(workspace):
    assert ran(WorkspaceStore(workspace), repair=True) == []
    assert list(workspace.keys.glob("*.key")) == []


def test_a_link_key_that_cannot_be_read_now_is_told_and_stays(store, document, monkeypatch):
    path, key = store.workspace.keys / "link.key", store.keys.link_key()
    unreadable_once(monkeypatch, path)
    (told,) = ran(store, repair=True)
    assert (told.where, told.done) == ("keys", "")
    assert path.read_bytes() == key


def lost_line(store, folder):
    lines = folder.trail.read_bytes().splitlines(keepends=True)
    folder.trail.write_bytes(b"".join(lines[:-1]))


def changed_line(store, folder):
    folder.trail.write_bytes(folder.trail.read_bytes().replace(b"Ada", b"Eve"))


def lost_blob(store, folder):
    next(folder.blobs.iterdir()).unlink()


def changed_log(store, folder):
    content = store.log.entries.read_bytes()
    store.log.entries.write_bytes(content.replace(b'"seq":1', b'"seq":2', 1))


@pytest.mark.parametrize("harm", [lost_line, changed_line, lost_blob, changed_log])
def test_evidence_is_reported_and_not_touched(store, document, folder, harm):
    harm(store, folder)
    before = {
        path: path.read_bytes()
        for path in (*folder.path.rglob("*"), *store.workspace.log.rglob("*"))
        if path.is_file()
    }
    for repair in (False, True, True):
        told = ran(store, repair=repair)
        assert [one for one in told if one.level is Level.DAMAGE and not one.done]
    after = {path: path.read_bytes() for path in before}
    assert after == before


def test_with_damaged_evidence_nothing_else_of_the_document_is_mended(store, document, folder):
    changed_line(store, folder)
    orphan(store, folder)
    stranger(store, folder)
    told = {one.what: one.done for one in ran(store, repair=True)}
    assert not any(done for what, done in told.items() if "notes.txt" not in what)
    assert (folder.blobs / ("f" * 64 + ".pdf")).exists()


def test_what_cannot_be_read_now_is_told_and_left_where_it_is(store, document, monkeypatch):
    endpoints = Endpoints(store.workspace.webhooks)
    endpoint = Endpoint(
        id="we_" + "0" * 26,
        account="local",
        url="https://example.com/hook",
        events=frozenset(),
        secrets=(new_secret(b"s" * 32),),
        created_at=START,
    )
    endpoints.add(endpoint)
    path = store.workspace.webhooks / f"{endpoint.id}.json"
    unreadable_once(monkeypatch, path)
    (told,) = ran(store, repair=True)
    assert (told.where, told.done) == ("webhooks", "")
    assert "cannot be read" in told.what
    assert endpoints.all() == [endpoint]


def test_whichever_reading_fails_nothing_is_passed_over(store, document, folder, monkeypatch):
    for number in itertools.count():
        torn_event(store, folder)
        with monkeypatch.context() as patched:
            failed = unreadable_once(patched, folder.trail, after=number)
            try:
                is_told = not all(one.done for one in ran(store, repair=True))
            except WorkspaceUnusable:
                is_told = True
        assert is_told or folder.trail.read_bytes().endswith(b"\n")
        if not failed:
            break
    assert number > 1


@pytest.mark.parametrize("gone", [(CA, SEAL), (SEAL,), (CA,)])
def test_lost_keys_of_the_seal_are_named_and_made_anew_by_whoever_can(store, document, gone):
    keys = store.workspace.keys
    for name in gone:
        (keys / name).unlink()

    def replace_lost_keys():
        for name in gone:
            (keys / name).write_bytes(b"another")
        return True

    for repair in (False, True):  # the store alone can make none
        (found,) = ran(store, repair=repair)
        assert (found.level, found.where, found.done) == (Level.BROKEN, "keys", "")
        assert all(f"{name} " in found.what for name in gone)
    (mended,) = fsck(store, now=NOW, repair=True, replace_lost_keys=replace_lost_keys)
    assert ("same CA" in mended.done) == (CA not in gone)
    assert ran(store, repair=False) == []


def test_keys_that_nothing_was_sealed_with_are_not_missed(store):
    created(store)
    assert ran(store, repair=False) == []
    store.keys.require_not_lost(CA)
    store.keys.put_if_absent("token.pem", b"-")
    completed(store, signed(store, signed(store, created(store, 1), "s1"), "s2"))
    assert ran(store, repair=False) == []  # a token sealed it
