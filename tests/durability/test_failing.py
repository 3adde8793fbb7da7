"""A disk that lets the n-th call fail: all is done or nothing, one error says why, again works."""

from __future__ import annotations

import errno
import itertools
import logging
import shutil

import pytest

from sygn_cli.domain.errors import InvalidRequest, WorkspaceUnusable
from tests.durability.deeds import DEEDS
from tests.durability.judge import case, judge
from tests.durability.machine import SHORT, Machine
from tests.soak import at_length

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::ResourceWarning")]
EVERY = at_length(11, 1)
CODES: tuple[int, ...] = (errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EROFS, errno.EMFILE, SHORT)
# Each call fails in one way, and in a soak in another as well.
WAYS = at_length([CODES], [CODES, CODES[3:] + CODES[:3]])


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.name)
def test_whichever_call_fails_all_is_done_or_nothing(scenes, figure, caplog, deed):
    scene = case(deed, scenes)
    calls = 0
    # What is put off is said in the log; that is not what is asked here.
    caplog.set_level(logging.CRITICAL, logger="sygn")
    for codes in WAYS:
        for number in itertools.count(1, EVERY):
            code = codes[number % len(codes)]
            folder = scene.copy(scenes / str(number))
            acknowledged = False
            with Machine(folder, fail_at=number, code=code) as machine:
                try:
                    deed.act(scene.process(folder))
                    acknowledged = True
                except (WorkspaceUnusable, InvalidRequest):
                    pass
            assert acknowledged or code != SHORT
            if machine.count >= number:
                calls += 1
            judge(scene, folder, acknowledged=acknowledged)
            shutil.rmtree(folder)
            if machine.count < number:
                assert acknowledged
                break
    figure("failing calls", calls)
