"""Several PDFs into one: pages, bookmarks, layers, and what the document says about itself."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Final, TypeAlias

import pymupdf

from sygn_cli.engine import layers
from sygn_cli.engine.pdf import text_string

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

_KEPT: Final = {
    "author": "Author",
    "subject": "Subject",
    "keywords": "Keywords",
    "creator": "Creator",
}
_OFF: Final = "SygnOff"  # on a layer, while it is carried from one document to another
Bookmarks: TypeAlias = list[tuple[int, str, int]]


def bookmarks(document: pymupdf.Document) -> Bookmarks:
    """Return level, title and page (from 1) of each bookmark; none if they are broken."""
    try:
        return [(level, title, page) for level, title, page in document.get_toc(simple=True)]
    except (RuntimeError, ValueError, TypeError, IndexError, AttributeError):
        return []


def set_bookmarks(
    document: pymupdf.Document,
    parts: Sequence[tuple[str, int, Bookmarks]],
) -> None:
    """Give the document one bookmark for each part, and under it the part's own.

    Args:
        document: Changed in place.
        parts: Title, index of the first page from 0, own bookmarks.
    """
    entries: Bookmarks = []
    for title, first, own in parts:
        entries += [(1, title, first + 1), *_nested(own, below=1, first=first)]
    document.set_toc(entries)


def _nested(own: Bookmarks, *, below: int, first: int) -> Bookmarks:
    """Return bookmarks moved down and on, no level skipped, which set_toc would refuse."""
    entries: Bookmarks = []
    level = below
    for depth, title, page in own:
        level = min(depth + below, level + 1)
        entries.append((level, title, page + first if page > 0 else -1))
    return entries


def concatenate(document: pymupdf.Document, other: pymupdf.Document) -> None:
    """Append all pages of another document, hidden layers staying hidden.

    Args:
        document: Changed in place.
        other: Disarmed, so that it lists all its layers.
    """
    off, known = layers.hidden(document), layers.listed(document)
    carried, dark = layers.listed(other), layers.hidden(other)
    for xref in carried:
        other.xref_set_key(xref, _OFF, str(xref in dark).lower())  # names may be alike
    first_new = document.xref_length()
    document.insert_pdf(other, widgets=False)
    if not carried:
        return
    # insert_pdf copies the layers that the pages use, but not the list that switches them.
    new = [
        xref
        for xref in range(first_new, document.xref_length())
        if document.xref_get_key(xref, "Type")[1] == "/OCG"
    ]
    off |= {xref for xref in new if document.xref_get_key(xref, _OFF)[1] == "true"}
    layers.switch(document, [*known, *new], off)


def rebuild(document: pymupdf.Document) -> pymupdf.Document:
    """Return a new document with the same pages, which heals a broken catalog or page tree."""
    fresh = pymupdf.open()
    concatenate(fresh, document)
    if entries := _nested(bookmarks(document), below=0, first=0):
        fresh.set_toc(entries)
    return fresh


def describe(document: pymupdf.Document, *, title: str, at: datetime | None) -> None:
    """Write the document information: a new title, the author's words kept, nothing else."""
    said = document.metadata or {}
    pairs = {"Title": title, "Producer": "sygn"}
    pairs |= {key: said[name] for name, key in _KEPT.items() if said.get(name)}
    entries = "".join(f"/{key}{text_string(value)}" for key, value in pairs.items())
    if at is not None:
        entries += f"/ModDate({at.astimezone(UTC):D:%Y%m%d%H%M%SZ})"
    info = document.get_new_xref()
    document.update_object(info, f"<<{entries}>>")
    document.xref_set_key(-1, "Info", f"{info} 0 R")
