"""Page pictures show the page and nothing but the page, as poppler sees it."""

import io
import itertools

import pymupdf
import pytest
from PIL import Image, ImageChops, ImageStat

from sygn_cli.domain.errors import NotFound, PdfRefused
from sygn_cli.domain.field import Field, FieldType
from sygn_cli.domain.geometry import Box
from sygn_cli.domain.mark import Picture
from sygn_cli.engine.intake import inspect
from sygn_cli.engine.render import LONGEST_SIDE, page_picture, page_text
from sygn_cli.engine.stamp import Stamp, stamp
from tests.engine.papers import paper, poppler, shaped, square


def _opened(picture):
    return Image.open(io.BytesIO(picture)).convert("RGB")


def test_a_picture_is_webp_at_144_dpi():
    image = Image.open(io.BytesIO(page_picture(paper(width=300, height=200), 1)))

    assert image.format == "WEBP"
    assert image.size == (600, 400)


@pytest.mark.parametrize(
    ("rotate", "crop", "unit"),
    list(itertools.product((0, 90, 180, 270), ("", "20 10 350 260"), (1, 2))),
)
def test_a_picture_shows_what_poppler_shows(rotate, crop, unit, tmp_path):
    pdf = shaped("0 0 400 300", crop, rotate=rotate, unit=unit)
    page = inspect(pdf).pages[0].geometry
    box = Box(page.width * 0.2, page.height * 0.1, page.width * 0.3, page.height * 0.1)
    field = Field("f", FieldType.SIGNATURE, 1, box)
    pdf = stamp([pdf], [Stamp(field, Picture("0" * 64), square(size=(300, 100)))], title="T")

    ours = _opened(page_picture(pdf, 1, dpi=72))
    theirs = poppler(pdf, tmp_path).resize(ours.size)

    assert ours.size == (round(page.width), round(page.height))
    assert max(ImageStat.Stat(ImageChops.difference(ours, theirs)).mean) < 3


def test_a_huge_page_gives_a_picture_of_bounded_size():
    image = _opened(page_picture(paper(width=14_000, height=700), 1))

    assert image.size == (LONGEST_SIDE, LONGEST_SIDE // 20)


def test_pages_count_from_one():
    pdf = paper(2)

    assert page_text(pdf, 2) == "A page 2"
    for number in (0, 3):
        with pytest.raises(NotFound):
            page_picture(pdf, number)
        with pytest.raises(NotFound):
            page_text(pdf, number)


def test_what_is_no_pdf_is_refused():
    with pytest.raises(PdfRefused):
        page_picture(b"GIF89a", 1)


def test_a_file_may_be_read_where_it_lies(tmp_path):
    pdf, path = paper(3), tmp_path / "a.pdf"
    path.write_bytes(pdf)

    assert page_picture(path, 2) == page_picture(pdf, 2)
    assert page_text(path, 3) == "A page 3"


@pytest.mark.parametrize("content", [b"GIF89a", b"%PDF-1.7\n%%EOF", None])
def test_a_file_that_cannot_be_read_where_it_lies_is_refused(content, tmp_path):
    path = tmp_path / "a.pdf"
    if content:
        path.write_bytes(content)

    with pytest.raises(PdfRefused):
        page_picture(path, 1)


def test_the_words_come_in_reading_order_one_paragraph_a_line(tmp_path):
    words = page_text(stamp([paper(words="Grüße aus")], [], title="T"), 1)

    assert words == "Grüße aus 1"


def test_ligatures_are_written_out():
    """A screen reader stumbles over "con\ufb01dential", and a search misses it."""
    page = pymupdf.open()
    page.new_page().insert_htmlbox(
        (72, 72, 400, 200), "<p style='font-family: serif'>confidential</p>"
    )
    assert "confidential" in page_text(page.tobytes(), 1)
