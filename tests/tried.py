"""The tables at the end of a run: how much was tried to lose something, or to have it twice."""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any, Final

import pytest

from tests.soak import SOAK

MARK: Final = "durability: "
TALLY: Final = "durability in all: "
COLUMNS: Final = ("kill points", "fault points", "power states", "failing calls")
# What a soak of everything is to reach, all operations together.
FLOORS: Final = {"kill points": 400, "power states": 5000}


@pytest.fixture
def tally(record_property) -> Callable[[str, int], None]:
    """Note how often something was tried or came out, for the table at the end."""

    def note(what: str, count: int) -> None:
        record_property(f"{TALLY}{what}", count)

    return note


def pytest_sessionfinish(session) -> None:
    """Fail a whole soak in which less was tried than is promised."""
    if (reporter := _reporter(session.config)) and _too_little(session.config, reporter):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter, config) -> None:
    """Print what was tried: a line for each thing that changes a workspace, then all else."""
    table, others = _tried(terminalreporter)
    write = terminalreporter.write_line
    if table or others:
        terminalreporter.section("nothing lost, nothing half done, nothing twice")
    if table:
        table["in all"] = _sums(table)
        write("| operation | " + " | ".join(COLUMNS) + " |")
        write("|---|" + "---:|" * len(COLUMNS))
        for name, row in table.items():
            write(f"| {name} | " + " | ".join(f"{row[one]:,}" for one in COLUMNS) + " |")
    if others:
        write("")
        write("| besides | count |")
        write("|---|---:|")
        for name, count in sorted(others.items()):
            write(f"| {name} | {count:,} |")
    for what in _too_little(config, terminalreporter):
        write(f"FAILED: {what}", red=True)


def _tried(reporter: Any) -> tuple[dict[str, dict[str, int]], Counter[str]]:
    """Return what the tests that passed have noted, whichever workers ran them."""
    table: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    others: Counter[str] = Counter()
    for report in reporter.stats.get("passed", ()):
        for key, count in report.user_properties if report.when == "call" else ():
            if key.startswith(MARK):
                name, _, column = key.removeprefix(MARK).partition(": ")
                table[name][column] += int(count)
            elif key.startswith(TALLY):
                others[key.removeprefix(TALLY)] += int(count)
    return table, others


def _sums(table: dict[str, dict[str, int]]) -> dict[str, int]:
    return {one: sum(row[one] for row in table.values()) for one in COLUMNS}


def _too_little(config: pytest.Config, reporter: Any) -> list[str]:
    """Return what a soak of everything has tried too little of; other runs may."""
    options = config.option
    whole = config.args_source is not pytest.Config.ArgsSource.ARGS
    picked = options.keyword or options.markexpr or options.deselect or options.ignore
    if not SOAK or not whole or picked or not sys.platform.startswith("linux"):
        return []
    sums = _sums(_tried(reporter)[0])
    return [
        f"{sums[what]:,} {what} were tried; a soak tries {floor:,} at least"
        for what, floor in FLOORS.items()
        if sums[what] < floor
    ]


def _reporter(config: pytest.Config) -> Any:
    """Return who has all reports; None in a worker."""
    return config.pluginmanager.get_plugin("terminalreporter")
