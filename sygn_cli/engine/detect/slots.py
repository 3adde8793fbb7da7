"""Places that have a label and nothing else: no line, no box, only room.

The most common form of a signature place in letters and short contracts.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from sygn_cli.domain.field import FieldType
from sygn_cli.engine.detect import lexicon
from sygn_cli.engine.detect.blanks import Blank, Evidence, Form, Where
from sygn_cli.engine.detect.shapes import Area, shared

if TYPE_CHECKING:
    from sygn_cli.engine.detect.sheet import Chunk, Sheet

_SIGNING: Final = frozenset({FieldType.SIGNATURE, FieldType.INITIALS, FieldType.DATE})
_MOST_WORDS: Final = 4
_TAG_SIGNS: Final = frozenset("{}[]|\\")
_LONGEST: Final = 20  # words with all remarks
_ROOM_RIGHT: Final = 60.0
_ROOM_ABOVE: Final = 16.0
_SIGNED: Final = 130.0  # a signature is seldom narrower, if it may choose
_MUCH_ROOM: Final = 30.0
_AROUND: Final = 120.0
_FARTHEST: Final = 80.0
_WIDTHS: Final = {FieldType.SIGNATURE: 180.0, FieldType.INITIALS: 60.0, FieldType.DATE: 110.0}
_BLOCK: Final = 130.0


def find_slots(sheet: Sheet, blanks: list[Blank], language: str) -> list[Blank]:
    """Return blanks for the labels that nothing printed belongs to."""
    taken = {_key(e.text) for blank in blanks for e in blank.evidence if e.naming > 0.2}
    slots: list[Blank] = []
    for row in sheet.rows:
        for chunk in row.chunks:
            kind = _names(chunk, language)
            if (
                kind in _SIGNING
                and _key(chunk.text) not in taken
                and not _is_heading(sheet, chunk)
            ):
                slots += _slot(sheet, chunk, kind, blanks)
    signed = [slot.area for slot in slots if slot.type is FieldType.SIGNATURE]
    if not signed:
        slots = [slot for slot in slots if slot.evidence[0].where is Where.LEFT]
    signed += [blank.area for blank in blanks if _is_signed(blank)]
    return slots + _companions(sheet, slots, signed, blanks, taken, language)


def _is_signed(blank: Blank) -> bool:
    best = max(blank.evidence, key=lambda e: e.score, default=None)
    return best is not None and best.type is FieldType.SIGNATURE and best.score > 0.4


def _key(text: str) -> str:
    return lexicon.fold(text).strip(" :.")


def _without_remarks(text: str) -> str:
    """Return a label without what stands in parentheses after it."""
    return re.sub(r"(?<=\w)\s*\([^()]*\)", "", text)


def _names(chunk: Chunk, language: str) -> FieldType | None:
    """Return the type that a text names if it says little else."""
    if len(chunk.words) > _LONGEST:
        return None
    colon = chunk.text.rstrip().endswith(":")
    if chunk.text.rstrip().endswith((".", ";", ",")) or not re.search(r"[^\W\d_]{3}", chunk.text):
        return None
    words = len(_without_remarks(chunk.text).split())
    if words > _MOST_WORDS + (6 if colon else 2) or set(chunk.text) & _TAG_SIGNS:
        return None
    text = lexicon.fold(_without_remarks(chunk.text)).strip(" :()*.")
    found = lexicon.hits(text, language)
    if not found or (len(text) <= 3 and not chunk.text.rstrip().endswith(":")):
        return None
    rest = text
    for hit in found:
        rest = rest.replace(text[hit.start : hit.end], " ")
    strange = [word for word in re.findall(r"\w+", rest) if len(word) > 2]
    # "Signature of the legal representative": what follows the word says whose it is.
    if found[0].type is FieldType.TEXT and strange and not colon:
        return None  # a name of somebody, not the label for one
    leads = found[0].type is FieldType.SIGNATURE and found[0].start == 0
    if len(strange) > (3 if colon or leads else 1):
        return None
    return lexicon.main_hit(found, text, last=False).type


def _is_heading(sheet: Sheet, chunk: Chunk) -> bool:
    """Tell whether running text follows right below."""
    below = sheet.rows_between(chunk.base + 4, chunk.base + 2.2 * chunk.size)
    prose = any(
        len(c.words) > 5 and c.x0 < chunk.x1 and c.x1 > chunk.x0 for r in below for c in r.chunks
    )
    underlined = any(
        abs(rule.y - chunk.base) < 4 and shared(rule.x0, rule.x1, chunk.x0, chunk.x1) > 5
        for rule in sheet.ink.rules
    )
    return prose or underlined


def _slot(sheet: Sheet, chunk: Chunk, kind: FieldType, blanks: list[Blank]) -> list[Blank]:
    if chunk.text.rstrip().endswith(":"):
        area, where = _room_right(sheet, chunk, kind), Where.LEFT
    else:
        area, where = _room_around(sheet, chunk, kind, blanks)
    if area is None or any(area.overlap(blank.area) > 0 for blank in blanks):
        return []
    evidence = Evidence(where, chunk.text, 0.0, kind, 0.8, 0.8)
    return [Blank(Form.SLOT, area, chunk.size, evidence=[evidence], type=kind)]


def _room_right(sheet: Sheet, chunk: Chunk, kind: FieldType) -> Area | None:
    left = chunk.x1 + 3
    margin = sheet.width - 36
    row = sheet.rows_between(chunk.base - 0.8 * chunk.size, chunk.base + 0.8 * chunk.size)
    after = [o.x0 - 4 for r in row for o in r.chunks if o.x0 > chunk.x1]
    right = min([margin, left + _WIDTHS.get(kind, 150.0), *after])
    signed = kind is FieldType.SIGNATURE
    edge = max(chunk.x0 + 1, right)
    below = _free_height(sheet, Area(chunk.x0, chunk.y0, edge, chunk.base + 2), 1)
    if signed and not after and right - left < _SIGNED and below > _MUCH_ROOM:
        top = chunk.base + 0.4 * chunk.size
        return Area(chunk.x0, top, chunk.x0 + _WIDTHS[kind], top + 24)
    least = 24.0 if kind is FieldType.INITIALS else _ROOM_RIGHT
    if right - left < least:
        return None
    bottom = chunk.base + (7 if signed and below > _MUCH_ROOM else 2)
    return Area(left, bottom - (22.0 if signed else 14.0), right, bottom)


def _room_around(
    sheet: Sheet, chunk: Chunk, kind: FieldType, blanks: list[Blank]
) -> tuple[Area | None, Where]:
    """Return the room above a label, or below it where there is far more."""
    right = min(sheet.width - 30, max(chunk.x1, chunk.x0 + 0.6 * _WIDTHS.get(kind, 150.0)))
    for row in sheet.rows_between(chunk.base - 3, chunk.base + 3):
        for other in row.chunks:
            if other.x0 > chunk.x1:
                right = min(right, other.x0 - 4)
    top, bottom = chunk.base - 0.9 * chunk.size, chunk.base + 0.3 * chunk.size
    for row in sheet.rows_between(bottom + 4, bottom + 1.5 * chunk.size):
        # The label may go on in a second row.
        if any(abs(c.x0 - chunk.x0) < 3 and len(c.words) <= _MOST_WORDS for c in row.chunks):
            bottom = row.base + 0.3 * chunk.size
    column = Area(chunk.x0 - 2, top, max(right, chunk.x1), bottom)
    # Neighbours in the row may have a second row of their own.
    lowest = bottom + 1.2 * chunk.size
    around = Area(column.x0 - _AROUND, top, column.x1 + _AROUND, lowest)
    above, below = _free_height(sheet, column, -1), _free_height(sheet, around, 1)
    above = min([above, *_distances(column, blanks, -1)])
    below = min([below, *_distances(column, blanks, 1)])
    if below >= _MUCH_ROOM and below > 1.8 * above and _follows_no_text(sheet, column):
        return Area(column.x0, bottom + 2, right, bottom + 26), Where.ABOVE
    if above < _ROOM_ABOVE:
        return None, Where.BELOW
    return Area(column.x0, top - _ROOM_ABOVE, right, top), Where.BELOW


def _distances(column: Area, blanks: list[Blank], way: int) -> list[float]:
    """Return how far the blanks over (-1) or under (1) a label are."""
    areas = [b.area for b in blanks if shared(b.area.x0, b.area.x1, column.x0, column.x1) > 0]
    gaps = [column.y0 - a.y1 if way < 0 else a.y0 - column.y1 for a in areas]
    return [gap for gap in gaps if gap > -2]


def _follows_no_text(sheet: Sheet, column: Area) -> bool:
    """Tell whether a label is not just the last line of a paragraph."""
    return _free_height(sheet, column, -1) > 0.6 * (column.y1 - column.y0)


def _free_height(sheet: Sheet, column: Area, way: int) -> float:
    """Return the white space over (-1) or under (1) a label, at most ``_FARTHEST``."""
    if way < 0:
        rows = reversed(sheet.rows_between(max(0.0, column.y0 - _FARTHEST), column.y0))
        room = min(_FARTHEST, column.y0)
    else:
        rows = iter(sheet.rows_between(column.y1 + 2, column.y1 + _FARTHEST + 10))
        room = min(_FARTHEST, sheet.height - column.y1)
    for row in rows:
        if any(shared(c.x0, c.x1, column.x0, column.x1) > 0 for c in row.chunks):
            edge = row.base + 2 if way < 0 else row.base - row.size
            return max(0.0, (column.y0 - edge) if way < 0 else (edge - column.y1))
    return room


def _companions(
    sheet: Sheet,
    slots: list[Blank],
    signed: list[Area],
    blanks: list[Blank],
    taken: set[str],
    language: str,
) -> list[Blank]:
    """Return name and title slots in the block of a signature slot."""
    found: list[Blank] = []
    for row in sheet.rows:
        for chunk in row.chunks:
            if _names(chunk, language) is not FieldType.TEXT or _key(chunk.text) in taken:
                continue
            near = any(
                -70 < chunk.base - area.y1 < _BLOCK
                and shared(area.x0 - 60, area.x1 + 120, chunk.x0, chunk.x1)
                for area in signed
            )
            if near:
                found += _slot(sheet, chunk, FieldType.TEXT, blanks + slots + found)
    return found
