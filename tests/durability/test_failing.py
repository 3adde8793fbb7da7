"""A disk that lets the n-th call fail: all is done or nothing, one error says why, again works.

Reading may fail as well as writing, as where too many files are open: what cannot be read is not
what is not there, and not what is damaged.
"""

from __future__ import annotations

import errno
import logging
import shutil
from pathlib import Path

import pytest

from sygn_cli.domain.errors import InvalidRequest, Tampered, WorkspaceUnusable
from tests.durability.deeds import DEEDS
from tests.durability.judge import Case, case, judge
from tests.durability.machine import SHORT, Machine, can_fail
from tests.soak import at_length

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::ResourceWarning")]
# Prime to the number of ways, so that a slice meets all of them.
EVERY = at_length(71, 1)
WAYS = (errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EROFS, errno.EMFILE, SHORT)


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.name)
def test_whichever_call_fails_all_is_done_or_nothing(scenes, figure, caplog, deed):
    scene = case(deed, scenes)
    # What is put off is said in the log; that is not what is asked here.
    caplog.set_level(logging.CRITICAL, logger="sygn")
    whole = Machine(scene.copy(scenes / "whole"), reads=True)
    assert is_acknowledged(scene, scenes / "whole", whole)
    points = [
        (number, code)
        for number, call in enumerate(whole.steps, start=1)
        for code in WAYS
        if can_fail(call, code)
    ]
    # Each deed has its own slice, or all would meet the first calls, which are the same.
    first = DEEDS.index(deed) * 7 % min(EVERY, len(points))
    chosen = points[first::EVERY]
    for number, code in chosen:
        folder = scene.copy(scenes / f"{number}-{code}")
        machine = Machine(folder, fail_at=number, code=code, reads=True)
        acknowledged = is_acknowledged(scene, folder, machine)
        assert machine.failed == whole.steps[number - 1]
        assert acknowledged or code != SHORT
        judge(scene, folder, acknowledged=acknowledged)
        shutil.rmtree(folder)
    figure("failing calls", len(chosen))


def is_acknowledged(scene: Case, folder: Path, machine: Machine) -> bool:
    """Do the deed; tell whether it was said to be done, and the world outside heard of it."""
    process = scene.process(folder)
    with machine:
        try:
            scene.deed.act(process)
        except (WorkspaceUnusable, InvalidRequest):
            return False
        except Tampered as error:  # so a backup is refused that cannot be read back
            if "cannot be read" not in error.message:
                raise
            return False
    return scene.heard <= process.outside.heard()
