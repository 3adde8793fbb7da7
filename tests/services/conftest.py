"""A runtime in memory: real services, real engine, no disk and no child processes."""

from __future__ import annotations

import pytest

from sygn_cli.services.runtime import Runtime
from tests.runtimes import FixedClock, memory_runtime
from tests.webhook_fakes import ScriptedHttp


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def http() -> ScriptedHttp:
    return ScriptedHttp()


@pytest.fixture
def runtime(clock: FixedClock) -> Runtime:
    return memory_runtime(clock)
