"""Uploaded signatures: from any photo to a small PNG with a transparent background.

Only PNG and JPEG are read, pixels only: comments, EXIF (with its place and time) and colour
profiles are dropped. The same upload gives the same bytes, so a submission can be repeated, and
cleaning a cleaned picture changes nothing.
"""

from __future__ import annotations

import io
import warnings
from typing import Final

from PIL import Image, ImageChops, ImageOps, UnidentifiedImageError

from sygn_cli.domain.audit import sha256
from sygn_cli.domain.errors import InvalidRequest
from sygn_cli.languages import later

LARGEST_UPLOAD: Final = 8 * 1024 * 1024
MOST_PIXELS: Final = 40_000_000
# A signature field is rarely wider than 80 mm: at 300 dpi that is 945 pixels.
_LONGEST_SIDE: Final = 1200
# Paper is not white in a photo: what is this much of the brightest tone or more counts as paper,
# and below the second share as ink; between them the edge of a stroke fades.
_PAPER: Final = 0.82
_INK: Final = 0.55
_HEIF_BRANDS: Final = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif")


def clean(upload: bytes) -> bytes:
    """Return the picture as PNG, cropped to the ink, its paper transparent.

    Raises:
        InvalidRequest: It is no PNG or JPEG, too large, damaged or empty.
    """
    picture = _on_transparency(_upright(_open(upload)))
    box = picture.getchannel("A").point(lambda alpha: 255 if alpha > _VISIBLE else 0).getbbox()
    if box is None:
        raise InvalidRequest(later("The picture is empty: there is no ink on it."))
    picture = picture.crop(box)
    if max(picture.size) > _LONGEST_SIDE:
        picture.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE), Image.Resampling.LANCZOS)
    result = io.BytesIO()
    picture.save(result, "PNG", optimize=True)
    return result.getvalue()


_VISIBLE: Final = 8
_OPAQUE: Final = 250


def name(picture: bytes) -> str:
    """Return the hash under which a cleaned picture is kept."""
    return sha256(picture)


def _open(upload: bytes) -> Image.Image:
    if len(upload) > LARGEST_UPLOAD:
        raise InvalidRequest(later("The picture is larger than 8 MB."))
    if upload[4:8] == b"ftyp" and upload[8:12] in _HEIF_BRANDS:
        raise InvalidRequest(
            later("The picture is a HEIC or AVIF photo."), hint="Choose a PNG or JPEG instead."
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(upload), formats=("PNG", "JPEG"))
        if picture.width * picture.height > MOST_PIXELS:
            raise InvalidRequest(later("The picture has more than 40 million pixels."))
        picture.load()
    except UnidentifiedImageError as error:
        raise InvalidRequest(later("The picture is neither PNG nor JPEG.")) from error
    except (
        OSError,
        SyntaxError,  # how Pillow reports a broken PNG chunk
        ValueError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ) as error:
        raise InvalidRequest(later("The picture is damaged or too large to be read.")) from error
    return picture


def _upright(picture: Image.Image) -> Image.Image:
    """Turn a phone's photo as its EXIF says, before that is dropped."""
    turned = ImageOps.exif_transpose(picture)
    turned.thumbnail((_LONGEST_SIDE * 2, _LONGEST_SIDE * 2), Image.Resampling.LANCZOS)
    return turned.convert("RGBA")


def _on_transparency(picture: Image.Image) -> Image.Image:
    """Make the paper transparent, unless the picture brings transparency of its own."""
    alpha = picture.getchannel("A")
    if alpha.histogram()[:_OPAQUE].count(0) < _OPAQUE:
        return _plain(picture, alpha)
    # The darkest of the three colours tells blue ink from white paper better than brightness.
    red, green, blue, _ = picture.split()
    tone = ImageChops.darker(ImageChops.darker(red, green), blue)
    brightest = max(1, _paper_tone(tone))
    paper, ink = brightest * _PAPER, brightest * _INK
    covered = tone.point(
        lambda value: round(255 * min(1, max(0, (paper - value) / (paper - ink))))
    )
    return _plain(picture, covered)


def _paper_tone(tone: Image.Image) -> int:
    """Return the tone of the paper: what nine pixels in ten do not exceed."""
    counts = tone.histogram()
    wanted, seen = sum(counts) * 0.9, 0
    for value, count in enumerate(counts):
        seen += count
        if seen >= wanted:
            return value
    return 255


def _plain(picture: Image.Image, alpha: Image.Image) -> Image.Image:
    """Return the pixels with this alpha; what cannot be seen is made equal."""
    ink = Image.new("RGB", picture.size, (0, 0, 0))
    ink.paste(picture.convert("RGB"), mask=alpha.point(lambda value: 255 if value else 0))
    ink.putalpha(alpha)
    return ink
