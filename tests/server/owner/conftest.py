from __future__ import annotations

import pytest

from tests.server.owner.office import Office, office


@pytest.fixture
def owner() -> Office:
    """The owner with their pages open."""
    return _entered()


@pytest.fixture(scope="module")
def lasting() -> Office:
    """The same, for tests that are refused everything and so leave it as it was."""
    return _entered()


def _entered() -> Office:
    inside = office()
    inside.enter()
    return inside
