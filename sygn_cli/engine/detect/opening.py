"""Opening foreign bytes, and turning each page upright into a sheet."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import pymupdf

from sygn_cli.domain.errors import PdfRefused, RefusalReason, SygnError
from sygn_cli.domain.geometry import PageGeometry, UserBox
from sygn_cli.engine.detect.ink import read_ink
from sygn_cli.engine.detect.sheet import Sheet
from sygn_cli.engine.detect.words import read_writing

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEADER_WITHIN: Final = 1024  # ISO 32000-1, annex H 3.4.1: readers look that far for %PDF-
_TEXT_FLAGS: Final = pymupdf.TEXT_PRESERVE_WHITESPACE | pymupdf.TEXT_MEDIABOX_CLIP


@contextmanager
def opened(pdf: bytes) -> Iterator[pymupdf.Document]:
    """Open a PDF; whatever goes wrong with it inside becomes one error.

    Raises:
        PdfRefused: The bytes are no PDF, encrypted, without pages, or too damaged to read.
    """
    # MuPDF raises more than its own errors on hostile files (KeyError, ValueError, TypeError,
    # AttributeError, RecursionError and others), hence one wide boundary here.
    try:
        document = _open(pdf)
        try:
            yield document
        finally:
            document.close()
    except (SygnError, NameError):  # a NameError is a bug of ours, no matter of the file
        raise
    except Exception as error:
        message = "The PDF is damaged: it cannot be read."
        raise PdfRefused(message, reason=RefusalReason.DAMAGED) from error


def _open(pdf: bytes) -> pymupdf.Document:
    pymupdf.TOOLS.mupdf_display_errors(False)
    pymupdf.TOOLS.mupdf_display_warnings(False)
    if b"%PDF-" not in pdf[:_HEADER_WITHIN]:
        raise PdfRefused("The file is not a PDF.", reason=RefusalReason.NOT_A_PDF)
    document = pymupdf.open(stream=pdf, filetype="pdf")
    if not document.is_pdf:
        raise PdfRefused("The file is not a PDF.", reason=RefusalReason.NOT_A_PDF)
    if document.needs_pass:
        raise PdfRefused("The PDF is encrypted.", reason=RefusalReason.ENCRYPTED)
    if document.page_count < 1:
        raise PdfRefused("The PDF has no pages.", reason=RefusalReason.NO_PAGES)
    return document


def geometry_of(page: Any) -> PageGeometry:  # noqa: ANN401 - PyMuPDF's class has no stub
    """Return how a page is displayed."""
    unit = 1.0
    kind, value = page.parent.xref_get_key(page.xref, "UserUnit")
    if kind in {"int", "real", "float"}:
        unit = float(value) or 1.0
    media, crop = page.mediabox, page.cropbox
    # PyMuPDF gives the crop box from the top of the media box; user space counts from below.
    height = media.y1
    top = height - crop.y0 if media.y0 == 0 else media.y1 - crop.y0 + media.y0
    bottom = top - crop.height
    return PageGeometry(UserBox(crop.x0, bottom, crop.x1, top), page.rotation, unit)


def sheet_of(upright: Any, number: int) -> Sheet:  # noqa: ANN401
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
    geometry = geometry_of(page)
    if geometry.rotate == 0 and geometry.user_unit == 1.0:
        return page
    scratch = pymupdf.open()
    copy = scratch.new_page(width=geometry.width, height=geometry.height)
    copy.show_pdf_page(copy.rect, page.parent, page.number, rotate=-page.rotation)
    return copy
