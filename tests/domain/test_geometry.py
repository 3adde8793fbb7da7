"""Displayed places and user space: there and back, for every kind of page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sygn_cli.domain.errors import InvalidRequest
from sygn_cli.domain.geometry import Box, PageGeometry, UserBox

coordinates = st.floats(-2000, 2000, allow_nan=False)
sizes = st.floats(1, 3000, allow_nan=False)
pages = st.builds(
    lambda x, y, w, h, rotate, unit: PageGeometry(UserBox(x, y, x + w, y + h), rotate, unit),
    coordinates, coordinates, sizes, sizes,
    st.sampled_from([0, 90, 180, 270]), st.sampled_from([0.5, 1.0, 2.0, 10.0]),
)  # fmt: skip


@given(pages, coordinates, coordinates, sizes, sizes)
def test_a_box_comes_back_from_user_space(page, x, y, width, height):
    box = Box(x, y, width, height)
    back = page.to_display(page.to_user(box))
    for side in ("x", "y", "width", "height"):
        assert getattr(back, side) == pytest.approx(getattr(box, side), abs=1e-6)


@given(pages)
def test_the_whole_page_is_the_crop_box(page):
    whole = page.to_user(Box(0, 0, page.width, page.height))
    expected = page.crop
    for side in ("x0", "y0", "x1", "y1"):
        assert getattr(whole, side) == pytest.approx(getattr(expected, side), abs=1e-6)


@pytest.mark.parametrize(
    ("rotate", "corner"),
    [(0, (10, 220)), (90, (10, 20)), (180, (110, 20)), (270, (110, 220))],
)
def test_the_top_left_of_the_display_is_this_corner_of_the_crop_box(rotate, corner):
    """ISO 32000-2, table 31: Rotate turns the page clockwise when it is displayed."""
    page = PageGeometry(UserBox(10, 20, 110, 220), rotate)
    assert page.point_to_user(0, 0) == corner


def test_a_turned_page_swaps_width_and_height():
    page = PageGeometry(UserBox(0, 0, 100, 200), 90, 2.0)
    assert (page.width, page.height) == (400, 200)


@pytest.mark.parametrize(
    "values", [(0, 0, 0, 1), (0, 0, 1, -1), (float("nan"), 0, 1, 1), (1e9, 0, 1, 1)]
)
def test_a_box_is_made_of_ordinary_numbers_and_has_an_area(values):
    with pytest.raises(InvalidRequest):
        Box(*values)


@given(st.floats(-900, 900), st.floats(-900, 900), sizes, sizes)
def test_a_rounded_box_is_kept_exactly(x, y, width, height):
    box = Box(x, y, width, height).rounded()
    assert Box.from_milli(box.to_milli()) == box
