"""A blank: a place on a page that looks as if something belongs there."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING

from sygn_cli.domain.field import FieldType

if TYPE_CHECKING:
    from sygn_cli.engine.detect.shapes import Area


class Form(Enum):
    """What a blank is made of."""

    RUN = auto()  # underscores, dots or dashes in the text
    RULE = auto()  # a drawn line
    CELL = auto()  # a closed box, or the empty part of one
    TICK = auto()  # a small square, circle, glyph or bracket pair
    COMB = auto()  # a row of one-letter cells
    WIDGET = auto()  # a form field of the PDF
    SLOT = auto()  # nothing printed but the label


class Where(Enum):
    """Where a label stands, seen from its blank."""

    LEFT = "to its left"
    BELOW = "below it"
    ABOVE = "above it"
    INSIDE = "in its corner"
    RIGHT = "to its right"
    HEADER = "at the head of its column"
    SECTION = "in the section above"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One text that may name a blank.

    Attributes:
        type: Class that its words point to, None where they point to none.
        score: How much that class counts, 0 to 1.
        naming: How much it counts as the label, 0 to 1.
        gap: Distance to the blank in points.
    """

    where: Where
    text: str
    gap: float
    type: FieldType | None = None
    score: float = 0.0
    naming: float = 0.0


@dataclass(frozen=True, slots=True)
class Given:
    """What a form field of the PDF says about itself.

    Attributes:
        label: Its tooltip, else the words of its name; "" where they mean nothing.
        sure: Kind, tooltip or name leave no doubt about its type.
        telling: Tooltip or name are words, if not words for a type; whoever named it would have
            called a place for a signature by that name.
        marked: A box or radio button is on as the PDF comes.
        group: Name of the radio buttons that it is one of.
        options: What a list offers.
    """

    name: str
    label: str
    sure: bool
    telling: bool
    required: bool
    marked: bool = False
    group: str = ""
    options: tuple[str, ...] = ()


@dataclass(slots=True)
class Blank:
    """A candidate on its way to becoming a field.

    Attributes:
        area: Where one writes; for lines the lower edge is the line.
        cell: The whole box of which the area is the free part.
        sign: What a leader run is made of.
        separators: Signs that part the groups of a leader run.
    """

    form: Form
    area: Area
    size: float = 10.0
    cell: Area | None = None
    evidence: list[Evidence] = field(default_factory=list)
    type: FieldType = FieldType.TEXT
    label: str = ""
    confidence: float = 0.5
    party: str = ""
    for_nobody: bool = False
    why: str = ""
    max_length: int | None = None
    given: Given | None = None
    sign: str = ""
    separators: set[str] = field(default_factory=set)

    @property
    def base(self) -> float:
        """The y of the line one writes on."""
        return self.area.y1
