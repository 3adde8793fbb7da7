"""Names written by hand: outlines of handwriting faces, the same on a page and in a PDF.

The faces come from packages of their own; HarfBuzz joins their letters as they were meant to be
joined. What is made here is neither font nor text but shapes, so that page and PDF cannot differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Final, TypeAlias

import uharfbuzz

from sygn_cli.domain.mark import Look

if TYPE_CHECKING:
    from sygn_cli.domain.geometry import Box

_PACKAGES: Final = {
    Look.FLOWING: "fontpkg_great_vibes",
    Look.ROUND: "fontpkg_dancing_script",
    Look.QUICK: "fontpkg_caveat",
}
_UNITS: Final = 1000
# A line keeps room for capitals and for descenders whether a name has them or not: names of one
# size stand on one line, and "eve" is not blown up.
_LEAST_UP: Final = 760
_LEAST_DOWN: Final = 300
_LARGEST: Final = 44.0
_MARGIN: Final = 0.03
_MOST_REMEMBERED: Final = 40  # characters
_INK: Final = "0.043 0.122 0.361"  # the blue of drawn strokes

# An operator of SVG paths (M, L, Q, C or Z) with absolute coordinates.
_Segment: TypeAlias = tuple[str, tuple[int, ...]]
_Point: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Outline:
    """A written name in thousandths of an em, x to the right, y down from the baseline.

    Attributes:
        left: Where the ink begins.
        right: Where it ends.
        up: Height to keep above the baseline.
        down: Depth to keep below it.
    """

    segments: tuple[_Segment, ...]
    left: int
    right: int
    up: int
    down: int

    @property
    def path(self) -> str:
        """The outline as an SVG path, to be filled by the nonzero rule."""
        return "".join(name + " ".join(map(str, numbers)) for name, numbers in self.segments)


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an outline comes to stand: points for one unit, and the place of its origin."""

    scale: float
    x: float
    baseline: float


@dataclass(frozen=True, slots=True)
class Written:
    """A name in a look.

    Attributes:
        look: In which it could be written; None where no look has all its letters.
        missing: Letters that the look which was asked for lacks, each once.
    """

    look: Look | None
    outline: Outline | None
    missing: str


def write(words: str, look: Look) -> Written:
    """Return a name in a look, or in the first that has all its letters."""
    outline, missing = _draw(words, look)
    if not missing:
        return Written(look, outline, "")
    for other in Look:
        outline, lacking = _draw(words, other)
        if not lacking:
            return Written(other, outline, missing)
    return Written(None, None, missing)


def place(outline: Outline, box: Box) -> Placement:
    """Return how an outline fits a box: at the left, its line near the bottom."""
    wide, high = 1 - 2 * _MARGIN, 1 - 2 * _MARGIN
    scale = min(
        _LARGEST / _UNITS,
        box.width * wide / max(outline.right - outline.left, 1),
        box.height * high / (outline.up + outline.down),
    )
    return Placement(
        scale,
        box.x + box.width * _MARGIN - outline.left * scale,
        box.bottom - box.height * _MARGIN - outline.down * scale,
    )


def operators(outline: Outline, box: Box, *, page_height: float) -> bytes:
    """Return PDF operators that fill the outline in a box (ISO 32000-2, 8.5.3)."""
    at = place(outline, box)
    lines = [f"q {_INK} rg"]
    last = (0.0, 0.0)
    for name, numbers in outline.segments:
        points = [
            (at.x + x * at.scale, page_height - at.baseline - y * at.scale)
            for x, y in zip(numbers[::2], numbers[1::2], strict=True)
        ]
        if name == "Q":
            points = _cubic(last, *points)
        last = points[-1] if points else last
        written = [f"{x:.3f} {y:.3f}" for x, y in points]
        lines.append(" ".join([*written, _OPERATORS[name]]))
    lines.append("f\nQ\n")
    return "\n".join(lines).encode("ascii")


_OPERATORS: Final = {"M": "m", "L": "l", "Q": "c", "C": "c", "Z": "h"}


def _cubic(start: _Point, bend: _Point, end: _Point) -> list[_Point]:
    """Return a quadratic curve as the cubic that is the same; PDF has no other."""

    def towards(point: _Point) -> _Point:
        return point[0] + 2 / 3 * (bend[0] - point[0]), point[1] + 2 / 3 * (bend[1] - point[1])

    return [towards(start), towards(end), end]


def _draw(words: str, look: Look) -> tuple[Outline | None, str]:
    """Return the outline, and what the look has no letters for."""
    return (_remembered if len(words) <= _MOST_REMEMBERED else _drawn)(words, look)


# An outline takes 50 kB a letter at worst, and anybody with a link may ask for any words.
@lru_cache(maxsize=48)
def _remembered(words: str, look: Look) -> tuple[Outline | None, str]:
    return _drawn(words, look)


def _drawn(words: str, look: Look) -> tuple[Outline | None, str]:
    font = _font(look)
    line = uharfbuzz.Buffer()
    line.add_str(words)
    line.guess_segment_properties()
    uharfbuzz.shape(font, line)
    glyphs = list(zip(line.glyph_infos, line.glyph_positions, strict=True))
    missing = {words[info.cluster] for info, _ in glyphs if info.codepoint == 0}
    if missing:
        return None, "".join(one for one in dict.fromkeys(words) if one in missing)
    pen = _Pen(_UNITS / font.face.upem)
    shapes = _shapes()
    for info, position in glyphs:
        pen.x, pen.y = pen.advanced + position.x_offset, position.y_offset
        font.draw_glyph(info.codepoint, shapes, pen)
        pen.advanced += position.x_advance
    return pen.outline(), ""


@cache
def _font(look: Look) -> uharfbuzz.Font:
    package = resources.files(_PACKAGES[look]) / "files"
    (file,) = (one for one in package.iterdir() if one.name.endswith(".ttf"))
    return uharfbuzz.Font(uharfbuzz.Face(uharfbuzz.Blob(file.read_bytes())))


class _Pen:
    """Gathers segments, in units of the face with y up, as thousandths with y down."""

    def __init__(self, scale: float) -> None:
        self._scale = scale
        self._segments: list[_Segment] = []
        self.advanced = 0
        self.x = 0
        self.y = 0

    def add(self, name: str, *points: _Point) -> None:
        numbers = tuple(
            number
            for x, y in points
            for number in (round((self.x + x) * self._scale), round(-(self.y + y) * self._scale))
        )
        self._segments.append((name, numbers))

    def outline(self) -> Outline:
        xs = [x for _, numbers in self._segments for x in numbers[::2]] or [0]
        ys = [y for _, numbers in self._segments for y in numbers[1::2]] or [0]
        return Outline(
            tuple(self._segments),
            left=min(xs),
            right=max(xs),
            up=max(-min(ys), _LEAST_UP),
            down=max(*ys, _LEAST_DOWN),
        )


@cache
def _shapes() -> uharfbuzz.DrawFuncs:
    shapes = uharfbuzz.DrawFuncs()
    shapes.set_move_to_func(lambda x, y, pen: pen.add("M", (x, y)))
    shapes.set_line_to_func(lambda x, y, pen: pen.add("L", (x, y)))
    shapes.set_quadratic_to_func(lambda bx, by, x, y, pen: pen.add("Q", (bx, by), (x, y)))
    shapes.set_cubic_to_func(
        lambda ax, ay, bx, by, x, y, pen: pen.add("C", (ax, ay), (bx, by), (x, y))
    )
    shapes.set_close_path_func(lambda pen: pen.add("Z"))
    return shapes
