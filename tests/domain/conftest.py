"""Documents at several points of their life."""

from __future__ import annotations

import pytest

from sygn_cli.domain.document import SigningOrder
from tests.life import Life


@pytest.fixture
def life() -> Life:
    return Life()


@pytest.fixture
def parallel(life: Life) -> Life:
    life.create()
    return life


@pytest.fixture
def sequential(life: Life) -> Life:
    life.create(signing_order=SigningOrder.SEQUENTIAL)
    return life
