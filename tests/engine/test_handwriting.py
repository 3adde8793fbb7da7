"""Typed names in handwriting: which look can write what, and shapes that fit their box."""

from __future__ import annotations

import re
import subprocess
import tracemalloc

import pymupdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sygn_cli.domain.field import Field, FieldType
from sygn_cli.domain.geometry import Box
from sygn_cli.domain.mark import Look, Typed
from sygn_cli.engine.handwriting import place, write
from sygn_cli.engine.marks import Sheet, draw

BOX = Box(40, 30, 200, 34)


def outline(words: str, look: Look):
    found = write(words, look).outline
    assert found is not None
    return found


@pytest.mark.parametrize("look", Look)
@pytest.mark.parametrize("words", ["Ada Lovelace", "Łukasz Żółć", "Zoë d'Été-O\u2019Neil", "AKL"])
def test_every_look_writes_names_in_latin_letters(look, words):
    written = write(words, look)
    assert (written.look, written.missing) == (look, "")


@pytest.mark.parametrize(
    ("words", "asked", "shown", "missing"),
    [
        ("Ольга Петрова", Look.FLOWING, Look.FLOWING, ""),
        ("Ольга", Look.ROUND, Look.FLOWING, "Ольга"),
        ("Nguyễn Đức", Look.QUICK, Look.FLOWING, "ứ"),
        ("Άδα", Look.QUICK, None, "Άδα"),
        ("山田 花子", Look.FLOWING, None, "山田花子"),
        ("محمد", Look.ROUND, None, "محمد"),
        ("देवी", Look.ROUND, None, "देवी"),
        ("Ada 👍", Look.QUICK, None, "👍"),
    ],
)
def test_letters_that_a_look_lacks_are_named_and_another_look_is_taken(
    words, asked, shown, missing
):
    written = write(words, asked)
    assert written.look == shown
    assert set(written.missing) <= set(missing)
    assert bool(written.missing) == bool(missing)


def test_looks_differ():
    assert len({outline("Ada", look).path for look in Look}) == len(Look)


def test_joined_letters_are_shaped_and_not_only_set_side_by_side():
    alone = sum(outline(one, Look.FLOWING).right for one in "Te")
    assert outline("Te", Look.FLOWING).right < alone


@given(
    st.sampled_from(Look),
    st.text("Ada Lóvelacegjy", min_size=1, max_size=120).filter(str.strip),
    st.floats(10, 400),
    st.floats(8, 120),
)
def test_no_name_leaves_its_box(look, words, width, height):
    box = Box(5, 7, width, height)
    shape = outline(words, look)
    at = place(shape, box)
    assert box.x <= at.x + shape.left * at.scale
    assert at.x + shape.right * at.scale <= box.right
    assert box.y <= at.baseline - shape.up * at.scale + 1e-6
    assert at.baseline + shape.down * at.scale <= box.bottom + 1e-6


def test_names_with_and_without_descenders_stand_on_one_line():
    lines = [place(outline(words, Look.ROUND), BOX).baseline for words in ("Eva", "Ole", "Gyp")]
    assert max(lines) - min(lines) < 1


@pytest.mark.parametrize("look", Look)
def test_what_is_stamped_is_the_shape_that_the_page_shows(look):
    """MuPDF reads the path back out of the page; it must be the SVG path, moved and scaled."""
    words = "Gräfin Jónsdóttir"
    field = Field("f", FieldType.SIGNATURE, 1, BOX)
    shape = outline(words, look)
    at = place(shape, BOX)
    with draw([Sheet(300, 100, ((field, Typed(words, look), None),))]) as document:
        (drawing,) = document[0].get_drawings()
        text = document[0].get_text().strip()
    ends = [
        (at.x + int(x) * at.scale, at.baseline + int(y) * at.scale)
        for x, y in re.findall(r"(-?\d+) (-?\d+)(?=[A-Z]|$)", shape.path)
    ]
    drawn = [(item[-1].x, item[-1].y) for item in drawing["items"] if item[0] in "lc"]
    assert drawn, "nothing is stamped"
    for x, y in drawn:
        assert min(abs(x - a) + abs(y - b) for a, b in ends) < 0.01
    assert drawing["fill"] == pytest.approx((0.043, 0.122, 0.361), abs=0.002)
    assert text == "", "outlines need no font"


def test_a_browser_and_poppler_agree_on_the_shape(tmp_path):
    """The SVG path through MuPDF's SVG reader, the stamp through poppler: the same ink."""
    words, look = "Ada Lovelace", Look.FLOWING
    shape = outline(words, look)
    at = place(shape, BOX)
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="100" viewBox="0 0 300 100">'
        f'<path d="{shape.path}" fill="#0b1f5c" '
        f'transform="translate({at.x} {at.baseline}) scale({at.scale})"/></svg>'
    )
    with pymupdf.open(stream=svg.encode(), filetype="svg") as document:
        shown = document[0].get_pixmap(dpi=144, colorspace=pymupdf.csGRAY)
    field = Field("f", FieldType.SIGNATURE, 1, BOX)
    with draw([Sheet(300, 100, ((field, Typed(words, look), None),))]) as document:
        document.save(tmp_path / "stamped.pdf")
    subprocess.run(
        ["pdftoppm", "-r", "144", "-gray", tmp_path / "stamped.pdf", tmp_path / "page"], check=True
    )
    stamped = pymupdf.Pixmap(str(next(tmp_path.glob("page*.pgm"))))
    assert (shown.width, shown.height) == (stamped.width, stamped.height)
    difference = sum(abs(a - b) for a, b in zip(shown.samples, stamped.samples, strict=True))
    ink = sum(255 - one for one in stamped.samples)
    assert ink > 100_000, "hardly anything is written"
    assert difference < 0.12 * ink


def test_a_name_that_no_look_can_write_is_set_in_plain_letters_as_before():
    field = Field("f", FieldType.SIGNATURE, 1, BOX)
    with (
        draw([Sheet(300, 100, ((field, Typed("山田", Look.QUICK), None),))]) as asked,
        draw([Sheet(300, 100, ((field, Typed("山田"), None),))]) as before,
    ):
        assert asked[0].get_text() == before[0].get_text() == "山田\n"
        assert asked[0].get_pixmap().samples == before[0].get_pixmap().samples


def test_initials_are_written_by_hand_too():
    field = Field("f", FieldType.INITIALS, 1, Box(10, 10, 40, 24))
    with draw([Sheet(100, 50, ((field, Typed("AKL", Look.ROUND), None),))]) as document:
        (drawing,) = document[0].get_drawings()
    box = field.box
    assert pymupdf.Rect(box.x, box.y, box.right, box.bottom).contains(drawing["rect"])


def test_whoever_asks_for_one_long_name_after_the_other_fills_no_memory():
    write("a", Look.FLOWING)  # the faces are loaded once
    tracemalloc.start()
    try:
        for first in "abcd":
            assert write(f"{first}{'W' * 119}", Look.FLOWING).outline is not None
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 500_000
