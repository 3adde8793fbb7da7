"""After a power cut at any moment what was acknowledged is there, and nothing is half there."""

from __future__ import annotations

import copy
import itertools
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
EVERY = at_length(35, 1)
DEATHS = at_length(53, 4)  # with those of the test before it, over 6,000 states in a soak
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
        first, second, acknowledged = died_and_done_again(scene, folder, die_at)
        shutil.rmtree(folder)
        if second is None:
            break
        for state, heard, _ in states(disk, [*first, *second], last_only=True):
            survives(scene, scenes / "state", state, heard, acknowledged=acknowledged, turn=2)
            count += 1
    figure("power states", count)


def died_and_done_again(
    scene: Case, folder: Path, die_at: int
) -> tuple[list[Operation], list[Operation] | None, bool]:
    """Return what two processes did, and whether the second said so; None for it if none died."""
    deed = scene.deed
    with Machine(folder, die_at=die_at) as first:
        try:
            deed.act(scene.process(folder, told=_noted(first)))
        except Death:
            pass
        else:
            return first.operations, None, True
    with Machine(folder) as second:
        at = deed.at + deed.pause
        later = Process(folder, at=at, seed="again 1", told=_noted(second))
        acknowledged = False
        if not later.place.exists() or deed.blind:
            acknowledged = do_again(deed, later, allowed=True) and deed.told
        else:
            later.store.heal()
    return first.operations, second.operations, acknowledged


CONTROLS = "controls: flushes that were taken out, and missed"
CONTROLLED = [deed for deed in DEEDS if SOAK or deed.name in {"sign", "make a key"}]
# Flushes that no state shows to be missed, and why.
NEEDLESS_ANYWHERE = {".sygn"}  # the folder of the cache is made, which may go at any time
NEEDLESS: dict[str, set[str]] = {
    # The log begins with an empty file, and its first line comes with its own flush.
    "create": {".sygn/log", ".sygn/log/entries.jsonl*.tmp"},
    # The folders of logs that people read, of which the last lines may be lost.
    "deliver mail": {".sygn/mail"},
    "deliver webhooks": {".sygn/webhooks"},
    # And the endpoint beside it, of which "enable an endpoint" shows that its flush counts.
    "disable an endpoint": {".sygn/webhooks"},
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
    # Files that can be made again, written as all others are; and the note of what is being
    # replaced, without which the next restore puts nothing back and finds nothing to compare with.
    "restore": {
        ".sygn.restoring-*/tmp",
        ".sygn.restoring-*/tmp/replaces",
        ".sygn.restoring-*/.gitignore",
        ".sygn.restoring-*/documents/2026-11/*/document.json",
    },
}
# Where several names change in a row, the last flush takes all along.
LAST_COUNTS = {".sygn/outbox", ".sygn/keys", ".sygn.restoring-*", "."}


@pytest.mark.parametrize("deed", CONTROLLED, ids=lambda deed: deed.name)
def test_without_any_one_flush_some_state_is_bad(scenes, tally, deed):
    """The control: the model finds each flush that is missing, and few are there for nothing."""
    scene = case(deed, scenes)
    folder = scenes / "done"
    _, operations = recorded(scene, folder)
    shutil.rmtree(folder)
    scene.copy(folder)
    needless = NEEDLESS_ANYWHERE | NEEDLESS.get(deed.name, set())
    for taken in flushes(operations, folder):
        kind = _kind(operations[taken[0]][1], folder)
        if kind in needless:
            continue
        states_without = states(Disk(folder), _without(operations, taken))
        assert some_state_is_bad(scene, states_without, scenes / "state"), (
            f"nobody misses a flush of {kind}"
        )
        tally(CONTROLS, 1)


CONTROLLED_AGAIN = [deed for deed in DEEDS if SOAK or deed.name in {"consent", "revoke a key"}]
# What the second process finds unflushed, flushes, and flushes again having changed it itself.
NEEDLESS_AGAIN: dict[str, set[str]] = {
    "create": {".sygn/idempotency"},
    "sign and seal": {".sygn/documents/2026-11/*/blobs"},
    "add a template": {".sygn/tmp"},  # of which nothing counts
    "repair": {".sygn/quarantine"},  # as above
}


@pytest.mark.parametrize("deed", CONTROLLED_AGAIN, ids=lambda deed: deed.name)
def test_without_a_flush_of_what_the_dead_left_some_state_is_bad(scenes, tally, deed):
    """The control for those who find a thing done that was not flushed."""
    scene = case(deed, scenes)
    missed: dict[str, bool] = {}
    needless = NEEDLESS_AGAIN.get(deed.name, set())
    for die_at in itertools.count(1):
        folder = scene.copy(scenes / f"died-{die_at}")
        disk = Disk(folder)
        first, second, acknowledged = died_and_done_again(scene, folder, die_at)
        shutil.rmtree(folder)
        if second is None:
            break
        for kind, taken in found_unflushed(first, second, folder).items():
            if missed.get(kind) or kind in needless:
                continue
            done = [*first, *_without(second, taken)]
            left = states(copy.deepcopy(disk), done, last_only=True)
            missed[kind] = some_state_is_bad(
                scene, left, scenes / "state", turn=2, acknowledged=acknowledged
            )
    assert all(missed.values()), missed
    assert missed or deed.name not in {"consent", "sign", "revoke a key"}
    tally(CONTROLS, len(missed))


def found_unflushed(
    first: list[Operation], second: list[Operation], folder: Path
) -> dict[str, list[int]]:
    """Return by kind the flushes of the second for what the first alone had changed."""
    left: set[str] = set()
    for operation in first:
        _changes(left, operation)
    ours: set[str] = set()
    found: dict[str, list[int]] = {}
    for number, operation in enumerate(second):
        if operation[0] == "flush" and operation[1] in left - ours:
            found.setdefault(_kind(operation[1], folder), []).append(number)
        _changes(ours, operation)
    return found


def _changes(changed: set[str], operation: Operation) -> None:
    """Note which files and folders an operation leaves changed, or flushed."""
    name, path, *more = operation
    if name == "flush":
        changed.discard(path)
    elif name != "heard":
        paths = [path, *(one for one in more if isinstance(one, str))]
        changed.update(paths, (str(Path(one).parent) for one in paths))


def _without(operations: list[Operation], taken: list[int]) -> list[Operation]:
    return [one for number, one in enumerate(operations) if number not in taken]


def flushes(operations: list[Operation], folder: Path) -> Iterator[list[int]]:
    """Yield which flushes are to be taken out together, as one does the work of the others.

    Those between which nothing changed; and where the last counts, all. Nothing can be told here of a
    flush for what another process may have left, as the scene begins with all of it on the disk:
    :func:`found_unflushed` has those.
    """
    groups: list[list[int]] = []
    latest: dict[str, list[int]] = {}
    changed: set[str] = set()
    for number, (name, path, *more) in enumerate(operations):
        if name != "flush":
            _changes(changed, (name, path, *more))
            continue
        if path in latest and (path not in changed or _kind(path, folder) in LAST_COUNTS):
            latest[path].append(number)
        elif path in changed:
            latest[path] = [number]
            groups.append(latest[path])
        changed.discard(path)
    yield from groups


def some_state_is_bad(
    scene: Case,
    left: Iterable[tuple[State, str, bool]],
    folder: Path,
    *,
    turn: int = 1,
    acknowledged: bool = True,
) -> bool:
    # The last states first: most harm shows when the deed has ended.
    for state, heard, ended in reversed(list(left)):
        try:
            told = ended and acknowledged
            survives(scene, folder, state, heard, acknowledged=told, turn=turn)
        except (AssertionError, SygnError, OSError):
            return True
    return False


def _kind(path: str, folder: Path) -> str:
    """Return what a file is, without what is its own."""
    name = str(Path(path).relative_to(folder))
    return re.sub(r"(doc|key|we)_[0-9a-z]+|[0-9a-f]{16,}|\.\d+\.\d+|\d{8}T\d+Z?", "*", name)
