"""Links: of each only what leads on is kept, since MuPDF, by which signers saw the page, draws none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

import pymupdf
from pymupdf import mupdf

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_Object: TypeAlias = Any  # MuPDF's own, for which there are no types

_KEPT: Final = frozenset(
    {"Type", "Subtype", "Rect", "QuadPoints", "A", "Dest", "StructParent", "Contents"}
)


def bare(document: pymupdf.Document, xref: int) -> int:
    """Return the number of a new object with what a link may keep, 0 if it is no link or leads nowhere.

    The object itself stays as it is: it could be part of something else that is drawn.
    """
    if not 0 < xref < document.xref_length() or document.xref_is_stream(xref):
        return 0
    if document.xref_get_key(xref, "Subtype")[1] != "/Link":
        return 0
    if all(document.xref_get_key(xref, key)[0] == "null" for key in ("A", "Dest")):
        return 0
    inner = pymupdf._as_pdf_document(document)
    link = mupdf.pdf_copy_dict(mupdf.pdf_new_indirect(inner, xref, 0))
    for key in _keys(link):
        if mupdf.pdf_to_name(key) not in _KEPT:
            mupdf.pdf_dict_del(link, key)
    border = mupdf.pdf_new_array(inner, 3)  # without it, a border of one point is drawn
    for _ in range(3):
        mupdf.pdf_array_push_int(border, 0)
    mupdf.pdf_dict_puts(link, "Border", border)
    return int(mupdf.pdf_to_num(mupdf.pdf_add_object(inner, link)))


def may_tag(text: str) -> bool:
    """Tell whether the text of an object can hold tags that refer to links."""
    return "/OBJR" in text


def retag(document: pymupdf.Document, tagging: Iterable[int], moved: Mapping[int, int]) -> None:
    """Let the tags refer to the links that have taken the place of others.

    Args:
        tagging: The numbers of all objects that :func:`may_tag` links.
        moved: The numbers of the new links by those of the old.
    """
    inner = pymupdf._as_pdf_document(document)
    for xref in tagging:
        for tag in _tags(mupdf.pdf_resolve_indirect(mupdf.pdf_new_indirect(inner, xref, 0))):
            new = moved.get(mupdf.pdf_to_num(mupdf.pdf_dict_gets(tag, "Obj")))
            if new:
                mupdf.pdf_dict_puts(tag, "Obj", mupdf.pdf_new_indirect(inner, new, 0))


def _tags(value: _Object) -> Iterator[_Object]:
    """Yield the references to objects that are written in the middle of one."""
    if mupdf.pdf_is_array(value):
        within = [mupdf.pdf_array_get(value, n) for n in range(mupdf.pdf_array_len(value))]
    elif mupdf.pdf_is_dict(value):
        if mupdf.pdf_to_name(mupdf.pdf_dict_gets(value, "Type")) == "OBJR":
            yield value
        within = [mupdf.pdf_dict_get(value, key) for key in _keys(value)]
    else:
        return
    for one in within:
        if not mupdf.pdf_is_indirect(one):
            yield from _tags(one)


def _keys(value: _Object) -> list[_Object]:
    return [mupdf.pdf_dict_get_key(value, place) for place in range(mupdf.pdf_dict_len(value))]
