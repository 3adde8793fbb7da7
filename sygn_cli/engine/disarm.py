"""Make an open PDF inert: bake forms and notes into the pages, take scripts and actions out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from sygn_cli.engine import layers, links
from sygn_cli.engine.pdf import objects, text_string

if TYPE_CHECKING:
    import pymupdf

# What the catalog may keep (ISO 32000-2, 7.7.2). All else is forms, scripts, attachments, other
# people's permissions, or claims such as PDF/A that no longer hold once something is drawn.
_CATALOG: Final = frozenset(
    {
        "Type",
        "Version",
        "Pages",
        "PageLabels",
        "Dests",
        "PageLayout",
        "Outlines",
        "StructTreeRoot",
        "MarkInfo",
        "OutputIntents",
        "OCProperties",
    }
)
# Preferences by which nothing is shown or printed otherwise than it was signed (12.2).
_PREFERENCES: Final = (
    "DisplayDocTitle",
    "FitWindow",
    "CenterWindow",
    "Direction",
    "Duplex",
    "PickTrayByPDFSize",
    "PrintScaling",
)
_PAGE: Final = frozenset({"AA", "Thumb", "PieceInfo", "Metadata", "AF", "PresSteps"})
_SAFE_URI: Final = re.compile(r"(?:https?|mailto):", re.IGNORECASE)
_ACTION_KEYS: Final = re.compile(r"/(?:A|AA|PA|Next|S)(?![A-Za-z])")
# By which some readers show, or print, something else than what is in the stream: a file that lies
# elsewhere, another picture, a page of another document (ISO 32000-2, 7.3.8.2, 8.9.5.4, 8.10.4).
_OTHERWISE: Final = frozenset({"F", "FFilter", "FDecodeParms", "Alternates", "OPI", "Ref"})
_OTHERWISE_KEYS: Final = re.compile(rf"/(?:{'|'.join(sorted(_OTHERWISE))})(?![A-Za-z])")
_HARMFUL: Final = frozenset(
    {
        "/JavaScript",
        "/Launch",
        "/SubmitForm",
        "/ImportData",
        "/GoToR",
        "/GoToE",
        "/Rendition",
        "/GoTo3DView",
        "/RichMediaExecute",
        "/ResetForm",
        "/SetOCGState",
    }
)
# Names are decoded when they are read, and what stands in one then could pass for more entries.
_PLAIN_NAME: Final = re.compile(r"/[A-Za-z0-9.]{1,40}")
_BOOKMARKS: Final = ("First", "Last", "Next", "Prev")
# What a bookmark has, and what lies under one of those names in a dictionary of resources has not.
_BOOKMARK_KEYS: Final = re.compile(r"/(?:Title|A|First|Next)(?![A-Za-z])")
# Triggers of additional actions (ISO 32000-2, tables 197 to 200).
_TRIGGERS: Final = frozenset(
    [
        "E",
        "X",
        "D",
        "U",
        "Fo",
        "Bl",
        "PO",
        "PC",
        "PV",
        "PI",
        "O",
        "C",
        "K",
        "F",
        "V",
        "WC",
        "WS",
        "DS",
        "WP",
        "DP",
    ]
)
_REFERENCE: Final = re.compile(r"(\d+) \d+ R")
_MOST_HOPS: Final = 10


def disarm(document: pymupdf.Document) -> None:
    """Flatten the document in place and leave nothing in it that acts, but safe links.

    Links survive if they lead to a place in the document or to an http, https or mailto address.
    """
    document.bake()
    _clean_catalog(document)
    layered: list[int] = []
    tagging: list[int] = []
    for xref, text in objects(document):
        if _ACTION_KEYS.search(text):
            _clean_actions(document, xref)
        if _OTHERWISE_KEYS.search(text) and document.xref_is_stream(xref):
            for key in _OTHERWISE.intersection(document.xref_get_keys(xref)):
                document.xref_set_key(xref, key, "null")
        if layers.may_concern(text):
            layered.append(xref)
        if links.may_tag(text):
            tagging.append(xref)
    layers.flatten(document, layered)
    moved: dict[int, int] = {}
    for index in range(document.page_count):
        _clean_page(document, document.page_xref(index), moved)
    links.retag(document, tagging, moved)


def _clean_catalog(document: pymupdf.Document) -> None:
    catalog = document.pdf_catalog()
    entries = {"Type": "/Catalog"}
    for key in document.xref_get_keys(catalog):
        kind, value = document.xref_get_key(catalog, key)
        if _leads_nowhere(document, catalog, key):
            continue
        if key in _CATALOG and (
            kind in {"xref", "array"}
            or (kind == "dict" and key != "Outlines")  # bookmarks lie in objects of their own
            or (kind == "name" and _PLAIN_NAME.fullmatch(value))
        ):
            entries[key] = value
        elif key == "Lang" and kind == "string":
            entries[key] = text_string(value)
    if preferences := _preferences(document, catalog):
        entries["ViewerPreferences"] = preferences
    if names := _lookup(document, catalog, "Names", "Dests"):
        entries["Names"] = f"<</Dests {names}>>"
    document.update_object(
        catalog, f"<<{''.join(f'/{key} {value}' for key, value in entries.items())}>>"
    )
    if _REFERENCE.fullmatch(entries.get("Outlines", "")):
        _clean_bookmark(document, _number(entries["Outlines"]))


def _preferences(document: pymupdf.Document, catalog: int) -> str:
    """Return the harmless ones of the viewer preferences as PDF text, "" where there are none."""
    if _leads_nowhere(document, catalog, "ViewerPreferences"):
        return ""
    home, prefix = _follow(document, catalog, "ViewerPreferences")
    kept = ""
    for key in _PREFERENCES:
        kind, value = document.xref_get_key(home, prefix + key)
        if kind == "bool" or (kind == "name" and _PLAIN_NAME.fullmatch(value)):
            kept += f"/{key} {value}"
    return kept and f"<<{kept}>>"


def _lookup(document: pymupdf.Document, xref: int, key: str, inner: str) -> str:
    """Return ``inner`` of the dictionary under ``key`` as PDF text, "" where there is none."""
    kind, value = document.xref_get_key(xref, key)
    if _leads_nowhere(document, xref, key):
        return ""
    if kind == "xref":
        kind, value = document.xref_get_key(_number(value), inner)
    elif kind == "dict":
        kind, value = document.xref_get_key(xref, f"{key}/{inner}")
    return value if kind in {"xref", "dict"} else ""


def _number(reference: str) -> int:
    return int(reference.split(maxsplit=1)[0])


def _leads_nowhere(document: pymupdf.Document, xref: int, key: str) -> bool:
    """Tell whether a key refers to an object with a number that no object has (ISO 32000-2, 7.3.10)."""
    kind, value = document.xref_get_key(xref, key)
    return kind == "xref" and not 0 < _number(value) < document.xref_length()


def _clean_actions(document: pymupdf.Document, xref: int) -> None:
    """Take the actions out of one object.

    The same names can be those of fonts, pictures or glyphs in a dictionary of resources, so a
    key goes only if what it holds is an action.
    """
    keys = document.xref_get_keys(xref)
    _clean_bookmark(document, xref)
    kind, action = document.xref_get_key(xref, "S")
    if action in _HARMFUL:
        document.update_object(xref, "null")
        return
    if "Next" in keys and kind == "name":
        document.xref_set_key(xref, "Next", "null")
    for key, acts in (("A", _is_unsafe), ("PA", _is_unsafe), ("AA", _are_triggers)):
        if key in keys and (_leads_nowhere(document, xref, key) or acts(document, xref, key)):
            document.xref_set_key(xref, key, "null")


def _clean_bookmark(document: pymupdf.Document, xref: int) -> None:
    """Take out bookmarks that are no objects of their own, in which nobody would look."""
    for key in _BOOKMARKS:
        kind, value = document.xref_get_key(xref, key)
        if kind == "dict" and _BOOKMARK_KEYS.search(value):
            document.xref_set_key(xref, key, "null")


def _is_unsafe(document: pymupdf.Document, xref: int, key: str) -> bool:
    """Tell whether an action does more than lead inside the document or to an ordinary address."""
    home, prefix = _follow(document, xref, key)
    kind, action = document.xref_get_key(home, f"{prefix}S")
    if kind == "null":
        return False  # no action
    if kind != "name":
        return True  # nobody writes it by reference who has nothing to hide
    if document.xref_get_key(home, f"{prefix}Next")[0] != "null":
        return True
    if action == "/URI":
        return not _SAFE_URI.match(document.xref_get_key(home, f"{prefix}URI")[1])
    return bool(action != "/GoTo")


def _are_triggers(document: pymupdf.Document, xref: int, key: str) -> bool:
    home, prefix = _follow(document, xref, key)
    if not prefix:
        return not document.xref_is_stream(home) and _TRIGGERS.issuperset(
            document.xref_get_keys(home)
        )
    return bool(document.xref_get_key(xref, key)[0] == "dict")


def _follow(document: pymupdf.Document, xref: int, key: str) -> tuple[int, str]:
    """Return the object that holds the dictionary under a key, and the path to it in there."""
    kind, value = document.xref_get_key(xref, key)
    if kind != "xref":
        return xref, f"{key}/"
    home = _number(value)
    for _ in range(_MOST_HOPS):  # a reference to a reference is followed by some readers
        if not 0 < home < document.xref_length():
            break
        further = _REFERENCE.fullmatch(document.xref_object(home, compressed=True).strip())
        if further is None:
            break
        home = int(further[1])
    return home, ""


def _clean_page(document: pymupdf.Document, xref: int, moved: dict[int, int]) -> None:
    """Take from a page what acts, and put links in the place of links.

    Args:
        moved: The numbers of the new links by those of the old, which grows.
    """
    for key in document.xref_get_keys(xref):
        if key in _PAGE:
            document.xref_set_key(xref, key, "null")
    document.xref_set_key(xref, "Type", "/Page")
    if "Annots" not in document.xref_get_keys(xref):
        return
    if _leads_nowhere(document, xref, "Annots"):
        document.xref_set_key(xref, "Annots", "null")
        return
    kind, value = document.xref_get_key(xref, "Annots")
    if kind == "xref":
        value = document.xref_object(_number(value), compressed=True)
    for old in map(int, _REFERENCE.findall(value)):
        if old not in moved:
            moved[old] = links.bare(document, old)
    kept = (moved[int(one)] for one in _REFERENCE.findall(value))
    document.xref_set_key(xref, "Annots", f"[{' '.join(f'{one} 0 R' for one in kept if one)}]")
