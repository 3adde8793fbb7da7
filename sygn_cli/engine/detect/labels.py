"""The texts around a blank that may name it, from five positions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from sygn_cli.domain.field import FieldType
from sygn_cli.engine.detect import lexicon
from sygn_cli.engine.detect.blanks import Blank, Evidence, Form, Where
from sygn_cli.engine.detect.rivals import (
    BOXED,
    NEXT_LINE,
    Around,
    beside,
    is_boxed_below,
    is_data_above,
    is_stacked,
    names_another,
    names_one_above,
)
from sygn_cli.engine.detect.shapes import Area, shared
from sygn_cli.engine.detect.sheet import UNREAD, Chunk, Sheet, chunk_of
from sygn_cli.engine.detect.weighing import ARROWS, MOST_LABEL_WORDS, weigh

if TYPE_CHECKING:
    from sygn_cli.engine.detect.words import Word

_NUMBERING: Final = re.compile(
    r"^(?!x$)\(?(?:\d{1,3}|[a-z]|[ivx]{1,4})(?:[.)]|\.[a-z0-9]\.?)*\)?$", re.IGNORECASE
)
# Signs alone say nothing, and a mail-merge field will be replaced by data.
_NO_LABEL: Final = re.compile(r"^(?:[\W_]*|[\[{<\u00ab]+[\w. ]+[\]}>\u00bb]+[\W_]*)$")
_ROW_WIDTH: Final = 200.0  # a shorter row is no full line of running text
_WRAPPED_WORDS: Final = 6
_BESIDE: Final = 15.0
_LINE_BELOW: Final = 30.0


def gather(sheet: Sheet, blanks: list[Blank], language: str) -> None:
    """Fill the evidence of every blank."""
    headed = {id(blank) for blank in blanks if _is_headed(sheet, blank)}
    for blank in blanks:
        others = [other for other in blanks if other is not blank]
        around = Around(sheet, blank, others, headed)
        left = _left(around)
        found = [left, _inside(around), _right(around)]
        if blank.form is not Form.TICK:
            below = _below(around, language)
            far = below is not None and below.gap > NEXT_LINE
            beside_it = left is not None and left.gap < _BESIDE and _useful(left.text)
            found += [None if far and beside_it else below, _above(around)]
        blank.evidence = [
            weigh(blank, evidence, language)
            for evidence in found
            if evidence and (_useful(evidence.text) or _is_choice(blank, evidence.text))
        ]


def _is_headed(sheet: Sheet, blank: Blank) -> bool:
    """Tell whether a short text stands close over the left end of a box, or in it."""
    if blank.form not in {Form.CELL, Form.WIDGET} or blank.cell is None:
        return False
    if blank.form is Form.CELL and sheet.words_in(blank.cell):
        return True
    cell = blank.cell
    return any(
        -4 < chunk.x0 - cell.x0 < 12 and cell.y0 - chunk.base < 6 and len(chunk.words) <= 8
        for chunk in sheet.chunks_between(cell.y0 - 8, cell.y0 + 1)
    )


def _is_choice(blank: Blank, text: str) -> bool:
    """Tell whether a text is the single letter beside a check box, as in ``M`` and ``F``."""
    return blank.form is Form.TICK and bool(re.match(r"^[^\W_]", text))


def _useful(text: str) -> bool:
    if UNREAD in text:
        return True
    return not _NO_LABEL.match(text) and not _NUMBERING.match(text.strip())


def _left(around: Around) -> Evidence | None:
    area, blank = around.area, around.blank
    if blank.form is Form.CELL and blank.cell is not None and area.x0 - blank.cell.x0 < 2:
        before = _cell_before(around.sheet, blank.cell)
        if before:
            return Evidence(Where.LEFT, before, 2.0)
    middle = area.y1 - 0.4 * blank.size
    if blank.form in {Form.CELL, Form.COMB, Form.TICK, Form.WIDGET}:
        middle = (area.y0 + area.y1) / 2 + 3
    walls = [o.area.x1 for o in around.others if o.area.x1 <= area.x0 + 1 and beside(o.area, area)]
    wall = max(walls, default=0.0)
    best: Evidence | None = None
    nearest = 1e9
    for row in around.sheet.rows_between(min(middle - 5, area.y1 - 13), middle + 9):
        words = [w for w in row.words if w.x1 <= area.x0 + 3 and w.x0 >= wall - 1]
        chunk, gap = _named_by(words, blank)
        if chunk is None:
            continue
        reach = 150 if chunk.text.rstrip().endswith(ARROWS) else 40
        off = abs(row.base - (middle + 0.3 * blank.size)) + 0.15 * gap
        if gap <= reach and off < nearest:
            best, nearest = Evidence(Where.LEFT, chunk.text, gap), off
    return best or _wrapped(around)


def _wrapped(around: Around) -> Evidence | None:
    """Return the end of the row above, where a sentence goes on with a blank."""
    area, blank, sheet = around.area, around.blank, around.sheet
    if blank.form not in {Form.RUN, Form.RULE}:
        return None
    after = Area(area.x1 - 1, area.y1 - 11, area.x1 + 10, area.y1 + 3)
    if not sheet.words_in(after):
        return None
    for row in reversed(sheet.rows_between(area.y1 - 2.2 * blank.size, area.y1 - 6)):
        last = row.chunks[-1]
        if abs(row.chunks[0].x0 - area.x0) < 12 and last.x1 > area.x0 + _ROW_WIDTH:
            words = [word for chunk in row.chunks for word in chunk.words]
            return Evidence(Where.LEFT, " ".join(w.text for w in words[-_WRAPPED_WORDS:]), 10.0)
    return None


def _cell_before(sheet: Sheet, cell: Area) -> str:
    """Return the text of the cell to the left, if it is a short label and the row holds no data."""
    label = ""
    for other in sheet.cells:
        if other == cell or shared(other.y0, other.y1, cell.y0, cell.y1) < 0.8 * cell.height:
            continue
        text = " ".join(chunk.text for chunk in sheet.chunks_in(other))
        if abs(other.x1 - cell.x0) < 3 and other.x1 - other.x0 > 24:
            label = text if other.height < 2 * cell.height else ""
        elif other.x0 > cell.x0 and text and not text.rstrip().endswith(ARROWS):
            return ""
    return label if label and len(label.split()) <= MOST_LABEL_WORDS and _useful(label) else ""


def _named_by(words: list[Word], blank: Blank) -> tuple[Chunk | None, float]:
    """Return the text that ends a row before a blank, and its distance."""
    numbered = False
    while blank.form is not Form.TICK and words and _is_number(words[-1], blank):
        numbered = True
        words = words[:-1]
    chunk = _tail(words)
    if chunk is None:
        return None, 0.0
    gap = max(0.0, blank.area.x0 - chunk.x1)
    # Tax forms put an item number between the label and its box.
    return chunk, min(gap, 12.0) if numbered else gap


def _is_number(word: Word, blank: Blank) -> bool:
    year = blank.form is Form.RUN and word.text in {"19", "20"}
    return bool(_NUMBERING.match(word.text)) and not year


def _tail(words: list[Word]) -> Chunk | None:
    """Return the last words of a row that belong together; a lone colon joins what it follows."""
    if not words:
        return None
    kept = [words[-1]]
    for word in reversed(words[:-1]):
        alone = not any(c.isalnum() for w in kept for c in w.text) or kept[0].text in {"x", "X"}
        if kept[0].x0 - word.x1 > (12.0 if alone else 1.6) * word.size:
            break
        kept.insert(0, word)
    return chunk_of(kept)


def _inside(around: Around) -> Evidence | None:
    if around.blank.form is not Form.CELL or around.blank.cell is None:
        return None
    words = around.sheet.words_in(around.blank.cell)
    if not words:
        return None
    return Evidence(Where.INSIDE, " ".join(word.text for word in words), 0.0)


def _below(around: Around, language: str) -> Evidence | None:
    area = around.area
    if id(around.blank) in around.headed or is_stacked(around):
        return None
    for row in around.sheet.rows_between(area.y1 + 2, area.y1 + _LINE_BELOW + 8):
        fitting = [c for c in row.chunks if _stands_under(c, area) and _useful(c.text)]
        if not fitting:
            continue
        chunk = min(fitting, key=lambda c: abs(c.middle - (area.x0 + area.x1) / 2))
        gap = max(0.0, chunk.base - 0.75 * chunk.size - area.y1)
        if gap > NEXT_LINE and not _is_signature_label(chunk, language):
            return None
        boxed = around.blank.form is Form.CELL and is_boxed_below(around, chunk)
        if boxed or gap > _LINE_BELOW:
            return None
        # "Notary Public, State of ____" names the line above it and the blank after it.
        role = chunk.text.split(",")[0]
        if abs(chunk.x0 - area.x0) < 8 and lexicon.is_role(role):
            return Evidence(Where.BELOW, role, gap)
        rival = names_another(around, chunk, gap)
        return None if rival else Evidence(Where.BELOW, chunk.text, gap)
    return None


def _stands_under(chunk: Chunk, area: Area) -> bool:
    width = chunk.x1 - chunk.x0
    overlap = shared(chunk.x0, chunk.x1, area.x0, area.x1)
    return overlap >= 0.4 * min(width, area.width) and width <= 1.35 * area.width + 30


def _is_signature_label(chunk: Chunk, language: str) -> bool:
    kinds = {hit.type for hit in lexicon.hits(chunk.text, language)}
    return len(chunk.words) <= 5 and bool(kinds & {FieldType.SIGNATURE, FieldType.DATE})


def _right(around: Around) -> Evidence | None:
    area, blank = around.area, around.blank
    middle = area.y1 - 0.4 * blank.size
    if blank.form is Form.TICK:
        middle = (area.y0 + area.y1) / 2 + 3
    walls = [o.area.x0 for o in around.others if o.area.x0 >= area.x1 - 1 and beside(o.area, area)]
    wall = min(walls, default=1e9)
    for row in around.sheet.rows_between(middle - 5, middle + 9):
        for chunk in row.chunks:
            if not area.x1 - 3 <= chunk.x0 <= min(area.x1 + 30, wall):
                continue
            near = chunk.x0 - area.x1 < 8 and blank.form in {Form.RUN, Form.RULE}
            if blank.form is Form.TICK or chunk.text.startswith("(") or near:
                text = chunk.text
                if text.startswith("(") and ")" in text:
                    text = text[: text.index(")") + 1]
                return Evidence(Where.RIGHT, text, max(0.0, chunk.x0 - area.x1))
    return None


def _above(around: Around) -> Evidence | None:
    area, blank = around.area, around.blank
    top = area.y0 if blank.form in BOXED else area.y1 - 8
    best: Chunk | None = None
    for chunk in around.sheet.chunks_between(top - 28, top + 1):
        if shared(chunk.x0, chunk.x1, area.x0, area.x1) <= 0 or chunk.x0 > area.x1 - 5:
            continue
        if abs(chunk.x0 - area.x0) > 25 and abs(chunk.middle - (area.x0 + area.x1) / 2) > 30:
            continue
        if (best is None or chunk.base > best.base) and _useful(chunk.text):
            best = chunk
    if best is None:
        return None
    gap = max(0.0, top - best.base)
    if blank.form is Form.CELL and is_data_above(around, best):
        return None
    if names_one_above(around, best, gap):
        return None
    return Evidence(Where.ABOVE, _with_row_above(around, best), gap)


def _with_row_above(around: Around, chunk: Chunk) -> str:
    """Return the text with the label that it explains: ``Signature (in block letters)``."""
    if not chunk.text.startswith("("):
        return chunk.text
    for row in around.sheet.rows_between(chunk.base - 1.6 * chunk.size, chunk.base - 3):
        for other in row.chunks:
            if abs(other.x0 - chunk.x0) < 6 and len(other.words) <= MOST_LABEL_WORDS:
                return f"{other.text} {chunk.text}"
    return chunk.text
