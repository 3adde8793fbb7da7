"""What looks like a blank and is none: underlines, separators, figures, data, dot leaders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sygn_cli.engine.detect.blanks import Blank, Form

if TYPE_CHECKING:
    from sygn_cli.engine.detect.sheet import Sheet

_EDGE: Final = 0.06  # share of the page height that headers and footers keep to


def keep(sheet: Sheet, blanks: list[Blank]) -> list[Blank]:
    """Return the blanks that are not something else."""
    return [blank for blank in blanks if not _is_noise(sheet, blank)]


def _is_noise(sheet: Sheet, blank: Blank) -> bool:
    area = blank.area
    if area.x1 <= 0 or area.x0 >= sheet.width or area.y1 <= 0 or area.y0 >= sheet.height:
        return True
    if blank.form is Form.RULE:
        wide = area.width > 0.75 * sheet.width
        edge = area.y1 < _EDGE * sheet.height or area.y1 > (1 - _EDGE) * sheet.height
        return wide or edge
    return False
