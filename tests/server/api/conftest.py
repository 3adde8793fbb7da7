from __future__ import annotations

import pytest

from sygn_cli.services.runtime import Settings
from tests.server.api.caller import UNCOUNTED, Caller, serve


@pytest.fixture
def api() -> Caller:
    """Return a caller with a live key, in a server that does not count requests."""
    return serve(Settings(**UNCOUNTED))
