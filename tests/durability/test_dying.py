"""A process that dies before any of its calls, on systems where nothing can be traced."""

from __future__ import annotations

import itertools
import shutil

import pytest

from tests.durability.deeds import DEEDS
from tests.durability.judge import case, judge
from tests.durability.machine import Death, Machine
from tests.soak import at_length

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::ResourceWarning")]
EVERY = at_length(17, 1)


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.name)
def test_whoever_dies_at_any_call_has_done_it_or_not(scenes, figure, deed):
    scene = case(deed, scenes)
    done = points = 0
    for number in itertools.count(1, EVERY):
        folder = scene.copy(scenes / str(number))
        acknowledged = False
        with Machine(folder, die_at=number) as machine:
            try:
                deed.act(scene.process(folder))
                acknowledged = True
            except Death:
                points += 1
        done += judge(scene, folder, acknowledged=acknowledged)
        shutil.rmtree(folder)
        if machine.count < number:
            break
    assert done
    figure("fault points", points)
