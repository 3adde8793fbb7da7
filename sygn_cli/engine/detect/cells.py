"""Closed cells between horizontal and vertical lines."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Final

from sygn_cli.engine.detect.ink import Ink, joined_posts, joined_rules
from sygn_cli.engine.detect.shapes import Area, HLine, VLine, shared

_MOST_LINES: Final = 1500


@dataclass(frozen=True, slots=True)
class Cell:
    """An area between lines.

    Attributes:
        closed: All four sides are drawn; otherwise left or right is open.
    """

    area: Area
    closed: bool


@dataclass(frozen=True, slots=True)
class Grid:
    """All straight lines of a page, box edges included."""

    rules: list[HLine]
    posts: list[VLine]


def grid_of(ink: Ink) -> Grid:
    """Return the lines with the edges of outlined boxes among them."""
    rules, posts = list(ink.rules), list(ink.posts)
    for box in ink.boxes:
        rules += [HLine(box.x0, box.x1, box.y0), HLine(box.x0, box.x1, box.y1)]
        posts += [VLine(box.x0, box.y0, box.y1), VLine(box.x1, box.y0, box.y1)]
    if len(rules) + len(posts) > _MOST_LINES:
        return Grid([], [])
    return Grid(joined_rules(rules), joined_posts(posts))


def cells_of(grid: Grid) -> list[Cell]:
    """Find, above every stretch of a horizontal line, the cell that it closes below."""
    cells = []
    for number, rule in enumerate(grid.rules):
        walls = [
            post.x
            for post in grid.posts
            if rule.x0 - 2 <= post.x <= rule.x1 + 2
            and post.y0 < rule.y - 4
            and post.y1 >= rule.y - 2.5
        ]
        cuts = _distinct([rule.x0, *sorted(walls), rule.x1])
        for left, right in itertools.pairwise(cuts):
            if right - left < 5:
                continue
            top = _ceiling(grid, number, left, right)
            if top is None:
                continue
            sides = _has_wall(grid, left, top, rule.y), _has_wall(grid, right, top, rule.y)
            if any(sides):
                cells.append(Cell(Area(left, top, right, rule.y), all(sides)))
    return cells


def _distinct(xs: list[float]) -> list[float]:
    kept = [xs[0]]
    for x in sorted(xs[1:]):
        if x - kept[-1] > 2.2:
            kept.append(x)
    return kept


def _ceiling(grid: Grid, number: int, left: float, right: float) -> float | None:
    bottom = grid.rules[number].y
    for rule in reversed(grid.rules[:number]):
        if bottom - rule.y < 4:
            continue
        if shared(rule.x0, rule.x1, left, right) >= 0.85 * (right - left):
            return rule.y
        if bottom - rule.y > 700:
            break
    return None


def _has_wall(grid: Grid, x: float, top: float, bottom: float) -> bool:
    height = bottom - top
    return any(
        abs(post.x - x) <= 2.5 and shared(post.y0, post.y1, top, bottom) >= 0.8 * height
        for post in grid.posts
    )
