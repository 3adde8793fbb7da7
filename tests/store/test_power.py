"""After a power cut at any moment everything acknowledged is there and nothing is half there."""

from __future__ import annotations

import shutil
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from sygn_cli.domain.errors import NotFound, SygnError
from sygn_cli.store import durable, locks
from sygn_cli.store.documents import WorkspaceStore
from sygn_cli.store.workspace import Workspace
from tests.store.jobs import jobs_for
from tests.store.power import Disk, RecordingOs, lay_out
from tests.store.samples import PDF, START, consented, created, creation, document_id, signature
from tests.store.test_recovery import assert_whole, opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DOCUMENT = document_id(0)


def create(store):
    created(store, 0)


def sign(store):
    document = store.load(DOCUMENT)
    entry = signature(document, "s1", drawn=True)
    if entry is not None:
        store.commit(document, entry, at=START)


def prepared(tmp_path, action, *, used=False):
    store = WorkspaceStore(Workspace.open(tmp_path / "w"), jobs_for=jobs_for)
    if used:
        older = START - timedelta(hours=1)
        store.create(document_id(9, at=older), creation(), at=older, blobs=[PDF])
    if action is sign:
        consented(store, created(store, 0), "s1")
    shutil.rmtree(store.workspace.cache)  # made again at will; SQLite is not recorded
    return opened(store.workspace.path)


def recorded(store, action, monkeypatch):
    disk = Disk(store.workspace.path)
    recorder = RecordingOs()
    with monkeypatch.context() as patch:
        patch.setattr(durable, "os", recorder)
        patch.setattr(locks, "os", recorder)
        action(store)
    return disk, recorder.operations


def states(disk, operations) -> Iterator[tuple[dict[str, bytes | None], bool]]:
    """Yield every different state once, and whether the action had ended."""
    met: set[int] = set()
    for number, operation in enumerate(operations, start=1):
        disk.apply(operation)
        ended = number == len(operations)
        for state in disk.states():
            key = hash((ended, *sorted(state.items(), key=lambda item: item[0])))
            if key not in met:
                met.add(key)
                yield state, ended


def survives(root: Path, action, last: int, *, ended: bool) -> None:
    """Raise unless a workspace is as it may be after a power cut, and goes on from there."""
    store = opened(root)
    store.heal_all()
    try:
        seq = store.load(DOCUMENT).seq
    except NotFound:
        seq = -1
    assert seq == last or (seq == last - 1 and not ended)
    if seq < last:
        action(store)
    assert store.load(DOCUMENT).seq == last
    assert store.resolve("@last") == DOCUMENT
    assert_whole(store)


@pytest.mark.slow
@pytest.mark.parametrize(("action", "last", "least"), [(create, 0, 150), (sign, 2, 60)])
def test_every_state_that_a_power_cut_can_leave_recovers(
    tmp_path, monkeypatch, action, last, least
):
    disk, operations = recorded(prepared(tmp_path, action), action, monkeypatch)
    number = 0
    for state, ended in states(disk, operations):
        root = tmp_path / str(number)
        lay_out(state, root)
        survives(root, action, last, ended=ended)
        shutil.rmtree(root)
        number += 1
    assert number > least


@pytest.mark.slow
@pytest.mark.usefixtures("expects_warnings")
@pytest.mark.parametrize("action", [create, sign])
def test_without_any_one_flush_some_state_is_bad(tmp_path, monkeypatch, action):
    """The control: the model finds each flush that is missing, and none is there for nothing.

    But the month was made and flushed before; had its maker died in between, it would matter.
    """
    store = prepared(tmp_path, action, used=True)
    before = tmp_path / "before"
    shutil.copytree(store.workspace.path, before)
    _, operations = recorded(store, action, monkeypatch)
    shutil.rmtree(store.workspace.path)
    before.rename(store.workspace.path)
    flushes = [number for number, one in enumerate(operations) if one[0] == "flush"]
    needless = []
    for number in flushes:
        without = [*operations[:number], *operations[number + 1 :]]
        if not bad(Disk(store.workspace.path), without, tmp_path, action):
            needless.append(operations[number][1])
    assert needless == ([str(store.workspace.documents)] if action is create else [])


def bad(disk, operations, tmp_path, action) -> bool:
    # The last states first: most harm shows when the action has ended.
    for state, ended in reversed(list(states(disk, operations))):
        root = tmp_path / "state"
        lay_out(state, root)
        try:
            survives(root, action, 2 if action is sign else 0, ended=ended)
        except (AssertionError, SygnError):
            return True
        finally:
            shutil.rmtree(root)
    return False
