"""Taking ticks off boxes that a signer is to tick, before the PDF is shown or stamped.

A form can come with a box or radio button that is on. As a field it starts on, and the signer may
change it; what the PDF itself shows there must not stay, or the signed file would say both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sygn_cli.engine.detect.widgets import box_of
from sygn_cli.engine.pdf import page_geometry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sygn_cli.domain.geometry import Box

# PyMuPDF's numbers for check boxes and radio buttons; its stubs do not name them.
_BUTTONS: Final = frozenset({2, 5})
_SAME: Final = 2.0


def vacate(page: Any, places: Sequence[Box]) -> None:  # noqa: ANN401 - PyMuPDF's class has no stub
    """Turn off the boxes and radio buttons of a page that stand in these places."""
    if not places:
        return
    geometry = page_geometry(page)
    for widget in page.widgets():
        if widget.field_type not in _BUTTONS:
            continue
        box = box_of(page.parent, widget.xref, geometry)
        if box is not None and any(_is_same(box, place) for place in places):
            # The look of a box that is off keeps its frame (ISO 32000-2, 12.7.5.2.3).
            page.parent.xref_set_key(widget.xref, "AS", "/Off")


def _is_same(one: Box, other: Box) -> bool:
    sides = ((one.x, other.x), (one.y, other.y), (one.right, other.right))
    return all(abs(a - b) <= _SAME for a, b in (*sides, (one.bottom, other.bottom)))
