"""What all tests share: judges that we did not write, and what happens where one is missing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.shares import (  # noqa: F401 - these are hooks, found by their names
    pytest_collection_modifyitems,
    pytest_xdist_auto_num_workers,
    pytest_xdist_make_scheduler,
)
from tests.tried import (  # noqa: F401 - these as well
    pytest_sessionfinish,
    pytest_terminal_summary,
    tally,
)

# Machines are noisy: how long one example takes says nothing about the code.
settings.register_profile("sygn", deadline=None)
settings.load_profile("sygn")

JUDGES = frozenset(
    [
        "certutil",
        "curl",
        "node",
        "openssl",
        "pdfdetach",
        "pdfinfo",
        "pdfsig",
        "pdftoppm",
        "pdftotext",
        "qpdf",
        "strace",
        "tesseract",
        "unshare",
    ]
)


def _missing(program: str) -> str:
    return f"{program} is not installed"


@pytest.fixture(scope="session")
def judge() -> Callable[[str], str]:
    """Return a function that gives a program's path, and skips (in CI: fails) without it."""

    def find(program: str) -> str:
        path = shutil.which(program)
        if path is None:
            if os.environ.get("SYGN_REQUIRE_TOOLS"):
                pytest.fail(f"{_missing(program)}, and this run may not do without it")
            pytest.skip(_missing(program))
        return path

    return find


def _skip_without_judge() -> Generator[None, object, object]:
    """Skip a test that called a judge which is not there; in CI it fails, as it should."""
    try:
        return (yield)
    except FileNotFoundError as error:
        program = Path(str(error.filename or "")).name
        if program not in JUDGES or shutil.which(program) or os.environ.get("SYGN_REQUIRE_TOOLS"):
            raise
        pytest.skip(_missing(program))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup() -> Generator[None, object, object]:
    """Look after fixtures."""
    return (yield from _skip_without_judge())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, object, object]:
    """Look after tests."""
    return (yield from _skip_without_judge())
