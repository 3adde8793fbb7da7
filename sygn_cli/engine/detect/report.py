"""What detection hands back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sygn_cli.domain.field import Detection

# Below it a person should look before anybody is asked to sign there.
THRESHOLD: Final = 0.5


@dataclass(frozen=True, slots=True)
class DetectionReport:
    """Everything found in a PDF.

    Attributes:
        detections: In reading order, low confidence included; ids ``f1``, ``f2`` ... are unique.
        unreadable_pages: Pages, from 1, that hold only a picture nobody could read.
        pages: How many pages the PDF has.
    """

    detections: tuple[Detection, ...]
    unreadable_pages: tuple[int, ...]
    pages: int
