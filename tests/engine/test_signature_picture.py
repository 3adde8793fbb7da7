"""Uploaded signatures: what comes in, and what is kept."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageDraw, PngImagePlugin

from sygn_cli.domain.errors import InvalidRequest
from sygn_cli.engine import signature_picture
from sygn_cli.engine.signature_picture import clean


def written(image: Image.Image, form: str = "PNG", **options) -> bytes:
    content = io.BytesIO()
    image.save(content, form, **options)
    return content.getvalue()


def signature(paper: str = "white", ink: str = "navy", size: tuple[int, int] = (600, 200)):
    image = Image.new("RGB", size, paper)
    ImageDraw.Draw(image).line([(100, 150), (200, 40), (300, 160), (480, 60)], ink, 8)
    return image


def opened(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png))


@pytest.mark.parametrize("paper", ["white", "#f1ece0", "#cfd4da"])
@pytest.mark.parametrize("ink", ["black", "navy", "#1a3fb0"])
@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_paper_becomes_transparent_and_ink_stays(paper, ink, form):
    result = opened(clean(written(signature(paper, ink), form)))
    alpha = result.getchannel("A")
    shares = alpha.histogram()
    assert shares[0] > 0.7 * alpha.width * alpha.height
    assert shares[255] > 0.02 * alpha.width * alpha.height


def test_it_is_cropped_to_the_ink():
    result = opened(clean(written(signature())))
    assert 370 < result.width < 400
    assert 110 < result.height < 140


def test_the_shadow_of_a_phone_is_paper_too():
    photo = signature("#e8e4da")
    shade = Image.linear_gradient("L").resize(photo.size).point(lambda v: 255 - v // 6)
    photo = Image.composite(photo, Image.new("RGB", photo.size, "#777"), shade)
    alpha = opened(clean(written(photo, "JPEG"))).getchannel("A")
    assert alpha.histogram()[0] > 0.5 * alpha.width * alpha.height


def test_a_picture_with_transparency_of_its_own_is_left_alone():
    image = Image.new("RGBA", (200, 80), (0, 0, 0, 0))
    ImageDraw.Draw(image).ellipse((20, 20, 180, 60), (255, 255, 255, 255))
    result = opened(clean(written(image)))
    assert result.getpixel((80, 20)) == (255, 255, 255, 255)


def test_cleaning_again_changes_nothing():
    once = clean(written(signature("#eee", "#123"), "JPEG", quality=70))
    assert clean(once) == once


def test_the_same_upload_gives_the_same_bytes():
    upload = written(signature(), "JPEG")
    assert clean(upload) == clean(upload)


def test_a_photo_is_turned_as_its_exif_says_and_tells_nothing_else():
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees
    exif[0x010F] = "Camera of Ada"
    upload = written(signature(), "JPEG", exif=exif)
    assert b"Camera of Ada" in upload
    png = clean(upload)
    assert opened(png).height > opened(png).width
    assert b"Camera" not in png
    assert not opened(png).getexif()


def test_comments_and_profiles_are_dropped():
    told = PngImagePlugin.PngInfo()
    told.add_text("Comment", "made at home")
    png = clean(written(signature(), pnginfo=told, icc_profile=b"x" * 200))
    assert opened(png).info == {}


def test_large_photos_become_small_pictures():
    photo = signature(size=(600, 200)).resize((6000, 2000))
    png = clean(written(photo, "JPEG"))
    assert max(opened(png).size) <= 1200
    assert len(png) < 200_000


@pytest.mark.parametrize(
    ("upload", "words"),
    [
        (b"", "neither PNG nor JPEG"),
        (b"not a picture", "neither PNG nor JPEG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "neither PNG nor JPEG"),
        (b"GIF89a" + b"\0" * 100, "neither PNG nor JPEG"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 100, "HEIC"),
        (b"\0\0\0\x18ftypmif1" + b"\0" * 100, "HEIC"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "neither PNG nor JPEG"),
        (b"x" * (8 * 1024 * 1024 + 1), "larger than 8 MB"),
    ],
)
def test_anything_else_is_refused_with_a_reason(upload, words):
    with pytest.raises(InvalidRequest, match=words):
        clean(upload)


def test_other_formats_that_pillow_knows_are_refused():
    for form in ("GIF", "BMP", "TIFF", "WEBP"):
        with pytest.raises(InvalidRequest, match="neither PNG nor JPEG"):
            clean(written(signature(), form))


@pytest.mark.parametrize("cut", [0.3, 0.6, 0.95])
@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_a_damaged_picture_is_refused(form, cut):
    upload = written(signature(), form)
    with pytest.raises(InvalidRequest):
        clean(upload[: int(len(upload) * cut)])


@pytest.mark.parametrize("paper", ["white", "#ddd"])
def test_an_empty_sheet_is_refused(paper):
    with pytest.raises(InvalidRequest, match="empty"):
        clean(written(Image.new("RGB", (300, 100), paper)))


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch):
    monkeypatch.setattr(signature_picture, "MOST_PIXELS", 10_000)
    with pytest.raises(InvalidRequest, match="pixels"):
        clean(written(signature()))


def test_a_picture_of_two_hundred_million_pixels_is_refused():
    bomb = written(Image.new("1", (20_000, 10_000), 1))
    assert len(bomb) < 100_000
    with pytest.raises(InvalidRequest):
        clean(bomb)


def test_grey_palette_and_cmyk_pictures_are_understood():
    grey = written(signature().convert("L"), "JPEG")
    palette = written(signature().convert("P"), "PNG")
    cmyk = written(signature().convert("CMYK"), "JPEG")
    for upload in (grey, palette, cmyk):
        assert opened(clean(upload)).mode == "RGBA"
