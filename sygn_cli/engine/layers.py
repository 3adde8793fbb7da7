"""Layers (optional content, ISO 32000-2, 8.11): what one reader shows, every reader shows.

A layer can be on for one reader and off for another: by what it is for (view, print, export), by
the magnification, by an expression that not all readers know, by a click in a panel. Then the file
that was signed would not say what its signers saw. So each layer is on or off for good, before
anybody sees a page and in what is sealed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import pymupdf
from pymupdf import mupdf

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_PROPERTIES: Final = "OCProperties"
_NUMBER: Final = "SygnLayer"
_REFERENCE: Final = re.compile(r"(\d+) \d+ R")
# Entries of a layer by which readers switch it on their own (ISO 32000-2, table 96).
_BY_USE: Final = ("Usage", "Intent")
# And those by which other layers decide on it (table 97).
_BY_OTHERS: Final = ("OCGs", "P", "VE")
_TRACES: Final = re.compile(r"/(?:OCGs?|OCMD|VE|Usage|Intent)(?![A-Za-z])")
_Object: TypeAlias = Any  # MuPDF's own, for which there are no types


def settle(document: pymupdf.Document) -> None:
    """Leave of the layers of an open document only whether each is on or off to begin with."""
    if document.xref_get_key(document.pdf_catalog(), _PROPERTIES)[0] == "null":
        return
    layers, off = listed(document), hidden(document)
    for layer in layers:
        _take_out(document, layer, _BY_USE)
    switch(document, layers, off)


def hidden(document: pymupdf.Document) -> set[int]:
    """Return the layers that are off to begin with, by the numbers of their objects."""
    layers = set(listed(document))
    is_off = _written(document, "D/BaseState") == "/OFF"
    off = layers - set(_references(document, "D/ON")) if is_off else set()
    return off | layers.intersection(_references(document, "D/OFF"))


def listed(document: pymupdf.Document) -> list[int]:
    """Return the layers that the document lists, by the numbers of their objects."""
    return [
        xref
        for xref in _references(document, "OCGs")
        if 0 < xref < document.xref_length() and _kind(_loaded(document, xref)) == "OCG"
    ]


def switch(document: pymupdf.Document, layers: Iterable[int], off: Iterable[int]) -> None:
    """Write down which layers there are and which of them are off; no panel offers them.

    Each gets a number: MuPDF makes one object of all that are written alike when it saves.
    """
    for number, xref in enumerate(layers := sorted(layers)):
        document.xref_set_key(xref, _NUMBER, str(number))
    every, dark = (" ".join(f"{xref} 0 R" for xref in xrefs) for xrefs in (layers, sorted(off)))
    document.xref_set_key(
        document.pdf_catalog(),
        _PROPERTIES,
        f"<</OCGs[{every}]/D<</Order[]/OFF[{dark}]/Locked[{every}]>>>>",
    )


def may_concern(text: str) -> bool:
    """Tell whether the text of an object can have to do with layers."""
    return _TRACES.search(text) is not None


def flatten(document: pymupdf.Document, concerned: Iterable[int]) -> None:
    """Make a listed layer, on or off, of all that decides on what is shown, as MuPDF shows it.

    Signers see what MuPDF draws. It knows no expressions over layers (pdf-layer.c in 1.28), and
    asks layers in no list what they are for; other readers do otherwise.

    Args:
        document: With its layers settled.
        concerned: The numbers of all objects that :func:`may_concern` layers.
    """
    roots = {xref: _loaded(document, xref) for xref in {*concerned, *listed(document)}}
    layers = {xref for xref, root in roots.items() if _kind(root)}
    off = {xref for xref in layers if is_hidden(document, _reference(document, xref))}
    inside = [
        (holder, key, is_hidden(document, value))
        for root in roots.values()
        for holder, key, value in _inside(root)
    ]
    for xref in layers:
        _make_plain(document, xref)
    for holder, key, is_off in inside:
        xref = document.get_new_xref()
        document.update_object(xref, "<<>>")
        _make_plain(document, xref)
        mupdf.pdf_dict_put(holder, key, _reference(document, xref))
        layers.add(xref)
        off |= {xref} if is_off else set()
    if layers:
        switch(document, layers, off)


def _make_plain(document: pymupdf.Document, xref: int) -> None:
    _take_out(document, xref, (*_BY_USE, *_BY_OTHERS))
    if document.xref_get_key(xref, "Type")[1] != "/OCG":
        document.xref_set_key(xref, "Type", "/OCG")
    if document.xref_get_key(xref, "Name")[0] != "string":
        document.xref_set_key(xref, "Name", "()")


def _take_out(document: pymupdf.Document, xref: int, keys: Iterable[str]) -> None:
    for key in keys:
        if document.xref_get_key(xref, key)[0] != "null":
            document.xref_set_key(xref, key, "null")


def _references(document: pymupdf.Document, path: str) -> list[int]:
    return list(dict.fromkeys(map(int, _REFERENCE.findall(_written(document, path)))))


def _written(document: pymupdf.Document, path: str) -> str:
    """Return what stands there in the list of layers, or in the object to which that refers."""
    kind, value = document.xref_get_key(document.pdf_catalog(), f"{_PROPERTIES}/{path}")
    if kind != "xref":
        return str(value)
    xref = int(value.split(maxsplit=1)[0])
    if not 0 < xref < document.xref_length():
        return ""
    return str(document.xref_object(xref, compressed=True)).strip()


def _inner(document: pymupdf.Document) -> _Object:
    return pymupdf._as_pdf_document(document)


def _reference(document: pymupdf.Document, xref: int) -> _Object:
    return mupdf.pdf_new_indirect(_inner(document), xref, 0)


def _loaded(document: pymupdf.Document, xref: int) -> _Object:
    return mupdf.pdf_resolve_indirect(_reference(document, xref))


def _kind(value: _Object) -> str:
    """Return "OCG" for a layer, "OCMD" for what others decide on, "" for anything else."""
    if not mupdf.pdf_is_dict(value):
        return ""
    name = mupdf.pdf_to_name(mupdf.pdf_dict_gets(value, "Type"))
    return name if name in {"OCG", "OCMD"} else ""


def is_hidden(document: pymupdf.Document, layer: _Object) -> bool:
    """Tell whether MuPDF hides what belongs to a layer, an object of MuPDF's, on screen."""
    rendering = _inner(document), mupdf.PdfResourceStack(), "View"
    return bool(mupdf.pdf_is_ocg_hidden(*rendering, layer))


def _inside(value: _Object) -> Iterator[tuple[_Object, _Object, _Object]]:
    """Yield what is written in the middle of an object: where, under which key, and what."""
    if mupdf.pdf_is_array(value):
        for place in range(mupdf.pdf_array_len(value)):
            one = mupdf.pdf_array_get(value, place)
            if not mupdf.pdf_is_indirect(one):
                yield from _inside(one)
    elif mupdf.pdf_is_dict(value):
        for place in range(mupdf.pdf_dict_len(value)):
            one = mupdf.pdf_dict_get_val(value, place)
            if mupdf.pdf_is_indirect(one):
                continue
            if _kind(one):
                yield value, mupdf.pdf_dict_get_key(value, place), one
            else:
                yield from _inside(one)
