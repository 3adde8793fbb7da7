from __future__ import annotations

import pytest

from sygn_cli.store.documents import WorkspaceStore
from sygn_cli.store.workspace import Workspace


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
