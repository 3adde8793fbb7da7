"""How long the picture of a page takes, next to PyMuPDF's own way to one.

Both open the file, draw the page at the same size and encode it; PyMuPDF writes PNG, we WebP.
"""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

import pymupdf

from bench._figure import Figure, Peer, spread
from bench._plan import in_turn, timed
from fixtures import build
from sygn_cli.engine.render import DPI, page_picture

if TYPE_CHECKING:
    from bench._plan import Plan

_RUNS = 31


def main(plan: Plan) -> list[Figure]:
    """Print the table."""
    pdf = build.nda()
    work = {
        "page_picture: WebP": lambda: page_picture(pdf, 1),
        "PyMuPDF, get_pixmap().tobytes(): PNG": lambda: _png(pdf),
        "PyMuPDF, get_pixmap() alone": lambda: _drawn(pdf),
    }
    sizes = {label: len(one()) for label, one in work.items()}  # the first call warms up
    times = in_turn({label: timed(one) for label, one in work.items()}, plan.times(_RUNS))
    ours, png, drawn = times.values()
    print(f"| page 1 of a contract at {DPI} dpi, median of {len(ours)} | ms | p10 - p90 | kB |")
    print("| --- | ---: | ---: | ---: |")
    for label, measured in times.items():
        low, high = spread(measured)
        print(
            f"| {label} | {median(measured):.1f} | {low:.1f} - {high:.1f} "
            f"| {sizes[label] / 1000:.0f} |"
        )
    what, peer = "picture of a page, 144 dpi", Peer("`get_pixmap().tobytes()` of PyMuPDF", png)
    note = f"drawing alone {median(drawn):.1f} ms"
    return [Figure("render", what, ours, peer=peer, note=note)]


def _png(pdf: bytes) -> bytes:
    with pymupdf.open(stream=pdf, filetype="pdf") as document:
        return bytes(document[0].get_pixmap(dpi=DPI).tobytes())


def _drawn(pdf: bytes) -> bytes:
    with pymupdf.open(stream=pdf, filetype="pdf") as document:
        return bytes(document[0].get_pixmap(dpi=DPI).samples)
