"""How large the box of a field is: as high as a pen needs and what is above allows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sygn_cli.domain.field import FieldType
from sygn_cli.engine.detect.blanks import Blank, Form
from sygn_cli.engine.detect.shapes import Area, shared

if TYPE_CHECKING:
    from sygn_cli.engine.detect.sheet import Sheet

_HEIGHTS: Final = {FieldType.SIGNATURE: 24.0, FieldType.INITIALS: 16.0}
_OTHERS: Final = 14.0
_LOWEST: Final = 8.0


def fit(sheet: Sheet, blanks: list[Blank]) -> None:
    """Set the height of every line blank from its type and the white space above it."""
    for blank in blanks:
        if blank.form not in {Form.RUN, Form.RULE}:
            continue
        wanted = _HEIGHTS.get(blank.type, _OTHERS)
        room = blank.base - _ceiling(sheet, blank, blanks, wanted)
        height = max(_LOWEST, min(wanted, room))
        area = blank.area
        blank.area = Area(area.x0, blank.base - height, area.x1, blank.base)


def _ceiling(sheet: Sheet, blank: Blank, blanks: list[Blank], wanted: float) -> float:
    area = blank.area
    highest = area.y1 - wanted
    for row in sheet.rows_between(highest, area.y1 - 6):
        for word in row.words:
            if shared(word.x0, word.x1, area.x0 + 1, area.x1 - 1) > 0:
                highest = max(highest, word.base + 0.22 * word.size)
    for other in blanks:
        bottom = other.area.y1
        if (
            other is not blank
            and highest < bottom < area.y1 - 4
            and shared(other.area.x0, other.area.x1, area.x0, area.x1) > 0
        ):
            highest = bottom
    return highest
