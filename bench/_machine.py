"""The machine that figures come from, in one line."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from sygn_cli.delivery.clock import SystemClock


def described() -> str:
    """Return date, processor, cores, kernel and Python, and how busy it was before."""
    cores = os.cpu_count() or 1
    return (
        f"{SystemClock().now():%Y-%m-%d}: {_processor()}, {cores} core{'s' * (cores > 1)}, "
        f"{platform.system()} {platform.release()}, "
        f"{platform.python_implementation()} {platform.python_version()}, {_load()}"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    named = (one.partition(":")[2].strip() for one in lines if one.startswith("model name"))
    return next(named, platform.machine())


def _load() -> str:
    try:
        return f"load {os.getloadavg()[0]:.1f} before"
    except OSError:
        return "load unknown"
