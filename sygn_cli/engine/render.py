"""Pages as people see them: a picture for the eye, the words for a screen reader."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

import pymupdf
from PIL import Image

from sygn_cli.domain.errors import NotFound
from sygn_cli.engine.pdf import opened, page_geometry, refusing
from sygn_cli.engine.vacate import vacate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from sygn_cli.domain.geometry import Box

DPI: Final = 144
LONGEST_SIDE: Final = 4000
# WebP by Pillow with the quickest method: 30 ms a page; the better ones cost three times that.
_QUALITY: Final = 80
_METHOD: Final = 0


def page_picture(
    pdf: bytes | Path, page: int, *, dpi: int = DPI, vacant: Sequence[Box] = ()
) -> bytes:
    """Return the displayed page as WebP, at most ``LONGEST_SIDE`` pixels long.

    Args:
        pdf: The whole file, or where it lies.
        page: From 1.
        dpi: Pixels per inch; lowered for pages that would become too large.
        vacant: Boxes that are shown without the tick that the PDF has in them.

    Raises:
        NotFound: There is no such page.
        PdfRefused: The page cannot be drawn.
    """
    with opened(pdf, shown=(page,)) as document:
        _page(document, page)
        with refusing(f"Page {page} of the PDF cannot be drawn."):
            _fill_in(document, page, vacant)
            pixels = _pixels(_page(document, page), dpi)
            image = Image.frombuffer("RGB", (pixels.width, pixels.height), pixels.samples)
            buffer = io.BytesIO()
            image.save(buffer, "WEBP", quality=_QUALITY, method=_METHOD)
    return buffer.getvalue()


def _fill_in(document: pymupdf.Document, number: int, vacant: Sequence[Box]) -> None:
    """Make the fields a part of the page, as stamping does: so signers see what they will seal."""
    page = _page(document, number)
    vacate(page, vacant)
    if page.first_widget is not None:
        document.bake()


def _pixels(page: pymupdf.Page, dpi: int) -> pymupdf.Pixmap:
    geometry = page_geometry(page)
    longest = max(geometry.width, geometry.height)
    scale = min(dpi / 72, LONGEST_SIDE / longest)
    return page.get_pixmap(
        matrix=pymupdf.Matrix(scale, scale), colorspace=pymupdf.csRGB, alpha=False
    )


def _page(document: pymupdf.Document, number: int) -> pymupdf.Page:
    if not 1 <= number <= document.page_count:
        raise NotFound(f"There is no page {number}; the PDF has {document.page_count}.")
    return document[number - 1]


def page_text(pdf: bytes | Path, page: int) -> str:
    """Return the words of a page in reading order, one paragraph a line.

    Raises:
        NotFound: There is no such page.
        PdfRefused: The page cannot be read.
    """
    with opened(pdf, shown=(page,)) as document:
        shown = _page(document, page)
        with refusing(f"Page {page} of the PDF cannot be read."):
            return "\n".join(_paragraphs(shown))


def _paragraphs(page: pymupdf.Page) -> Iterator[str]:
    # Ligatures are written out: a screen reader stumbles over "con\ufb01dential" and a search misses it.
    flags = pymupdf.TEXTFLAGS_BLOCKS & ~pymupdf.TEXT_PRESERVE_IMAGES
    flags &= ~pymupdf.TEXT_PRESERVE_LIGATURES
    for *_, words, _, kind in page.get_text("blocks", flags=flags, sort=True):
        paragraph = " ".join(words.split())
        if kind == 0 and paragraph:
            yield paragraph
