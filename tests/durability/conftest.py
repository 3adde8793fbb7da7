from __future__ import annotations

import os
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

# They judge, so what they found is to be told.
pytest.register_assert_rewrite(
    "tests.durability.deeds", "tests.durability.judge", "tests.durability.scene"
)

_MEMORY = Path("/dev/shm")
_MARK = "durability: "
COLUMNS = ("kill points", "fault points", "power states", "failing calls")


@pytest.fixture
def scenes(tmp_path) -> Iterator[Path]:
    """A folder in memory where there is such a thing: thousands of workspaces are made there."""
    if not os.access(_MEMORY, os.W_OK):
        yield Path(os.path.realpath(tmp_path))
        return
    folder = Path(tempfile.mkdtemp(dir=_MEMORY, prefix="sygn-test-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def figure(request, record_property) -> Callable[[str, int], None]:
    """Note how much was tried of a test's deed, for the table at the end."""

    def note(column: str, count: int, deed: str = "") -> None:
        name = deed or request.node.callspec.params["deed"].name
        record_property(f"{_MARK}{name}: {column}", count)

    return note


def pytest_terminal_summary(terminalreporter) -> None:
    """Print what was tried: one line for each thing that changes a workspace."""
    table: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for report in terminalreporter.stats.get("passed", ()):
        for key, count in report.user_properties:
            if key.startswith(_MARK) and report.when == "call":
                name, _, column = key.removeprefix(_MARK).partition(": ")
                table[name][column] += int(count)
    if not table:
        return
    terminalreporter.section("nothing lost, nothing half done")
    table["in all"] = {one: sum(row[one] for row in table.values()) for one in COLUMNS}
    terminalreporter.write_line("| operation | " + " | ".join(COLUMNS) + " |")
    terminalreporter.write_line("|---|" + "---:|" * len(COLUMNS))
    for name, row in table.items():
        counts = " | ".join(f"{row[one]:,}" for one in COLUMNS)
        terminalreporter.write_line(f"| {name} | {counts} |")
