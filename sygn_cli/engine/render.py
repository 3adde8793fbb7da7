"""Pages as people see them: a picture for the eye, the words for a screen reader."""

from __future__ import annotations

from typing import Final

DPI: Final = 144
LONGEST_SIDE: Final = 4000


def page_picture(pdf: bytes, page: int, *, dpi: int = DPI) -> bytes:
    """Return the displayed page as WebP, at most ``LONGEST_SIDE`` pixels long.

    Args:
        pdf: The whole file.
        page: From 1.
        dpi: Pixels per inch; lowered for pages that would become too large.

    Raises:
        NotFound: There is no such page.
        PdfRefused: The page cannot be drawn.
    """
    raise NotImplementedError


def page_text(pdf: bytes, page: int) -> str:
    """Return the words of a page in reading order, one paragraph a line.

    Raises:
        NotFound: There is no such page.
        PdfRefused: The page cannot be read.
    """
    raise NotImplementedError
