"""Whose label a text is: a blank's own, or rather that of another blank next to the text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sygn_cli.engine.detect.blanks import Blank, Form
from sygn_cli.engine.detect.shapes import Area, shared
from sygn_cli.engine.detect.weighing import ARROWS

if TYPE_CHECKING:
    from sygn_cli.engine.detect.sheet import Chunk, Sheet

BOXED: Final = frozenset({Form.CELL, Form.COMB, Form.WIDGET})
NEXT_LINE: Final = 13.0


@dataclass(slots=True)
class Around:
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
        """Where one writes."""
        return self.blank.area


def beside(a: Area, b: Area) -> bool:
    """Tell whether two areas stand in one row."""
    return shared(a.y0, a.y1, b.y0, b.y1) > 0.4 * min(a.height, b.height)


def names_another(around: Around, chunk: Chunk, gap: float) -> bool:
    """Tell whether a text below the blank rather names one to its right or one further down."""
    row = Area(chunk.x0, chunk.base - chunk.size, chunk.x1, chunk.base)
    for other in around.others:
        area = other.area
        if other.form is Form.TICK:
            continue
        if -2 <= area.x0 - chunk.x1 < 60 and beside(area, row):
            reach = 60 if chunk.text.rstrip().endswith(ARROWS) else 16
            if area.x0 - chunk.x1 < reach:
                return True
        if shared(area.x0, area.x1, chunk.x0, chunk.x1) <= 0 or abs(area.x0 - chunk.x0) > 20:
            continue
        boxed = other.form in BOXED
        away = area.y0 - chunk.base if boxed else area.y1 - chunk.base - 8
        if gap > (3 if boxed else 5) and -3 < away < gap - (1 if boxed else 0):
            return True
    return False


def names_one_above(around: Around, chunk: Chunk, gap: float) -> bool:
    """Tell whether a text above the blank rather belongs to one above or beside the text."""
    row = Area(chunk.x0, chunk.base - chunk.size, chunk.x1, chunk.base)
    for other in around.others:
        area = other.area
        if other.form is Form.TICK:
            continue
        if -2 <= area.x0 - chunk.x1 < 16 and beside(area, row):
            return True
        if shared(area.x0, area.x1, chunk.x0, chunk.x1) <= 0:
            continue
        if id(other) in around.headed:
            continue
        distance = chunk.base - 0.75 * chunk.size - area.y1
        room = gap + (8 if around.blank.form in {Form.RULE, Form.RUN} else -2)
        if -3 < distance < room - 1 and distance < NEXT_LINE:
            return True
    return False


def is_boxed_below(around: Around, chunk: Chunk) -> bool:
    """Tell whether a text stands in the next cell of the column."""
    middle = chunk.base - 0.35 * chunk.size
    ink, left = around.sheet.ink, around.area.x0
    walls = [(post.x, post.y0, post.y1) for post in ink.posts]
    walls += [(box.x0, box.y0, box.y1) for box in ink.boxes]
    return any(abs(x - left) < 4 and y0 <= middle <= y1 for x, y0, y1 in walls)


def is_stacked(around: Around) -> bool:
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


def is_data_above(around: Around, chunk: Chunk) -> bool:
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
