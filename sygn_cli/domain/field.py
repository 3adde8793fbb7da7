"""Fields: the places on a page where somebody signs, initials, dates, fills, ticks or chooses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from sygn_cli.domain import text
from sygn_cli.domain.errors import InvalidRequest
from sygn_cli.domain.ids import FIELD_ID

if TYPE_CHECKING:
    from sygn_cli.domain.geometry import Box

LONGEST_LABEL: Final = 200
LONGEST_VALUE: Final = 4000
MOST_OPTIONS: Final = 500
MOST_DECIMALS: Final = 10


class FieldType(StrEnum):
    """What belongs into a field."""

    SIGNATURE = "signature"
    INITIALS = "initials"
    DATE = "date"
    TEXT = "text"
    CHECKBOX = "checkbox"
    RADIO = "radio"
    SELECT = "select"
    NUMBER = "number"
    EMAIL = "email"

    @classmethod
    def parse(cls, name: str) -> FieldType:
        """Return the type of that name, also by the names other tools use.

        Raises:
            InvalidRequest: There is no such type.
        """
        wanted = name.strip().lower()
        try:
            return cls(_OTHER_NAMES.get(wanted, wanted))
        except ValueError as error:
            known = ", ".join(cls)
            raise InvalidRequest(
                f"There is no field type {text.printable(name)!r}.", hint=f"Use one of: {known}."
            ) from error


_OTHER_NAMES: Final = {
    "initial": "initials",
    "sign": "signature",
    "check": "checkbox",
    "dropdown": "select",
    "e-mail": "email",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One place on one page.

    Attributes:
        page: Page in its file, from 1.
        box: Place on the displayed page.
        file: Number of the file in the document, from 1.
        signer: Id of the signer who fills it.
        editable: For dates: may differ from the day of signing.
        max_length: Most characters of a text; None where only the box limits it.
        value: What stands there before the signer starts; with ``read_only`` it stays. A box
            or a radio place starts marked where it says ``yes``.
        group: For radio places: those of one name form one choice.
        options: What a select offers, as it is read and as it will stand in the PDF.
        minimum: Least number that is taken, as a decimal; "" for no limit.
        maximum: Greatest number that is taken, as a decimal; "" for no limit.
        decimals: Digits after the point of a number; None takes it as it is written.
    """

    id: str
    type: FieldType
    page: int
    box: Box
    file: int = 1
    signer: str = ""
    label: str = ""
    required: bool = True
    editable: bool = False
    read_only: bool = False
    max_length: int | None = None
    value: str = ""
    group: str = ""
    options: tuple[str, ...] = ()
    minimum: str = ""
    maximum: str = ""
    decimals: int | None = None

    def __post_init__(self) -> None:
        if not FIELD_ID.fullmatch(self.id):
            raise InvalidRequest(f"{text.printable(self.id)!r} is not a field id.")
        if self.page < 1 or self.file < 1:
            raise InvalidRequest(f"Field {self.id}: files and pages count from 1.")
        text.clean(self.label, what=f"The label of field {self.id}", longest=LONGEST_LABEL)
        text.clean(
            self.value, what=f"The value of field {self.id}", longest=LONGEST_VALUE, multiline=True
        )
        if self.max_length is not None and not 1 <= self.max_length <= LONGEST_VALUE:
            raise InvalidRequest(f"Field {self.id}: max_length is 1 to {LONGEST_VALUE}.")

    @property
    def starts_marked(self) -> bool:
        """Whether a box or radio place is marked before the signer starts."""
        return means_yes(self.value)

    def for_signer(self, signer: str) -> Field:
        """Return the field routed to a signer."""
        return replace(self, signer=signer)


def means_yes(written: str) -> bool:
    """Tell whether a word marks a box."""
    return written.strip().casefold() in {"1", "on", "true", "x", "y", "yes"}


class Source(StrEnum):
    """What gave a detected field away."""

    WIDGET = "widget"
    TAG = "tag"
    LINE = "line"
    BOX = "box"
    LABEL = "label"
    SCAN = "scan"


@dataclass(frozen=True, slots=True)
class Detection:
    """A field that was found in a PDF, and why.

    Attributes:
        page: From 1.
        box: Place on the displayed page.
        confidence: Calibrated: of the detections given 0.9, about nine in ten are fields.
        label: Words printed for it, "" where there are none.
        party: Whose block it stands in ("Company", "Tenant 2"); "" unknown.
        reason: Why, in words a person understands.
        for_nobody: It belongs to a notary or office block, not to a signer.
        max_length: Cells of a comb or the widget's limit.
        required: False where the PDF says it may stay empty (widgets and tags only say so).
        marked: The PDF itself has it ticked or chosen.
        group: Which choice a radio place belongs to.
        options: What a list of the PDF offers.
    """

    id: str
    type: FieldType
    page: int
    box: Box
    confidence: float
    label: str = ""
    party: str = ""
    reason: str = ""
    source: Source = Source.LINE
    for_nobody: bool = False
    max_length: int | None = None
    required: bool | None = None
    marked: bool = False
    group: str = ""
    options: tuple[str, ...] = ()
