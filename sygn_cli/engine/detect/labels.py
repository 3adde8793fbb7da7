"""The texts around a blank that may name it, from five positions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sygn_cli.domain.field import FieldType
from sygn_cli.engine.detect import lexicon
from sygn_cli.engine.detect.blanks import Blank, Evidence, Form, Where
from sygn_cli.engine.detect.shapes import Area, shared
from sygn_cli.engine.detect.sheet import UNREAD, Chunk, Sheet, chunk_of

if TYPE_CHECKING:
    from sygn_cli.engine.detect.words import Word

_NUMBERING: Final = re.compile(
    r"^\(?(?:\d{1,3}|[a-z]|[ivx]{1,4})(?:[.)]|\.[a-z0-9]\.?)*\)?$", re.IGNORECASE
)
# Signs alone say nothing, and a mail-merge field will be replaced by data.
_NO_LABEL: Final = re.compile(r"^(?:[\W_]*|[\[{<\u00ab]+[\w. ]+[\]}>\u00bb]+[\W_]*)$")
_MOST_LABEL_WORDS: Final = 9
# "on this ___ day of ___": the only words after a blank that say what belongs into it.
_DAY_OF: Final = re.compile(
    r"^(?:st|nd|rd|th|\.)?\s*(?:day\s+of|d\u00eda|giorno|dag\s+van)\b", re.IGNORECASE
)
_QUOTED: Final = re.compile(
    r"^\(.{0,12}[\"\u201c\u201d\u201e\u00ab\u2018\u2019]"
)  # a term that the text defines
_ARROWS: Final = (":", ">", "\u25b6", "\u25ba", "\u2192")
_BOXED: Final = frozenset({Form.CELL, Form.COMB, Form.WIDGET})
_NEXT_LINE: Final = 13.0
_LINE_BELOW: Final = 30.0


@dataclass(slots=True)
class _Around:
    """A blank and all blanks of its page, to see whose label a text is.

    Attributes:
        headed: Blanks whose label stands above or in them, so that nothing below is theirs.
    """

    sheet: Sheet
    blank: Blank
    others: list[Blank]
    headed: set[int]

    @property
    def area(self) -> Area:
        return self.blank.area


def gather(sheet: Sheet, blanks: list[Blank], language: str) -> None:
    """Fill the evidence of every blank."""
    headed = {id(blank) for blank in blanks if _is_headed(sheet, blank)}
    for blank in blanks:
        others = [other for other in blanks if other is not blank]
        around = _Around(sheet, blank, others, headed)
        found = [_left(around), _inside(around), _right(around)]
        if blank.form is not Form.TICK:
            found += [_below(around, language), _above(around)]
        blank.evidence = [
            _judged(blank, evidence, language)
            for evidence in found
            if evidence and _useful(evidence.text)
        ]


def _is_headed(sheet: Sheet, blank: Blank) -> bool:
    """Tell whether a short text stands close over the left end of a box, or in it."""
    if blank.form is not Form.CELL or blank.cell is None:
        return False
    if sheet.words_in(blank.cell):
        return True
    cell = blank.cell
    return any(
        -4 < chunk.x0 - cell.x0 < 12 and cell.y0 - chunk.base < 6 and len(chunk.words) <= 8
        for chunk in sheet.chunks_between(cell.y0 - 8, cell.y0 + 1)
    )


def _useful(text: str) -> bool:
    if UNREAD in text:
        return True
    return not _NO_LABEL.match(text) and not _NUMBERING.match(text.strip())


_TRUST: Final = {
    Where.LEFT: 0.9,
    Where.INSIDE: 0.95,
    Where.BELOW: 0.85,
    Where.RIGHT: 0.6,
    Where.ABOVE: 0.55,
    Where.HEADER: 0.7,
    Where.SECTION: 0.4,
}


def _judged(blank: Blank, evidence: Evidence, language: str) -> Evidence:
    text, where = evidence.text, evidence.where
    found = lexicon.hits(text, language)
    trust = _TRUST[where]
    if where is Where.ABOVE and blank.form is Form.CELL and evidence.gap < 8:
        trust = 0.85
    if where is Where.RIGHT and blank.form is not Form.TICK:
        if text.startswith("("):
            trust = 0.92 if not _QUOTED.match(text) else 0.45
        else:
            trust = 0.45
            if not _DAY_OF.match(text):
                found = []
    if where is Where.BELOW and text.rstrip().endswith(_ARROWS):
        trust = 0.3  # it names what stands to its right
    words = len(text.split())
    prose = 1.0 if words <= _MOST_LABEL_WORDS else 0.65
    if blank.form is Form.TICK:
        trust = 0.95 if where is Where.RIGHT else 0.6
    far = 90 if text.rstrip().endswith(_ARROWS) else 40
    naming = trust * prose / (1 + evidence.gap / far) * (0.6 if UNREAD in text else 1.0)
    if not found and where is Where.LEFT and text.rstrip().endswith(":") and evidence.gap < 15:
        # A label that ends in a colon and says nothing else asks for text.
        return Evidence(where, text, evidence.gap, FieldType.TEXT, 0.6, naming)
    if not found and where is Where.BELOW and blank.area.width >= 90 and lexicon.is_role(text):
        return Evidence(where, text, evidence.gap, FieldType.SIGNATURE, 0.5, naming)
    if not found:
        return Evidence(where, text, evidence.gap, None, 0.0, naming)
    hit = lexicon.main_hit(found, lexicon.fold(text), last=where is Where.LEFT)
    distance = len(lexicon.fold(text)) - hit.end if where is Where.LEFT else hit.start
    nearness = 1.0 if distance <= 12 else 0.75 if distance <= 30 else 0.4
    score = trust * prose * nearness * hit.weight / (1 + evidence.gap / 80)
    return Evidence(where, text, evidence.gap, hit.type, score, naming)


def _left(around: _Around) -> Evidence | None:
    area, blank = around.area, around.blank
    if blank.form is Form.CELL and blank.cell is not None and area.x0 - blank.cell.x0 < 2:
        before = _cell_before(around.sheet, blank.cell)
        if before:
            return Evidence(Where.LEFT, before, 2.0)
    middle = area.y1 - 0.4 * blank.size
    if blank.form in {Form.CELL, Form.COMB, Form.TICK, Form.WIDGET}:
        middle = (area.y0 + area.y1) / 2 + 3
    walls = [
        o.area.x1 for o in around.others if o.area.x1 <= area.x0 + 1 and _beside(o.area, area)
    ]
    wall = max(walls, default=0.0)
    best: Evidence | None = None
    nearest = 1e9
    for row in around.sheet.rows_between(min(middle - 5, area.y1 - 13), middle + 9):
        words = [w for w in row.words if w.x1 <= area.x0 + 3 and w.x0 >= wall - 1]
        chunk, gap = _named_by(words, blank)
        if chunk is None:
            continue
        reach = 90 if chunk.text.rstrip().endswith(_ARROWS) else 40
        off = abs(row.base - (middle + 0.3 * blank.size)) + 0.15 * gap
        if gap <= reach and off < nearest:
            best, nearest = Evidence(Where.LEFT, chunk.text, gap), off
    return best


def _cell_before(sheet: Sheet, cell: Area) -> str:
    """Return the text of the cell to the left, if it is a short label and the row holds no data."""
    label = ""
    for other in sheet.cells:
        if other == cell or shared(other.y0, other.y1, cell.y0, cell.y1) < 0.8 * cell.height:
            continue
        text = " ".join(chunk.text for chunk in sheet.chunks_in(other))
        if abs(other.x1 - cell.x0) < 3 and other.x1 - other.x0 > 24:
            label = text if other.height < 2 * cell.height else ""
        elif other.x0 > cell.x0 and text and not text.rstrip().endswith(_ARROWS):
            return ""
    return label if label and len(label.split()) <= _MOST_LABEL_WORDS and _useful(label) else ""


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


def _beside(a: Area, b: Area) -> bool:
    return shared(a.y0, a.y1, b.y0, b.y1) > 0.4 * min(a.height, b.height)


def _inside(around: _Around) -> Evidence | None:
    if around.blank.form is not Form.CELL or around.blank.cell is None:
        return None
    words = around.sheet.words_in(around.blank.cell)
    if not words:
        return None
    return Evidence(Where.INSIDE, " ".join(word.text for word in words), 0.0)


def _below(around: _Around, language: str) -> Evidence | None:
    area = around.area
    if id(around.blank) in around.headed or _is_stacked(around):
        return None
    for row in around.sheet.rows_between(area.y1 + 2, area.y1 + _LINE_BELOW + 8):
        fitting = [c for c in row.chunks if _stands_under(c, area) and _useful(c.text)]
        if not fitting:
            continue
        chunk = min(fitting, key=lambda c: abs(c.middle - (area.x0 + area.x1) / 2))
        gap = max(0.0, chunk.base - 0.75 * chunk.size - area.y1)
        if gap > _NEXT_LINE and not _is_signature_label(chunk, language):
            return None
        if around.blank.form is Form.CELL and _is_boxed_below(around, chunk):
            return None
        if gap > _LINE_BELOW or _names_another(around, chunk, gap):
            return None
        return Evidence(Where.BELOW, chunk.text, gap)
    return None


def _is_boxed_below(around: _Around, chunk: Chunk) -> bool:
    """Tell whether a text stands in the next cell of the column."""
    middle = chunk.base - 0.35 * chunk.size
    ink, left = around.sheet.ink, around.area.x0
    walls = [(post.x, post.y0, post.y1) for post in ink.posts]
    walls += [(box.x0, box.y0, box.y1) for box in ink.boxes]
    return any(abs(x - left) < 4 and y0 <= middle <= y1 for x, y0, y1 in walls)


def _is_stacked(around: _Around) -> bool:
    """Tell whether a cell has another blank cell above it, so that its label is over both."""
    cell = around.blank.cell
    if around.blank.form is not Form.CELL or cell is None:
        return False
    return any(
        other.form is Form.CELL
        and other.cell is not None
        and abs(other.cell.y1 - cell.y0) < 3
        and abs(other.cell.x0 - cell.x0) < 3
        for other in around.others
    )


def _stands_under(chunk: Chunk, area: Area) -> bool:
    width = chunk.x1 - chunk.x0
    overlap = shared(chunk.x0, chunk.x1, area.x0, area.x1)
    return overlap >= 0.4 * min(width, area.width) and width <= 1.35 * area.width + 30


def _is_signature_label(chunk: Chunk, language: str) -> bool:
    kinds = {hit.type for hit in lexicon.hits(chunk.text, language)}
    return len(chunk.words) <= 5 and bool(kinds & {FieldType.SIGNATURE, FieldType.DATE})


def _names_another(around: _Around, chunk: Chunk, gap: float) -> bool:
    """Tell whether a text below the blank rather names one to its right or one further down."""
    row = Area(chunk.x0, chunk.base - chunk.size, chunk.x1, chunk.base)
    for other in around.others:
        area = other.area
        if other.form is Form.TICK:
            continue
        if -2 <= area.x0 - chunk.x1 < 60 and _beside(area, row):
            reach = 60 if chunk.text.rstrip().endswith(_ARROWS) else 16
            if area.x0 - chunk.x1 < reach:
                return True
        if shared(area.x0, area.x1, chunk.x0, chunk.x1) <= 0 or abs(area.x0 - chunk.x0) > 20:
            continue
        boxed = other.form in _BOXED
        away = area.y0 - chunk.base if boxed else area.y1 - chunk.base - 8
        if gap > (3 if boxed else 5) and -3 < away < gap - (1 if boxed else 0):
            return True
    return False


def _right(around: _Around) -> Evidence | None:
    area, blank = around.area, around.blank
    middle = area.y1 - 0.4 * blank.size
    if blank.form is Form.TICK:
        middle = (area.y0 + area.y1) / 2 + 3
    walls = [
        o.area.x0 for o in around.others if o.area.x0 >= area.x1 - 1 and _beside(o.area, area)
    ]
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


def _above(around: _Around) -> Evidence | None:
    area, blank = around.area, around.blank
    top = area.y0 if blank.form in _BOXED else area.y1 - 8
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
    if blank.form is Form.CELL and _is_data_above(around, best):
        return None
    if _names_one_above(around, best, gap):
        return None
    return Evidence(Where.ABOVE, _with_row_above(around, best), gap)


def _with_row_above(around: _Around, chunk: Chunk) -> str:
    """Return the text with the label that it explains: ``Signature (in block letters)``."""
    if not chunk.text.startswith("("):
        return chunk.text
    for row in around.sheet.rows_between(chunk.base - 1.6 * chunk.size, chunk.base - 3):
        for other in row.chunks:
            if abs(other.x0 - chunk.x0) < 6 and len(other.words) <= _MOST_LABEL_WORDS:
                return f"{other.text} {chunk.text}"
    return chunk.text


def _is_data_above(around: _Around, chunk: Chunk) -> bool:
    """Tell whether a text stands in a cell of the column that is not its head."""
    middle = chunk.base - 0.35 * chunk.size
    ink, area = around.sheet.ink, around.area
    tops = [p.y0 for p in ink.posts if abs(p.x - area.x0) < 4 and p.y0 <= middle <= p.y1]
    if not tops:
        return False
    return any(
        min(tops) + 4 < rule.y < middle and rule.x0 <= chunk.middle <= rule.x1
        for rule in ink.rules
    )


def _names_one_above(around: _Around, chunk: Chunk, gap: float) -> bool:
    """Tell whether a text above the blank rather belongs to one above or beside the text."""
    row = Area(chunk.x0, chunk.base - chunk.size, chunk.x1, chunk.base)
    for other in around.others:
        area = other.area
        if other.form is Form.TICK:
            continue
        if -2 <= area.x0 - chunk.x1 < 16 and _beside(area, row):
            return True
        if shared(area.x0, area.x1, chunk.x0, chunk.x1) <= 0:
            continue
        if id(other) in around.headed:
            continue
        distance = chunk.base - 0.75 * chunk.size - area.y1
        room = gap + (8 if around.blank.form in {Form.RULE, Form.RUN} else -2)
        if -3 < distance < room - 1 and distance < _NEXT_LINE:
            return True
    return False
