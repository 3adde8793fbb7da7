"""One page after the other through the rules: candidates, labels, doubts, types, boxes, signers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sygn_cli.engine.detect import (
    boxes,
    columns,
    contexts,
    dates,
    kinds,
    labels,
    signers,
    slots,
    suppression,
)
from sygn_cli.engine.detect.blanks import Form
from sygn_cli.engine.detect.candidates import find_blanks
from sygn_cli.engine.detect.cells import cells_of, grid_of
from sygn_cli.engine.detect.shapes import Area
from sygn_cli.engine.detect.ticks import find_ticks

if TYPE_CHECKING:
    from sygn_cli.engine.detect.blanks import Blank
    from sygn_cli.engine.detect.sheet import Sheet

# No standard sets a least size; less than this cannot be written in.
_SMALLEST: Final = 4.0
_MOST_BLANKS: Final = 600  # a page with more lines and cells is a table or a drawing
_LOW: Final = 45.0


def judged_blanks(
    sheets: list[Sheet], given: list[list[Blank]], masks: list[list[Area]], language: str
) -> list[tuple[Sheet, list[Blank]]]:
    """Return the blanks of every page with type, label, box, party and confidence.

    Args:
        given: The form fields of every page; nothing else is found on top of them.
        masks: Areas of every page that belong to text tags.
    """
    suppression.drop_repeated(sheets)
    pages = []
    for sheet, widgets, tagged in zip(sheets, given, masks, strict=True):
        taken = [*tagged, *(widget.area for widget in widgets)]
        free = [b for b in _candidates(sheet) if not _lies_on(b.area, taken)]
        pages.append((sheet, widgets + free))
    judged = []
    before: Sheet | None = None
    for sheet, found in pages:
        judged.append((sheet, _judged(sheet, found, before, language)))
        before = sheet
    contexts.unify_initials(judged)
    signers.assign(judged)
    return [(sheet, signers.without_headings(blanks)) for sheet, blanks in judged]


def _candidates(sheet: Sheet) -> list[Blank]:
    grid = grid_of(sheet.ink)
    cells = cells_of(grid)
    sheet.cells = [cell.area for cell in cells if cell.closed]
    ticks = find_ticks(sheet, sheet.cells)
    around = [Area(t.area.x0 - 2, t.area.y0 - 2, t.area.x1 + 2, t.area.y1 + 2) for t in ticks]
    blanks = [
        blank
        for blank in find_blanks(sheet, grid, cells)
        if blank.area.width >= _SMALLEST
        and blank.area.height >= _SMALLEST
        and not any(blank.area.share_inside(tick) > 0.5 for tick in around)
        and not _holds_choices(blank, ticks)
    ]
    if len(blanks) > _MOST_BLANKS:
        blanks = [blank for blank in blanks if blank.form is Form.RUN][:_MOST_BLANKS]
    return suppression.keep(sheet, blanks + ticks)


def _holds_choices(blank: Blank, ticks: list[Blank]) -> bool:
    """Tell whether a low cell is full of check boxes and so asks for nothing else."""
    cell = blank.cell
    if cell is None or cell.height > _LOW or blank.form is not Form.CELL:
        return False
    middles = [((t.area.x0 + t.area.x1) / 2, (t.area.y0 + t.area.y1) / 2) for t in ticks]
    return any(cell.holds(x, y) for x, y in middles)


def _lies_on(area: Area, masks: list[Area]) -> bool:
    return any(area.share_inside(mask) > 0.3 or mask.share_inside(area) > 0.5 for mask in masks)


def _judged(sheet: Sheet, blanks: list[Blank], before: Sheet | None, language: str) -> list[Blank]:
    labels.gather(sheet, blanks, language)
    kept = [blank for blank in blanks if not suppression.doubts(sheet, blank, blanks)]
    if len(kept) < len(blanks):
        # What a separator seemed to claim as its label may name a blank next to it.
        blanks = kept
        labels.gather(sheet, blanks, language)
    columns.inherit(sheet, blanks)
    contexts.add(sheet, blanks, before)
    dates.chain(sheet, blanks)
    blanks += slots.find_slots(sheet, blanks, language)
    for blank in blanks:
        kinds.decide(sheet, blank)
    boxes.fit(sheet, blanks)
    return blanks
