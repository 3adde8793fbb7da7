"""Notes and form fields: as signers see them, so they become part of the pages.

MuPDF draws them by one set of rules and bakes them into pages by a simpler one, which knows no
layers, no flags but Hidden, and no look that is out of date. By those two a file could be signed
that does not say what its signers saw. So notes are baked before anybody sees a page, and of the
fields, which signers are still to fill, nothing is left on which the two differ.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import pymupdf
from pymupdf import mupdf

from sygn_cli.engine.layers import is_hidden

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_Object: TypeAlias = Any  # MuPDF's own, for which there are no types

# Flags of an annotation (ISO 32000-2, table 167).
_INVISIBLE: Final = 1 << 0
_HIDDEN: Final = 1 << 1
_NO_ZOOM: Final = 1 << 3
_NO_ROTATE: Final = 1 << 4
_NO_VIEW: Final = 1 << 5
_UNSEEN: Final = _INVISIBLE | _HIDDEN | _NO_VIEW
_UPRIGHT: Final = _NO_ZOOM | _NO_ROTATE
_STAYING: Final = frozenset({"Link", "Widget"})
# Kinds of fields whose look can be out of date: a button has one for each of its states.
_WRITTEN: Final = frozenset({"Ch", "Tx"})


def settle(document: pymupdf.Document, numbers: Iterable[int]) -> None:
    """Make notes part of the pages, and leave of the fields those that are seen.

    Args:
        document: With its layers settled.
        numbers: The pages that somebody looks at, from 1; up to the first that is missing.
    """
    outdated = _has_outdated_looks(document)
    noted = []
    for number in numbers:
        try:
            page = mupdf.pdf_lookup_page_obj(_inner(document), number - 1)
        except mupdf.FzErrorBase:
            break  # the count is what the file claims
        seen = _seen_on(document, page)
        kinds = [_kind(one) for one in seen]
        for one, kind in zip(seen, kinds, strict=True):
            if kind == "Widget":
                _settle_field(one, outdated=outdated)
        if not _STAYING.issuperset(kinds):
            noted.append(number - 1)
        if outdated:
            # Else MuPDF draws each button anew, but bakes it into the page with its own look.
            mupdf.pdf_dict_dels(_form(document), "NeedAppearances")
    if noted:
        _bake(document, noted)


def _seen_on(document: pymupdf.Document, page: _Object) -> list[_Object]:
    """Return what is seen of the notes, fields and links of a page, and drop the others."""
    every = list(_on(page))
    seen = [_by_itself(document, one) for one in every if _is_seen(document, one)]
    if len(seen) < len(every) or not all(map(mupdf.pdf_is_indirect, every)):
        kept = mupdf.pdf_new_array(_inner(document), len(seen))
        for one in seen:
            mupdf.pdf_array_push(kept, one)
        mupdf.pdf_dict_puts(page, "Annots", kept)
    return seen


def _by_itself(document: pymupdf.Document, one: _Object) -> _Object:
    """Return a note or field as an object of its own: only then MuPDF keeps a look it makes up."""
    if mupdf.pdf_is_indirect(one) or _kind(one) == "Link":
        return one
    return mupdf.pdf_add_object(_inner(document), one)


def _on(page: _Object) -> Iterator[_Object]:
    every = mupdf.pdf_dict_gets(page, "Annots")
    for place in range(mupdf.pdf_array_len(every)):
        one = mupdf.pdf_array_get(every, place)
        if mupdf.pdf_is_dict(one):
            yield one


def _is_seen(document: pymupdf.Document, one: _Object) -> bool:
    kind = _kind(one)
    if kind == "Link":
        return True
    if kind == "Popup" or _flags(one) & _UNSEEN:
        return False
    layer = mupdf.pdf_dict_gets(one, "OC")
    if layer.m_internal and is_hidden(document, layer):
        return False
    if kind != "Widget":
        return True
    if not all(_inherited(one, key).m_internal for key in ("FT", "T")):
        return False
    # MuPDF puts an English "SIGN" into each field for a signature that has none, whatever its look.
    unsigned = not mupdf.pdf_signature_is_signed(_inner(document), one)
    return not (_field_type(one) == "Sig" and unsigned)


def _settle_field(field: _Object, *, outdated: bool) -> None:
    _turn_along(field)
    if outdated and _field_type(field) in _WRITTEN:
        mupdf.pdf_dict_dels(field, "AP")


def _turn_along(one: _Object) -> None:
    """Let a note or field turn and grow with its page, as it does once it is part of that."""
    if (flags := _flags(one)) & _UPRIGHT:
        mupdf.pdf_dict_puts(one, "F", mupdf.pdf_new_int(flags & ~_UPRIGHT))


def _bake(document: pymupdf.Document, pages: list[int]) -> None:
    """Make notes part of these pages, those without a look of their own as MuPDF draws them."""
    for index in pages:
        page = mupdf.pdf_load_page(_inner(document), index)
        note = mupdf.pdf_first_annot(page)
        while note.m_internal:
            if not _has_look(mupdf.pdf_annot_obj(note)):
                with suppress(mupdf.FzErrorBase):  # then it is seen by nobody
                    _give_look(page, note)
            note = mupdf.pdf_next_annot(note)
        mupdf.pdf_update_page(page)
    document.bake(widgets=False)


def _give_look(page: _Object, note: _Object) -> None:
    mupdf.pdf_annot_request_resynthesis(note)
    mupdf.pdf_update_annot(note)
    own = mupdf.pdf_annot_obj(note)
    if _kind(own) != "Stamp" or _has_look(own):
        return
    # That of a stamp with a name of its own is drawn, but never written into the file.
    _turn_along(own)
    bound, from_display = mupdf.pdf_bound_annot(note), _from_display(page)
    drawn = mupdf.pdf_new_display_list_from_annot(note)
    upward = mupdf.fz_concat(mupdf.fz_scale(1, -1), from_display)
    mupdf.pdf_set_annot_appearance_from_display_list(note, "N", None, upward, drawn)
    # In another rectangle than the one it is drawn in, it would be stretched.
    rectangle = mupdf.fz_transform_rect(bound, from_display)
    mupdf.pdf_dict_put_rect(own, mupdf.pdf_new_name("Rect"), rectangle)


def _has_look(one: _Object) -> bool:
    """Tell whether a note has a look of its own for the state in which it is."""
    look = mupdf.pdf_dict_gets(mupdf.pdf_dict_gets(one, "AP"), "N")
    if mupdf.pdf_is_stream(look):
        return True
    return bool(mupdf.pdf_is_stream(mupdf.pdf_dict_get(look, mupdf.pdf_dict_gets(one, "AS"))))


def _has_outdated_looks(document: pymupdf.Document) -> bool:
    return bool(mupdf.pdf_to_bool(mupdf.pdf_dict_gets(_form(document), "NeedAppearances")))


def _form(document: pymupdf.Document) -> _Object:
    root = mupdf.pdf_dict_gets(mupdf.pdf_trailer(_inner(document)), "Root")
    return mupdf.pdf_dict_gets(root, "AcroForm")


def _from_display(page: _Object) -> _Object:
    """Return the matrix that leads from the displayed page to coordinates of the file."""
    matrix = mupdf.FzMatrix()
    mupdf.pdf_page_transform(page, mupdf.FzRect(), matrix)
    return mupdf.fz_invert_matrix(matrix)


def _kind(one: _Object) -> str:
    return str(mupdf.pdf_to_name(mupdf.pdf_dict_gets(one, "Subtype")))


def _field_type(field: _Object) -> str:
    return str(mupdf.pdf_to_name(_inherited(field, "FT")))


def _flags(one: _Object) -> int:
    return int(mupdf.pdf_to_int(mupdf.pdf_dict_gets(one, "F")))


def _inherited(one: _Object, key: str) -> _Object:
    return mupdf.pdf_dict_get_inheritable(one, mupdf.pdf_new_name(key))


def _inner(document: pymupdf.Document) -> _Object:
    return pymupdf._as_pdf_document(document)
