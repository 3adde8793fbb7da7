"""What is purged is gone, down to hashes; what is left verifies and says so."""

from __future__ import annotations

import base64
import errno
import json
import os
import re
import shutil
from datetime import timedelta

import pytest

from sygn_cli.domain import retention
from sygn_cli.domain.errors import Conflict, NotFound, Purged, Tampered, WorkspaceUnusable
from sygn_cli.domain.evidence import OPERATOR
from sygn_cli.domain.listing import Filters
from sygn_cli.store import durable, locks, log
from sygn_cli.store.cache import FolderCache
from sygn_cli.store.documents import WorkspaceStore
from sygn_cli.store.findings import Level
from sygn_cli.store.workspace import Workspace
from tests.store.faults import FaultyOs, unreadable_once
from tests.store.jobs import jobs_for
from tests.store.power import Disk, lay_out, recorded, states
from tests.store.samples import START, completed, created, signed, voiding

LATER = START + timedelta(days=800)
RULE = retention.retention("2y", now=LATER)
PERSONAL = re.compile(rb"Lovelace|example\.com|Mutual|lawyer|Please sign|%PDF|\"Ada\"")


def purge(store, *documents, at=LATER):
    with store.purging.alone():
        for document in documents:
            entry = retention.purge(document, RULE, actor=OPERATOR)
            assert entry is not None
            store.purging.bury(document, entry, at=at)


def finished(store, number=0):
    document = signed(store, signed(store, created(store, number), "s1"), "s2")
    return completed(store, document)


def left(store, document):
    return sorted(one.name for one in store.workspace.folder(document.id).path.iterdir())


def personal(workspace):
    return [
        path.relative_to(workspace.path)
        for path in workspace.path.rglob("*")
        if path.is_file() and path.name != "sygn.toml" and PERSONAL.search(path.read_bytes())
    ]


def wrong(store):
    return [one for one in store.check() if one.level is not Level.PURGED]


@pytest.fixture
def store(workspace):
    return WorkspaceStore(workspace, jobs_for=jobs_for)


@pytest.fixture
def document(store):
    return finished(store)


def test_nothing_personal_is_left_anywhere(store, document):
    workspace = store.workspace
    store.remember("local", "key", "f" * 64, document.id)
    body = f'{{"document":"{document.id}","email":"ada@example.com"}}'
    workspace.outbox.joinpath("20261121T090000123Z_x.json").write_text(body)
    workspace.idempotency.joinpath("answer-1.json").write_bytes(
        b'{"body":"' + base64.b64encode(body.encode()) + b'"}'
    )
    durable.make_folder(workspace.webhooks / "log")
    delivered = workspace.webhooks / "log" / "2026-11-21.jsonl"
    durable.add_line(delivered, body.encode())
    durable.add_line(delivered, b'{"document":"doc_' + b"0" * 26 + b'","email":"other"}')
    # Folders that are added some day are looked through as well.
    for name in ("mail", "entered"):
        durable.make_folder(workspace.path / name)
        (workspace.path / name / f"{document.id}.s1.txt").write_text("Ada Lovelace")
    # Letters are named without the prefix, and their lines may break within the id.
    letter = f"2026-11-21_mail_{document.id.removeprefix('doc_')}_00000_s1_invitation.eml"
    (workspace.path / "mail" / letter).write_text(f"Ada Lovelace {document.id[:9]}=\n")
    FolderCache(workspace.cache).put("picture-1", b"%PDF picture")
    assert len(personal(workspace)) > 6
    purge(store, document)
    assert left(store, document) == [".lock", "purged.json"]
    assert personal(workspace) == []
    assert b"other" in delivered.read_bytes()
    assert not list(workspace.inflight.iterdir())
    assert not [one for one in store.outbox.pending() if document.id in one.id]


def test_what_cannot_be_read_now_is_looked_at_again(store, document, monkeypatch):
    store.remember("local", "key", "f" * 64, document.id)
    (binding,) = store.workspace.idempotency.glob("*.json")
    unreadable_once(monkeypatch, binding)
    with pytest.raises(WorkspaceUnusable, match="cannot be read"):
        purge(store, document)
    assert binding.exists()
    assert store.heal() == 1
    assert not binding.exists()
    assert wrong(store) == []


def test_a_picture_of_a_page_that_cannot_be_removed_now_is_removed_later(
    store, document, monkeypatch
):
    cache = FolderCache(store.workspace.cache)
    cache.put("0123abcd.png", b"a page")
    real = os.unlink

    def unlink(path, **how):
        if str(path).endswith(".png"):
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))
        real(path, **how)

    with monkeypatch.context() as patched:
        patched.setattr(os, "unlink", unlink)
        with pytest.raises(WorkspaceUnusable):
            purge(store, document)
    assert cache.get("0123abcd.png") == b"a page"
    assert store.heal() == 1
    assert cache.get("0123abcd.png") is None
    assert wrong(store) == []


def test_no_head_is_left_to_try_guesses_on(store, document):
    heads = [event.hash() for event in store.trail(document.id)]
    purge(store, document)
    everything = b"".join(
        path.read_bytes() for path in store.workspace.path.rglob("*") if path.is_file()
    ).decode("latin-1")
    assert [one for one in heads if one in everything] == heads[-1:]  # the tombstone's own link


def test_the_log_is_the_same_tree_and_says_what_happened(store, document):
    other = finished(store, 1)
    before = store.log.checkpoint()
    assert before is not None
    purge(store, document)
    assert wrong(store) == []
    assert list(store.check(kept=[before])) == list(store.check())
    (told,) = store.check()
    assert told.where == document.id
    assert "purged on 2029-01-29 under retention" in told.what
    assert "completed on 2026-11-21" in told.what
    assert store.load(other.id) == other
    verifier = store.log.verifier()
    assert verifier is not None
    entries = store.log.entries.read_bytes()
    assert len(list(log.verify_log(entries, before, verifier=verifier, kept=[before]))) == 15


@pytest.mark.parametrize("times", [1, 2])
def test_a_job_that_is_claimed_during_a_purge_goes_as_well(store, document, monkeypatch, times):
    """A claim gives it another name, behind the back of whoever has just read the folder."""
    listed = durable.names
    minute = timedelta(minutes=1)
    claims: list[int] = []

    def names(folder):
        found = listed(folder)
        if folder == store.workspace.outbox and len(claims) < times:
            claims.append(0)
            with monkeypatch.context() as claiming:
                claiming.setattr(durable, "names", listed)
                now = LATER + len(claims) * minute
                claims[-1] = len(store.outbox.claim_some(now=now, lease=minute, limit=9))
        return found

    with store.purging.alone():
        entry = retention.purge(document, RULE, actor=OPERATOR)
        store.purging.bury(document, entry, at=LATER)
        monkeypatch.setattr(durable, "names", names)
    assert claims == [document.seq + 1] * times
    assert list(store.outbox.pending()) == []


def test_it_is_not_found_and_the_error_says_why(store, document):
    purge(store, document)
    for ask in (
        store.load,
        store.trail,
        store.resolve,
        lambda one: store.blob(one, document.sealed_sha256),
    ):
        with pytest.raises(Purged, match="purged on 2029-01-29") as caught:
            ask(document.id)
        assert document.sealed_sha256 in caught.value.sealed_sha256
    with pytest.raises(NotFound):
        store.commit(document, voiding(created(store, 2)), at=LATER)
    with pytest.raises(Conflict):
        created(store, 0)


def test_lists_and_other_programs_forget_it(store, document):
    other = finished(store, 1)
    assert len(store.list(Filters(), limit=5).documents) == 2
    reader = WorkspaceStore(store.workspace)
    assert reader.load(document.id) == document
    purge(store, document)
    assert reader.list(Filters(), limit=5).documents == (other,)
    assert store.list(Filters(), limit=5).documents == (other,)
    with pytest.raises(Purged):
        reader.load(document.id)
    assert reader.resolve("@last") == other.id


def test_work_goes_on_after_a_purge(store, document):
    purge(store, document)
    again = finished(store, 3)
    assert store.load(again.id) == again
    assert wrong(store) == []


def test_what_changed_meanwhile_is_not_purged(store, document):
    stale = signed(store, created(store, 1), "s1")
    gone = store.commit(stale, voiding(stale), at=START)
    entry = retention.purge(gone, RULE, actor=OPERATOR)
    assert entry is not None
    with store.purging.alone(), pytest.raises(Conflict):
        store.purging.bury(stale, entry, at=LATER)
    assert store.load(gone.id) == gone


def test_evidence_of_tampering_is_not_purged(store, document, expects_warnings):
    folder = store.workspace.folder(document.id)
    entry = retention.purge(document, RULE, actor=OPERATOR)
    assert entry is not None
    content = store.log.entries.read_bytes()
    store.log.entries.write_bytes(content.replace(document.head.encode(), b"0" * 64))
    with pytest.raises(Tampered):
        store.purging.bury(document, entry, at=LATER)
    assert folder.trail.exists()
    assert not folder.tombstone.exists()


def attack_tombstone(store, document):
    path = store.workspace.folder(document.id).tombstone
    path.write_bytes(path.read_bytes().replace(b"completed", b"voidedxxx"))


def attack_moment(store, document):
    path = store.workspace.folder(document.id).tombstone
    path.write_bytes(path.read_bytes().replace(b'"ts":"2029', b'"ts":"2028'))


def attack_gone(store, document):
    shutil.rmtree(store.workspace.folder(document.id).path)


def attack_leaf(store, document):
    content = store.log.entries.read_bytes()
    leaf = re.findall(rb'"leaf":"([0-9a-f]{64})"', content)[2]
    store.log.entries.write_bytes(content.replace(leaf, b"0" * 64))


def attack_number(store, document):
    path = store.log.entries
    path.write_bytes(path.read_bytes().replace(b'","seq":1}', b'","seq":2}', 1))


@pytest.mark.parametrize(
    "attack", [attack_tombstone, attack_moment, attack_gone, attack_leaf, attack_number]
)
def test_what_is_left_is_protected_like_everything_else(store, document, attack):
    purge(store, document)
    attack(store, document)
    fresh = WorkspaceStore(store.workspace)
    assert Level.DAMAGE in {one.level for one in fresh.check()}


def test_a_document_that_was_not_purged_cannot_hide_behind_leaf_hashes(store, document):
    """Who cannot sign may replace heads by leaf hashes: that hides no change of the trail."""
    lines = store.log.lines()
    from sygn_cli.store.entries import entry

    store.log.entries.write_bytes(b"".join(entry(one).forgotten().line() + b"\n" for one in lines))
    assert [one for one in store.check() if one.level is Level.DAMAGE] == []
    folder = store.workspace.folder(document.id)
    folder.trail.write_bytes(b"".join(folder.trail.read_bytes().splitlines(keepends=True)[:-1]))
    folder.projection.unlink()
    assert any("is gone" in one.what for one in store.check())


def test_whichever_call_fails_the_purge_happened_or_did_not(
    tmp_path, monkeypatch, expects_warnings
):
    original = WorkspaceStore(Workspace.open(tmp_path / "template"), jobs_for=jobs_for)
    document = finished(original)
    bystander = finished(original, 1)
    outcomes = set()
    faulty = FaultyOs()
    for number in range(1, 200):
        path = tmp_path / str(number)
        shutil.copytree(original.workspace.path, path)
        store = WorkspaceStore(Workspace.open(path), jobs_for=jobs_for)
        with monkeypatch.context() as patch:
            patch.setattr(durable, "os", faulty)
            patch.setattr(locks, "os", faulty)
            faulty.fail("*", at=number, code=errno.EIO)
            try:
                purge(store, document)
                acknowledged = True
            except WorkspaceUnusable:
                acknowledged = False
            reached = faulty.count >= number
        again = WorkspaceStore(Workspace.open(path), jobs_for=jobs_for)
        again.heal()
        gone = again.workspace.folder(document.id).tombstone.exists()
        outcomes.add((acknowledged, gone))
        assert gone or not acknowledged
        if gone:
            assert left(again, document) == [".lock", "purged.json"]
            whole = [one for one in again.log.about(document.id).values() if one.head]
            assert [one.seq for one in whole] == [document.seq + 1]
        else:
            assert again.load(document.id) == document
            purge(again, document)
        assert again.load(bystander.id) == bystander
        assert wrong(again) == []
        shutil.rmtree(path)
        if not reached:
            break
    assert outcomes == {(True, True), (False, True), (False, False)}


def test_after_a_power_cut_that_took_the_mark_the_rest_is_found(store, document):
    entry = retention.purge(document, RULE, actor=OPERATOR)
    assert entry is not None
    store.purging.bury(document, entry, at=LATER)
    for path in store.workspace.inflight.iterdir():
        path.unlink()
    assert any("still to be removed" in one.what for one in store.check())
    WorkspaceStore(store.workspace).tend(now=LATER)
    assert wrong(store) == []


def test_a_power_cut_does_not_bring_the_index_back(store, document, monkeypatch):
    store.list(Filters(), limit=5)
    disk, operations = recorded(store, lambda one: purge(one, document), monkeypatch)
    assert any(name.startswith("cache/index") for state in disk.states() for name in state)
    last = [state for state, ended in states(disk, operations) if ended]
    assert last
    assert not any(name.startswith("cache/index") for state in last for name in state)


def test_a_tombstone_is_one_canonical_line_of_the_chain(store, document):
    purge(store, document)
    content = store.workspace.folder(document.id).tombstone.read_bytes()
    told = json.loads(content)
    assert (told["type"], told["seq"], told["prev"]) == ("purged", document.seq + 1, document.head)
    assert told["data"]["events"][0]["type"] == "created"


@pytest.mark.slow
def test_every_state_that_a_power_cut_leaves_of_a_purge_is_finished_or_not_begun(
    tmp_path, monkeypatch
):
    store = WorkspaceStore(Workspace.open(tmp_path / "w"), jobs_for=jobs_for)
    document = finished(store)
    shutil.rmtree(store.workspace.cache)  # made again at will; SQLite is not recorded
    shutil.rmtree(store.workspace.outbox)
    before = tmp_path / "before"
    tried = WorkspaceStore(Workspace.open(store.workspace.path), jobs_for=jobs_for)
    shutil.copytree(store.workspace.path, before)
    disk, operations = recorded(tried, lambda one: purge(one, document), monkeypatch)
    number = purged = 0
    for state, ended in states(disk, operations):
        root = tmp_path / "state"
        lay_out(state, root)
        again = WorkspaceStore(Workspace.open(root, create=False), jobs_for=jobs_for)
        again.heal_all()
        gone = again.workspace.folder(document.id).tombstone.exists()
        assert gone or not ended
        if gone:
            purged += 1
            assert left(again, document) == [".lock", "purged.json"]
            assert personal(again.workspace) == []
        else:
            assert again.load(document.id) == document
        assert [one for one in wrong(again) if one.level is not Level.LITTER] == []
        shutil.rmtree(root)
        number += 1
    assert number > 60
    assert 0 < purged < number
    # The control: the model would tell if nothing were flushed.
    unflushed = [one for one in operations if one[0] != "flush"]
    shutil.rmtree(store.workspace.path)
    before.rename(store.workspace.path)
    last = [state for state, ended in states(Disk(store.workspace.path), unflushed) if ended]
    assert not all(any(name.endswith("purged.json") for name in state) for state in last)
