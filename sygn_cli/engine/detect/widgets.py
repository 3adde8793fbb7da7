"""Fields that the PDF already has, typed by what it says about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sygn_cli.domain.field import LONGEST_LABEL, Detection, FieldType, Source
from sygn_cli.domain.geometry import Box, UserBox
from sygn_cli.engine.detect import lexicon
from sygn_cli.engine.detect.opening import geometry_of
from sygn_cli.engine.detect.shapes import Area

if TYPE_CHECKING:
    from sygn_cli.engine.detect.sheet import Sheet

# PyMuPDF's numbers for the kinds of widgets; its stubs do not name them.
_BUTTON: Final = 1
_TICKS: Final = frozenset({2, 5})
_SIGNATURE: Final = 6
_HIDDEN: Final = 2 | 32  # ISO 32000-1, table 165: Hidden, NoView
_REQUIRED: Final = 2  # ISO 32000-1, table 221
_SMALLEST: Final = 4.0


def read_widgets(page: Any, sheet: Sheet) -> list[Detection]:  # noqa: ANN401
    """Return the widgets of a page that a signer could fill."""
    geometry = geometry_of(page)
    found = []
    for widget in page.widgets():
        kind = _type_of(widget)
        if kind is None:
            continue
        # PyMuPDF gives unrotated points from the top of the crop box; back to user space first.
        rect, crop = widget.rect, geometry.crop
        user = UserBox(crop.x0 + rect.x0, crop.y1 - rect.y1, crop.x0 + rect.x1, crop.y1 - rect.y0)
        box = geometry.to_display(user)
        if box.width < _SMALLEST or box.height < _SMALLEST:
            continue
        words = (widget.field_label or "") or (widget.field_name or "")
        found.append(
            Detection(
                id="",
                type=kind,
                page=sheet.number,
                box=box.rounded(),
                confidence=0.98,
                label=" ".join(words.split())[:LONGEST_LABEL],
                reason=f"form field {widget.field_name or ''!r} of the PDF",
                source=Source.WIDGET,
                max_length=widget.text_maxlen or None,
                required=bool((widget.field_flags or 0) & _REQUIRED),
            )
        )
    return found


def _type_of(widget: Any) -> FieldType | None:  # noqa: ANN401
    kind = widget.field_type
    if kind == _BUTTON:
        return None
    if kind in _TICKS:
        return FieldType.CHECKBOX
    if kind == _SIGNATURE:
        return FieldType.SIGNATURE
    for words in (widget.field_label or "", widget.field_name or ""):
        found = lexicon.hits(words.replace("_", " "))
        if found:
            return found[-1].type
    return FieldType.TEXT


def merged(given: list[Detection], found: list[Detection]) -> list[Detection]:
    """Return the widgets and those of the found fields that lie on none of them."""
    masks = [_area(field.box) for field in given]
    return given + [field for field in found if not _lies_on(_area(field.box), masks)]


def _area(box: Box) -> Area:
    return Area(box.x, box.y, box.right, box.bottom)


def _lies_on(area: Area, masks: list[Area]) -> bool:
    return any(area.share_inside(mask) > 0.3 or mask.share_inside(area) > 0.5 for mask in masks)
