from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.tried import MARK

# They judge, so what they found is to be told.
pytest.register_assert_rewrite(
    *(f"tests.durability.{name}" for name in ("care", "deeds", "judge", "paper", "scene"))
)

_MEMORY = Path("/dev/shm")


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
        record_property(f"{MARK}{name}: {column}", count)

    return note
