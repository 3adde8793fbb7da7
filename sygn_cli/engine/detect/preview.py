"""Pictures of what was found, for people to check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pymupdf

from sygn_cli.domain.field import Detection, FieldType
from sygn_cli.engine.detect.opening import draw_upright
from sygn_cli.engine.pdf import opened, page_geometry

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sygn_cli.domain.geometry import Box

_COLORS: Final = {
    FieldType.SIGNATURE: (0.78, 0.10, 0.10),
    FieldType.INITIALS: (0.60, 0.10, 0.60),
    FieldType.DATE: (0.05, 0.50, 0.15),
    FieldType.TEXT: (0.10, 0.20, 0.75),
    FieldType.CHECKBOX: (0.80, 0.45, 0.05),
    FieldType.RADIO: (0.80, 0.45, 0.05),
    FieldType.SELECT: (0.10, 0.20, 0.75),
    FieldType.NUMBER: (0.10, 0.20, 0.75),
    FieldType.EMAIL: (0.10, 0.20, 0.75),
}
_CAPTION: Final = 5.0


def preview(pdf: bytes, detections: Iterable[Detection]) -> bytes:
    """Return the PDF with the detections drawn over its pages.

    The pages are drawn onto fresh ones, so the result is for looking at and never for signing.

    Raises:
        PdfRefused: The bytes cannot be read as a PDF.
    """
    with opened(pdf) as source:
        picture = _overlaid(source, list(detections))
        return bytes(picture.tobytes(garbage=3, deflate=True))


def preview_png(
    pdf: bytes, detections: Iterable[Detection], page: int, *, dpi: int = 110
) -> bytes:
    """Return one page, from 1, with its detections as a PNG.

    Raises:
        PdfRefused: The bytes cannot be read as a PDF.
    """
    with opened(pdf) as source:
        picture = _overlaid(source, [field for field in detections if field.page == page], page)
        return bytes(picture[0].get_pixmap(dpi=dpi).tobytes("png"))


def _overlaid(
    source: pymupdf.Document, detections: list[Detection], only: int | None = None
) -> pymupdf.Document:
    picture = pymupdf.open()
    for number in range(source.page_count):
        if only is not None and number != only - 1:
            continue
        page = source[number]
        geometry = page_geometry(page)
        copy = picture.new_page(width=geometry.width, height=geometry.height)
        draw_upright(page, copy)
        for field in detections:
            if field.page == number + 1:
                _draw(copy, field)
    return picture


def _draw(page: Any, field: Detection) -> None:  # noqa: ANN401 - PyMuPDF's class has no stub
    color = _COLORS[field.type]
    faint = field.for_nobody
    page.draw_rect(
        _rect(field.box),
        color=color,
        fill=color,
        width=0.7,
        fill_opacity=0.05 if faint else 0.16,
        stroke_opacity=0.4 if faint else 0.9,
        dashes="[2 2]" if faint else None,
    )
    if field.type in {FieldType.CHECKBOX, FieldType.RADIO}:
        return
    party = f" {field.party}" if field.party else ""
    caption = f"{field.id} {field.type}{party} {field.confidence:.2f}"
    # The built-in font has Latin-1 only; other letters would come out as question marks anyway.
    caption = caption.encode("latin-1", "replace").decode("latin-1")
    spot = (field.box.x + 1.5, field.box.y + _CAPTION)
    page.insert_text(spot, caption, fontsize=_CAPTION, color=color)


def _rect(box: Box) -> pymupdf.Rect:
    return pymupdf.Rect(box.x, box.y, box.right, box.bottom)
