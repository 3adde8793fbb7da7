"""Find the files that are embedded in a PDF (ISO 32000-2, 7.11.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, StreamObject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyhanko.pdf_utils.generic import PdfObject
    from pyhanko.pdf_utils.reader import PdfFileReader

_DEEPEST_TREE: Final = 20


def embedded_files(reader: PdfFileReader, name: str) -> Iterator[bytes]:
    """Yield the contents of the embedded files of that name, in the order of the name tree."""
    names = _dictionary(reader.root, "/Names")
    tree = names and _dictionary(names, "/EmbeddedFiles")
    level = [tree] if tree else []
    for _ in range(_DEEPEST_TREE):
        for node in level:
            for spec in _dictionaries(node, "/Names"):
                if name in {str(_entry(spec, key)) for key in ("/UF", "/F")}:
                    yield from _content(spec)
        level = [kid for node in level for kid in _dictionaries(node, "/Kids")]


def _content(spec: DictionaryObject) -> Iterator[bytes]:
    files = _dictionary(spec, "/EF")
    stream = _entry(files, "/F") if files else None
    if isinstance(stream, StreamObject):
        yield bytes(stream.data)


def _dictionary(parent: DictionaryObject, key: str) -> DictionaryObject | None:
    found = _entry(parent, key)
    return found if isinstance(found, DictionaryObject) else None


def _dictionaries(parent: DictionaryObject, key: str) -> list[DictionaryObject]:
    """Return the dictionaries in an array, names between them left out."""
    found = _entry(parent, key)
    if not isinstance(found, ArrayObject):
        return []
    items = [found[index] for index in range(len(found))]
    return [item for item in items if isinstance(item, DictionaryObject)]


def _entry(parent: DictionaryObject, key: str) -> PdfObject | None:
    """Return what is under a key, references followed, which pyHanko's ``get`` does not do."""
    if key not in parent:
        return None
    found: PdfObject = parent[key]
    return found
