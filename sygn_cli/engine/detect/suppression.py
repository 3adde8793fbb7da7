"""What looks like a blank and is none: underlines, separators, figures, data, dot leaders."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from sygn_cli.domain.field import FieldType
from sygn_cli.engine.detect import lexicon
from sygn_cli.engine.detect.blanks import Blank, Form, Where
from sygn_cli.engine.detect.shapes import Area, HLine, shared

if TYPE_CHECKING:
    from sygn_cli.engine.detect.sheet import Sheet
    from sygn_cli.engine.detect.words import Word

_EDGE: Final = 0.065  # share of the page height that headers and footers keep to
_PLAIN: Final = (None, FieldType.TEXT)
_WIDE: Final = 0.7  # share of the page width from which a rule may be a separator
_ALONE: Final = 36.0
_FIGURE: Final = 40.0
_MANY_SHAPES: Final = 8
_NUMBER_WIDTH: Final = 20.0  # of a page number on a scan that could not be read
_PEN: Final = 7.5  # white space in points that a line needs above it to be written on
_FOOTNOTE: Final = re.compile(r"^(?:\d{1,2}|[*\u2020\u2021])\s?[^\s\d.]")
_PAGE_NUMBER: Final = re.compile(r"^[\divxlc]{1,5}[.)]?$", re.IGNORECASE)


def keep(sheet: Sheet, blanks: list[Blank]) -> list[Blank]:
    """Return the blanks that are not something else."""
    return [blank for blank in blanks if not _is_noise(sheet, blank, blanks)]


def _is_noise(sheet: Sheet, blank: Blank, blanks: list[Blank]) -> bool:
    area = blank.area
    if area.x1 <= 0 or area.x0 >= sheet.width or area.y1 <= 0 or area.y0 >= sheet.height:
        return True
    match blank.form:
        case Form.RUN:
            return blank.sign == "." and _leads_somewhere(sheet, blank, blanks)
        case Form.RULE:
            return _is_separator(sheet, blank)
        case _:
            return False


def _leads_somewhere(sheet: Sheet, blank: Blank, blanks: list[Blank]) -> bool:
    """Tell whether dots lead the eye to a page number, a figure or the blank meant."""
    area = blank.area
    beyond = Area(area.x1 - 1, area.y1 - 12, area.x1 + 60, area.y1 + 4)
    words = [w for w in sheet.words_in(beyond) if not w.text.startswith("(")]
    if any(_PAGE_NUMBER.match(word.text) for word in words):
        return True
    rest = _rest_of_row(sheet, area)
    if any(_PAGE_NUMBER.match(w.text) for w in rest):
        return True
    if sheet.unread and len(rest) == 1 and rest[0].x1 - rest[0].x0 < _NUMBER_WIDTH:
        return True
    return any(
        0 <= other.area.x0 - area.x1 < 60 and other.form in {Form.CELL, Form.COMB, Form.RULE}
        for other in blanks
        if other is not blank and shared(other.area.y0, other.area.y1, area.y0, area.y1) > 4
    )


def _rest_of_row(sheet: Sheet, area: Area) -> list[Word]:
    beyond = Area(area.x1 - 1, area.y1 - 12, sheet.width, area.y1 + 4)
    return sheet.words_in(beyond)


def _is_separator(sheet: Sheet, blank: Blank) -> bool:
    area = blank.area
    return (
        _room_above(sheet, area) < _PEN
        or _parts_footnotes(sheet, area)
        or _is_in_a_figure(sheet, area)
    )


def _is_in_a_figure(sheet: Sheet, area: Area) -> bool:
    """Tell whether curves and slanted lines lie all around: a chart, a logo, a plan."""
    around = Area(area.x0 - _FIGURE, area.y1 - _FIGURE, area.x1 + _FIGURE, area.y1 + _FIGURE)
    near = sum(1 for shape in sheet.ink.busy if shape.overlap(around) > 0)
    return near >= _MANY_SHAPES


def _parts_footnotes(sheet: Sheet, area: Area) -> bool:
    """Tell whether a short line at the margin stands over small print that starts with a mark."""
    rows = sheet.rows_between(area.y1 + 3, area.y1 + 18)
    if not rows or area.y1 < 0.5 * sheet.height:
        return False
    first = rows[0].chunks[0]
    return bool(_FOOTNOTE.match(first.text)) and abs(first.x0 - area.x0) < 20


def doubts(sheet: Sheet, blank: Blank, blanks: list[Blank]) -> bool:
    """Tell whether a line, now that its labels are known, rather parts two sections."""
    area = blank.area
    if blank.form is not Form.RULE:
        return False
    if area.width < 20 and all(e.where is not Where.BELOW for e in blank.evidence):
        return True
    if _is_doubled(area, blanks):
        return True
    if any(e.where in {Where.LEFT, Where.INSIDE} and e.naming > 0.3 for e in blank.evidence):
        return False
    if area.y1 < _EDGE * sheet.height or area.y1 > (1 - _EDGE) * sheet.height:
        wide = area.width > _WIDE * sheet.width
        return all(e.naming < 0.6 or (wide and e.type in _PLAIN) for e in blank.evidence)
    if area.width < _WIDE * sheet.width or _follows_a_tick(area, blanks):
        return False
    if _stacked(area, blanks) or _has_small_label(sheet, area):
        return False
    return not _stands_alone(sheet, area)


def drop_repeated(sheets: list[Sheet]) -> None:
    """Take the lines out that lie at the same place on many pages: headers and footers."""
    counts: dict[tuple[int, int, int], int] = {}
    for sheet in sheets:
        for place in {_place(rule) for rule in sheet.ink.rules if _may_repeat(sheet, rule)}:
            counts[place] = counts.get(place, 0) + 1
    many = max(2, 0.5 * len(sheets))
    for sheet in sheets:
        sheet.ink.rules = [
            rule
            for rule in sheet.ink.rules
            if not (_may_repeat(sheet, rule) and counts.get(_place(rule), 0) >= many)
        ]


def _may_repeat(sheet: Sheet, rule: HLine) -> bool:
    edge = rule.y < 2 * _EDGE * sheet.height or rule.y > (1 - 2 * _EDGE) * sheet.height
    return edge and rule.width > 0.15 * sheet.width


def _place(rule: HLine) -> tuple[int, int, int]:
    return round(rule.x0 / 2), round(rule.x1 / 2), round(rule.y / 2)


def _follows_a_tick(area: Area, blanks: list[Blank]) -> bool:
    return any(
        other.form is Form.TICK
        and 0 <= area.x0 - other.area.x1 < 20
        and other.area.y0 < area.y1 < other.area.y1 + 8
        for other in blanks
    )


def _room_above(sheet: Sheet, area: Area) -> float:
    """Return the white space over a line, as far as text crowds a third of it."""
    crowd = 0.0
    for row in reversed(sheet.rows_between(area.y1 - 14, area.y1 + 2)):
        crowd += sum(shared(w.x0, w.x1, area.x0, area.x1) for w in row.words)
        if crowd > 0.3 * area.width:
            return area.y1 - row.base
    return 14.0


def _stands_alone(sheet: Sheet, area: Area) -> bool:
    """Tell whether a line ends a page, with white paper above and nothing below."""
    above = sheet.rows_between(area.y1 - _ALONE, area.y1 + 2)
    return not above and not sheet.rows_between(area.y1 + 2, sheet.height)


def _stacked(area: Area, blanks: list[Blank]) -> bool:
    """Tell whether an equal line lies one writing line above or below."""
    return any(
        other.form is Form.RULE
        and 10 <= abs(other.area.y1 - area.y1) <= 32
        and shared(other.area.x0, other.area.x1, area.x0, area.x1) > 0.8 * area.width
        for other in blanks
    )


def _is_doubled(area: Area, blanks: list[Blank]) -> bool:
    """Tell whether a twin lies so close that both make one ornamental line."""
    return any(
        other.form is Form.RULE
        and 0.5 < abs(other.area.y1 - area.y1) < 5
        and shared(other.area.x0, other.area.x1, area.x0, area.x1) > 0.9 * area.width
        for other in blanks
    )


def _has_small_label(sheet: Sheet, area: Area) -> bool:
    rows = sheet.rows_between(area.y1 + 3, area.y1 + 13)
    if not rows:
        return False
    chunks = rows[0].chunks
    return all(
        len(c.words) <= 6 and (c.text.startswith("(") or lexicon.hits(c.text)) for c in chunks
    )
