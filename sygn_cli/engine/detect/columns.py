"""Blanks without a label of their own that continue the one above: stacks of lines, table columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sygn_cli.engine.detect.blanks import Blank, Evidence, Form, Where
from sygn_cli.engine.detect.shapes import shared

if TYPE_CHECKING:
    from sygn_cli.engine.detect.sheet import Sheet

_FARTHEST: Final = 40.0
_FLOOR: Final = 0.32  # a column goes on however long it is
_WEAKENED: Final = 0.85


def inherit(sheet: Sheet, blanks: list[Blank]) -> None:
    """Give every unlabelled blank the evidence of the blank that it continues."""
    ordered = sorted(
        (blank for blank in blanks if blank.form is not Form.TICK), key=lambda b: b.area.y1
    )
    for number, blank in enumerate(ordered):
        if any(evidence.naming > 0.3 for evidence in blank.evidence):
            continue
        above = _continued(sheet, blank, ordered[:number])
        if above is None:
            continue
        source = max(above.evidence, key=lambda e: max(e.naming, e.score), default=None)
        if source is None:
            continue
        gap = blank.area.y1 - above.area.y1
        weakened = 1.0 if source.where is Where.HEADER else _WEAKENED
        score = source.score * weakened
        naming = max(source.naming * weakened, min(source.naming, _FLOOR))
        blank.evidence.append(Evidence(Where.HEADER, source.text, gap, source.type, score, naming))


def _continued(sheet: Sheet, blank: Blank, before: list[Blank]) -> Blank | None:
    area = blank.area
    for other in reversed(before):
        gap = area.y1 - other.area.y1
        if gap > max(_FARTHEST, 1.6 * area.height):
            continue
        overlap = shared(other.area.x0, other.area.x1, area.x0, area.x1)
        same = overlap >= 0.85 * max(area.width, 0.6 * other.area.width)
        # The first of several lines starts after its label, the next ones at the margin.
        longer = abs(area.x1 - other.area.x1) < 12 and area.x0 < other.area.x0
        if gap < 6 or not (same or longer):
            continue
        between = other.area._replace(x0=area.x0, x1=area.x1, y0=other.area.y1 + 1, y1=area.y1 - 3)
        if not sheet.words_in(between):
            return other
    return None
