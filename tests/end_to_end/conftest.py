from __future__ import annotations

import pytest

from sygn_cli.delivery.clock import SystemClock
from tests.end_to_end.browser import chromium, contract, serving
from tests.server import stage


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture
def runtime():
    return stage.runtime(clock=SystemClock())


@pytest.fixture
def base(runtime):
    """Where the runtime is served."""
    with serving(runtime) as base:
        yield base


@pytest.fixture
def simple(runtime):
    """A contract where each of two signers signs once, in order."""
    return stage.put(runtime, contract(runtime))


@pytest.fixture
def full(runtime):
    """A contract where the first signer has one field of each kind."""
    return stage.put(runtime, contract(runtime, fields=stage.all_kinds()))
