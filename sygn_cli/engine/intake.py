"""Decide whether a PDF can be signed, and describe it: the gate before everything else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sygn_cli.domain.audit import sha256
from sygn_cli.domain.errors import PayloadTooLarge, PdfRefused, RefusalReason
from sygn_cli.engine.pdf import objects, opened, page_geometry, refusing
from sygn_cli.engine.stamp import stamp

if TYPE_CHECKING:
    import pymupdf

    from sygn_cli.domain.geometry import PageGeometry

LARGEST_PDF: Final = 25 * 1024 * 1024
MOST_PAGES: Final = 2000


@dataclass(frozen=True, slots=True)
class PageInfo:
    """One page of a PDF that was taken in."""

    geometry: PageGeometry


@dataclass(frozen=True, slots=True)
class Intake:
    """A PDF that can be signed.

    Attributes:
        size: In bytes.
        active_content: What it can do beyond being read ("JavaScript", "Launch", ...), sorted;
            none of it survives stamping.
    """

    sha256: str
    size: int
    pages: tuple[PageInfo, ...]
    active_content: tuple[str, ...]


def inspect(
    pdf: bytes,
    *,
    largest: int = LARGEST_PDF,
    most_pages: int = MOST_PAGES,
    flatten_existing_signatures: bool = False,
) -> Intake:
    """Return what the PDF is, if it can be signed.

    Args:
        pdf: The whole file.
        largest: Most bytes accepted.
        most_pages: Most pages accepted.
        flatten_existing_signatures: Accept a PDF that is signed already; stamping turns its
            signatures into mere pictures of signatures.

    Raises:
        PayloadTooLarge: It has more bytes than ``largest``.
        PdfRefused: It is no PDF, damaged, encrypted, XFA, signed, empty, too long, or has pages
            of an unusable size.
    """
    if len(pdf) > largest:
        raise PayloadTooLarge(
            f"The PDF has {len(pdf):,} bytes; at most {largest:,} are accepted.",
            reason=RefusalReason.TOO_LARGE,
            hint="Make its pictures smaller, or split it into several files.",
        )
    with opened(pdf, shown=()) as document:
        _refuse_xfa(document)
        active, signed = _survey(document)
        if (signed or b"/ByteRange" in pdf) and not flatten_existing_signatures:
            raise PdfRefused(
                "The PDF is signed already; stamping it would destroy that signature.",
                reason=RefusalReason.ALREADY_SIGNED,
                hint="Use the unsigned original.",
            )
        pages = _pages(document, most_pages)
    # Found out now, not when everybody has signed: whether it can be rewritten and sealed.
    stamp([pdf], [], title="")
    return Intake(sha256=sha256(pdf), size=len(pdf), pages=pages, active_content=active)


def _refuse_xfa(document: pymupdf.Document) -> None:
    if _has(document, "Root/AcroForm/XFA"):
        raise PdfRefused(
            "The PDF is an XFA form, which only Adobe's programs can show.",
            reason=RefusalReason.XFA,
            hint="Print it to a new PDF with Adobe Reader and use that.",
        )


def _has(document: pymupdf.Document, path: str) -> bool:
    """Tell whether the trailer leads to something by that path, through references."""
    xref, prefix = -1, ""
    for key in path.split("/"):
        kind, value = document.xref_get_key(xref, prefix + key)
        if kind == "null":
            return False
        if kind == "xref":
            xref, prefix = int(value.split()[0]), ""
        else:
            prefix += key + "/"
    return True


def _pages(document: pymupdf.Document, most: int) -> tuple[PageInfo, ...]:
    count = document.page_count
    if count < 1:
        raise PdfRefused("The PDF has no pages.", reason=RefusalReason.NO_PAGES)
    if count > most:
        raise PdfRefused(
            f"The PDF has {count:,} pages; at most {most:,} are accepted.",
            reason=RefusalReason.TOO_MANY_PAGES,
            hint="Split it into several documents.",
        )
    # The count is what the file claims; only loading a page shows that it is there.
    return tuple(_page(document, number) for number in range(1, count + 1))


def _page(document: pymupdf.Document, number: int) -> PageInfo:
    with refusing(f"Page {number} of the PDF cannot be read."):
        return PageInfo(page_geometry(document[number - 1]))


# Words of ISO 32000-2: actions (12.6.4), and what carries files, media or programs. Found in the
# text of objects: a false report from inside a string does no harm, since nothing depends on it.
_ACTIVE: Final = {
    name: re.compile(pattern)
    for name, pattern in {
        "AdditionalActions": r"/AA(?![A-Za-z]|\s*null)",
        "EmbeddedFiles": r"/EmbeddedFiles?(?![A-Za-z])",
        "GoToRemote": r"/S\s*/GoTo[RE](?![A-Za-z])",
        "ImportData": r"/S\s*/ImportData",
        "JavaScript": r"/S\s*/JavaScript|/JavaScript(?![A-Za-z])|/JS(?![A-Za-z])",
        "Launch": r"/S\s*/Launch",
        "Multimedia": r"/(?:RichMedia|Rendition|Movie|Sound|Screen|3D)(?![A-Za-z0-9])",
        "OpenAction": r"/OpenAction(?!\s*null)",
        "SubmitForm": r"/S\s*/SubmitForm",
    }.items()
}


def _survey(document: pymupdf.Document) -> tuple[tuple[str, ...], bool]:
    """Return the active content, and whether any object is a signature."""
    found: set[str] = set()
    signed = False
    for _, text in objects(document):
        found.update(name for name, pattern in _ACTIVE.items() if pattern.search(text))
        signed = signed or "/ByteRange" in text
    return tuple(sorted(found)), signed
