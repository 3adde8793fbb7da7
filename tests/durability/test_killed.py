"""A process that is killed before any system call that changes something, by way of strace."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import judges
from tests.durability import doomed
from tests.durability.deeds import DEEDS
from tests.durability.judge import Case, case, judge, relative
from tests.durability.machine import Machine
from tests.soak import SOAK, at_length

EVERY = at_length(29, 1)
# The others are met by test_dying in each run, at the same calls.
QUICK = frozenset({"create", "sign and seal"})
CACHE = 60  # more calls than the cache needs, of which nothing is known
TRIED = [deed for deed in DEEDS if SOAK or deed.name in QUICK]


def strace_works() -> bool:
    try:
        done = subprocess.run(["strace", "-f", "-o", "/dev/null", "true"], check=False)
    except FileNotFoundError:
        return False
    return done.returncode == 0


@pytest.fixture(scope="module", autouse=True)
def traced() -> None:
    if not strace_works():
        judges.do_without("strace is not installed or may not trace (Debian: strace)")


pytestmark = pytest.mark.slow


@pytest.mark.parametrize("deed", TRIED, ids=lambda deed: deed.name)
def test_whoever_is_killed_anywhere_has_done_it_or_not(scenes, figure, deed):
    scene = case(deed, scenes)
    points = undone = 0
    for folder, acknowledged, killed in killed_anywhere(scene, scenes, budget=budget_of(scene)):
        points += killed
        undone += not judge(scene, folder, acknowledged=acknowledged)
        shutil.rmtree(folder)
    assert points
    if relative(scene.before, scene.before) != scene.after:
        assert undone
    figure("kill points", points)


def budget_of(scene: Case) -> int:
    """Return more calls of one kind than the deed makes."""
    folder = scene.copy(scene.template.with_name("counted"))
    with Machine(folder) as machine:
        scene.deed.act(scene.process(folder))
    return max(machine.calls.values()) + CACHE


def killed_anywhere(
    scene: Case, scenes: Path, *, budget: int
) -> Iterator[tuple[Path, bool, bool]]:
    """Yield what is left of each copy, whether the end was told, and whether it was killed."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    kills = [f"inject={call}:signal=KILL:when={budget}" for call in doomed.WASTE]
    command = [
        *("strace", "-f", "-o", "/dev/null"),
        *("-e", "trace=" + ",".join(doomed.WASTE)),
        *(part for kill in kills for part in ("-e", kill)),
        *(sys.executable, "-B", "-m", "tests.durability.doomed"),
        *(scene.deed.name, str(EVERY), str(budget), str(theirs.fileno())),
    ]
    with (
        ours,
        subprocess.Popen(
            command, pass_fds=[theirs.fileno()], stderr=subprocess.PIPE, text=True
        ) as worker,
    ):
        theirs.close()
        number, folder = 0, scenes
        while (said := ours.recv(100)) not in {b"end", b""}:
            if said == b"copy":
                number += 1
                folder = scene.copy(scenes / f"at-{number}")
            else:
                yield folder, said[:1] == b"1", said[1:] == b"1"
            ours.send(str(folder).encode())
        _, errors = worker.communicate()
        assert (said, worker.returncode) == (b"end", 0), errors
