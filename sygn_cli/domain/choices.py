"""Choices: radio places of one group, of which a signer marks one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sygn_cli.domain import text
from sygn_cli.domain.errors import InvalidRequest
from sygn_cli.domain.field import Field, FieldType
from sygn_cli.domain.mark import Ticked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sygn_cli.domain.mark import Mark


def is_place(field: Field) -> bool:
    """Tell whether a field is one place of a choice."""
    return field.type is FieldType.RADIO


def groups(fields: Sequence[Field]) -> dict[str, list[Field]]:
    """Return the places of each choice, in the order of the fields."""
    found: dict[str, list[Field]] = {}
    for field in fields:
        if is_place(field):
            found.setdefault(field.group, []).append(field)
    return found


def with_presets(fields: Sequence[Field], marks: Mapping[str, Mark]) -> dict[str, Mark]:
    """Return the marks, and those of choices that were left as they started."""
    whole = dict(marks)
    for places in groups(fields).values():
        if not any(place.id in marks for place in places):
            whole.update({p.id: Ticked(on=True) for p in places if p.starts_marked})
    return whole


def check(fields: Sequence[Field], marks: Mapping[str, Mark]) -> None:
    """Refuse two places of one choice, and none where one must be chosen.

    Raises:
        InvalidRequest: A choice is not made, or made twice.
    """
    for name, places in groups(fields).items():
        chosen = [place for place in places if marks.get(place.id) == Ticked(on=True)]
        if len(chosen) > 1:
            raise InvalidRequest(f"Only one place of {text.printable(name)!r} can be chosen.")
        if not chosen and any(place.required for place in places):
            raise InvalidRequest(f"One place of {text.printable(name)!r} must be chosen.")


def place(fields: Sequence[Field], group: str, option: str) -> Field | None:
    """Return the place of a choice that an id or a label names; None if none does."""
    of_group = groups(fields).get(group, ())
    wanted = option.strip().casefold()
    for one in of_group:
        if one.id == option or one.label.casefold() == wanted:
            return one
    return None
