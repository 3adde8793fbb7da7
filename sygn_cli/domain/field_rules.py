"""What the fields of a new document must agree with, type by type.

These rules are for what is created now: a stored document is read as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sygn_cli.domain import text
from sygn_cli.domain.errors import InvalidRequest
from sygn_cli.domain.field import LONGEST_LABEL, MOST_DECIMALS, MOST_OPTIONS, Field, FieldType
from sygn_cli.domain.written import decimal, written

if TYPE_CHECKING:
    from collections.abc import Sequence

_WRITTEN: Final = frozenset(
    {FieldType.TEXT, FieldType.DATE, FieldType.NUMBER, FieldType.EMAIL, FieldType.SELECT}
)


def check(fields: Sequence[Field]) -> None:
    """Refuse fields that nobody could fill.

    Raises:
        InvalidRequest: One has what its type does not take, lacks what it needs, or starts with
            a value that it would refuse.
    """
    for field in fields:
        _check_extras(field)
        if field.type is FieldType.SELECT:
            _check_options(field)
        elif field.type is FieldType.NUMBER:
            _check_limits(field)
        elif field.type is FieldType.RADIO and not field.group:
            raise InvalidRequest(
                f"Radio field {field.id} is in no group.",
                hint='Give the places of one choice the same "group".',
            )
        if field.type in _WRITTEN:
            written(field.value, field)
    _check_groups(fields)


_EXTRAS: Final = {
    "group": FieldType.RADIO,
    "options": FieldType.SELECT,
    "minimum": FieldType.NUMBER,
    "maximum": FieldType.NUMBER,
    "decimals": FieldType.NUMBER,
}


def _check_extras(field: Field) -> None:
    for key, kind in _EXTRAS.items():
        if field.type is not kind and getattr(field, key) not in {"", (), None}:
            raise InvalidRequest(f"Field {field.id}: {key} is for the type {kind} only.")
    text.clean(field.group, what=f"The group of field {field.id}", longest=LONGEST_LABEL)


def _check_options(field: Field) -> None:
    if not 1 <= len(field.options) <= MOST_OPTIONS:
        raise InvalidRequest(
            f"Field {field.id}: a select has 1 to {MOST_OPTIONS} options.",
            hint='Like "options": ["Single", "Married"].',
        )
    if len(set(field.options)) != len(field.options):
        raise InvalidRequest(f"Field {field.id} has an option twice.")
    for option in field.options:
        what = f"An option of field {field.id}"
        if text.require(option, what=what, longest=LONGEST_LABEL) != option:
            raise InvalidRequest(f"{what} has white space around it or is not in NFC.")


def _check_limits(field: Field) -> None:
    for limit in (field.minimum, field.maximum):
        if limit and decimal(limit) is None:
            raise InvalidRequest(f"Field {field.id}: {text.printable(limit)!r} is not a number.")
    least, most = decimal(field.minimum), decimal(field.maximum)
    if least is not None and most is not None and least > most:
        raise InvalidRequest(f"Field {field.id}: its minimum is above its maximum.")
    if field.decimals is not None and not 0 <= field.decimals <= MOST_DECIMALS:
        raise InvalidRequest(f"Field {field.id}: decimals is 0 to {MOST_DECIMALS}.")


def _check_groups(fields: Sequence[Field]) -> None:
    groups: dict[str, list[Field]] = {}
    for field in fields:
        if field.type is FieldType.RADIO:
            groups.setdefault(field.group, []).append(field)
    for name, places in groups.items():
        shown = text.printable(name)
        if len({place.signer for place in places}) > 1:
            raise InvalidRequest(
                f"The places of the group {shown!r} belong to several signers.",
                hint="Assign all of them to one, or give each signer a group of their own.",
            )
        if sum(place.starts_marked for place in places) > 1:
            raise InvalidRequest(f"The group {shown!r} starts with more than one choice.")
