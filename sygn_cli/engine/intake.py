"""Decide whether a PDF can be signed, and describe it: the gate before everything else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
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
    raise NotImplementedError
