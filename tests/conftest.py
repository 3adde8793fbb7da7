"""What all tests share: judges that we did not write."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable

import pytest


@pytest.fixture(scope="session")
def judge() -> Callable[[str], str]:
    """Return a function that gives a program's path, and skips (in CI: fails) without it."""

    def find(program: str) -> str:
        path = shutil.which(program)
        if path is None:
            if os.environ.get("SYGN_REQUIRE_TOOLS"):
                pytest.fail(f"{program} is not installed, and this run may not do without it")
            pytest.skip(f"{program} is not installed")
        return path

    return find
