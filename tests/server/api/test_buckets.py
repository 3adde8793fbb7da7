"""Token buckets: bursts pass, the long run is held, and waiting helps."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sygn_cli.server.api.buckets import Buckets, Rate


class Hand:
    """A clock moved by hand."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


RATE = Rate(per_minute=100, burst=200)


def test_a_burst_passes_and_then_one_every_six_tenths_of_a_second():
    hand = Hand()
    buckets = Buckets(hand)
    assert [buckets.take("k", RATE).wait for _ in range(201)] == [0] * 200 + [1]
    hand.at += 0.7
    assert buckets.take("k", RATE).wait == 0
    assert buckets.take("k", RATE).wait == 1


@given(
    st.lists(st.floats(0, 30), min_size=1, max_size=400), st.integers(1, 50), st.integers(1, 50)
)
def test_no_more_pass_than_the_burst_and_what_flowed_in(pauses, per_minute, burst):
    hand = Hand()
    buckets, rate = Buckets(hand), Rate(per_minute, burst)
    passed = 0
    for pause in pauses:
        hand.at += pause
        passed += buckets.take("k", rate).wait == 0
        assert passed <= burst + hand.at * per_minute / 60 + 1e-6


@given(st.integers(1, 600), st.integers(1, 9))
def test_whoever_waits_as_told_is_let_in(per_minute, burst):
    hand = Hand()
    buckets, rate = Buckets(hand), Rate(per_minute, burst)
    for _ in range(burst):
        buckets.take("k", rate)
    hand.at += buckets.take("k", rate).wait
    assert buckets.take("k", rate).wait == 0


def test_names_do_not_share_and_old_ones_are_forgotten():
    buckets, rate = Buckets(Hand()), Rate(1, 1)
    buckets.take("first", rate)
    assert buckets.take("first", rate).wait == 60
    for number in range(20_001):
        assert buckets.take(str(number), rate).wait == 0
    assert buckets.take("first", rate).wait == 0


def test_a_token_can_be_given_back():
    buckets, rate = Buckets(Hand()), Rate(1, 1)
    buckets.take("k", rate)
    buckets.give_back("k", rate)
    assert buckets.take("k", rate).wait == 0
