"""A runtime in memory: real services, real engine, no disk and no child processes."""

from __future__ import annotations

import pytest

from sygn_cli.services.runtime import Runtime
from tests.runtimes import FixedClock, memory_runtime


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def runtime(clock: FixedClock) -> Runtime:
    return memory_runtime(clock)
