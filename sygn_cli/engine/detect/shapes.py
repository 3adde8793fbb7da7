"""Flat geometry for one page: areas and straight lines, in points from the top left."""

from __future__ import annotations

from typing import NamedTuple


class Area(NamedTuple):
    """A rectangle by its edges; ``y1`` is the lower one."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        """Distance between the left and the right edge."""
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        """Distance between the upper and the lower edge."""
        return self.y1 - self.y0

    def overlap(self, other: Area) -> float:
        """Return the shared surface, in square points."""
        width = min(self.x1, other.x1) - max(self.x0, other.x0)
        height = min(self.y1, other.y1) - max(self.y0, other.y0)
        return width * height if width > 0 and height > 0 else 0.0

    def share_inside(self, other: Area) -> float:
        """Return which part of this area lies in the other one, 0 to 1."""
        surface = self.width * self.height
        return self.overlap(other) / surface if surface > 0 else 0.0

    def holds(self, x: float, y: float) -> bool:
        """Tell whether a point lies inside."""
        return self.x0 <= x <= self.x1 and self.y0 <= y <= self.y1


class HLine(NamedTuple):
    """A horizontal line."""

    x0: float
    x1: float
    y: float

    @property
    def width(self) -> float:
        """Length of the line."""
        return self.x1 - self.x0


class VLine(NamedTuple):
    """A vertical line."""

    x: float
    y0: float
    y1: float


def shared(a0: float, a1: float, b0: float, b1: float) -> float:
    """Return how long two ranges overlap, 0 where they do not."""
    return max(0.0, min(a1, b1) - max(a0, b0))
