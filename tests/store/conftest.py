from __future__ import annotations

import pytest

from sygn_cli.store.documents import WorkspaceStore
from sygn_cli.store.workspace import Workspace


@pytest.fixture
def workspace(tmp_path):
    return Workspace.open(tmp_path / ".sygn")


@pytest.fixture
def store(workspace):
    return WorkspaceStore(workspace)
