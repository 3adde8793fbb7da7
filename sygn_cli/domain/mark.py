"""Marks: what a signer put into a field.

A drawn signature is kept as strokes, not as a picture: crisp at any size and a few kilobytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias, assert_never

from sygn_cli.domain import text
from sygn_cli.domain.errors import InvalidRequest
from sygn_cli.domain.field import Field, FieldType
from sygn_cli.domain.written import written

MOST_STROKES: Final = 500
MOST_POINTS: Final = 20_000
# Strokes are kept in units of a pad that is this many units wide; the height follows its shape.
PAD_WIDTH: Final = 10_000
LONGEST_TYPED: Final = 120  # a signer's name can be as long


class Method(StrEnum):
    """How a signature was adopted, as the certificate prints it."""

    DRAWN = "drawn"
    TYPED = "typed"
    UPLOADED = "uploaded"
    CLI = "cli"


class Look(StrEnum):
    """A handwriting in which a typed name is written."""

    FLOWING = "flowing"
    ROUND = "round"
    QUICK = "quick"


@dataclass(frozen=True, slots=True)
class Typed:
    """Words: a text, date, number, address or option as written, or a name as a signature.

    Attributes:
        look: The handwriting that was chosen for a signature or initials; None writes them in
            plain italics. A script that the look lacks is written in another.
    """

    text: str
    look: Look | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """Pen strokes on a pad of ``PAD_WIDTH`` x ``height`` units, origin top left.

    Attributes:
        strokes: Each stroke is a run of (x, y, pen width) in pad units.
        height: Height of the pad in the same units.
    """

    strokes: tuple[tuple[tuple[int, int, int], ...], ...]
    height: int

    def __post_init__(self) -> None:
        if not 1 <= len(self.strokes) <= MOST_STROKES:
            raise InvalidRequest(f"A drawing has 1 to {MOST_STROKES} strokes.")
        if not sum(map(len, self.strokes)) <= MOST_POINTS or not all(self.strokes):
            raise InvalidRequest(
                f"A drawing has 1 to {MOST_POINTS} points, none of its strokes 0."
            )
        if not 100 <= self.height <= 10 * PAD_WIDTH:
            raise InvalidRequest("The drawing pad has an unusable shape.")
        for stroke in self.strokes:
            for x, y, width in stroke:
                if not (0 <= x <= PAD_WIDTH and 0 <= y <= self.height and 1 <= width <= 1000):
                    raise InvalidRequest("A stroke leaves the drawing pad.")


@dataclass(frozen=True, slots=True)
class Picture:
    """An uploaded picture, kept as a PNG blob under its SHA-256."""

    sha256: str


@dataclass(frozen=True, slots=True)
class Ticked:
    """A checkbox, ticked or left empty; a radio place, chosen or not."""

    on: bool


Mark: TypeAlias = Typed | Drawn | Picture | Ticked


def to_json(mark: Mark) -> dict[str, object]:
    """Return the mark as canonical JSON keeps it: integers, strings and booleans only."""
    match mark:
        case Typed(words, None):
            return {"kind": "typed", "text": words}
        case Typed(words, look):
            return {"kind": "typed", "look": str(look), "text": words}
        case Drawn(strokes, height):
            return {
                "kind": "drawn",
                "height": height,
                "strokes": [[list(point) for point in stroke] for stroke in strokes],
            }
        case Picture(sha256):
            return {"kind": "picture", "sha256": sha256}
        case Ticked(on):
            return {"kind": "ticked", "on": on}
        case _:  # pragma: no cover
            assert_never(mark)


def from_json(data: object) -> Mark:
    """Return the mark that :func:`to_json` wrote, or that a browser sent.

    Raises:
        InvalidRequest: It is no mark.
    """
    match data:
        case {"kind": "typed", "text": str(words), "look": str(look)} if look in tuple(Look):
            return Typed(words, Look(look))
        case {"kind": "typed", "text": str(words), **rest} if "look" not in rest:
            return Typed(words)
        case {"kind": "drawn", "height": int(height), "strokes": list(strokes)}:
            return Drawn(tuple(_stroke(stroke) for stroke in strokes), height)
        case {"kind": "picture", "sha256": str(sha256)} if _is_sha256(sha256):
            return Picture(sha256)
        case {"kind": "ticked", "on": bool(on)}:
            return Ticked(on)
        case _:
            raise InvalidRequest("A mark is not understood.")


def _stroke(points: object) -> tuple[tuple[int, int, int], ...]:
    if not isinstance(points, list):
        raise InvalidRequest("A stroke is not understood.")
    return tuple(_point(point) for point in points)


def _point(values: object) -> tuple[int, int, int]:
    match values:
        case [int(x), int(y), int(width)] if not any(isinstance(v, bool) for v in (x, y, width)):
            return x, y, width
        case _:
            raise InvalidRequest("A point of a stroke is not three whole numbers.")


def _is_sha256(value: str) -> bool:
    return len(value) == 64 and all(c in "0123456789abcdef" for c in value)


_FITTING: Final[dict[FieldType, tuple[type[Mark], ...]]] = {
    FieldType.SIGNATURE: (Typed, Drawn, Picture),
    FieldType.INITIALS: (Typed, Drawn, Picture),
    FieldType.DATE: (Typed,),
    FieldType.TEXT: (Typed,),
    FieldType.CHECKBOX: (Ticked,),
    FieldType.RADIO: (Ticked,),
    FieldType.SELECT: (Typed,),
    FieldType.NUMBER: (Typed,),
    FieldType.EMAIL: (Typed,),
}


def check(mark: Mark, field: Field) -> Mark:
    """Return the mark, cleaned, if it may stand in the field.

    Raises:
        InvalidRequest: It is of the wrong kind, too long, or has forbidden characters.
    """
    named = f"Field {field.id}"
    if not isinstance(mark, _FITTING[field.type]):
        raise InvalidRequest(f"{named} takes a {field.type}, not this.")
    if not isinstance(mark, Typed):
        return mark
    adopted = field.type in {FieldType.SIGNATURE, FieldType.INITIALS}
    if not adopted:
        return Typed(written(mark.text, field))
    words = text.clean(mark.text, what=named, longest=LONGEST_TYPED)
    if not words:
        raise InvalidRequest(f"{named} is empty.")
    return Typed(words, mark.look)


def is_empty(mark: Mark) -> bool:
    """Tell whether a required field would still count as not filled."""
    match mark:
        case Typed(words, _):
            return not words
        case Ticked(on):
            return not on
        case _:
            return False
