"""The words of one page in rows, with leader runs and tick glyphs taken out of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sygn_cli.engine.detect.shapes import Area

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_LEADER: Final = "_\u2017\uff3f\u02cd\u005f"
_DOTS: Final = ".\u2026\u00b7\u2024\u2025\u22ef"
_DASHES: Final = "-\u2010\u2011\u2012\u2013\u2014\u2015\u00ad\u2500\u2212"
_TICK_GLYPHS: Final = frozenset(
    "\u2610\u2611\u2612\u25a1\u25a2\u25ab\u25fb\u25fd\u274f\u2750\u2751\u2752\u2b1c\u2b1a\u20de"
    "\u25cb\u25ef\u3007\u26aa\u2b58\u25e6\u274d\U0001f78f\U0001f78e\U0001f790"
    "\uf06f\uf0a8\uf071\uf072\uf0a3\uf0a1\uf070\uf099\uf0f0\uf07f"
)
# Glyph codes of open squares and circles in the symbol fonts that forms are set in.
_SYMBOL_FONT_TICKS: Final = {
    "wingdings": frozenset("oqrp\u00a8\u00a1\u00a3m\u00a6\u00a4"),
    "webdings": frozenset("c\u0063\u00a3"),
    "dingbats": frozenset("mnopqrs"),
    "msam": frozenset("2\u0003\ufffd"),
    "wasy": frozenset("2\u0003\ufffd"),
}
_SPECIAL: Final = re.compile(
    "[" + re.escape(_LEADER) + "]|[" + re.escape(_DOTS) + "]{2}|[" + re.escape(_DASHES) + "]{2}"
    "|[\\[({]\\s*[\\])}]|[" + "".join(sorted(_TICK_GLYPHS)) + "]|^[\\[({]$|[.\u00b7-] [.\u00b7-]"
)


# Symbol fonts put their space at U+F020 of the private use area.
_EMPTY: Final = " \t\r\n\u00a0\u2002\u2003\u2009\u200b\uf020\uf0a0"


def _is_space(text: str) -> bool:
    return text.isspace() or text in _EMPTY


@dataclass(slots=True)
class Word:
    """One word; ``base`` is the y of its baseline, ``size`` the font size in points."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    base: float
    size: float
    bold: bool = False

    @property
    def middle(self) -> float:
        """Horizontal centre."""
        return (self.x0 + self.x1) / 2


@dataclass(slots=True)
class Run:
    """A row of underscores, dots or dashes that asks to be written on."""

    x0: float
    x1: float
    base: float
    size: float
    sign: str
    count: int


@dataclass(slots=True)
class Writing:
    """The text of one page.

    Attributes:
        words: Horizontal words without leaders and tick glyphs.
        ticks: Areas of glyphs and bracket pairs that are there to be ticked.
        hidden: None of the words is painted; scanners put such words behind their pictures.
        upright: Areas of text that does not run from left to right.
    """

    words: list[Word] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    ticks: list[Area] = field(default_factory=list)
    upright: list[Area] = field(default_factory=list)
    hidden: bool = False


@dataclass(slots=True)
class _Glyph:
    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    base: float
    size: float
    font: str
    bold: bool


def read_writing(textpage: Any) -> Writing:  # noqa: ANN401 - PyMuPDF's class has no stub
    """Read the words of a PyMuPDF text page."""
    writing = Writing()
    blocks = textpage.extractDICT()["blocks"]
    special: set[tuple[int, int]] = set()
    # PyMuPDF 2.0 gives text rendering mode 3 (ISO 32000-1, table 106) as wholly transparent.
    writing.hidden = not any(
        span.get("alpha", 255)
        for b in blocks
        for line in b.get("lines", ())
        for span in line["spans"]
    )
    for number, block in enumerate(blocks):
        for row, line in enumerate(block.get("lines", ())):
            if abs(line["dir"][0]) < 0.99 or line["dir"][0] < 0:
                writing.upright.append(Area(*line["bbox"]))
                special.add((number, row))
            elif _is_special(line):
                special.add((number, row))
    for x0, y0, x1, y1, text, number, row, _ in textpage.extractWORDS():
        if (number, row) in special or not text.strip(_EMPTY):
            continue
        span = _span_at(blocks[number]["lines"][row]["spans"], x0)
        writing.words.append(
            Word(text, x0, y0, x1, y1, span["origin"][1], span["size"], _is_bold(span))
        )
    if special:
        _read_special(writing, textpage.extractRAWDICT()["blocks"], special)
    return writing


def _is_special(line: Mapping[str, Any]) -> bool:
    text = "".join(span["text"] for span in line["spans"])
    return bool(_SPECIAL.search(text)) or any(_symbols(span["font"]) for span in line["spans"])


def _symbols(font: str) -> frozenset[str]:
    name = font.lower()
    for part, glyphs in _SYMBOL_FONT_TICKS.items():
        if part in name:
            return glyphs
    return frozenset()


def _is_bold(span: Mapping[str, Any]) -> bool:
    return bool(span["flags"] & 16)


def _span_at(spans: Sequence[Mapping[str, Any]], x: float) -> Mapping[str, Any]:
    for span in spans:
        if span["bbox"][0] - 0.5 <= x < span["bbox"][2]:
            return span
    return spans[0]


def _read_special(
    writing: Writing, blocks: Sequence[Mapping[str, Any]], special: set[tuple[int, int]]
) -> None:
    rows: dict[float, list[_Glyph]] = {}
    for number, row in sorted(special):
        line = blocks[number]["lines"][row]
        if abs(line["dir"][0]) < 0.99 or line["dir"][0] < 0:
            continue
        for span in line["spans"]:
            for char in span["chars"]:
                x0, y0, x1, y1 = char["bbox"]
                glyph = _Glyph(
                    char["c"],
                    x0,
                    y0,
                    x1,
                    y1,
                    char["origin"][1],
                    span["size"],
                    span["font"],
                    _is_bold(span),
                )
                rows.setdefault(_row_of(rows, glyph), []).append(glyph)
    for glyphs in rows.values():
        glyphs.sort(key=lambda glyph: glyph.x0)
        _read_row(writing, glyphs)


def _row_of(rows: Mapping[float, object], glyph: _Glyph) -> float:
    key = round(glyph.base)
    for near in (key, key - 1, key + 1):
        if near in rows:
            return near
    return key


def _read_row(writing: Writing, glyphs: list[_Glyph]) -> None:
    at = 0
    word: list[_Glyph] = []
    while at < len(glyphs):
        glyph = glyphs[at]
        end = _run_end(glyphs, at)
        if end:
            _finish(writing, word)
            word = []
            writing.runs.append(_run(glyphs[at:end]))
            at = end
            continue
        end = _tick_end(glyphs, at)
        if end:
            _finish(writing, word)
            word = []
            part = glyphs[at:end]
            writing.ticks.append(_tick_area(part))
            at = end
            continue
        if _is_space(glyph.text) or (word and glyph.x0 - word[-1].x1 > 0.3 * glyph.size):
            _finish(writing, word)
            word = []
        if not _is_space(glyph.text):
            word.append(glyph)
        at += 1
    _finish(writing, word)


def _finish(writing: Writing, word: list[_Glyph]) -> None:
    if word:
        first = word[0]
        writing.words.append(
            Word(
                "".join(glyph.text for glyph in word),
                first.x0,
                min(glyph.y0 for glyph in word),
                word[-1].x1,
                max(glyph.y1 for glyph in word),
                first.base,
                first.size,
                first.bold,
            )
        )


def _family(text: str) -> str:
    if text in _LEADER:
        return "_"
    if text in _DOTS:
        return "."
    if text in _DASHES:
        return "-"
    return ""


_SHORTEST: Final = {"_": 2, ".": 5, "-": 4}
_WIDEST_GAP: Final = {"_": 0.75, ".": 0.75, "-": 0.75}


def _run_end(glyphs: list[_Glyph], start: int) -> int:
    """Return where the run that starts here ends, 0 where none starts."""
    sign = _family(glyphs[start].text)
    if not sign:
        return 0
    size = glyphs[start].size
    last, count, at = start, 1, start + 1
    marks = 3 if glyphs[start].text == "\u2026" else 1
    while at < len(glyphs):
        glyph = glyphs[at]
        if glyph.x0 - glyphs[last].x1 > _WIDEST_GAP[sign] * size:
            break
        if _family(glyph.text) == sign:
            count += 1
            marks += 3 if glyph.text == "\u2026" else 1
            last = at
        elif not glyph.text.isspace():
            break
        at += 1
    long_enough = glyphs[last].x1 - glyphs[start].x0 >= (
        10 if sign == "_" else 15 if sign == "." else 24
    )
    return last + 1 if marks >= _SHORTEST[sign] and long_enough else 0


def _run(part: list[_Glyph]) -> Run:
    first = part[0]
    count = sum(1 for glyph in part if not glyph.text.isspace())
    return Run(first.x0, part[-1].x1, first.base, first.size, _family(first.text), count)


_PAIRS: Final = {"[": "]", "(": ")", "{": "}"}


def _tick_end(glyphs: list[_Glyph], start: int) -> int:
    glyph = glyphs[start]
    if glyph.text in _TICK_GLYPHS or glyph.text in _symbols(glyph.font):
        return start + 1
    closing = _PAIRS.get(glyph.text)
    if closing is None:
        return 0
    at = start + 1
    while at < len(glyphs) and glyphs[at].text.isspace():
        at += 1
    if at < len(glyphs) and glyphs[at].text == closing:
        width = glyphs[at].x1 - glyph.x0
        alone = start == 0 or glyphs[start - 1].text.isspace() or glyph.text == "["
        if 0.55 * glyph.size <= width <= 2.8 * glyph.size and alone:
            return at + 1
    return 0


def _tick_area(part: list[_Glyph]) -> Area:
    first = part[0]
    x0, x1 = first.x0, part[-1].x1
    size = min(max(x1 - x0, 0.6 * first.size), 1.2 * first.size)
    middle = first.base - 0.36 * first.size
    return Area(x0, middle - size / 2, x1, middle + size / 2)
