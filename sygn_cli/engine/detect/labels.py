"""The texts around a blank that may name it, from five positions."""

from __future__ import annotations

import re
from typing import Final

from sygn_cli.domain.field import FieldType
from sygn_cli.engine.detect import lexicon
from sygn_cli.engine.detect.blanks import Blank, Evidence, Form, Where
from sygn_cli.engine.detect.shapes import Area, shared
from sygn_cli.engine.detect.sheet import Chunk, Sheet, chunk_of

_NUMBERING: Final = re.compile(
    r"^\(?(?:\d{1,3}|[a-z]|[ivx]{1,4})(?:[.)]|\.[a-z0-9]\.?)*\)?$", re.IGNORECASE
)
_NO_LABEL: Final = re.compile(r"^[\W_]*$")
_MOST_LABEL_WORDS: Final = 9


def gather(sheet: Sheet, blanks: list[Blank], language: str) -> None:
    """Fill the evidence of every blank."""
    others = [blank.area for blank in blanks]
    for blank in blanks:
        found = [
            _left(sheet, blank, others),
            _inside(sheet, blank),
            _below(sheet, blank, others),
            _right(sheet, blank, others),
            _above(sheet, blank, others),
        ]
        blank.evidence = [
            _judged(evidence, language)
            for evidence in found
            if evidence and _useful(evidence.text)
        ]


def _useful(text: str) -> bool:
    return not _NO_LABEL.match(text) and not _NUMBERING.match(text.strip())


_TRUST: Final = {
    Where.LEFT: 0.9,
    Where.INSIDE: 0.95,
    Where.BELOW: 0.85,
    Where.RIGHT: 0.6,
    Where.ABOVE: 0.5,
    Where.HEADER: 0.7,
    Where.SECTION: 0.4,
}


def _judged(evidence: Evidence, language: str) -> Evidence:
    text = evidence.text
    found = lexicon.hits(text, language)
    trust = _TRUST[evidence.where]
    words = len(text.split())
    prose = 1.0 if words <= _MOST_LABEL_WORDS else 0.5
    naming = trust * prose / (1 + evidence.gap / 40)
    if not found:
        return Evidence(evidence.where, text, evidence.gap, None, 0.0, naming)
    # The word nearest to the blank decides: the last one of a text to its left, else the first.
    hit = found[-1] if evidence.where is Where.LEFT else found[0]
    kinds = {other.type for other in found}
    if evidence.where is not Where.LEFT and FieldType.SIGNATURE in kinds:
        hit = next(other for other in found if other.type is FieldType.SIGNATURE)
    distance = len(lexicon.fold(text)) - hit.end if evidence.where is Where.LEFT else hit.start
    nearness = 1.0 if distance <= 12 else 0.75 if distance <= 30 else 0.4
    return Evidence(
        evidence.where,
        text,
        evidence.gap,
        hit.type,
        trust * prose * nearness * hit.weight / (1 + evidence.gap / 80),
        naming,
    )


def _left(sheet: Sheet, blank: Blank, others: list[Area]) -> Evidence | None:
    area = blank.area
    middle = area.y1 - 0.4 * blank.size
    if blank.form in {Form.CELL, Form.COMB, Form.TICK}:
        middle = (area.y0 + area.y1) / 2 + 3
    wall = max((o.x1 for o in others if o.x1 <= area.x0 + 1 and _same_row(o, area)), default=0.0)
    best: Chunk | None = None
    for row in sheet.rows_between(middle - 5, middle + 9):
        words = [w for w in row.words if w.x1 <= area.x0 + 3 and w.x0 >= wall - 1]
        if not words:
            continue
        kept = [words[-1]]
        for word in reversed(words[:-1]):
            if kept[0].x0 - word.x1 > 1.6 * word.size:
                break
            kept.insert(0, word)
        chunk = chunk_of(kept)
        if best is None or abs(chunk.base - area.y1) < abs(best.base - area.y1):
            best = chunk
    if best is None:
        return None
    gap = max(0.0, area.x0 - best.x1)
    reach = 90 if best.text.rstrip().endswith((":", ">", "\u25b6", "\u25ba")) else 40
    return Evidence(Where.LEFT, best.text, gap) if gap <= reach else None


def _same_row(a: Area, b: Area) -> bool:
    return shared(a.y0, a.y1, b.y0, b.y1) > 0.4 * min(a.height, b.height)


def _inside(sheet: Sheet, blank: Blank) -> Evidence | None:
    if blank.form is not Form.CELL or blank.cell is None:
        return None
    words = sheet.words_in(blank.cell)
    if not words:
        return None
    return Evidence(Where.INSIDE, " ".join(word.text for word in words), 0.0)


def _below(sheet: Sheet, blank: Blank, others: list[Area]) -> Evidence | None:
    area = blank.area
    if blank.form is Form.TICK:
        return None
    best: Chunk | None = None
    for chunk in sheet.chunks_between(area.y1 + 2, area.y1 + 24):
        if chunk.y0 + 0.15 * chunk.size > area.y1 + 13:
            continue
        if shared(chunk.x0, chunk.x1, area.x0, area.x1) < 0.4 * min(
            chunk.x1 - chunk.x0, area.width
        ):
            continue
        if chunk.x1 - chunk.x0 > 1.35 * area.width + 30:
            continue
        if best is None or (chunk.base, abs(chunk.x0 - area.x0)) < (
            best.base,
            abs(best.x0 - area.x0),
        ):
            best = chunk
    if best is None:
        return None
    row = Area(best.x0, best.base - best.size, best.x1, best.base)
    if any(o is not area and _same_row(o, row) and 0 <= o.x0 - best.x1 < 60 for o in others):
        return None  # it names the blank to its right
    return Evidence(Where.BELOW, best.text, max(0.0, best.base - 0.75 * best.size - area.y1))


def _right(sheet: Sheet, blank: Blank, others: list[Area]) -> Evidence | None:
    area = blank.area
    middle = area.y1 - 0.4 * blank.size
    if blank.form is Form.TICK:
        middle = (area.y0 + area.y1) / 2 + 3
    wall = min((o.x0 for o in others if o.x0 >= area.x1 - 1 and _same_row(o, area)), default=1e9)
    for row in sheet.rows_between(middle - 5, middle + 9):
        for chunk in row.chunks:
            if area.x1 - 3 <= chunk.x0 <= min(area.x1 + 30, wall):
                gap = max(0.0, chunk.x0 - area.x1)
                text = chunk.text
                if blank.form is Form.TICK or text.startswith("("):
                    return Evidence(Where.RIGHT, text, gap)
    return None


def _above(sheet: Sheet, blank: Blank, others: list[Area]) -> Evidence | None:
    area = blank.area
    if blank.form is Form.TICK:
        return None
    top = area.y0 if blank.form is Form.CELL else area.y1 - 8
    best: Chunk | None = None
    for chunk in sheet.chunks_between(top - 28, top + 1):
        if shared(chunk.x0, chunk.x1, area.x0, area.x1) <= 0 or chunk.x0 > area.x1 - 5:
            continue
        if abs(chunk.x0 - area.x0) > 25 and abs(chunk.middle - (area.x0 + area.x1) / 2) > 30:
            continue
        if best is None or chunk.base > best.base:
            best = chunk
    if best is None:
        return None
    if any(o is not area and best.base < o.y1 < top and o.overlap(area) == 0 for o in others):
        pass
    return Evidence(Where.ABOVE, best.text, max(0.0, top - best.base))
