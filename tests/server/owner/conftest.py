from __future__ import annotations

import pytest

from tests.server.owner.office import Office, office


@pytest.fixture
def owner() -> Office:
    """The owner with their pages open."""
    inside = office()
    inside.enter()
    return inside
