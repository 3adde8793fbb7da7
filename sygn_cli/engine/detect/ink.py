"""What is drawn on a page: lines, boxes, circles and tinted areas, read in one pass."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sygn_cli.engine.detect.shapes import Area, HLine, VLine

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_THIN: Final = 3.0  # a filled rectangle up to this thick is meant as a line
_DOT: Final = 2.2  # dotted lines are often drawn as rows of squares or discs of that size
_STRAIGHT: Final = 1.0
_NEARLY_WHITE: Final = 0.97
_MOST_PAIRS: Final = 200_000
_MOST_TINTS: Final = 2_000
_MOST_ITEMS: Final = 20_000  # maps and plots have hundreds of thousands; none of them is a form


@dataclass(slots=True)
class Ink:
    """The drawings of one page.

    Attributes:
        boxes: Outlined rectangles.
        tints: Filled rectangles with the brightness of their fill, in painting order.
        colored: Filled rectangles of a strong colour, as legends and logos have them.
        circles: Bounding boxes of small round outlines.
        busy: Bounding boxes of curved or slanted paths: logos, charts, pictures.
    """

    rules: list[HLine] = field(default_factory=list)
    posts: list[VLine] = field(default_factory=list)
    boxes: list[Area] = field(default_factory=list)
    tints: list[tuple[Area, float]] = field(default_factory=list)
    colored: list[Area] = field(default_factory=list)
    circles: list[Area] = field(default_factory=list)
    busy: list[Area] = field(default_factory=list)


def read_ink(drawings: Iterable[Mapping[str, Any]]) -> Ink:
    """Sort the paths of PyMuPDF's ``get_cdrawings`` by what they look like."""
    ink = Ink()
    left = _MOST_ITEMS
    for path in drawings:
        items = path.get("items") or ()
        left -= len(items)
        if left < 0:
            break
        kind = path.get("type") or ""
        stroked = "s" in kind and _visible(path.get("color"), path.get("stroke_opacity"))
        fill = _brightness(path.get("fill")) if "f" in kind else None
        if fill is not None and (path.get("fill_opacity") or 0) < 0.05:
            fill = None
        if fill is not None and not stroked and _is_colored(path.get("fill")):
            ink.colored.append(Area(*path["rect"]))
        if stroked or fill is not None:
            _read_path(ink, items, Area(*path["rect"]), stroked=stroked, fill=fill)
    ink.boxes += _framed(ink.tints)
    ink.rules = joined_rules(ink.rules)
    ink.posts = joined_posts(ink.posts)
    return ink


def _framed(tints: list[tuple[Area, float]]) -> list[Area]:
    """Return light areas painted onto slightly larger dark ones: boxes without an outline."""
    dark = [area for area, light in tints if light < 0.5]
    if len(dark) * len(tints) > _MOST_PAIRS:
        return []
    return [
        area
        for area, light in tints
        if light > 0.75 and any(_frames(outer, area) for outer in dark)
    ]


def _frames(outer: Area, inner: Area) -> bool:
    edges = [b - a for a, b in zip(outer[:2], inner[:2], strict=True)]
    edges += [a - b for a, b in zip(outer[2:], inner[2:], strict=True)]
    return all(0 <= edge <= 3 for edge in edges)


def _read_path(
    ink: Ink, items: Sequence[Any], bounds: Area, *, stroked: bool, fill: float | None
) -> None:
    kinds = {item[0] for item in items}
    if "c" in kinds or (kinds == {"l"} and not _axis_parallel(items)):
        _read_curve(ink, items, bounds, stroked=stroked, fill=fill)
        return
    if fill is not None and not stroked and kinds == {"l"}:
        if len(items) <= 5:
            _read_rectangle(ink, bounds, stroked=False, fill=fill)
        else:
            ink.busy.append(bounds)
        return
    if kinds == {"l"} and _closes(items):
        _read_rectangle(ink, bounds, stroked=stroked, fill=fill)
        return
    for item in items:
        if item[0] == "l":
            _read_line(ink, item[1], item[2])
        else:
            _read_rectangle(ink, _extent(item), stroked=stroked, fill=fill)


def _extent(item: Sequence[Any]) -> Area:
    """Return the area of a rectangle (``re``) or quadrilateral (``qu``)."""
    if item[0] == "re":
        return _ordered(Area(*item[1]))
    xs, ys = [corner[0] for corner in item[1]], [corner[1] for corner in item[1]]
    return Area(min(xs), min(ys), max(xs), max(ys))


def _axis_parallel(items: Sequence[Any]) -> bool:
    return all(
        abs(a[0] - b[0]) <= _STRAIGHT or abs(a[1] - b[1]) <= max(_STRAIGHT, abs(a[0] - b[0]) / 100)
        for _, a, b, *_ in items
    )


def _closes(items: Sequence[Any]) -> bool:
    if len(items) not in {4, 5}:
        return False
    start, end = items[0][1], items[-1][2]
    chained = all(
        abs(a[2][0] - b[1][0]) < 1 and abs(a[2][1] - b[1][1]) < 1
        for a, b in itertools.pairwise(items)
    )
    return chained and abs(start[0] - end[0]) < 1 and abs(start[1] - end[1]) < 1


def _ordered(area: Area) -> Area:
    x0, y0, x1, y1 = area
    return Area(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))


def _read_curve(
    ink: Ink, items: Sequence[Any], bounds: Area, *, stroked: bool, fill: float | None
) -> None:
    width, height = bounds.width, bounds.height
    if max(width, height) <= _DOT and not stroked:
        _read_rectangle(ink, bounds, stroked=False, fill=fill)
        return
    curves = sum(1 for item in items if item[0] == "c")
    straight = [i for i in items if i[0] == "l"]
    if (
        5 <= width <= 22
        and 5 <= height <= 22
        and abs(width - height) < 2
        and curves >= 2
        and (stroked or fill is None or fill > _NEARLY_WHITE)
    ):
        ink.circles.append(bounds)
    elif (
        straight and _axis_parallel(straight) and curves in {2, 4, 8} and width > 22 and height > 8
    ):
        # Rounded corners: four edges and four arcs.
        _read_rectangle(ink, bounds, stroked=stroked, fill=fill)
    else:
        ink.busy.append(bounds)


def _read_line(ink: Ink, a: tuple[float, float], b: tuple[float, float]) -> None:
    (ax, ay), (bx, by) = a, b
    across, down = abs(ax - bx), abs(ay - by)
    if down <= max(_STRAIGHT, across / 100) and across >= 1:
        ink.rules.append(HLine(min(ax, bx), max(ax, bx), max(ay, by)))
    elif across <= _STRAIGHT and down >= 1:
        ink.posts.append(VLine((ax + bx) / 2, min(ay, by), max(ay, by)))


def _read_rectangle(ink: Ink, area: Area, *, stroked: bool, fill: float | None) -> None:
    width, height = area.width, area.height
    seen = stroked or (fill is not None and fill <= _NEARLY_WHITE)
    dot = max(width, height) <= _DOT and not stroked
    if dot or (height <= _THIN and width > 2 * height):
        if seen:
            ink.rules.append(HLine(area.x0, area.x1, area.y1))
    elif width <= _THIN and height > 2 * width:
        if seen:
            ink.posts.append(VLine((area.x0 + area.x1) / 2, area.y0, area.y1))
    else:
        if stroked:
            ink.boxes.append(area)
        if fill is not None and len(ink.tints) < _MOST_TINTS:
            ink.tints.append((area, fill))


def _visible(color: Sequence[float] | None, opacity: float | None) -> bool:
    return (opacity is None or opacity > 0.05) and (_brightness(color) or 0.0) <= _NEARLY_WHITE


def _is_colored(color: Sequence[float] | float | None) -> bool:
    if color is None or isinstance(color, (int, float)) or len(color) != 3:
        return False
    return max(color) - min(color) > 0.25


def _brightness(color: Sequence[float] | float | None) -> float | None:
    if color is None:
        return None
    if isinstance(color, (int, float)):
        return float(color)
    if len(color) == 3:
        return 0.3 * color[0] + 0.59 * color[1] + 0.11 * color[2]
    if len(color) == 4:
        return max(0.0, 1 - color[3] - (color[0] + color[1] + color[2]) / 3)
    return float(color[0]) if color else None


def joined_rules(rules: list[HLine]) -> list[HLine]:
    """Merge the dashes, dots and pieces that lie on one line and touch or nearly touch."""
    joined: list[HLine] = []
    for row in _rows(rules):
        row.sort()
        current = row[0]
        dash = current.width
        for rule in row[1:]:
            gap = rule.x0 - current.x1
            short = max(dash, rule.width)
            if gap <= 1.2 or (short < 8 and gap <= max(2.5, 2 * short)):
                current = HLine(current.x0, max(current.x1, rule.x1), max(current.y, rule.y))
                dash = max(rule.width, 0.0) if short < 8 else current.width
            else:
                joined.append(current)
                current, dash = rule, rule.width
        joined.append(current)
    return sorted(joined, key=lambda rule: (rule.y, rule.x0))


def _rows(rules: list[HLine]) -> list[list[HLine]]:
    rows: list[list[HLine]] = []
    for rule in sorted(rules, key=lambda rule: rule.y):
        if rows and rule.y - rows[-1][0].y <= 1.3:
            rows[-1].append(rule)
        else:
            rows.append([rule])
    return rows


def joined_posts(posts: list[VLine]) -> list[VLine]:
    """Merge vertical pieces that lie on one line and touch."""
    joined: list[VLine] = []
    columns: list[list[VLine]] = []
    for post in sorted(posts):
        if columns and post.x - columns[-1][0].x <= 1.3:
            columns[-1].append(post)
        else:
            columns.append([post])
    for column in columns:
        column.sort(key=lambda post: post.y0)
        current = column[0]
        for post in column[1:]:
            if post.y0 - current.y1 <= 1.5:
                current = VLine(current.x, current.y0, max(current.y1, post.y1))
            else:
                joined.append(current)
                current = post
        joined.append(current)
    return joined
