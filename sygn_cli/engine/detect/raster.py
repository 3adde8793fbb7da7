"""Lines and lumps of ink in the picture of a page, with nothing but bytes and integers.

No numpy and no OpenCV: a page at 150 dpi becomes one byte per pixel, regular expressions find the
runs of dark pixels, and rows of pixels are integers that are joined by shifting.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sygn_cli.engine.detect.shapes import Area

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONG: Final = 46  # pixels of a run that may be a drawn line: 22 pt at 150 dpi
_TALL: Final = 17  # pixels of a vertical run: 8 pt, more than most letters of body text have
_SAMPLED: Final = 101  # every so many pixels tell the shade of the paper
_STRIP: Final = 160  # width of the strips in which text rows are told apart despite skew
_JOIN: Final = 8  # pixels that may part the letters of one word


@dataclass(slots=True)
class Streak:
    """A straight line in pixels; the y of both ends tells its slope."""

    x0: int
    y0: int
    x1: int
    y1: int
    top: int
    bottom: int

    @property
    def length(self) -> int:
        """Extent along the line."""
        return self.x1 - self.x0


@dataclass(slots=True)
class Picture:
    """A page as dark (1) and light (0) pixels."""

    width: int
    height: int
    pixels: bytes

    @classmethod
    def of(cls, width: int, height: int, stride: int, gray: bytes) -> Picture:
        """Tell ink from paper by the commonest shade of the page."""
        shades = Counter(gray[::_SAMPLED])
        paper = max(range(128, 256), key=lambda shade: shades[shade])
        limit = max(90, paper - 42)
        table = bytes(1 if shade < limit else 0 for shade in range(256))
        if stride != width:
            gray = b"".join(gray[y * stride : y * stride + width] for y in range(height))
        return cls(width, height, gray.translate(table))

    def row(self, y: int) -> bytes:
        """Return one row of pixels."""
        return self.pixels[y * self.width : (y + 1) * self.width]

    def column(self, x: int) -> bytes:
        """Return one column of pixels."""
        return self.pixels[x :: self.width]


def rules_of(picture: Picture) -> list[Streak]:
    """Return the horizontal lines."""
    rows = (picture.row(y) for y in range(picture.height))
    return _linked(rows, _LONG)


def posts_of(picture: Picture) -> list[Streak]:
    """Return the vertical lines, with x and y exchanged."""
    columns = (picture.column(x) for x in range(picture.width))
    return _linked(columns, _TALL)


def _linked(rows: Iterator[bytes], shortest: int) -> list[Streak]:
    """Join the runs of neighbouring rows: a line that is not quite level climbs through them."""
    run, runs = b"\x01" * shortest, re.compile(b"\x01{%d,}" % shortest)
    done: list[Streak] = []
    open_: list[Streak] = []
    for y, row in enumerate(rows):
        fresh: list[Streak] = []
        for match in runs.finditer(row) if run in row else ():
            x0, x1 = match.span()
            home = next((s for s in open_ if s.x0 - 4 <= x1 and x0 <= s.x1 + 4), None)
            if home is None:
                home = Streak(x0, y, x1, y, y, y)
                fresh.append(home)
                continue
            if x0 < home.x0:
                home.x0, home.y0 = x0, y
            if x1 > home.x1:
                home.x1, home.y1 = x1, y
            home.bottom = y
        done += [s for s in open_ if y - s.bottom > 1]
        open_ = [s for s in open_ if y - s.bottom <= 1] + fresh
    return done + open_


def is_line(streak: Streak) -> bool:
    """Tell whether a streak is thin enough for its length to be a line, not an area."""
    return streak.bottom - streak.top <= 5 + 0.014 * streak.length


def lumps_of(picture: Picture, lines: list[Streak], posts: list[Streak]) -> list[Area]:
    """Return the places of words, in pixels, without what belongs to lines."""
    rows = _inked_rows(picture, lines, posts)
    lumps: list[Area] = []
    for left in range(0, picture.width, _STRIP):
        shift = max(0, picture.width - left - _STRIP)
        mask = (1 << min(_STRIP, picture.width - left)) - 1
        strip = [(row >> shift) & mask for row in rows]
        lumps += _strip_lumps(strip, left, min(_STRIP, picture.width - left))
    return _merged(lumps)


def _inked_rows(picture: Picture, lines: list[Streak], posts: list[Streak]) -> list[int]:
    """Return every row as an integer whose highest bit is the left pixel."""
    digits = picture.pixels.translate(_TO_DIGITS)
    rows = [
        int(digits[y * picture.width : (y + 1) * picture.width] or b"0", 2)
        for y in range(picture.height)
    ]
    full = (1 << picture.width) - 1
    for line in lines:
        _clear(rows, line.x0 - 1, line.x1 + 1, line.top - 1, line.bottom + 2, picture.width, full)
    for post in posts:  # x and y are exchanged
        _clear(rows, post.top - 1, post.bottom + 2, post.x0, post.x1, picture.width, full)
    return rows


_TO_DIGITS: Final = bytes(ord("1") if value == 1 else ord("0") for value in range(256))


def _clear(rows: list[int], x0: int, x1: int, y0: int, y1: int, width: int, full: int) -> None:
    x0, x1 = max(0, x0), min(width, x1)
    if x1 <= x0:
        return
    keep = full ^ (((1 << (x1 - x0)) - 1) << (width - x1))
    for y in range(max(0, y0), min(len(rows), y1)):
        rows[y] &= keep


def _strip_lumps(strip: list[int], left: int, width: int) -> list[Area]:
    lumps: list[Area] = []
    start, band = -1, 0
    for y, row in enumerate([*strip, 0]):
        if row:
            if start < 0:
                start, band = y, 0
            band |= row
        elif start >= 0:
            lumps += _band_lumps(strip, band, start, y, left, width)
            start = -1
    return lumps


def _band_lumps(
    strip: list[int], band: int, top: int, bottom: int, left: int, width: int
) -> Iterator[Area]:
    grown = band
    for step in range(1, _JOIN):
        grown |= band >> step
    digits = format(grown & ((1 << width) - 1), f"0{width}b")
    for match in re.finditer("1+", digits):
        x0, x1 = match.start(), max(match.start() + 1, match.end() - _JOIN + 1)
        mask = ((1 << (x1 - x0)) - 1) << (width - x1)
        inked = [y for y in range(top, bottom) if strip[y] & mask]
        if inked and x1 - x0 >= 2:
            yield Area(left + x0, inked[0], left + x1, inked[-1] + 1)


def parted(lumps: list[Area]) -> tuple[list[Area], list[Streak]]:
    """Tell words from rows of dots and dashes, which are lines."""
    flat = sorted(
        (lump for lump in lumps if lump.height <= _FLAT), key=lambda a: (round(a.y1 / 4), a.x0)
    )
    chains: list[list[Area]] = []
    for lump in flat:
        home = next((c for c in reversed(chains[-12:]) if _goes_on(c[-1], lump)), None)
        if home is None:
            chains.append([lump])
        else:
            home.append(lump)
    streaks, used = [], set()
    for chain in chains:
        first, last = chain[0], chain[-1]
        if last.x1 - first.x0 >= _DOTTED:
            used |= {id(lump) for lump in chain}
            streaks.append(_streak(first, last))
    words = [lump for lump in lumps if id(lump) not in used and lump.height >= 3]
    return words, streaks


_FLAT: Final = 5
_DOTTED: Final = 60
_DASH_GAP: Final = 18


def _goes_on(last: Area, lump: Area) -> bool:
    return -2 <= lump.x0 - last.x1 <= _DASH_GAP and abs(lump.y1 - last.y1) <= 2


def _streak(first: Area, last: Area) -> Streak:
    y0, y1 = int(first.y1) - 1, int(last.y1) - 1
    return Streak(int(first.x0), y0, int(last.x1), y1, min(y0, y1), max(y0, y1))


def _merged(lumps: list[Area]) -> list[Area]:
    """Join the halves of words that lie across the border of two strips."""
    joined: list[Area] = []
    for lump in sorted(lumps, key=lambda a: (a.x0, a.y0)):
        for number in range(len(joined) - 1, max(-1, len(joined) - 60), -1):
            other = joined[number]
            if 0 <= lump.x0 - other.x1 <= _JOIN and abs(lump.y1 - other.y1) <= 4:
                joined[number] = Area(
                    other.x0, min(other.y0, lump.y0), lump.x1, max(other.y1, lump.y1)
                )
                break
        else:
            joined.append(lump)
    return joined
