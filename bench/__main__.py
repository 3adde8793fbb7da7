"""Print every table and a summary of all: ``python -m bench [NAME...]``.

``--readme`` writes the summary into README.md as well, between its two marks; that of
``store --large`` alone has a place of its own.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bench import _figure, _machine, _readme
from bench._plan import Plan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench._figure import Figure

NAMES = ("start", "detect", "render", "seal", "store", "api", "page")
README = Path(__file__).parent.parent / "README.md"
_LARGE = 100_000


def main(arguments: Sequence[str]) -> None:
    """Run the named benches, or all of them."""
    chosen = _parsed(arguments)
    machine, figures = _machine.described(), list[_figure.Figure]()
    print(f"{machine}\n")
    for name in chosen.names or NAMES:
        print(f"### {name}\n", flush=True)
        figures += measured(name, _plan(chosen))
        print(flush=True)
    summary = f"{machine}.\n\n{_figure.table(figures)}"
    print(f"### summary\n\n{summary}")
    if chosen.readme:
        place = _readme.GROWTH if chosen.names else _readme.FIGURES
        README.write_text(_readme.with_summary(README.read_text(), summary, place))


def measured(name: str, plan: Plan) -> list[Figure]:
    """Run one bench, which prints its own tables, and return its figures."""
    figures: list[Figure] = importlib.import_module(f"bench.{name}").main(plan)
    return figures


def _plan(chosen: argparse.Namespace) -> Plan:
    sizes = Plan().sizes if chosen.sizes is None else tuple(sorted(chosen.sizes))
    return Plan(chosen.runs, (*sizes, _LARGE) if chosen.large else sizes, chosen.folder)


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}")
    parser.add_argument("--runs", type=int, help="how often, instead of as often as is fit")
    parser.add_argument("--sizes", type=int, nargs="+", help="other numbers of documents")
    parser.add_argument("--folder", type=Path, help="where to make large workspaces")
    parser.add_argument("--readme", action="store_true", help="write the summary into README.md")
    parser.add_argument(
        "--large",
        action="store_true",
        default=bool(os.environ.get("SYGN_BENCH_LARGE")),
        help="also a workspace of 100,000 documents, which takes half an hour and 4 GB of disk",
    )
    chosen = parser.parse_args(arguments)
    if unknown := sorted({*chosen.names} - {*NAMES}):
        parser.error(f"there is no bench {', '.join(unknown)}")
    if chosen.readme and chosen.names and not (chosen.names == ["store"] and chosen.large):
        parser.error("the README quotes the whole, and `store --large`")
    return chosen


if __name__ == "__main__":
    main(sys.argv[1:])
