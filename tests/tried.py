"""The table at the end of a run: how much was tried of each thing that changes a workspace."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

MARK: Final = "durability: "
COLUMNS: Final = ("kill points", "fault points", "power states", "failing calls")


def pytest_terminal_summary(terminalreporter) -> None:
    """Print what was tried: one line for each thing that changes a workspace."""
    table: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for report in terminalreporter.stats.get("passed", ()):
        for key, count in report.user_properties:
            if key.startswith(MARK) and report.when == "call":
                name, _, column = key.removeprefix(MARK).partition(": ")
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
