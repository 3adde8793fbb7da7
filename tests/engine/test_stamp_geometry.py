"""Where marks land, judged by poppler: every rotation, crop box, media box origin, user unit."""

import itertools

import pytest
from PIL import ImageChops

from sygn_cli.domain.field import Field, FieldType
from sygn_cli.domain.geometry import Box
from sygn_cli.domain.mark import Picture
from sygn_cli.engine.intake import inspect
from sygn_cli.engine.stamp import Stamp, stamp
from tests.engine.papers import poppler, shaped, square

_MEDIA = ["0 0 400 300", "-50 30 350 330", "120 -200 520 100"]
_CROPS = ["", "inner"]
_CASES = list(itertools.product((0, 90, 180, 270), _CROPS, _MEDIA, (1.0, 2.0)))


def _crop(media: str) -> str:
    x0, y0, x1, y1 = map(float, media.split())
    return f"{x0 + 30} {y0 + 20} {x1 - 70} {y1 - 50}"


@pytest.mark.parametrize(("rotate", "crop", "media", "unit"), _CASES)
def test_a_mark_lands_where_the_signer_saw_its_field(rotate, crop, media, unit, tmp_path):
    pdf = shaped(media, _crop(media) if crop else "", rotate=rotate, unit=unit)
    page = inspect(pdf).pages[0].geometry
    box = Box(page.width * 0.2, page.height * 0.1, page.width * 0.3, page.height * 0.05)
    field = Field("f", FieldType.SIGNATURE, 1, box)
    picture = square(size=(round(box.width), round(box.height)))

    result = stamp([pdf], [Stamp(field, Picture("0" * 64), picture)], title="T")

    seen = poppler(result, tmp_path)
    left, top, right, bottom = _red(seen)
    # Fractions of the page: poppler 22.12 does not scale by UserUnit.
    assert left / seen.width == pytest.approx(0.2, abs=0.012)
    assert top / seen.height == pytest.approx(0.1, abs=0.012)
    assert right / seen.width == pytest.approx(0.5, abs=0.02)
    assert bottom / seen.height == pytest.approx(0.15, abs=0.012)


def _red(image):
    red, green, _ = image.split()
    return ImageChops.subtract(red, green).point(lambda v: 255 if v > 128 else 0).getbbox()


def test_there_are_48_cases():
    assert len(_CASES) == 48
