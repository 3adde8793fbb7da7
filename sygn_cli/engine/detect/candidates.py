"""Every place on a page that might be a blank, before anything is judged."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from sygn_cli.domain.field import FieldType
from sygn_cli.engine.detect import lexicon
from sygn_cli.engine.detect.blanks import Blank, Form
from sygn_cli.engine.detect.shapes import Area, HLine, shared
from sygn_cli.engine.detect.sheet import UNREAD

if TYPE_CHECKING:
    from sygn_cli.engine.detect.cells import Cell, Grid
    from sygn_cli.engine.detect.sheet import Chunk, Sheet
    from sygn_cli.engine.detect.words import Run

_LINE_HEIGHT: Final = 14.0
_SHORTEST_RULE: Final = 9.0
_LOWEST_CELL: Final = 8.5
_LOWEST_FREE: Final = 7.0
_GROUP_GAP: Final = 16.0
_SEPARATORS: Final = frozenset({"|", "-", "\u2013", "\u2014", "/", ".", "\u2010", "\u2011"})
_MOST_CELL_WORDS: Final = 30
_FEW_WORDS: Final = 5
_DARK: Final = 0.45
# What stands on a line that is to be signed: an x, /s/, a currency sign.
_MARKER: Final = re.compile(r"^(?:\W{1,2}|[xX]:?|/s/|s/)$")
# Item numbers and figures: a cell that holds nothing else is counted or filled, not blank.
_SAYS_NOTHING: Final = re.compile(r"^(?:[\W\d_]+|\d{0,3}[A-Za-z]?[.)]?)$")


def find_blanks(sheet: Sheet, grid: Grid, cells: list[Cell]) -> list[Blank]:
    """Return the candidates of a page but the check boxes."""
    closed = [cell.area for cell in cells if cell.closed]
    blanks = merged_groups(sheet, [_of_run(run) for run in sheet.writing.runs])
    runs = [blank.area for blank in blanks]
    blanks += [blank for area in closed for blank in _of_cell(sheet, area, runs)]
    for cell in cells:
        if not cell.closed and sheet.words_in(cell.area):
            blanks += _of_cell(sheet, cell.area, runs)
    blanks = [blank for blank in blanks if not _is_label_cell(sheet, blank, closed)]
    closed += [blank.cell for blank in blanks if blank.cell]
    blanks += _of_rules(sheet, grid, closed)
    return [part for blank in blanks for part in split_by_labels(sheet, blank)]


def _of_run(run: Run) -> Blank:
    # An underscore is drawn below the baseline; one writes on it, not on the baseline.
    bottom = run.base + 0.12 * run.size if run.sign == "_" else run.base
    area = Area(run.x0, bottom - max(_LINE_HEIGHT, run.size), run.x1, bottom)
    return Blank(Form.RUN, area, run.size, sign=run.sign)


def merged_groups(sheet: Sheet, blanks: list[Blank]) -> list[Blank]:
    """Join runs that only dashes, slashes or dots part, as in ``___-__-____`` and ``__/__/__``."""
    joined: list[Blank] = []
    for blank in sorted(blanks, key=lambda b: (round(b.base), b.area.x0)):
        last = joined[-1] if joined else None
        if last and _in_reach(last, blank):
            between = Area(last.area.x1 - 1, last.area.y0, blank.area.x0 + 1, last.area.y1)
            signs = {sign for word in sheet.words_in(between) for sign in word.text}
            short = min(last.area.width, blank.area.width) < 8 * blank.size
            if signs <= _SEPARATORS and (signs or (short and _one_space(last, blank))):
                last.area = last.area._replace(x1=blank.area.x1)
                last.separators |= signs
                continue
        joined.append(blank)
    return joined


def _in_reach(left: Blank, right: Blank) -> bool:
    gap = right.area.x0 - left.area.x1
    return abs(left.base - right.base) < 2 and -1 < gap < _GROUP_GAP


def _one_space(left: Blank, right: Blank) -> bool:
    return right.area.x0 - left.area.x1 < 1.3 * right.size


def split_by_labels(sheet: Sheet, blank: Blank) -> list[Blank]:
    """Split one long line that has two labels side by side below it."""
    area = blank.area
    if blank.form not in {Form.RULE, Form.RUN} or area.width < 150:
        return [blank]
    rows = sheet.rows_between(area.y1 + 4, area.y1 + 14)
    if not rows:
        return [blank]
    inside = [c for c in rows[0].chunks if area.x0 - 6 <= c.x0 and c.x1 <= area.x1 + 12]
    kinds = {hit.type for chunk in inside for hit in lexicon.hits(chunk.text)}
    signed = bool(kinds & {FieldType.SIGNATURE, FieldType.DATE})
    if len(inside) < 2 or (len(inside) > 2 and not signed):
        return [blank]
    if inside[0].x0 - area.x0 > 14 or len(inside) != len(rows[0].chunks):
        return [blank]
    if any(len(c.words) > 6 or c.x1 - c.x0 > 0.6 * area.width for c in inside):
        return [blank]
    starts = [area.x0, *(c.x0 - 3 for c in inside[1:]), area.x1 + 3]
    if any(b - a < 40 for a, b in pairwise(starts)):
        return [blank]
    return [
        replace(blank, area=Area(a, area.y0, b - 3, area.y1), evidence=[])
        for a, b in pairwise(starts)
    ]


def _of_cell(sheet: Sheet, area: Area, runs: list[Area]) -> list[Blank]:
    if area.width < 18 or area.height < _LOWEST_CELL or area.height > 0.5 * sheet.height:
        return []
    if any(run.share_inside(area) > 0.6 for run in runs):
        return []
    if _is_dark(sheet, area):
        return []
    words = sheet.words_in(area)
    if words and all(_says_nothing(word.text) for word in words):
        return []
    chunks = sheet.chunks_in(area)
    return [Blank(Form.CELL, free, cell=area) for free in free_parts(area, chunks)]


def _says_nothing(text: str) -> bool:
    return UNREAD not in text and bool(_SAYS_NOTHING.match(text))


def free_parts(area: Area, chunks: list[Chunk]) -> list[Area]:
    """Return the parts of a cell that one can write in: below its label, or after each label."""
    inset = Area(area.x0 + 0.5, area.y0 + 0.5, area.x1 - 0.5, area.y1 - 0.5)
    if not chunks:
        return [inset]
    if sum(len(chunk.words) for chunk in chunks) > _MOST_CELL_WORDS or _is_title(chunks):
        return []
    low = max(chunk.base for chunk in chunks)
    size = max(chunk.size for chunk in chunks)
    top = low + 0.2 * size
    # Text in the middle of its cell is an entry; a label keeps to the top.
    over = min(chunk.base - 0.75 * chunk.size for chunk in chunks) - inset.y0
    high = low - inset.y0 < 0.62 * area.height and over < 0.7 * (inset.y1 - top)
    if high and inset.y1 - top >= max(_LOWEST_FREE, 0.7 * size):
        return [Area(inset.x0, top, inset.x1, inset.y1)]
    if low - min(chunk.base for chunk in chunks) > 2 or area.height > 60:
        return []
    chunks = sorted(chunks, key=lambda chunk: chunk.x0)
    parts = []
    for chunk, following in zip(chunks, [*chunks[1:], None], strict=True):
        right = following.x0 - 2 if following else inset.x1
        if right - chunk.x1 >= 30 and leaves_room(chunk, right):
            parts.append(Area(chunk.x1 + 2, inset.y0, right, inset.y1))
    return parts


def _is_label_cell(sheet: Sheet, blank: Blank, closed: list[Area]) -> bool:
    """Tell whether a cell only holds the label of an empty one below or to its right."""
    cell = blank.cell
    if cell is None or not sheet.words_in(cell):
        return False
    for other in closed:
        right = (
            abs(other.x0 - cell.x1) < 3
            and shared(other.y0, other.y1, cell.y0, cell.y1) > 0.9 * cell.height
            and other.height < 1.1 * cell.height
        )
        under = (
            abs(other.y0 - cell.y1) < 3
            and abs(other.x0 - cell.x0) < 3
            and abs(other.x1 - cell.x1) < 3
        )
        roomy = other.height >= _LOWEST_CELL and other.width > 24
        if (right or under) and roomy and not sheet.words_in(other):
            return not _is_dark(sheet, other)
    return False


def _is_dark(sheet: Sheet, area: Area) -> bool:
    light = 1.0
    for tint, brightness in sheet.ink.tints:  # in painting order: the last one is on top
        if area.share_inside(tint) > 0.6:
            light = brightness
    return light < _DARK


def _of_rules(sheet: Sheet, grid: Grid, closed: list[Area]) -> list[Blank]:
    blanks = []
    edges: dict[int, list[Area]] = {}
    for cell in closed:
        for y in {round(cell.y0), round(cell.y1)}:
            edges.setdefault(y, []).append(cell)
    for rule in sheet.ink.rules:
        near = [cell for y in range(-2, 3) for cell in edges.get(round(rule.y) + y, ())]
        for piece in _pieces(rule, grid):
            if piece.width < _SHORTEST_RULE or _edges_a_cell(piece, near):
                continue
            over = Area(piece.x0, piece.y - 8, piece.x1, piece.y - 1)
            if _is_upper_edge(piece, grid) or _is_dark(sheet, over):
                continue
            for free in _free_stretches(sheet, piece):
                area = Area(free.x0, free.y - _LINE_HEIGHT, free.x1, free.y)
                blanks.append(Blank(Form.RULE, area))
    return blanks


def _is_upper_edge(piece: HLine, grid: Grid) -> bool:
    """Tell whether vertical lines hang from it while none stands on it."""
    near = [post for post in grid.posts if piece.x0 - 3 <= post.x <= piece.x1 + 3]
    hanging = [p for p in near if abs(p.y0 - piece.y) < 3 and p.y1 - p.y0 > 6]
    standing = [p for p in near if p.y0 < piece.y - 6 and p.y1 >= piece.y - 2]
    inner = [p for p in hanging if piece.x0 + 3 < p.x < piece.x1 - 3]
    return (len(hanging) >= 2 or bool(inner)) and not standing


def _pieces(rule: HLine, grid: Grid) -> list[HLine]:
    cuts = [rule.x0]
    cuts += sorted(
        post.x
        for post in grid.posts
        if rule.x0 + 3 < post.x < rule.x1 - 3 and post.y0 < rule.y - 6 and post.y1 >= rule.y - 2
    )
    cuts.append(rule.x1)
    return [HLine(a, b, rule.y) for a, b in itertools.pairwise(cuts)]


def _edges_a_cell(piece: HLine, closed: list[Area]) -> bool:
    return any(
        min(abs(cell.y0 - piece.y), abs(cell.y1 - piece.y)) < 2
        and shared(cell.x0, cell.x1, piece.x0, piece.x1) > 0.5 * piece.width
        for cell in closed
    )


def _free_stretches(sheet: Sheet, piece: HLine) -> list[HLine]:
    """Return the parts of a line that no text stands on.

    Text on a line is an underline, a heading over a separator, or the label of the free rest.
    """
    chunks: list[Chunk] = []
    for row in sheet.rows_between(piece.y - 14, piece.y + 2.5):
        over = [c for c in row.chunks if shared(c.x0, c.x1, piece.x0, piece.x1) > 1]
        if any(_stands_on(chunk, piece) for chunk in over):
            chunks += over
    if not chunks:
        return [piece]
    covered = sum(shared(c.x0, c.x1, piece.x0, piece.x1) for c in chunks)
    if covered < 0.15 * piece.width and all(_MARKER.match(c.text) for c in chunks):
        return [piece]
    chunks.sort(key=lambda chunk: chunk.x0)
    free = []
    for chunk, following in zip(chunks, [*chunks[1:], None], strict=True):
        left = max(piece.x0, chunk.x1 + 2)
        right = min(following.x0 - 2 if following else piece.x1, piece.x1)
        named = names_what_follows(chunk.text) or not _is_under_a_line(sheet, chunk)
        if right - left >= 28 and named and leaves_room(chunk, right):
            free.append(HLine(left, right, piece.y))
    return free


def _is_under_a_line(sheet: Sheet, chunk: Chunk) -> bool:
    """Tell whether a text stands close under another line and so rather names that one."""
    lines = [(rule.x0, rule.x1, rule.y) for rule in sheet.ink.rules]
    lines += [(run.x0, run.x1, run.base) for run in sheet.writing.runs]
    return any(
        0 < chunk.base - y < 2 * chunk.size and shared(x0, x1, chunk.x0, chunk.x1) > 5
        for x0, x1, y in lines
    )


def _stands_on(chunk: Chunk, piece: HLine) -> bool:
    if chunk.base > piece.y - max(7.0, 0.6 * chunk.size):
        return True
    # In ruled rows the label stands higher, in the middle of its row.
    return names_what_follows(chunk.text) and len(chunk.words) <= _FEW_WORDS


def _is_title(chunks: list[Chunk]) -> bool:
    """Tell whether a cell holds nothing but a title in bold capitals."""
    return all(chunk.bold and chunk.text.isupper() and ":" not in chunk.text for chunk in chunks)


def leaves_room(chunk: Chunk, right: float) -> bool:
    """Tell whether a text is a label for the free space between it and ``right``."""
    if names_what_follows(chunk.text):
        return True
    if (
        chunk.bold
        or len(chunk.words) > _FEW_WORDS
        or right - chunk.x1 < 1.2 * (chunk.x1 - chunk.x0)
    ):
        return False
    return bool(lexicon.hits(chunk.text))


def names_what_follows(text: str) -> bool:
    """Tell whether a text is a label for the free space after it."""
    return text.rstrip().endswith(
        (":", "?", "$", "#", ">", "\u25b6", "\u25ba", "\u2192", "\u20ac")
    )
