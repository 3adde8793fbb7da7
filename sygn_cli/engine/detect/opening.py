"""Turning each page upright, and reading it into a sheet."""

from __future__ import annotations

from typing import Any, Final

import pymupdf

from sygn_cli.engine.detect.ink import read_ink
from sygn_cli.engine.detect.sheet import Sheet
from sygn_cli.engine.detect.words import read_writing
from sygn_cli.engine.pdf import page_geometry

_TEXT_FLAGS: Final = pymupdf.TEXT_PRESERVE_WHITESPACE | pymupdf.TEXT_MEDIABOX_CLIP


def sheet_of(upright: Any, number: int) -> Sheet:  # noqa: ANN401 - PyMuPDF's class has no stub
    """Read a page that stands upright; ``number`` counts from 1."""
    textpage = upright.get_textpage(flags=_TEXT_FLAGS)
    return Sheet(
        number,
        upright.rect.width,
        upright.rect.height,
        read_writing(textpage),
        read_ink(upright.get_cdrawings()),
    )


def upright(page: Any) -> Any:  # noqa: ANN401
    """Return the page itself, or a copy drawn upright where it is turned or scaled.

    PyMuPDF reports text and drawings in unrotated space, so a turned page is drawn onto a fresh
    one as a viewer would show it, which leaves one coordinate system for all rules.
    """
    geometry = page_geometry(page)
    if geometry.rotate == 0 and geometry.user_unit == 1.0:
        return page
    scratch = pymupdf.open()
    copy = scratch.new_page(width=geometry.width, height=geometry.height)
    draw_upright(page, copy)
    return copy


def draw_upright(page: Any, copy: Any) -> None:  # noqa: ANN401
    """Draw a page onto an empty one of its displayed size, as a viewer shows it."""
    turn = page.rotation
    # PyMuPDF 2.0 measures a turned page by its turned size and then scales it to fit.
    page.set_rotation(0)
    try:
        copy.show_pdf_page(copy.rect, page.parent, page.number, rotate=-turn)
    finally:
        page.set_rotation(turn)
