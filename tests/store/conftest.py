from __future__ import annotations

import pytest

from sygn_cli.store.workspace import Workspace
from sygn_cli.store.workspace_store import WorkspaceStore


@pytest.fixture
def workspace(tmp_path):
    return Workspace.open(tmp_path / ".sygn")


@pytest.fixture
def store(workspace):
    return WorkspaceStore(workspace)
