"""Pen strokes and ticks as PDF operators (ISO 32000-2, 8.5), for pages without rotation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sygn_cli.domain.geometry import Box
    from sygn_cli.domain.mark import Drawn

# Dark blue, round caps and joins: a pen.
_PEN: Final = "q 0.043 0.122 0.361 RG 1 J 1 j"
_THINNEST: Final = 0.45
_MARGIN: Final = 0.03
_DOT: Final = 0.28  # of the shorter side


def strokes(drawn: Drawn, box: Box, *, pad_width: int, page_height: float) -> bytes:
    """Return a drawn signature fitted to a box, its proportions kept, resting on the bottom.

    What is inked is fitted, not the pad, so that a small signature in the corner of a large pad
    comes out large enough; but a dot does not become a ball.
    """
    points = [point for stroke in drawn.strokes for point in stroke]
    left = min(x - w / 2 for x, _, w in points)
    right = max(x + w / 2 for x, _, w in points)
    top = min(y - w / 2 for _, y, w in points)
    bottom = max(y + w / 2 for _, y, w in points)
    scale = min(
        box.width * (1 - 2 * _MARGIN) / max(right - left, pad_width / 8),
        box.height * (1 - 2 * _MARGIN) / max(bottom - top, drawn.height / 4),
    )
    x0 = box.x + box.width * _MARGIN - left * scale
    y0 = page_height - (box.bottom - box.height * _MARGIN) + bottom * scale

    def place(point: tuple[int, int, int]) -> tuple[float, float, float]:
        x, y, width = point
        return x0 + x * scale, y0 - y * scale, max(width * scale, _THINNEST)

    operators = [_PEN]
    for stroke in drawn.strokes:
        operators += _stroke([place(point) for point in stroke])
    return "\n".join([*operators, "Q\n"]).encode("ascii")


def _stroke(points: list[tuple[float, float, float]]) -> list[str]:
    """Return curves through the points (Catmull-Rom), each as thick as the pen was there."""
    if len(points) == 1:
        x, y, width = points[0]
        return [f"{width:.2f} w {x:.2f} {y:.2f} m {x:.2f} {y:.2f} l S"]
    curves = []
    for index in range(len(points) - 1):
        (x1, y1, w1), (x2, y2, w2) = points[index], points[index + 1]
        before, after = points[max(index - 1, 0)], points[min(index + 2, len(points) - 1)]
        control1 = x1 + (x2 - before[0]) / 6, y1 + (y2 - before[1]) / 6
        control2 = x2 - (after[0] - x1) / 6, y2 - (after[1] - y1) / 6
        curves.append(
            f"{(w1 + w2) / 2:.2f} w {x1:.2f} {y1:.2f} m {control1[0]:.2f} {control1[1]:.2f} "
            f"{control2[0]:.2f} {control2[1]:.2f} {x2:.2f} {y2:.2f} c S"
        )
    return curves


def dot(box: Box, *, page_height: float) -> bytes:
    """Return a filled disc in the middle of a box: the mark of a chosen radio place."""
    radius = min(box.width, box.height) * _DOT
    x = box.x + box.width / 2
    y = page_height - (box.y + box.height / 2)
    # A line of no length with round ends is a disc.
    return f"{_PEN}\n{2 * radius:.2f} w {x:.2f} {y:.2f} m {x:.2f} {y:.2f} l S\nQ\n".encode("ascii")


def tick(box: Box, *, page_height: float) -> bytes:
    """Return a check mark in the middle of a box."""
    side = min(box.width, box.height) * 0.76
    x = box.x + (box.width - side) / 2
    y = page_height - (box.y + (box.height + side) / 2)
    path = [(0.05, 0.48), (0.36, 0.12), (0.95, 0.9)]
    (ax, ay), (bx, by), (cx, cy) = [(x + u * side, y + v * side) for u, v in path]
    width = max(side * 0.13, _THINNEST)
    return (
        f"{_PEN}\n{width:.2f} w {ax:.2f} {ay:.2f} m {bx:.2f} {by:.2f} l {cx:.2f} {cy:.2f} l S\nQ\n"
    ).encode("ascii")
