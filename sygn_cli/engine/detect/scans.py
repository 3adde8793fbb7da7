"""Pages that are pictures: their lines and words become a sheet like that of any other page."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

import pymupdf

from sygn_cli.engine.detect import raster
from sygn_cli.engine.detect.ink import Ink
from sygn_cli.engine.detect.shapes import Area, HLine, VLine
from sygn_cli.engine.detect.sheet import UNREAD, Sheet
from sygn_cli.engine.detect.words import Run, Word, Writing

_DPI: Final = 150
_COVERS: Final = 0.6
_FEW_PATHS: Final = 8
_LANGUAGES: Final = ("eng", "deu", "fra", "spa", "ita", "por", "nld", "pol", "tur", "swe")
_DOTTED_SIZE: Final = 10.0  # points; dots do not tell the size of their font
_OCR_DPI: Final = 200


@dataclass(frozen=True, slots=True)
class Skew:
    """A small turn of a scanned page around its centre.

    Attributes:
        slope: How far a line falls per point to the right.
    """

    slope: float
    x: float
    y: float

    def straight(self, x: float, y: float) -> tuple[float, float]:
        """Return where a point lies once the page is turned straight."""
        dx, dy = x - self.x, y - self.y
        return self.x + dx + self.slope * dy, self.y + dy - self.slope * dx

    def back(self, area: Area) -> Area:
        """Return where an area of the straight page lies on the scanned one."""
        cx, cy = (area.x0 + area.x1) / 2, (area.y0 + area.y1) / 2
        dx, dy = cx - self.x, cy - self.y
        mx, my = -self.slope * dy, self.slope * dx
        return Area(area.x0 + mx, area.y0 + my, area.x1 + mx, area.y1 + my)


@dataclass(frozen=True, slots=True)
class Scan:
    """A scanned page.

    Attributes:
        sheet: The page turned straight.
        skew: How to find its places again on the page as it is.
    """

    sheet: Sheet
    skew: Skew


def is_picture(page: Any, sheet: Sheet) -> bool:  # noqa: ANN401 - PyMuPDF's class has no stub
    """Tell whether a page is the picture of a page: little drawn, one image nearly all over."""
    ink = sheet.ink
    if len(ink.rules) + len(ink.boxes) + len(ink.posts) > _FEW_PATHS:
        return False
    # Visible words over a picture are a letter on letterhead paper.
    if (sheet.writing.words and not sheet.writing.hidden) or not page.get_images():
        return False
    whole = Area(0, 0, sheet.width, sheet.height)
    surface = sheet.width * sheet.height
    covered = sum(Area(*info["bbox"]).overlap(whole) for info in page.get_image_info())
    return covered >= _COVERS * surface


def read_scan(page: Any, sheet: Sheet, *, ocr: bool) -> Scan:  # noqa: ANN401
    """Read a page that is a picture.

    Args:
        sheet: What was read of it before: its text layer, if it has one.
        ocr: Let Tesseract read it where it is installed and there is no text layer.
    """
    pixmap = page.get_pixmap(dpi=_DPI, colorspace="gray", alpha=False, annots=False)
    picture = raster.Picture.of(pixmap.width, pixmap.height, pixmap.stride, bytes(pixmap.samples))
    scale = sheet.width / pixmap.width
    rules = [s for s in raster.rules_of(picture) if raster.is_line(s)]
    posts = [s for s in raster.posts_of(picture) if raster.is_line(s) and _is_wall(s, rules)]
    lumps, dotted = raster.parted(raster.lumps_of(picture, rules, posts))
    skew = _skew(rules + dotted, sheet)
    writing, read = sheet.writing, True
    if not writing.words:
        found = _recognised(page) if ocr else None
        read = found is not None
        writing = found or _unread(lumps, scale)
    # The pixels say better where a row of underscores begins and ends.
    writing.runs = [_dots(streak, scale, skew) for streak in dotted]
    ink = Ink(
        rules=[_rule(s, scale, skew) for s in rules], posts=[_post(s, scale, skew) for s in posts]
    )
    straight = Sheet(
        sheet.number,
        sheet.width,
        sheet.height,
        _turned(writing, skew),
        ink,
        scanned=True,
        unread=not read,
    )
    return Scan(straight, skew)


_WALL: Final = 40  # pixels: a longer stroke is no letter
_TOUCH: Final = 5


def _is_wall(post: raster.Streak, rules: list[raster.Streak]) -> bool:
    """Tell the side of a box from the stem of a large letter; x and y of posts are exchanged."""
    if post.length >= _WALL:
        return True
    return all(
        any(
            min(abs(rule.top - end), abs(rule.bottom - end)) <= _TOUCH
            and rule.x0 - _TOUCH <= post.y0 <= rule.x1 + _TOUCH
            for rule in rules
        )
        for end in (post.x0, post.x1)
    )


def _skew(rules: list[raster.Streak], sheet: Sheet) -> Skew:
    slopes = [(s.y1 - s.y0) / s.length for s in rules if s.length > 120]
    slope = median(slopes) if slopes else 0.0
    if not math.isfinite(slope) or abs(slope) > 0.05:
        slope = 0.0
    return Skew(slope, sheet.width / 2, sheet.height / 2)


def _rule(streak: raster.Streak, scale: float, skew: Skew) -> HLine:
    ax, ay = skew.straight(streak.x0 * scale, streak.y0 * scale)
    bx, by = skew.straight(streak.x1 * scale, streak.y1 * scale)
    return HLine(ax, bx, (ay + by) / 2)


def _dots(streak: raster.Streak, scale: float, skew: Skew) -> Run:
    line = _rule(streak, scale, skew)
    return Run(line.x0, line.x1, line.y, _DOTTED_SIZE, ".", round(line.width / 3))


def _post(streak: raster.Streak, scale: float, skew: Skew) -> VLine:
    ax, ay = skew.straight(streak.y0 * scale, streak.x0 * scale)
    bx, by = skew.straight(streak.y1 * scale, streak.x1 * scale)
    return VLine((ax + bx) / 2, ay, by)


def _unread(lumps: list[Area], scale: float) -> Writing:
    words = []
    for lump in lumps:
        x0, y0, x1, y1 = (value * scale for value in lump)
        height = y1 - y0
        if 2 <= height <= 26:
            size = min(14.0, max(7.0, 1.25 * height))
            words.append(Word(UNREAD, x0, y0, x1, y1, y1, size))
    return Writing(words=words)


def _recognised(page: Any) -> Writing | None:  # noqa: ANN401
    """Return what Tesseract reads, None where it is not installed or fails on the picture."""
    try:
        textpage = page.get_textpage_ocr(dpi=_OCR_DPI, full=True, language=_languages())
    except (RuntimeError, ValueError, OSError):
        return None
    lines: dict[tuple[int, int], list[Any]] = {}
    for word in textpage.extractWORDS():
        if word[4].strip():
            lines.setdefault((word[5], word[6]), []).append(word)
    words = [word for line in lines.values() for word in _on_one_base(line)]
    return Writing(words=words) if words else None


def _languages() -> str:
    """Return the installed languages to read in, English first, three at most: each costs time."""
    folder = pymupdf.get_tessdata()
    if not folder:
        message = "Tesseract is not installed"
        raise RuntimeError(message)
    there = [name for name in _LANGUAGES if (Path(folder) / f"{name}.traineddata").is_file()]
    return "+".join(there[:3]) or "eng"


def _on_one_base(line: list[Any]) -> list[Word]:
    """Return the words of a line with one baseline and size, which Tesseract gives per word."""
    height = median(word[3] - word[1] for word in line)
    # Its boxes end with the ink: a third of the words or more have no letter below the line.
    base = sorted(word[3] for word in line)[len(line) // 3]
    size = max(5.0, 0.85 * height)
    return [
        Word(text, x0, y0, x1, y1, base, size)
        for x0, y0, x1, y1, text, *_ in line
        if any(c.isalnum() for c in text) or text in {":", "€", "$", "(", ")"}
    ]


def _turned(writing: Writing, skew: Skew) -> Writing:
    if skew.slope:
        for word in writing.words:
            x, y = skew.straight((word.x0 + word.x1) / 2, word.base)
            dx, dy = x - (word.x0 + word.x1) / 2, y - word.base
            word.x0 += dx
            word.x1 += dx
            word.y0 += dy
            word.y1 += dy
            word.base += dy
    return writing
