"""How many files and connections the system lets this process have open at once."""

from __future__ import annotations

import contextlib
import sys

if sys.platform != "win32":
    import resource


def allow(wanted: int) -> None:
    """Let this process have so many open at once, or as many as it may allow itself.

    Of the usual 1024, on macOS 256, connections would leave none for the files of the workspace.
    """
    if sys.platform == "win32":
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    unlimited = resource.RLIM_INFINITY
    if soft == unlimited or soft >= wanted:
        return
    most = wanted if hard == unlimited else min(wanted, hard)
    with contextlib.suppress(ValueError, OSError):  # macOS may allow less than it says
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
