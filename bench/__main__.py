"""Print every table: ``python -m bench [NAME...]``."""

from __future__ import annotations

import importlib
import pkgutil
import platform
import sys
from pathlib import Path


def main(names: list[str]) -> None:
    """Run the named benches, or all of them."""
    known = sorted(one.name for one in pkgutil.iter_modules([str(Path(__file__).parent)]))
    print(f"{platform.platform()}, Python {platform.python_version()}\n")
    for name in names or [one for one in known if not one.startswith("_")]:
        print(f"### {name}\n")
        importlib.import_module(f"bench.{name}").main()
        print()


if __name__ == "__main__":
    main(sys.argv[1:])
