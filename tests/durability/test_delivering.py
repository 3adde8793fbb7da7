"""What is delivered comes once; after a death one thing may come again, as the same."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from itertools import chain
from pathlib import Path

import pytest

from sygn_cli.services import webhooks
from sygn_cli.services.runtime import Runtime
from tests.durability.crew import Crew
from tests.durability.deeds import ACT
from tests.durability.machine import Death, Machine
from tests.durability.paper import deliver_mail, deliver_webhooks, document
from tests.durability.scene import HOUR, Process, assert_sound
from tests.soak import at_length

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::ResourceWarning")]
EVERY = at_length(11, 1)
ROUNDS = at_length(1, 100)
KINDS = {"letters": deliver_mail, "messages": deliver_webhooks}
by_kind = pytest.mark.parametrize("kind", KINDS)


def prepared(folder: Path, documents: int = 1) -> Path:
    """Put something to deliver into a folder: two letters and two messages for each document."""
    folder.mkdir()
    process = Process(folder, seed="prepare")
    assert process.runtime.keys.link_key()
    for name in ("one", "two"):
        webhooks.add(process.runtime, webhooks.Wanted(f"https://hooks.example.com/{name}"))
    for number in range(documents):
        document(process, number)
    return folder


def delivered(folder: Path, kind: str, **how: object) -> Process:
    process = Process(folder, at=ACT, **how)  # type: ignore[arg-type]
    KINDS[kind](process)
    return process


def deliver(_: Runtime, folder: str, kind: str) -> None:
    """Deliver in a process of a crew."""
    delivered(Path(folder), kind)


@by_kind
def test_where_nobody_dies_nothing_comes_twice(scenes, kind):
    folder = prepared(scenes / "one", 3)
    for _ in range(2):
        process = delivered(folder, kind)
        assert sorted(Counter(process.outside.taken()).values()) == [1] * 6
        assert_sound(process)


@by_kind
def test_what_is_lost_is_not_excused_by_what_was_delivered(scenes, kind):
    """The control."""
    process = delivered(prepared(scenes / "one"), kind)
    job = next(iter(process.store.outbox.pending()))
    process.store.outbox.acknowledge(job)
    with pytest.raises(AssertionError, match=job.id):
        assert_sound(process)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
@by_kind
def test_what_several_deliver_at_once_comes_once(scenes, tally, kind):
    with Crew(scenes / "elsewhere", 3) as crew:
        for _ in range(ROUNDS):
            folder = prepared(scenes / "one", 5)
            done = crew.race([(deliver, (str(folder), kind))] * 3)
            assert {one.error for one in done} == {""}
            process = Process(folder, at=ACT)
            assert sorted(Counter(process.outside.taken()).values()) == [1] * 10
            assert_sound(process)
            shutil.rmtree(folder)
            folder.with_name("one.outside").unlink()
    tally(f"{kind} of which each came once, three delivering", 10 * ROUNDS)


@by_kind
def test_after_a_death_at_most_one_comes_twice_and_as_the_same(scenes, tally, kind):
    template = prepared(scenes / "template")
    whole = Machine(shutil.copytree(template, scenes / "whole"))
    at_hand: list[int] = []
    with whole:
        process = delivered(scenes / "whole", kind, told=lambda _: at_hand.append(whole.count))
    wanted = set(process.outside.taken())
    assert len(at_hand) == len(wanted) == 2
    # Who dies right after something was taken has told nobody.
    unnoted = {count + 1 for count in at_hand}
    for point in sorted({*chain(range(1, whole.count + 1, EVERY), unnoted)}):
        folder = shutil.copytree(template, scenes / f"at-{point}")
        with Machine(folder, die_at=point), pytest.raises(Death):
            delivered(folder, kind)
        later = Process(folder, at=ACT + HOUR, seed="later")
        later.store.heal()
        KINDS[kind](later)
        came = Counter(later.outside.taken())
        assert set(came) == wanted
        again = came.total() - len(wanted)
        assert again <= 1
        assert again == 1 or point not in unnoted
        assert_sound(later)
        tally(f"{kind} that came again, as the same, after a death", again)
