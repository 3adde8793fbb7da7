"""Say what came into a PDF after it was signed: in which revision, on which page.

A PDF is changed without rewriting it by appending a revision: new versions of some of its objects
and a table that points to them. What is said here explains a verdict and never makes one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, IndirectObject

from sygn_cli.domain.stated import Stated, stated

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyhanko.pdf_utils.generic import PdfObject, Reference
    from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

_MOST_CHANGES: Final = 50
_MOST_NODES: Final = 20_000
_DEEPEST: Final = 3
_ANNOTATIONS: Final = {
    "/Text": stated("a note"),
    "/FreeText": stated("text"),
    "/Widget": stated("a form field"),
    "/Link": stated("a link"),
    "/Stamp": stated("a stamp"),
    "/Ink": stated("a drawing"),
    "/Highlight": stated("a highlight"),
    "/Redact": stated("a redaction"),
    "/FileAttachment": stated("an attached file"),
}
_PARTS: Final = {
    "/Contents": stated("what is drawn on it was changed"),
    "/Resources": stated("pictures, fonts or forms drawn on it were changed"),
    "/MediaBox": stated("its size was changed"),
    "/CropBox": stated("the part of it that is shown was changed"),
    "/Rotate": stated("it was turned"),
    "/UserUnit": stated("its scale was changed"),
}
_CATALOGUE: Final = {
    "/AcroForm": stated("the document's form"),
    "/AF": stated("the list of attached files"),
    "/DSS": stated("the store of revocation lists"),
    "/Lang": stated("the document's language"),
    "/Metadata": stated("the document's metadata"),
    "/Names": stated("the names and attached files"),
    "/OpenAction": stated("what happens on opening"),
    "/AA": stated("what happens by itself"),
    "/Outlines": stated("the bookmarks"),
    "/Perms": stated("the permissions of the certification"),
    "/OCProperties": stated("the layers"),
}
_UPWARDS: Final = {"/Parent", "/P", "/Popup", "/Dest", "/A"}
_FIELDS: Final = {"/Fields", "/SigFlags"}  # what a signature or timestamp adds itself to
_Key: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that a later revision did.

    Attributes:
        revision: Which one, from 1 as a file has it when it is made.
        page: From 1, as the pages stand in that revision; None where it concerns none.
        what: In words, without a full stop.
    """

    revision: int
    page: int | None
    what: str

    @property
    def words(self) -> Stated:
        """The whole in one sentence."""
        if self.page is None:
            return stated("Revision {revision}: {what}.", revision=self.revision, what=self.what)
        return stated(
            "Revision {revision}, page {page}: {what}.",
            revision=self.revision,
            page=self.page,
            what=self.what,
        )

    def __str__(self) -> str:
        return str(self.words)


def changes(
    reader: PdfFileReader, signatures: Sequence[EmbeddedPdfSignature]
) -> tuple[Change, ...]:
    """Return what revisions after the last signature did, as far as that can be told.

    Args:
        reader: pyHanko's reader of the file.
        signatures: Signatures and document timestamps in the file.
    """
    signed = max((one.signed_revision for one in signatures), default=-1)
    found: list[Change] = []
    try:
        for revision in range(max(signed + 1, 1), reader.xrefs.total_revisions):
            found += _changes_in(reader, revision)
            if len(found) > _MOST_CHANGES:
                break
    except Exception:  # noqa: BLE001  pyHanko leaks anything on hostile files
        found.append(Change(signed + 2, None, stated("the rest cannot be read")))
    return tuple(dict.fromkeys(found[:_MOST_CHANGES]))


def keeps_form(signature: EmbeddedPdfSignature) -> bool:
    """Tell whether the form as a whole is as it was signed, but for the list of its fields.

    pyHanko 0.38 takes a new /NeedAppearances or /DA for part of a timestamp, and those make readers
    draw other words than the signer saw.

    Raises:
        Exception: Whatever pyHanko leaks on a hostile file.
    """
    reader = signature.reader
    signed = _form(_State(reader.get_historical_resolver(signature.signed_revision)))
    return signed == _form(_State(reader.get_historical_resolver(reader.total_revisions - 1)))


def _form(state: _State) -> dict[str, object]:
    form = state.value(state.root.raw_get("/AcroForm")) if "/AcroForm" in state.root else None
    if not isinstance(form, DictionaryObject):
        return {}
    return {key: _frozen(form.raw_get(key)) for key in form if key not in _FIELDS}


def _changes_in(reader: PdfFileReader, revision: int) -> Iterator[Change]:
    touched = {_number(one) for one in reader.xrefs.explicit_refs_in_revision(revision)}
    before = _State(reader.get_historical_resolver(revision - 1))
    after = _State(reader.get_historical_resolver(revision))
    old, new = before.pages(), after.pages()
    for number, what in _pages_moved(old, new):
        yield Change(revision + 1, number, what)
    for number, (key, page) in enumerate(new.items(), start=1):
        if key in old:
            for what in _on_page(before, old[key], after, page, touched):
                yield Change(revision + 1, number, what)
    for what in _around(before, after, touched):
        yield Change(revision + 1, None, what)


class _State:
    """The file as it stood with one of its revisions."""

    def __init__(self, resolver: HistoricalResolver) -> None:
        self._resolver = resolver
        self.root = resolver.root

    def value(self, raw: PdfObject) -> PdfObject:
        """Return the object itself where that is a reference to one."""
        return self._resolver.get_object(raw.reference) if isinstance(raw, IndirectObject) else raw

    def items(self, raw: PdfObject) -> list[PdfObject]:
        """Return what an array holds, as it stands there."""
        value = self.value(raw)
        if not isinstance(value, ArrayObject):
            return []
        return [value.raw_get(place) for place in range(len(value))]

    def pages(self) -> dict[_Key, DictionaryObject]:
        """Return the pages in their order, by the numbers of their objects."""
        found: dict[_Key, DictionaryObject] = {}
        waiting, seen = [self.root.raw_get("/Pages")], 0
        while waiting and seen < _MOST_NODES:
            raw, seen = waiting.pop(), seen + 1
            node = self.value(raw)
            if not isinstance(raw, IndirectObject) or not isinstance(node, DictionaryObject):
                continue
            if "/Kids" in node:
                waiting += reversed(self.items(node.raw_get("/Kids")))
            else:
                found.setdefault(_number(raw), node)
        return found

    def reaches(self, raw: PdfObject, touched: set[_Key], depth: int = 0) -> bool:
        """Tell whether an object, or what it is made of, is among those touched."""
        if isinstance(raw, IndirectObject) and _number(raw) in touched:
            return True
        if depth > _DEEPEST:
            return False
        value = self.value(raw)
        if isinstance(value, DictionaryObject):
            parts = [value.raw_get(key) for key in value if key not in _UPWARDS]
        else:
            parts = self.items(value)
        return any(self.reaches(one, touched, depth + 1) for one in parts)


def _number(reference: Reference | IndirectObject) -> _Key:
    return int(reference.idnum), int(reference.generation)


def _frozen(raw: PdfObject | None) -> object:
    """Return a value that is equal where two objects are written alike."""
    if isinstance(raw, IndirectObject):
        return _number(raw)
    if isinstance(raw, DictionaryObject):
        return {key: _frozen(raw.raw_get(key)) for key in raw}
    if isinstance(raw, ArrayObject):
        return [_frozen(raw.raw_get(place)) for place in range(len(raw))]
    return str(raw)


def _pages_moved(
    old: dict[_Key, DictionaryObject], new: dict[_Key, DictionaryObject]
) -> Iterator[tuple[int | None, str]]:
    for number, key in enumerate(new, start=1):
        if key not in old:
            yield number, stated("the page was added")
    if gone := [str(number) for number, key in enumerate(old, start=1) if key not in new]:
        yield (
            None,
            stated("taken away: page {pages} of the revision before", pages=", ".join(gone)),
        )
    if [key for key in new if key in old] != [key for key in old if key in new]:
        yield None, stated("the pages stand in another order")


def _on_page(
    before: _State,
    old: DictionaryObject,
    after: _State,
    new: DictionaryObject,
    touched: set[_Key],
) -> Iterator[str]:
    words: list[str] = []
    for key in sorted({*old, *new} - _UPWARDS):
        here = new.raw_get(key) if key in new else None
        there = old.raw_get(key) if key in old else None
        if (here is None) == (there is None) and (
            here is None or (_frozen(here) == _frozen(there) and not after.reaches(here, touched))
        ):
            continue
        if key == "/Annots":
            words += _annotations(before, there, after, here, touched)
        else:
            words.append(_PARTS.get(key, stated("its entry {key} was changed", key=key)))
    yield from dict.fromkeys(words)


def _annotations(
    before: _State,
    there: PdfObject | None,
    after: _State,
    here: PdfObject | None,
    touched: set[_Key],
) -> Iterator[str]:
    old = [] if there is None else before.items(there)
    new = [] if here is None else after.items(here)
    known = [_frozen(one) for one in old]
    kept = [_frozen(one) for one in new]
    for one in new:
        if _frozen(one) not in known:
            yield stated("{what} was added", what=_kind(after, one))
        elif after.reaches(one, touched):
            yield stated("{what} was changed", what=_kind(after, one))
    for one in old:
        if _frozen(one) not in kept:
            yield stated("{what} was taken away", what=_kind(before, one))


def _kind(state: _State, raw: PdfObject) -> str:
    value = state.value(raw)
    kind = value.get("/Subtype") if isinstance(value, DictionaryObject) else None
    return _ANNOTATIONS.get(str(kind), stated("an annotation"))


def _around(before: _State, after: _State, touched: set[_Key]) -> Iterator[str]:
    """Yield what changed in the document's catalogue, outside its pages."""
    old, new = before.root, after.root
    for key in sorted({*old, *new} - {"/Pages", "/Type"}):
        here = new.raw_get(key) if key in new else None
        there = old.raw_get(key) if key in old else None
        if here is None:
            yield stated("taken away: {what}", what=_named(key))
        elif there is None:
            yield stated("added: {what}", what=_named(key))
        elif _frozen(here) != _frozen(there) or after.reaches(here, touched):
            yield stated("changed: {what}", what=_named(key))


def _named(key: str) -> str:
    return _CATALOGUE.get(key, stated("the document's entry {key}", key=key))
