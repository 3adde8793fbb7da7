"""A process that dies, or a disk that fails, at any point loses nothing that was acknowledged."""

from __future__ import annotations

import errno
import itertools
import shutil
import subprocess
import sys
from collections import Counter

import pytest

from sygn_cli.domain.document import DocumentStatus
from sygn_cli.domain.errors import Conflict, NotFound, WorkspaceUnusable
from sygn_cli.domain.listing import Filters
from sygn_cli.store import durable, locks, reading
from sygn_cli.store.documents import WorkspaceStore
from sygn_cli.store.findings import Level
from sygn_cli.store.workspace import Workspace
from tests.store.faults import FaultyOs
from tests.store.jobs import jobs_for
from tests.store.kills import died, needs_strace
from tests.store.samples import START, consented, created, document_id, signature

DOCUMENT = document_id(0)


def opened(path):
    return WorkspaceStore(Workspace.open(path, create=False), jobs_for=jobs_for)


def assert_whole(store):
    """After healing nothing is damaged or left to do, and every event has its job once."""
    store.heal()
    assert [one for one in store.check() if one.level is not Level.LITTER] == []
    assert list(store.workspace.inflight.iterdir()) == []
    events = [
        f"{event.doc}.{event.seq}.webhook"
        for one in reading.walk(store.workspace.documents)
        for event in store.trail(one)
    ]
    assert sorted(job.id for job in store.outbox.pending()) == sorted(events)


def create(store):
    created(store, 0)


def sign(store):
    document = store.load(DOCUMENT)
    entry = signature(document, "s1", drawn=True)
    if entry is not None:
        store.commit(document, entry, at=START)


@needs_strace
@pytest.mark.slow
def test_a_creation_killed_at_any_point_happened_or_did_not(tmp_path):
    template = Workspace.open(tmp_path / "template").path
    points = died("create", template, tmp_path)
    assert len(points) > 40
    outcomes: Counter[int] = Counter()
    for path, acknowledged in points:
        store = opened(path)
        there = {one.id for one in store.list(Filters(), limit=5).documents}
        assert there == {DOCUMENT} or not acknowledged
        outcomes[len(there)] += 1
        if there:
            with pytest.raises(Conflict):
                create(store)
        else:
            with pytest.raises(NotFound):
                store.load(DOCUMENT)
            create(store)
        assert store.resolve("@last") == DOCUMENT
        assert store.load(DOCUMENT).seq == 0
        assert_whole(store)
    assert outcomes[0] > 10
    assert outcomes[1] > 10


@needs_strace
@pytest.mark.slow
def test_a_signature_killed_at_any_point_happened_once_or_did_not(tmp_path):
    store = WorkspaceStore(Workspace.open(tmp_path / "template"), jobs_for=jobs_for)
    consented(store, created(store, 0), "s1")
    points = died("sign", store.workspace.path, tmp_path)
    assert len(points) > 25
    outcomes: Counter[DocumentStatus] = Counter()
    for number, (path, acknowledged) in enumerate(points):
        store = opened(path)
        status = store.load(DOCUMENT).status
        outcomes[status] += 1
        assert status is DocumentStatus.PARTIALLY_SIGNED or not acknowledged
        if number % 2:  # a list heals; so does the next change, without one
            (listed,) = store.list(Filters(status=status), limit=5).documents
            assert listed.status is status
        sign(store)
        types = [str(event.type) for event in store.trail(DOCUMENT)]
        assert types == ["created", "consent.given", "signed"]
        assert_whole(store)
    assert outcomes[DocumentStatus.SENT] > 5
    assert outcomes[DocumentStatus.PARTIALLY_SIGNED] > 5


@pytest.mark.usefixtures("expects_warnings")
@pytest.mark.parametrize(
    "code",
    [errno.ENOSPC, errno.EIO, errno.EROFS],
    ids=errno.errorcode.get,
)
@pytest.mark.parametrize("action", [create, sign])
def test_whichever_call_fails_all_is_done_or_nothing(tmp_path, monkeypatch, action, code):
    faulty = FaultyOs()
    store = WorkspaceStore(Workspace.open(tmp_path / "template"), jobs_for=jobs_for)
    if action is sign:
        consented(store, created(store, 0), "s1")
    last = 2 if action is sign else 0
    refused = done = 0
    for number in itertools.count(1):
        path = tmp_path / str(number)
        shutil.copytree(store.workspace.path, path)
        tried = opened(path)
        with monkeypatch.context() as patch:
            patch.setattr(durable, "os", faulty)
            patch.setattr(locks, "os", faulty)
            faulty.fail("*", at=number, code=code)
            try:
                action(tried)
            except WorkspaceUnusable:
                refused += 1
                expected = last - 1
            else:
                done += 1
                expected = last
            reached = faulty.count >= number
        again = opened(path)
        if expected >= 0:
            assert again.load(DOCUMENT).seq == expected
        else:
            with pytest.raises(NotFound):
                again.load(DOCUMENT)
        if expected < last:
            action(again)
        assert again.load(DOCUMENT).seq == last
        assert_whole(again)
        if not reached:
            break
    assert refused > 10
    assert done > 10


@pytest.mark.usefixtures("expects_warnings")
def test_a_disk_that_stays_full_refuses_every_change_and_shows_all_there_is(store, monkeypatch):
    document = created(store)
    faulty = FaultyOs()
    faulty.fail("write", at=None, code=errno.ENOSPC)
    with monkeypatch.context() as patch:
        patch.setattr(durable, "os", faulty)
        for _ in range(3):
            with pytest.raises(WorkspaceUnusable, match="no space"):
                created(store, 1)
            with pytest.raises(WorkspaceUnusable, match="no space"):
                consented(store, document, "s1")
            assert store.load(document.id) == document
            assert store.list(Filters(), limit=5).documents == (document,)
    consented(store, document, "s1")
    created(store, 1)
    assert list(store.check()) == []
    assert list(store.workspace.staging.iterdir()) == []


def test_a_read_only_workspace_still_shows_everything(tmp_path):
    if shutil.which("unshare") is None:
        pytest.skip("unshare is not installed")
    store = WorkspaceStore(Workspace.open(tmp_path / "w"))
    document = consented(store, created(store), "s1")
    script = (
        "import sys; from pathlib import Path\n"
        "from sygn_cli.store.documents import WorkspaceStore\n"
        "from sygn_cli.store.workspace import Workspace\n"
        "from sygn_cli.domain.listing import Filters\n"
        "from sygn_cli.domain.errors import WorkspaceUnusable\n"
        "from tests.store.samples import created\n"
        "store = WorkspaceStore(Workspace.open(Path(sys.argv[1])))\n"
        "document = store.load(store.resolve('@last'))\n"
        "assert store.list(Filters(), limit=5).documents == (document,)\n"
        "assert list(store.check()) == []\n"
        "try: created(store, 1)\n"
        "except WorkspaceUnusable as error: print(document.head, error.message)\n"
    )
    mounted = (
        'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && exec "$2" -B -c "$3" "$1"'
    )
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", mounted, "sh", store.workspace.path, sys.executable, script],
        check=False,
        capture_output=True,
        text=True,
    )
    if "unshare failed" in done.stderr or "permission denied" in done.stderr:
        pytest.skip("mounting needs privileges")
    assert done.stderr == ""
    assert done.stdout.startswith(document.head)
    assert "cannot be written" in done.stdout


def test_tending_heals_after_a_restart_of_the_machine_even_without_a_mark(store):
    """A power cut may take the in-flight mark along; the trail is what counts."""
    document = created(store)
    folder = store.workspace.folder(document.id)
    folder.projection.unlink()
    store.tend(now=document.created_at)
    assert folder.projection.exists()


def test_tending_twice_looks_through_all_documents_once(store):
    document = created(store)
    store.tend(now=document.created_at)
    folder = store.workspace.folder(document.id)
    folder.projection.unlink()
    store.tend(now=document.created_at)
    assert not folder.projection.exists()
    assert store.load(document.id) == document
