"""Lay drawn sheets over pages, right for every rotation, crop box, media box and user unit.

The sheet becomes a form XObject that one matrix carries from displayed coordinates to user
space, so /Rotate, /CropBox and /UserUnit need no exceptions: ``PageGeometry`` knows them all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sygn_cli.engine import marks

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pymupdf

    from sygn_cli.domain.geometry import PageGeometry
    from sygn_cli.engine.marks import Sheet


def lay_over(document: pymupdf.Document, sheets: Mapping[int, tuple[PageGeometry, Sheet]]) -> None:
    """Draw sheets over pages of an open document.

    Args:
        document: Changed in place.
        sheets: By index of the page, from 0.
    """
    if not sheets:
        return
    # Equal sheets (SANDBOX and nothing else) are drawn once.
    different = {sheet: None for _, sheet in sheets.values()}
    forms = dict(zip(different, _forms(document, tuple(different)), strict=True))
    before = _stream(document, b"q\n")
    for index, (geometry, sheet) in sheets.items():
        _show(document, index, forms[sheet], _matrix(geometry), before)


def _forms(document: pymupdf.Document, sheets: tuple[Sheet, ...]) -> list[int]:
    """Return a form XObject in the document for each sheet."""
    count = document.page_count
    drawn = marks.draw(sheets)
    try:
        document.insert_pdf(drawn, links=False, annots=False, widgets=False)
    finally:
        drawn.close()
    forms = [_form(document, index) for index in range(count, document.page_count)]
    _drop_pages_from(document, count)
    return forms


def _form(document: pymupdf.Document, index: int) -> int:
    page = document[index]
    _, resources = document.xref_get_key(page.xref, "Resources")
    form = _stream(document, page.read_contents())
    box = f"[0 0 {page.mediabox.width:.3f} {page.mediabox.height:.3f}]"
    for key, value in (
        ("Type", "/XObject"),
        ("Subtype", "/Form"),
        ("BBox", box),
        ("Resources", resources),
    ):
        document.xref_set_key(form, key, value)
    return form


def _stream(document: pymupdf.Document, content: bytes) -> int:
    xref: int = document.get_new_xref()
    document.update_object(xref, "<<>>")
    document.update_stream(xref, content, new=True)
    return xref


def _drop_pages_from(document: pymupdf.Document, first: int) -> None:
    # delete_pages walks the bookmarks and stumbles over broken ones; none points to our pages.
    catalog = document.pdf_catalog()
    _, outlines = document.xref_get_key(catalog, "Outlines")
    if outlines != "null":
        document.xref_set_key(catalog, "Outlines", "null")
    document.delete_pages(first, document.page_count - 1)
    if outlines != "null":
        document.xref_set_key(catalog, "Outlines", outlines)


def _matrix(geometry: PageGeometry) -> str:
    """Return the PDF matrix from the sheet (points, origin bottom left) to user space."""
    origin = geometry.point_to_user(0, geometry.height)
    across = geometry.point_to_user(1, geometry.height)
    up = geometry.point_to_user(0, geometry.height - 1)
    values = (
        across[0] - origin[0],
        across[1] - origin[1],
        up[0] - origin[0],
        up[1] - origin[1],
        *origin,
    )
    return " ".join(f"{value:.6f}".rstrip("0").rstrip(".") for value in values)


def _show(document: pymupdf.Document, index: int, form: int, matrix: str, before: int) -> None:
    page = document[index]
    # What the page leaves behind must not move us: unbalanced q and Q are made up for, then all
    # of it is put between q and Q, so that a bare "cm" ends there as well.
    page.wrap_contents()
    name = f"Sygn{form}"
    after = _stream(document, f"\nQ\nq {matrix} cm /{name} Do Q\n".encode("ascii"))
    streams = " ".join(f"{one} 0 R" for one in [before, *page.get_contents(), after])
    document.xref_set_key(page.xref, "Contents", f"[{streams}]")
    home, prefix = _xobjects(document, page.xref)
    document.xref_set_key(home, f"{prefix}{name}", f"{form} 0 R")


def _xobjects(document: pymupdf.Document, page: int) -> tuple[int, str]:
    """Return the object that holds the page's XObject names, and the path to them in there."""
    home, prefix = _inner(document, page, "", "Resources")
    if (home, prefix) == (page, "Resources/"):
        home, prefix = _own_resources(document, page)
    return _inner(document, home, prefix, "XObject")


def _inner(document: pymupdf.Document, xref: int, prefix: str, key: str) -> tuple[int, str]:
    kind, value = document.xref_get_key(xref, prefix + key)
    return (int(value.split()[0]), "") if kind == "xref" else (xref, f"{prefix}{key}/")


def _own_resources(document: pymupdf.Document, page: int) -> tuple[int, str]:
    """Give the page resources of its own where it inherits them (ISO 32000-2, 7.7.3.4)."""
    node = page
    for _ in range(100):
        kind, value = document.xref_get_key(node, "Resources")
        if kind in {"xref", "dict"}:
            if node != page:
                document.xref_set_key(page, "Resources", value)
            break
        kind, parent = document.xref_get_key(node, "Parent")
        if kind != "xref":
            document.xref_set_key(page, "Resources", "<<>>")
            break
        node = int(parent.split()[0])
    return _inner(document, page, "", "Resources")
