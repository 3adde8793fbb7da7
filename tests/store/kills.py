"""Killing one action before each of its system calls in turn, by way of strace."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

from tests.store import crash_points


def strace_works():
    try:
        done = subprocess.run(["strace", "-f", "-o", "/dev/null", "true"], check=False)
    except FileNotFoundError:
        return False
    return done.returncode == 0


needs_strace = pytest.mark.skipif(
    not strace_works(), reason="strace is not installed or may not trace (Debian: strace)"
)


def died(action, template, tmp_path, *, most=120, every=1):
    """Return (path of the workspace, whether the end was acknowledged), one per point.

    Args:
        most: No action may have more points than this.
        every: Only each so-many-th call of a kind.
    """
    copies = [tmp_path / f"at-{number:03}" for number in range(most)]
    for copy in copies:
        shutil.copytree(template, copy)
    kills = [
        f"inject={call}:signal=KILL:when={crash_points.BUDGET}" for call in crash_points.WASTE
    ]
    command = [
        *("strace", "-f", "-o", "/dev/null"),
        *("-e", "trace=" + ",".join(crash_points.WASTE)),
        *(part for kill in kills for part in ("-e", kill)),
        *(sys.executable, "-B", "-m", "tests.store.crash_points"),
        *(action, str(every), *map(str, copies)),
    ]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    rows = [line.split() for line in done.stdout.splitlines()]
    return [(path, said == "True") for path, _, _, said, _ in rows]
