"""The boundary to MuPDF: everything a hostile file makes it raise becomes one error of ours."""

from __future__ import annotations

import math
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import pymupdf

from sygn_cli.domain.errors import PdfRefused, RefusalReason, SygnError
from sygn_cli.domain.geometry import LARGEST_COORDINATE, PageGeometry, UserBox
from sygn_cli.domain.stated import stated
from sygn_cli.engine import layers, notes

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

# MuPDF writes each repaired flaw of a file to stderr, which belongs to our own messages.
pymupdf.TOOLS.mupdf_display_errors(False)
pymupdf.TOOLS.mupdf_display_warnings(False)

# ISO 32000-1, 7.5.2 (note): readers accept the header within the first 1024 bytes.
_HEADER_WITHIN: Final = 1024
# ISO 32000-2, annex C.1 allows 14,400 units; drawings use UserUnit to go beyond.
LARGEST_SIDE: Final = 144_000.0
SMALLEST_SIDE: Final = 1.0
_UNREADABLE: Final = stated("The PDF cannot be read.")


@contextmanager
def refusing(what: str = _UNREADABLE) -> Iterator[None]:
    """Turn whatever a PDF library raises into PdfRefused; our own errors pass.

    PyMuPDF leaks RuntimeError, ValueError, TypeError, AttributeError and exceptions of its own on
    damaged files (pyHanko: KeyError, AssertionError and more), so all are caught here.
    """
    try:
        yield
    except SygnError:
        raise
    except MemoryError as error:
        raise _beyond_limits() from error
    except Exception as error:
        if "malloc" in str(error) or "calloc" in str(error) or "realloc" in str(error):
            raise _beyond_limits() from error
        raise PdfRefused(
            what,
            reason=RefusalReason.DAMAGED,
            hint="Open it in another program and save or print it as a new PDF.",
        ) from error


def _beyond_limits() -> PdfRefused:
    return PdfRefused(
        stated("The PDF could not be read within the limits of memory."),
        reason=RefusalReason.LIMIT_EXCEEDED,
        hint="Print it to a new PDF and use that.",
    )


@contextmanager
def opened(
    pdf: bytes | Path, *, shown: Collection[int] | None = None
) -> Iterator[pymupdf.Document]:
    """Open a PDF that needs no password, and close it afterwards.

    Args:
        pdf: The whole file, or where it lies: of a large one only the parts in use are read.
        shown: The pages, from 1, whose notes and fields are to be as signers see them, None for
            all. On others they may be as they are in the file.

    Raises:
        PdfRefused: It is no PDF, encrypted, or damaged beyond repair; or the body let an error of
            the library out.
    """
    with refusing():
        beginning = _beginning(pdf)
    if b"%PDF-" not in beginning:
        raise PdfRefused(
            stated("The file is not a PDF."),
            reason=RefusalReason.NOT_A_PDF,
            hint="Export or print it as PDF first.",
        )
    with refusing():
        document = _open(pdf)
        try:
            # MuPDF opens HTML, SVG and pictures as well, whatever the file type it is told.
            if not document.is_pdf:
                raise PdfRefused(stated("The file is not a PDF."), reason=RefusalReason.NOT_A_PDF)
            # A PDF with only an owner password opens without a word and would be saved decrypted.
            if document.needs_pass or document.xref_get_key(-1, "Encrypt")[0] != "null":
                raise _encrypted()
            layers.settle(document)
            notes.settle(document, range(1, document.page_count + 1) if shown is None else shown)
            yield document
        finally:
            document.close()


def _beginning(pdf: bytes | Path) -> bytes:
    if isinstance(pdf, bytes):
        return pdf[:_HEADER_WITHIN]
    with pdf.open("rb") as file:
        return file.read(_HEADER_WITHIN)


def _open(pdf: bytes | Path) -> pymupdf.Document:
    try:
        if isinstance(pdf, bytes):
            return pymupdf.open(stream=pdf, filetype="pdf")
        return pymupdf.open(pdf, filetype="pdf")
    except Exception:
        if b"/Encrypt" in (pdf if isinstance(pdf, bytes) else pdf.read_bytes()):
            raise _encrypted() from None
        raise


def _encrypted() -> PdfRefused:
    return PdfRefused(
        stated("The PDF is encrypted."),
        reason=RefusalReason.ENCRYPTED,
        hint="Remove its password first: qpdf --decrypt --password=... in.pdf out.pdf",
    )


def page_geometry(page: pymupdf.Page) -> PageGeometry:
    """Return how a page is displayed.

    Raises:
        PdfRefused: Its boxes are no ordinary numbers, or too small or too large to show.
    """
    media, flipped = page.mediabox, page.cropbox
    # PyMuPDF gives the crop box upside down, measured from the top of the media box.
    x0, x1 = max(flipped.x0, media.x0), min(flipped.x1, media.x1)
    y0, y1 = max(media.y1 - flipped.y1, media.y0), min(media.y1 - flipped.y0, media.y1)
    if x0 >= x1 or y0 >= y1:
        x0, y0, x1, y1 = media
    unit = _user_unit(page)
    sides = ((x1 - x0) * unit, (y1 - y0) * unit)
    if not all(abs(value) <= LARGEST_COORDINATE for value in (x0, y0, x1, y1)) or not all(
        SMALLEST_SIDE <= side <= LARGEST_SIDE for side in sides
    ):
        raise PdfRefused(
            f"Page {page.number + 1} has no usable size.", reason=RefusalReason.PAGE_SIZE
        )
    crop = UserBox(*(round(value, 4) for value in (x0, y0, x1, y1)))
    return PageGeometry(crop=crop, rotate=page.rotation % 360, user_unit=unit)


def _user_unit(page: pymupdf.Page) -> float:
    kind, value = page.parent.xref_get_key(page.xref, "UserUnit")
    if kind not in {"int", "float", "real"}:
        return 1.0
    unit = float(value)
    return unit if math.isfinite(unit) and unit > 0 else 1.0


def objects(document: pymupdf.Document) -> Iterator[tuple[int, str]]:
    """Yield the number and text of each object in use, streams without their bytes.

    Raises:
        RuntimeError: An object is written so wrongly that a rewrite would lose it.
    """
    for xref in range(1, document.xref_length()):
        try:
            text = document.xref_object(xref, compressed=True)
        except (RuntimeError, ValueError) as error:
            if "cannot find object" not in str(error):
                raise
            continue  # free, or never there
        yield xref, text


def text_string(words: str) -> str:
    """Return a PDF text string in UTF-16 (ISO 32000-2, 7.9.2.2), always in hexadecimal.

    In plain letters a title could hold "/ByteRange", which ``verify`` counts in the raw bytes.
    """
    return f"<FEFF{words.encode('utf-16-be', 'replace').hex().upper()}>"
