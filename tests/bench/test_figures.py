"""The summary of all measurements, and how it gets into the README."""

from __future__ import annotations

import functools

import pytest

from bench import _machine, _readme
from bench.__main__ import NAMES, README, main
from bench._figure import Figure, Peer, spread, table
from bench._plan import Plan, in_turn, timed

BEGIN, END = _readme.FIGURES.begin, _readme.FIGURES.end
SLOW = Peer("another", [100.0, 200.0, 300.0])


def test_a_ratio_is_of_the_medians():
    assert Figure("seal", "10 pages", [1000.0, 300.0, 10.0], peer=SLOW).ratio == 1.5


@pytest.mark.parametrize(
    ("values", "peer", "limit", "kept"),
    [
        ([300.0], SLOW, 1.5, True),
        ([302.0], SLOW, 1.5, False),
        ([300.0], SLOW, None, None),
        ([12.0], None, 12, True),
        ([12.1], None, 12, False),
        ([12.0], None, None, None),
    ],
)
def test_a_limit_is_of_the_ratio_or_where_there_is_no_peer_of_the_median(
    values, peer, limit, kept
):
    assert Figure("seal", "10 pages", values, peer=peer, limit=limit).is_kept is kept


def test_outliers_are_outside_the_spread():
    assert spread([1000.0, *map(float, range(1, 20)), -1000.0]) == (2.0, 18.0)
    assert spread([4.0]) == (4.0, 4.0)


def test_a_line_says_what_next_to_what_and_whether_that_is_good_enough():
    figures = [
        Figure("seal", "10 pages", [380.0, 400.0, 420.0], peer=SLOW, limit=1.5, note="so"),
        Figure("seal", "100 pages", [4.126], unit="MB"),
        Figure("detect", "a page", [8.5, 8.5], limit=12),
    ]
    assert table(figures).splitlines()[2:] == [
        "| **seal** | 10 pages | 400 ms | 384 - 416 | 3 | another: 200 ms; so | 2.00 | 1.5 | **missed** |",
        "| | 100 pages | 4.13 MB | | | | | | |",
        "| **detect** | a page | 8.50 ms | 8.50 - 8.50 | 2 | | | 12 ms | kept |",
    ]


def test_those_who_are_measured_take_turns_in_being_first():
    order: list[str] = []
    measures = {one: timed(functools.partial(order.append, one)) for one in "ab"}
    found = in_turn(measures, 3)
    assert "".join(order) == "abbaab"
    assert {label: len(times) for label, times in found.items()} == {"a": 3, "b": 3}


def test_each_run_may_be_made_once_only():
    assert Plan().times(9) == 9
    assert Plan(runs=1).times(9) == 1


def test_the_readme_gets_new_figures_between_its_marks_and_nothing_else():
    readme = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    assert _readme.with_summary(readme, "today.\n\n| new |") == (
        f"before\n{BEGIN}\nMeasured on today.\n\n| new |\n{END}\nafter\n"
    )


@pytest.mark.parametrize(
    "readme",
    [
        "",
        BEGIN,
        END + BEGIN,
        2 * (BEGIN + END),
        BEGIN + 2 * END,
    ],
)
def test_a_readme_without_a_place_for_them_is_left_alone(readme):
    with pytest.raises(ValueError, match=r"README\.md must have"):
        _readme.with_summary(readme, "today")


@pytest.mark.parametrize("place", [_readme.FIGURES, _readme.GROWTH], ids=["all", "growth"])
def test_our_readme_has_that_place(place):
    assert "| new |" in _readme.with_summary(README.read_text(), "today.\n\n| new |", place)


def test_the_machine_is_named():
    assert "Python 3" in _machine.described()


@pytest.mark.parametrize(
    "arguments",
    [
        ["nothing"],
        ["--readme", "seal"],
        ["--readme", "store"],
        ["--readme", "--large", "seal", "store"],
    ],
    ids=" ".join,
)
def test_only_a_run_of_everything_or_of_growth_may_be_quoted(arguments, capsys, monkeypatch):
    monkeypatch.delenv("SYGN_BENCH_LARGE", raising=False)
    with pytest.raises(SystemExit):
        main(arguments)
    assert "error:" in capsys.readouterr().err


def test_every_bench_is_in_the_order_of_the_table():
    modules = {one.stem for one in (README.parent / "bench").glob("*.py")}
    assert {*NAMES} == {one for one in modules if not one.startswith("_")}
