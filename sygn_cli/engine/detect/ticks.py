"""Check boxes, radio circles and the rows of one-letter cells that are neither."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sygn_cli.domain.field import FieldType
from sygn_cli.engine.detect.blanks import Blank, Form
from sygn_cli.engine.detect.shapes import Area

if TYPE_CHECKING:
    from sygn_cli.engine.detect.sheet import Sheet

_SMALLEST: Final = 5.2
_LARGEST: Final = 22.0
_MOST: Final = 900  # a page with more small squares is a picture, not a form
_COMB: Final = 3  # so many touching squares in a row are cells for letters


def find_ticks(sheet: Sheet, cells: list[Area]) -> list[Blank]:
    """Return check boxes and combs.

    Args:
        cells: Closed cells of the page, of any size.
    """
    squares = [area for area in sheet.ink.boxes if _square(area)]
    squares += [area for area in cells if _square(area)]
    squares += [area for area, light in sheet.ink.tints if light > 0.75 and _is_free(sheet, area)]
    squares += [area for area in cells + sheet.ink.boxes if _wide_tick(sheet, area)]
    squares = _distinct(squares) if len(squares) <= _MOST else []
    combs, alone = _split_combs(squares)
    found = [_tick(area) for area in _distinct([*sheet.writing.ticks, *sheet.ink.circles, *alone])]
    found = [tick for tick in found if not _is_occupied(sheet, tick.area)]
    return found + combs


def _is_free(sheet: Sheet, area: Area) -> bool:
    return _square(area) and not any(area.share_inside(c) > 0.9 for c in sheet.ink.colored)


def _square(area: Area) -> bool:
    width, height = area.width, area.height
    return (
        _SMALLEST <= width <= _LARGEST
        and _SMALLEST <= height <= _LARGEST
        and abs(width - height) <= max(2.0, 0.3 * max(width, height))
    )


def _wide_tick(sheet: Sheet, area: Area) -> bool:
    """Tell whether a box somewhat larger than usual stands alone before a text."""
    if not (14 <= area.width <= 30 and 10 <= area.height <= 24 and area.width < 2 * area.height):
        return False
    middle = (area.y0 + area.y1) / 2
    left = sheet.words_in(Area(area.x0 - 30, area.y0, area.x0, area.y1))
    right = sheet.words_in(Area(area.x1, middle - 9, area.x1 + 90, middle + 9))
    return bool(right) and not any(len(word.text) > 2 for word in left)


def _distinct(areas: list[Area]) -> list[Area]:
    """Drop boxes nested in or lying on boxes; the outer one of a pair stays."""
    kept: list[Area] = []
    for area in sorted(areas, key=lambda area: -area.width * area.height):
        if not any(area.share_inside(other) > 0.3 for other in kept):
            kept.append(area)
    return kept


def _tick(area: Area) -> Blank:
    return Blank(Form.TICK, area, area.height, type=FieldType.CHECKBOX)


def _is_occupied(sheet: Sheet, area: Area) -> bool:
    words = sheet.words_in(Area(area.x0 + 1, area.y0, area.x1 - 1, area.y1 + 1))
    return any(word.text.casefold() not in {"x", "\u2713", "\u2714", "\u2717"} for word in words)


def _split_combs(squares: list[Area]) -> tuple[list[Blank], list[Area]]:
    rows: list[list[Area]] = []
    for square in sorted(squares, key=lambda area: (round(area.y0 / 3), area.x0)):
        last = rows[-1][-1] if rows else None
        if last and abs(last.y0 - square.y0) < 2.5 and abs(square.x0 - last.x1) < 2.5:
            rows[-1].append(square)
        else:
            rows.append([square])
    combs, alone = [], []
    for row in rows:
        if len(row) >= _COMB:
            area = Area(row[0].x0, row[0].y0, row[-1].x1, row[0].y1)
            combs.append(Blank(Form.COMB, area, area.height, cell=area, max_length=len(row)))
        else:
            alone += row
    return combs, alone
