"""A disk that is full or read-only shows all there is; what was left unfinished is found."""

from __future__ import annotations

import errno
import subprocess
import sys

import pytest

from sygn_cli.domain.errors import WorkspaceUnusable
from sygn_cli.domain.listing import Filters
from sygn_cli.store import durable
from sygn_cli.store.documents import WorkspaceStore
from sygn_cli.store.workspace import Workspace
from tests.store.faults import FaultyOs
from tests.store.samples import START, consented, created, voiding


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


def test_a_read_only_workspace_still_shows_everything(tmp_path, judge):
    judge("unshare")
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


def test_tending_that_is_stopped_looks_through_all_documents_the_next_time(store):
    documents = [created(store, number) for number in range(4)]
    for one in documents:
        store.workspace.folder(one.id).projection.unlink()
    answers = iter([False, False])
    store.tend(now=START, stopped=lambda: next(answers, True))
    assert [one.id for one in documents if is_projected(store, one)] == [
        documents[2].id,
        documents[3].id,
    ]
    store.tend(now=START)
    assert all(is_projected(store, one) for one in documents)


def is_projected(store, document):
    return store.workspace.folder(document.id).projection.exists()


@pytest.mark.parametrize(
    "harm", ["gone", "cut", "another document's", "a torn line", "one event ahead"]
)
def test_looking_through_all_documents_misses_no_unfinished_one(store, harm):
    """What it looks at is less than what a reader does."""
    document, other = created(store), created(store, 1)
    folder = store.workspace.folder(document.id)
    content, trail = folder.projection.read_bytes(), folder.trail.read_bytes()
    if harm == "gone":
        folder.projection.unlink()
    elif harm == "cut":
        folder.projection.write_bytes(content[:-1])
    elif harm == "another document's":
        folder.projection.write_bytes(store.workspace.folder(other.id).projection.read_bytes())
    elif harm == "a torn line":
        folder.trail.write_bytes(trail + b"{")
    else:
        voided = store.commit(document, voiding(document), at=START)
        folder.projection.write_bytes(content)
        document = voided
    assert store.heal_all() == 1
    assert store.load(document.id) == document
    assert store.heal_all() == 0
    assert folder.trail.read_bytes().endswith(b"\n")


def test_tending_twice_looks_through_all_documents_once(store):
    document = created(store)
    store.tend(now=document.created_at)
    folder = store.workspace.folder(document.id)
    folder.projection.unlink()
    store.tend(now=document.created_at)
    assert not folder.projection.exists()
    assert store.load(document.id) == document
