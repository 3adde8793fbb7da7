"""Draw the marks into the original files and make one flat PDF of them, ready to be sealed."""

from __future__ import annotations

import dataclasses
import hashlib
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sygn_cli.domain.errors import InvalidRequest, PdfRefused, RefusalReason
from sygn_cli.domain.field import FieldType
from sygn_cli.engine.assemble import (
    bookmarks,
    concatenate,
    describe,
    rebuild,
    set_bookmarks,
)
from sygn_cli.engine.disarm import disarm
from sygn_cli.engine.marks import Sheet
from sygn_cli.engine.overlay import lay_over
from sygn_cli.engine.pdf import opened, page_geometry
from sygn_cli.engine.signable import is_signable
from sygn_cli.engine.vacate import vacate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    import pymupdf

    from sygn_cli.domain.field import Field
    from sygn_cli.domain.geometry import Box, PageGeometry
    from sygn_cli.domain.mark import Mark


_SAME: Final = 0.001


@dataclass(frozen=True, slots=True)
class Stamp:
    """One mark and where it goes.

    Attributes:
        picture: PNG bytes where the mark is a ``Picture``.
    """

    field: Field
    mark: Mark
    picture: bytes | None = dataclasses.field(default=None, repr=False)


def stamp(
    files: Sequence[bytes],
    stamps: Sequence[Stamp],
    *,
    title: str,
    names: Sequence[str] = (),
    sandbox: bool = False,
    created_at: datetime | None = None,
) -> bytes:
    """Return one flattened PDF of all files with all marks, without scripts and other actions.

    The same input gives the same bytes.

    Args:
        files: The original PDFs in order; ``Field.file`` counts from 1.
        stamps: What to draw, in this order.
        title: Title of the result.
        names: File names for the bookmarks, where there are several files.
        sandbox: Write a light SANDBOX across each page.
        created_at: Date for the document information; none is written without it.

    Raises:
        InvalidRequest: A field lies in no file or on no page, or a picture is missing or no PNG.
        PdfRefused: A file cannot be rewritten.
    """
    _refuse_homeless(files, stamps)
    vacant = [_boxes(stamps, number) for number in range(1, len(files) + 1)]
    with _prepared(files[0], vacant[0]) as document:
        first_pages = _gather(document, files, names, vacant)
        lay_over(document, _sheets(document, stamps, first_pages, sandbox=sandbox))
        return _written(
            document,
            title=title,
            at=created_at,
            identity=_identity(files, stamps, title, sandbox=sandbox, at=created_at),
        )


def _refuse_homeless(files: Sequence[bytes], stamps: Sequence[Stamp]) -> None:
    for one in stamps:
        if one.field.file > len(files):
            raise InvalidRequest(
                f"Field {one.field.id} is in file {one.field.file}, but there are {len(files)}."
            )


def _gather(
    document: pymupdf.Document,
    files: Sequence[bytes],
    names: Sequence[str],
    vacant: Sequence[Mapping[int, Sequence[Box]]],
) -> tuple[int, ...]:
    """Append the other files to the first; return the index of the first page of each."""
    titles = [*names, *(f"File {number}" for number in range(len(names) + 1, len(files) + 1))]
    parts = [(titles[0], 0, bookmarks(document))]
    for content, name, boxes in zip(files[1:], titles[1:], vacant[1:], strict=True):
        with _prepared(content, boxes) as other:
            parts.append((name, document.page_count, bookmarks(other)))
            concatenate(document, other)
    if len(files) > 1:
        set_bookmarks(document, parts)
    return tuple(first for _, first, _ in parts)


def _boxes(stamps: Sequence[Stamp], file: int) -> dict[int, list[Box]]:
    """Return where the boxes and radio places of a file are, by page."""
    found: dict[int, list[Box]] = {}
    for one in stamps:
        if one.field.file == file and one.field.type in {FieldType.CHECKBOX, FieldType.RADIO}:
            found.setdefault(one.field.page, []).append(one.field.box)
    return found


@contextmanager
def _prepared(content: bytes, vacant: Mapping[int, Sequence[Box]]) -> Iterator[pymupdf.Document]:
    """Open a file and make it flat and inert, each page an object of its own.

    Args:
        content: The file.
        vacant: Boxes by page, from 1, that lose the tick that the file has in them.
    """
    with opened(content) as document:
        for number, boxes in vacant.items():
            if number <= document.page_count:
                vacate(document[number - 1], boxes)
        disarm(document)
        for index in range(document.page_count):
            _settle_boxes(document[index])
        pages = [document.page_xref(index) for index in range(document.page_count)]
        if len(set(pages)) == len(pages):
            yield document
            return
        # A page that is listed twice is one object: what is drawn on one would show on both.
        with rebuild(document) as fresh:
            content = fresh.tobytes()
    with opened(content) as document:
        yield document


def _settle_boxes(page: pymupdf.Page) -> None:
    """Write down how the page was shown to the signers, so that every reader shows it so.

    Readers differ where boxes are missing, empty, inherited or turned by 45 degrees.
    """
    document, xref, geometry = page.parent, page.xref, page_geometry(page)
    _settle_box(document, xref, "MediaBox", tuple(page.mediabox))
    if page.cropbox != page.mediabox or "CropBox" in document.xref_get_keys(xref):
        _settle_box(document, xref, "CropBox", dataclasses.astuple(geometry.crop))
    for key, value, usual in (
        ("Rotate", str(geometry.rotate), "0"),
        ("UserUnit", f"{geometry.user_unit:g}", "1"),
    ):
        _, written = document.xref_get_key(xref, key)
        if written != value and (written, value) != ("null", usual):
            document.xref_set_key(xref, key, value)


def _settle_box(document: pymupdf.Document, xref: int, key: str, box: tuple[float, ...]) -> None:
    _, text = document.xref_get_key(xref, key)
    try:
        written = tuple(map(float, text.strip("[]").split()))
    except ValueError:
        written = ()
    # A box that says the same in other digits would move every pixel by a hair.
    if len(written) != len(box) or any(
        abs(a - b) > _SAME for a, b in zip(written, box, strict=True)
    ):
        numbers = " ".join(f"{number:.9g}" for number in box)
        document.xref_set_key(xref, key, f"[{numbers}]")


def _sheets(
    document: pymupdf.Document,
    stamps: Sequence[Stamp],
    first_pages: tuple[int, ...],
    *,
    sandbox: bool,
) -> dict[int, tuple[PageGeometry, Sheet]]:
    """Return what to draw over which page, by index of the page in the whole."""
    ends = [*first_pages[1:], document.page_count]
    by_page: dict[int, list[Stamp]] = {index: [] for index in range(ends[-1] if sandbox else 0)}
    for one in stamps:
        index = first_pages[one.field.file - 1] + one.field.page - 1
        if index >= ends[one.field.file - 1]:
            raise InvalidRequest(
                f"Field {one.field.id} is on page {one.field.page}: there is none."
            )
        by_page.setdefault(index, []).append(one)
    sheets = {}
    for index, here in sorted(by_page.items()):
        geometry = page_geometry(document[index])
        marks = tuple((one.field, one.mark, one.picture) for one in here)
        sheets[index] = geometry, Sheet(geometry.width, geometry.height, marks, sandbox)
    return sheets


def _identity(
    files: Sequence[bytes],
    stamps: Sequence[Stamp],
    title: str,
    *,
    sandbox: bool,
    at: datetime | None,
) -> str:
    """Return the file identifier (ISO 32000-2, 14.4): from the input, not from chance."""
    digest = hashlib.sha256(b"".join(hashlib.sha256(one).digest() for one in files))
    for one in stamps:
        digest.update(repr((one.field, one.mark)).encode())
        digest.update(hashlib.sha256(one.picture or b"").digest())
    digest.update(repr((title, sandbox, at)).encode())
    return digest.hexdigest()[:32].upper()


def _written(
    document: pymupdf.Document, *, title: str, at: datetime | None, identity: str
) -> bytes:
    pages = document.page_count
    describe(document, title=title, at=at)
    written = _bytes(document, identity)
    if is_signable(written, pages=pages):
        return written
    with rebuild(document) as fresh:
        describe(fresh, title=title, at=at)
        written = _bytes(fresh, identity)
    if not is_signable(written, pages=pages):
        raise PdfRefused(
            "The PDF is damaged in a way that cannot be healed.",
            reason=RefusalReason.DAMAGED,
            hint="Print it to a new PDF and use that.",
        )
    return written


def _bytes(document: pymupdf.Document, identity: str) -> bytes:
    document.xref_set_key(-1, "ID", f"[<{identity}><{identity}>]")
    written: bytes = document.tobytes(garbage=3, deflate=True, no_new_id=True)
    return written
