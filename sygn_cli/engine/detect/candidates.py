"""Every place on a page that might be a blank, before anything is judged."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final

from sygn_cli.engine.detect.blanks import Blank, Form
from sygn_cli.engine.detect.cells import Cell, Grid, cells_of, grid_of
from sygn_cli.engine.detect.shapes import Area, HLine, shared

if TYPE_CHECKING:
    from sygn_cli.engine.detect.sheet import Sheet
    from sygn_cli.engine.detect.words import Run, Word

_LINE_HEIGHT: Final = 14.0
_SHORTEST_RULE: Final = 14.0
_LOWEST_CELL: Final = 8.5


def find_blanks(sheet: Sheet) -> list[Blank]:
    """Return the candidates of a page, without overlaps between the kinds."""
    grid = grid_of(sheet.ink)
    cells = cells_of(grid)
    closed = [cell.area for cell in cells if cell.closed]
    blanks = [_of_run(run) for run in sheet.writing.runs]
    blanks += [blank for cell in cells if cell.closed for blank in _of_cell(sheet, cell, blanks)]
    blanks += _of_rules(sheet, grid, cells, closed)
    return blanks


def _of_run(run: Run) -> Blank:
    # An underscore is drawn below the baseline; one writes on it, not on the baseline.
    bottom = run.base + 0.12 * run.size if run.sign == "_" else run.base
    area = Area(run.x0, bottom - max(_LINE_HEIGHT, run.size), run.x1, bottom)
    return Blank(Form.RUN, area, run.size)


def _of_cell(sheet: Sheet, cell: Cell, runs: list[Blank]) -> list[Blank]:
    area = cell.area
    if area.width < 18 or area.height < _LOWEST_CELL:
        return []
    if area.height > 0.5 * sheet.height or any(run.area.share_inside(area) > 0.6 for run in runs):
        return []
    words = sheet.words_in(area)
    free = free_part(area, words)
    if free is None:
        return []
    return [Blank(Form.CELL, free, cell=area)]


def free_part(area: Area, words: list[Word]) -> Area | None:
    """Return the part of a cell that one can write in, None where text fills it."""
    inset = Area(area.x0 + 0.5, area.y0 + 0.5, area.x1 - 0.5, area.y1 - 0.5)
    if not words:
        return inset
    low = max(word.base for word in words)
    size = max(word.size for word in words)
    if inset.y1 - low >= max(_LOWEST_CELL, 0.9 * size) and low - inset.y0 < 0.62 * area.height:
        return Area(inset.x0, low + 0.2 * size, inset.x1, inset.y1)
    right = max(word.x1 for word in words)
    high = min(word.base for word in words)
    if low - high < 2 and inset.x1 - right >= max(36.0, 0.25 * area.width) and area.height < 60:
        last = max(words, key=lambda word: word.x1)
        if last.text.rstrip().endswith((":", "?", "$", "€", ">", "\u25b6", "\u25ba")):
            return Area(right + 2, inset.y0, inset.x1, inset.y1)
    return None


def _of_rules(sheet: Sheet, grid: Grid, cells: list[Cell], closed: list[Area]) -> list[Blank]:
    blanks = []
    for rule in sheet.ink.rules:
        for piece in _pieces(rule, grid):
            if piece.width < _SHORTEST_RULE or _edges_a_cell(piece, closed):
                continue
            for free in _free_stretches(sheet, piece):
                area = Area(free.x0, free.y - _LINE_HEIGHT, free.x1, free.y)
                blanks.append(Blank(Form.RULE, area))
    return blanks


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
    """Return the parts of a line that no text stands on."""
    words = [
        word
        for row in sheet.rows_between(piece.y - 7, piece.y + 2.5)
        for word in row.words
        if shared(word.x0, word.x1, piece.x0, piece.x1) > 0.5 * min(word.x1 - word.x0, piece.width)
    ]
    if not words:
        return [piece]
    words.sort(key=lambda word: word.x0)
    covered = sum(shared(word.x0, word.x1, piece.x0, piece.x1) for word in words)
    if piece.width < 120 or covered > 0.6 * piece.width:
        return [] if covered > 0.3 * piece.width else [piece]
    free, left = [], piece.x0
    for word in words:
        if word.x0 - left >= 30:
            free.append(HLine(left, word.x0 - 2, piece.y))
        left = max(left, word.x1 + 2)
    if piece.x1 - left >= 30:
        free.append(HLine(left, piece.x1, piece.y))
    return free
