"""Layers (optional content, ISO 32000-2, 8.11): what one reader shows, every reader shows.

A layer can be on for one reader and off for another: by what it is for (view, print, export), by
the magnification, by an expression that not all readers know, by a click in a panel. Then the file
that was signed would not say what its signers saw. So each layer is on or off for good, before
anybody sees a page and in what is sealed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pymupdf

_PROPERTIES: Final = "OCProperties"
_NUMBER: Final = "SygnLayer"
_REFERENCE: Final = re.compile(r"(\d+) \d+ R")
# Entries of a layer by which readers switch it on their own (ISO 32000-2, table 96).
_BY_USE: Final = ("Usage", "Intent")


def settle(document: pymupdf.Document) -> None:
    """Leave of the layers of an open document only whether each is on or off to begin with."""
    catalog = document.pdf_catalog()
    if document.xref_get_key(catalog, _PROPERTIES)[0] == "null":
        return
    layers = _listed(document, "OCGs")
    for layer in layers:
        for key in _BY_USE:
            if document.xref_get_key(layer, key)[0] != "null":
                document.xref_set_key(layer, key, "null")
    switch(document, layers, hidden(document))


def hidden(document: pymupdf.Document) -> set[int]:
    """Return the layers that are off to begin with, by the numbers of their objects."""
    layers = set(_listed(document, "OCGs"))
    base = document.xref_get_key(document.pdf_catalog(), f"{_PROPERTIES}/D/BaseState")[1]
    off = layers - set(_listed(document, "D/ON")) if base == "/OFF" else set()
    return off | layers.intersection(_listed(document, "D/OFF"))


def listed(document: pymupdf.Document) -> list[int]:
    """Return all layers, by the numbers of their objects."""
    return _listed(document, "OCGs")


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


def make_plain(document: pymupdf.Document, xref: int) -> None:
    """Take out of one object what readers understand differently, or what only we may write.

    MuPDF, which shows pages to signers, knows no expressions over layers (pdf-layer.c in 1.28): it
    draws what is under one.
    """
    if document.xref_get_key(xref, "VE")[0] != "null":
        for key in ("VE", "OCGs"):
            document.xref_set_key(xref, key, "null")
    if document.xref_get_key(xref, "OC/VE")[0] != "null":
        document.xref_set_key(xref, "OC", "null")
    if document.xref_get_key(xref, _NUMBER)[0] != "null" and xref not in listed(document):
        document.xref_set_key(xref, _NUMBER, "null")


def _listed(document: pymupdf.Document, path: str) -> list[int]:
    _, written = document.xref_get_key(document.pdf_catalog(), f"{_PROPERTIES}/{path}")
    found = dict.fromkeys(int(number) for number in _REFERENCE.findall(written))
    return [xref for xref in found if 0 < xref < document.xref_length()]
