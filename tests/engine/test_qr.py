"""QR codes hold what they are given, as a reader we did not write reads it."""

from __future__ import annotations

import io

import pymupdf
import pytest
from PIL import Image

from sygn_cli.engine import qr

LINK = "http://127.0.0.1:7447/x?t=doc_01m7z0yhc54g0rsv9k36jc01kh.s1." + "aB3-_" * 8 + "xyz"


def read(picture: bytes) -> str:
    """Read a QR code with ZXing, which comes with MuPDF."""
    page = pymupdf.open().new_page(width=300, height=300)
    page.insert_image(page.rect, stream=picture)
    reader = getattr(pymupdf, "mupdf", None)
    decode = getattr(reader, "fz_decode_barcode_from_pixmap2", None)
    if decode is None:
        pytest.skip("this build of MuPDF has no barcode reader")
    return str(decode(page.get_pixmap(dpi=144).this, 0))


def test_a_picture_of_a_code_says_what_it_was_given():
    assert LINK in read(qr.png(LINK))


def test_a_terminal_shows_the_same_code_in_half_blocks():
    lines = qr.terminal(LINK).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert len(lines) <= 25
    rows = [
        [{"█": (0, 0), "▀": (0, 1), "▄": (1, 0), " ": (1, 1)}[c][h] for c in line]
        for line in lines
        for h in (0, 1)
    ]
    picture = Image.new("L", (len(rows[0]), len(rows)))
    picture.putdata([0 if dark else 255 for row in rows for dark in row])
    out = io.BytesIO()
    picture.resize((picture.width * 6, picture.height * 6), Image.Resampling.NEAREST).save(
        out, "PNG"
    )
    assert LINK in read(out.getvalue())


def test_an_svg_is_one_element_and_its_title_cannot_break_out():
    drawn = qr.svg("</title><script>alert(1)</script>")
    assert drawn.startswith("<svg")
    assert drawn.endswith("</svg>")
    assert "<script" not in drawn
