"""Which worker runs what when tests run side by side: a file each, what takes longest first.

Fixtures of a module are made once, by the worker that runs the module. Some files are all long
tests with nothing in common; those are shared out test by test.
"""

from __future__ import annotations

import os
from typing import Final

import pytest
from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

# Otherwise one core is left with them when all else is done. By time, longest first.
LONGEST: Final = (
    "tests/durability/test_memory.py",
)  # fmt: skip
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
    return len(os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else [0, 1]) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest."""
    items.sort(key=_rank)
