from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from sygn_cli.store.documents import WorkspaceStore
from sygn_cli.store.workspace import Workspace

_MEMORY = Path("/dev/shm")


@pytest.fixture
def tmp_path(request, tmp_path_factory):
    """A folder in memory where there is such a thing: flushing thousands of times takes minutes.

    What many processes do at once is tried on a real disk.
    """
    if request.path.stem == "test_processes" or not os.access(_MEMORY, os.W_OK):
        yield tmp_path_factory.mktemp("store")
        return
    folder = Path(tempfile.mkdtemp(dir=_MEMORY, prefix="sygn-test-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(autouse=True)
def no_warnings(request, caplog):
    """Nothing may be left for later unless the test is about that."""
    yield
    if "expects_warnings" not in request.fixturenames:
        assert [one.getMessage() for one in caplog.get_records("call")] == []


@pytest.fixture
def expects_warnings(caplog):
    return caplog


@pytest.fixture
def workspace(tmp_path):
    return Workspace.open(tmp_path / ".sygn")


@pytest.fixture
def store(workspace):
    return WorkspaceStore(workspace)
