"""Which worker runs what when tests run side by side: a file each, what takes longest first.

Fixtures of a module are made once, by the worker that runs the module. Some files are all long
tests with nothing in common; those are shared out test by test.
"""

from __future__ import annotations

import os
from collections import Counter
from typing import Final

import pytest
from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

# Otherwise one core is left with them when all else is done. Those of a soak come first.
LONGEST: Final = tuple(
    f"tests/{name}.py"
    for name in (
        "durability/test_memory",
        "durability/test_races",
        "durability/test_two_servers",
        "durability/test_power",
        "durability/test_failing",
        "durability/test_dying",
        "durability/test_killed",
        "server/api/test_schemathesis",
        "server/test_outbox_worker",
        "engine/test_verify",
        "engine/test_verify_mutations",
        "engine/detect/test_refusals",
        "store/test_backup",
        "store/test_damaged_files",
        "end_to_end/test_browser_page",
        "end_to_end/test_browser_accessibility",
        "end_to_end/test_generated_client",
        "end_to_end/test_browser_owner",
        "end_to_end/test_browser_owner_editor",
        "end_to_end/test_browser",
        "end_to_end/test_browser_form",
        "server/test_identity_gate",
    )
)
APART: Final = frozenset(
    f"tests/durability/test_{name}.py"
    for name in ("dying", "failing", "killed", "power", "races", "two_servers")
)


def _file(nodeid: str) -> str:
    return nodeid.partition("::")[0]


def _rank(item: pytest.Item) -> int:
    file = _file(item.nodeid)
    return LONGEST.index(file) if file in LONGEST else len(LONGEST)


class Shares(LoadFileScheduling):  # type: ignore[misc]
    """Hands out files, or single tests of some, in the order in which they were collected."""

    def _split_scope(self, nodeid: str) -> str:
        file = _file(nodeid)
        return nodeid if file in APART else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Share out as above, in the place of ``--dist=loadfile``."""
    if config.getvalue("dist") != "loadfile":
        return None
    config.option.loadscopereorder = False
    return Shares(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Take one more worker than there are cores, as tests wait for browsers and processes."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) + 1
    return (os.cpu_count() or 1) + 1  # macOS and Windows tell nothing finer


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest.

    Raises:
        UsageError: Two tests have one name: workers would run the first of them only.
    """
    items.sort(key=_rank)
    names = Counter(item.nodeid for item in items)
    if len(names) < len(items):
        ((name, count),) = names.most_common(1)
        raise pytest.UsageError(f"{count} tests are called {name}")
