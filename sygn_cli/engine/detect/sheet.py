"""One page as the rules see it: its writing in rows and chunks, its ink, upright and displayed."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sygn_cli.engine.detect.ink import Ink
    from sygn_cli.engine.detect.shapes import Area, VLine
    from sygn_cli.engine.detect.words import Word, Writing

_CHUNK_GAP: Final = 1.05  # in font sizes: wider than a stretched space, narrower than a tab


UNREAD: Final = "\ufffc"  # stands for a word of a picture whose letters nobody could read


@dataclass(slots=True)
class Chunk:
    """Words of one row that belong together."""

    words: list[Word]
    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    base: float
    size: float

    @property
    def middle(self) -> float:
        """Horizontal centre."""
        return (self.x0 + self.x1) / 2

    @property
    def bold(self) -> bool:
        """Whether it starts in bold."""
        return self.words[0].bold


def chunk_of(words: list[Word]) -> Chunk:
    """Join words of one row."""
    return Chunk(
        words,
        " ".join(word.text for word in words),
        words[0].x0,
        min(word.y0 for word in words),
        words[-1].x1,
        max(word.y1 for word in words),
        words[0].base,
        max(word.size for word in words),
    )


@dataclass(slots=True)
class Row:
    """All chunks on one baseline, from left to right."""

    base: float
    size: float
    chunks: list[Chunk]

    @property
    def words(self) -> Iterator[Word]:
        """All words from left to right."""
        for chunk in self.chunks:
            yield from chunk.words


@dataclass(slots=True)
class Sheet:
    """A page, upright, in displayed points.

    Attributes:
        cells: Its closed cells, once they are known.
        scanned: It is a picture; lines come from its pixels.
        unread: Its words are known by their places only.
    """

    number: int
    width: float
    height: float
    writing: Writing
    ink: Ink
    cells: list[Area] = field(default_factory=list)
    scanned: bool = False
    unread: bool = False
    rows: list[Row] = field(default_factory=list)
    _bases: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rows = _rows(self.writing, self.ink.posts)
        self._bases = [row.base for row in self.rows]

    def rows_between(self, top: float, bottom: float) -> list[Row]:
        """Return the rows whose baseline lies in the range."""
        return self.rows[bisect_left(self._bases, top) : bisect_right(self._bases, bottom)]

    def words_in(self, area: Area) -> list[Word]:
        """Return the words whose centre lies in the area."""
        found = []
        for row in self.rows_between(area.y0, area.y1 + 6):
            for word in row.words:
                middle = (word.base - 0.35 * word.size) if word.size else word.y1
                if area.x0 <= word.middle <= area.x1 and area.y0 <= middle <= area.y1:
                    found.append(word)
        return found

    def chunks_in(self, area: Area) -> list[Chunk]:
        """Return, per row, the words in an area as chunks cut at its edges."""
        found = []
        for row in self.rows_between(area.y0, area.y1 + 6):
            for chunk in row.chunks:
                words = [w for w in chunk.words if area.x0 <= w.middle <= area.x1]
                if words and area.y0 <= words[0].base - 0.35 * words[0].size <= area.y1:
                    found.append(chunk_of(words))
        return found

    def chunks_between(self, top: float, bottom: float) -> Iterator[Chunk]:
        """Return the chunks whose baseline lies in the range."""
        for row in self.rows_between(top, bottom):
            yield from row.chunks


def _rows(writing: Writing, posts: list[VLine]) -> list[Row]:
    lines: list[list[Word]] = []
    for word in sorted(writing.words, key=lambda word: word.base):
        if lines and word.base - lines[-1][0].base <= 0.28 * min(word.size, lines[-1][0].size):
            lines[-1].append(word)
        else:
            lines.append([word])
    walls = sorted(posts)
    rows = []
    for line in lines:
        line.sort(key=lambda word: word.x0)
        base, size = line[0].base, max(word.size for word in line)
        stops = _stops(writing, walls, base, size)
        rows.append(Row(base, size, _chunks(line, stops)))
    return rows


def _stops(writing: Writing, walls: list[VLine], base: float, size: float) -> list[float]:
    """Return where blanks, ticks and vertical lines cut a row, from left to right."""
    middle = base - 0.35 * size
    stops = [wall.x for wall in walls if wall.y0 <= middle <= wall.y1]
    stops += [tick.x0 for tick in writing.ticks if tick.y0 <= middle <= tick.y1]
    stops += [run.x0 for run in writing.runs if abs(run.base - base) < 0.4 * size]
    return sorted(stops)


def _chunks(line: list[Word], stops: list[float]) -> list[Chunk]:
    chunks: list[Chunk] = []
    current = [line[0]]
    for word in line[1:]:
        before = current[-1]
        gap = word.x0 - before.x1
        split = gap > _CHUNK_GAP * max(word.size, before.size)
        if not split and stops:
            at = bisect_left(stops, before.x1 - 0.5)
            split = at < len(stops) and stops[at] <= word.x0 + 0.5
        if split:
            chunks.append(chunk_of(current))
            current = [word]
        else:
            current.append(word)
    chunks.append(chunk_of(current))
    return chunks
