"""Places on pages, and the only conversion between the two coordinate systems.

Everywhere in sygn a place is in points (1/72 inch), origin at the top left of the page *as
displayed*: after ``/Rotate``, inside the crop box, scaled by ``/UserUnit``; pages count from 1.
PDF content is written in user space: origin bottom left, before rotation (ISO 32000-2, 8.3.2.3).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from sygn_cli.domain.errors import InvalidRequest

_MILLI: Final = 1000
# ISO 32000-2, annex C.1: a page is at most 14,400 units wide; UserUnit may scale that further.
LARGEST_COORDINATE: Final = 1_000_000.0


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a displayed page, in points from its top left corner."""

    x: float
    y: float
    width: float
    height: float

    def __post_init__(self) -> None:
        values = (self.x, self.y, self.width, self.height)
        if not all(math.isfinite(v) and abs(v) <= LARGEST_COORDINATE for v in values):
            raise InvalidRequest(f"The box {values} is not made of ordinary numbers.")
        if self.width <= 0 or self.height <= 0:
            raise InvalidRequest(f"The box {values} has no area.")

    @property
    def right(self) -> float:
        """Distance of the right edge from the left edge of the page."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Distance of the bottom edge from the top edge of the page."""
        return self.y + self.height

    def to_milli(self) -> list[int]:
        """Return [x, y, width, height] in thousandths of a point, for hashed records."""
        return [round(v * _MILLI) for v in (self.x, self.y, self.width, self.height)]

    @classmethod
    def from_milli(cls, values: list[int]) -> Box:
        """Return the box that :meth:`to_milli` wrote."""
        x, y, width, height = (v / _MILLI for v in values)
        return cls(x, y, width, height)

    def rounded(self) -> Box:
        """Return the box as records keep it, to a thousandth of a point."""
        return Box.from_milli(self.to_milli())


@dataclass(frozen=True, slots=True)
class UserBox:
    """A rectangle in user space: points from the bottom left, before rotation."""

    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True)
class PageGeometry:
    """How a page is displayed.

    Attributes:
        crop: The visible part in user space: the crop box cut to the media box.
        rotate: Clockwise turn when displayed: 0, 90, 180 or 270 degrees.
        user_unit: Size of one user space unit in points (ISO 32000-2, 7.7.3.3).
    """

    crop: UserBox
    rotate: int = 0
    user_unit: float = 1.0

    @property
    def width(self) -> float:
        """Displayed width in points."""
        return self._size[self.rotate % 180 == 90] * self.user_unit

    @property
    def height(self) -> float:
        """Displayed height in points."""
        return self._size[self.rotate % 180 == 0] * self.user_unit

    @property
    def _size(self) -> tuple[float, float]:
        return self.crop.x1 - self.crop.x0, self.crop.y1 - self.crop.y0

    def contains(self, box: Box) -> bool:
        """Tell whether the box lies on the page, give or take a point."""
        return (
            box.x >= -1
            and box.y >= -1
            and box.right <= self.width + 1
            and box.bottom <= self.height + 1
        )

    def point_to_user(self, x: float, y: float) -> tuple[float, float]:
        """Return the user space point under a displayed one (ISO 32000-2, 7.7.3.3 Rotate)."""
        across, down = x / self.user_unit, y / self.user_unit
        crop = self.crop
        match self.rotate:
            case 0:
                return crop.x0 + across, crop.y1 - down
            case 90:
                return crop.x0 + down, crop.y0 + across
            case 180:
                return crop.x1 - across, crop.y0 + down
            case _:
                return crop.x1 - down, crop.y1 - across

    def point_to_display(self, x: float, y: float) -> tuple[float, float]:
        """Return the displayed point over a user space one: :meth:`point_to_user` undone."""
        crop = self.crop
        match self.rotate:
            case 0:
                across, down = x - crop.x0, crop.y1 - y
            case 90:
                across, down = y - crop.y0, x - crop.x0
            case 180:
                across, down = crop.x1 - x, y - crop.y0
            case _:
                across, down = crop.y1 - y, crop.x1 - x
        return across * self.user_unit, down * self.user_unit

    def to_user(self, box: Box) -> UserBox:
        """Return the box in user space."""
        ax, ay = self.point_to_user(box.x, box.y)
        bx, by = self.point_to_user(box.right, box.bottom)
        return UserBox(min(ax, bx), min(ay, by), max(ax, bx), max(ay, by))

    def to_display(self, box: UserBox) -> Box:
        """Return a user space box as displayed."""
        ax, ay = self.point_to_display(box.x0, box.y0)
        bx, by = self.point_to_display(box.x1, box.y1)
        return Box(min(ax, bx), min(ay, by), abs(bx - ax), abs(by - ay))
