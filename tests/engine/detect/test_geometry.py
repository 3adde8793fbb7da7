"""Lines and widgets come out at the same displayed place for every turn, box and unit."""

import itertools

import pymupdf
import pytest

from sygn_cli.domain.geometry import PageGeometry, UserBox
from sygn_cli.engine.detect.opening import sheet_of, upright
from sygn_cli.engine.detect.widgets import read_widgets

TURNS = (0, 90, 180, 270)
BOXES = (
    ((0, 0, 595, 842), (0, 0, 595, 842)),
    ((0, 0, 595, 842), (30, 50, 500, 700)),
    ((100, -200, 695, 642), (100, -200, 695, 642)),
    ((-50, 80, 545, 922), (-20, 120, 500, 900)),
)
UNITS = (1, 2)


def page_with(media, crop, turn, unit, line) -> bytes:
    x0, x1, y = line
    content = f"{x0} {y} m {x1} {y} l S".encode()
    field = f"/FT /Tx /T (name) /Rect [{x0} {y} {x1} {y + 20}] /Subtype /Widget /Type /Annot"
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [5 0 R] >> >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox {list(media)} /CropBox {list(crop)} /Rotate {turn} "
        f"/UserUnit {unit} /Contents 4 0 R /Annots [5 0 R] >>".encode().replace(b",", b""),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        f"<< {field} /P 3 0 R /F 4 >>".encode(),
    ]
    data = b"%PDF-1.6\n"
    places = []
    for number, part in enumerate(parts, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % len(data)
    return data + b"xref\n0 6\n0000000000 65535 f \n" + table + end


@pytest.mark.parametrize(("turn", "boxes", "unit"), list(itertools.product(TURNS, BOXES, UNITS)))
def test_lines_and_widgets_are_placed_as_displayed(turn, boxes, unit):
    media, crop = boxes
    line = (crop[0] + 60, crop[0] + 260, crop[1] + 150)
    document = pymupdf.open(stream=page_with(media, crop, turn, unit, line))
    page = document[0]
    geometry = PageGeometry(UserBox(*crop), turn, unit)
    x0, x1, y = line
    place = geometry.to_display(UserBox(x0, y, x1, y + 20))
    (widget,) = read_widgets(page)
    assert tuple(widget.area) == pytest.approx(
        (place.x, place.y, place.right, place.bottom), abs=0.5
    )
    ink = sheet_of(upright(page), 1).ink
    drawn = geometry.to_display(UserBox(x0, y - 0.5, x1, y + 0.5))
    middle = (drawn.x + drawn.right) / 2, (drawn.y + drawn.bottom) / 2
    if turn % 180 == 0:
        (rule,) = ink.rules
        found = (rule.x0 + rule.x1) / 2, rule.y
    else:
        (post,) = ink.posts
        found = post.x, (post.y0 + post.y1) / 2
    assert found == pytest.approx(middle, abs=0.5)
