"""After a power cut at any moment what was acknowledged is there, and nothing is half there."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sygn_cli.domain.errors import SygnError
from tests.durability.deeds import DEEDS
from tests.durability.judge import Case, case, do_again, judge
from tests.durability.machine import Death, Machine
from tests.durability.scene import Process
from tests.soak import SOAK, at_length
from tests.store.power import Disk, lay_out

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::ResourceWarning")]
EVERY = at_length(25, 1)
DEATHS = at_length(37, 5)
by_name = pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.name)

State = dict[str, bytes | None]
Operation = tuple[Any, ...]


def recorded(scene: Case, folder: Path) -> tuple[Disk, list[Operation]]:
    """Do the deed in a copy; return the disk as it was before, and what was done to it."""
    scene.copy(folder)
    disk = Disk(folder)
    with Machine(folder) as machine:
        scene.deed.act(scene.process(folder, told=_noted(machine)))
    return disk, machine.operations


def _noted(machine: Machine) -> Any:
    return lambda what: machine.operations.append(("heard", what))


def states(
    disk: Disk, operations: Iterable[Operation], *, every: int = 1, last_only: bool = False
) -> Iterator[tuple[State, str, bool]]:
    """Yield each different state once, what the world outside had heard, and whether it was the end.

    Args:
        every: Only each so-many-th of them.
        last_only: Only those at the end.
    """
    met: set[int] = set()
    heard = ""
    steps = list(operations)
    for number, operation in enumerate(steps, start=1):
        if operation[0] == "heard":
            heard += f"{operation[1]}\n"
        else:
            disk.apply(operation)
        ended = number == len(steps)
        if last_only and not ended:
            continue
        for state in disk.states():
            key = hash((ended, *sorted(state.items(), key=lambda item: item[0])))
            if key in met:
                continue
            met.add(key)
            if len(met) % every == 0 or ended:
                yield state, heard, ended


def survives(
    scene: Case, folder: Path, state: State, heard: str, *, acknowledged: bool, turn: int = 1
) -> None:
    """Fail unless a disk that was left so can be gone on with."""
    outside = folder.with_name(f"{folder.name}.heard")
    outside.write_text(heard)
    lay_out(state, folder)
    try:
        judge(scene, folder, acknowledged=acknowledged, power=True, turn=turn, outside=outside)
    finally:
        shutil.rmtree(folder)


@by_name
def test_every_state_that_a_power_cut_can_leave_can_be_gone_on_with(scenes, figure, deed):
    scene = case(deed, scenes)
    disk, operations = recorded(scene, scenes / "done")
    count = 0
    for state, heard, ended in states(disk, operations, every=EVERY):
        survives(scene, scenes / "state", state, heard, acknowledged=ended)
        count += 1
    figure("power states", count)


@by_name
def test_what_is_done_again_after_a_death_outlasts_a_power_cut(scenes, figure, deed):
    """Who finds a thing done by somebody who died before it was flushed must flush it."""
    scene = case(deed, scenes)
    _, operations = recorded(scene, scenes / "done")
    count = 0
    for die_at in range(1, len(operations) * 2, DEATHS):
        folder = scene.copy(scenes / f"died-{die_at}")
        disk = Disk(folder)
        done, ended, acknowledged = died_and_done_again(scene, folder, die_at)
        shutil.rmtree(folder)
        if ended:
            break
        for state, heard, _ in states(disk, done, last_only=True):
            survives(scene, scenes / "state", state, heard, acknowledged=acknowledged, turn=2)
            count += 1
    figure("power states", count)


def died_and_done_again(
    scene: Case, folder: Path, die_at: int
) -> tuple[list[Operation], bool, bool]:
    """Return what two processes did, whether the first came to its end, and the second said so."""
    deed = scene.deed
    with Machine(folder, die_at=die_at) as first:
        try:
            deed.act(scene.process(folder, told=_noted(first)))
        except Death:
            pass
        else:
            return [], True, True
    with Machine(folder) as second:
        at = deed.at + deed.pause
        later = Process(folder, at=at, seed="again 1", told=_noted(second))
        acknowledged = False
        if not later.place.exists() or deed.blind:
            acknowledged = do_again(deed, later, allowed=True) and deed.told
        else:
            later.store.heal()
    return [*first.operations, *second.operations], False, acknowledged


CONTROLLED = [deed for deed in DEEDS if SOAK or deed.name in {"sign", "make a key"}]
# Flushes that no state shows to be missed, and why.
NEEDLESS_ANYWHERE = {".sygn"}  # the folder of the cache is made, which may go at any time
NEEDLESS: dict[str, set[str]] = {
    # The log begins with an empty file, and its first line comes with its own flush.
    "create": {".sygn/log", ".sygn/log/entries.jsonl*.tmp"},
    # The folders of logs that people read, of which the last lines may be lost.
    "deliver mail": {".sygn/mail"},
    "deliver webhooks": {".sygn/webhooks"},
    # Nothing counts that is in the folder of what is unfinished.
    "add a template": {".sygn/tmp"},
    "remove a template": {".sygn/tmp"},
    # What was moved away and comes back is found again, and moved away again.
    "repair": {
        ".sygn/documents/2026-11",
        ".sygn/documents/2026-11/*",
        ".sygn/documents/2026-11/*/blobs",
        ".sygn/documents/2026-11/*/audit.jsonl",
        ".sygn/outbox",
    },
    # Files that can be made again, written as all others are.
    "restore": {
        ".sygn.restoring-*/.gitignore",
        ".sygn.restoring-*/documents/2026-11/*/document.json",
    },
}
# Where several names change in a row, the last flush takes all along.
LAST_COUNTS = {".sygn/outbox", ".sygn/keys", ".sygn.restoring-*", "."}


@pytest.mark.parametrize("deed", CONTROLLED, ids=lambda deed: deed.name)
def test_without_any_one_flush_some_state_is_bad(scenes, deed):
    """The control: the model finds each flush that is missing, and few are there for nothing."""
    scene = case(deed, scenes)
    folder = scenes / "done"
    _, operations = recorded(scene, folder)
    shutil.rmtree(folder)
    scene.copy(folder)
    needless = NEEDLESS_ANYWHERE | NEEDLESS.get(deed.name, set())
    for taken in flushes(operations, folder):
        kind = _kind(operations[taken[0]][1], folder)
        without = [one for number, one in enumerate(operations) if number not in taken]
        bad = kind in needless or some_state_is_bad(scene, Disk(folder), without, scenes / "state")
        assert bad, f"nobody misses a flush of {kind}"


def flushes(operations: list[Operation], folder: Path) -> Iterator[list[int]]:
    """Yield which flushes are to be taken out together, as one does the work of the others.

    Those between which nothing changed; and where the last counts, all. Nothing can be told of a
    flush for what another process may have left, as the scene begins with all of it on the disk.
    """
    groups: list[list[int]] = []
    latest: dict[str, list[int]] = {}
    changed: set[str] = set()
    for number, (name, path, *more) in enumerate(operations):
        if name != "flush":
            if name != "heard":
                paths = [path, *(one for one in more if isinstance(one, str))]
                changed.update(paths, (str(Path(one).parent) for one in paths))
            continue
        if path in latest and (path not in changed or _kind(path, folder) in LAST_COUNTS):
            latest[path].append(number)
        elif path in changed:
            latest[path] = [number]
            groups.append(latest[path])
        changed.discard(path)
    yield from groups


def some_state_is_bad(scene: Case, disk: Disk, operations: list[Operation], folder: Path) -> bool:
    # The last states first: most harm shows when the deed has ended.
    for state, heard, ended in reversed(list(states(disk, operations))):
        try:
            survives(scene, folder, state, heard, acknowledged=ended)
        except (AssertionError, SygnError, OSError):
            return True
    return False


def _kind(path: str, folder: Path) -> str:
    """Return what a file is, without what is its own."""
    name = str(Path(path).relative_to(folder))
    return re.sub(r"(doc|key|we)_[0-9a-z]+|[0-9a-f]{16,}|\.\d+\.\d+|\d{8}T\d+Z?", "*", name)
