"""Marks from a name and some written values: how somebody signs without a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sygn_cli.domain import choices, mark
from sygn_cli.domain.errors import InvalidRequest, NotFound
from sygn_cli.domain.field import FieldType, means_yes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sygn_cli.domain.field import Field
    from sygn_cli.domain.mark import Look, Mark

_BOXES = frozenset({FieldType.CHECKBOX, FieldType.RADIO})


def headless_marks(
    fields: Sequence[Field], *, name: str, values: Mapping[str, str], look: Look | None = None
) -> dict[str, Mark]:
    """Return a mark for every field that a name and some values can fill.

    Args:
        fields: The signer's.
        name: What is put into signatures, and its first letters into initials.
        values: What else, by a field's id or label, or by the name of a choice; there the value
            is a place's label or id.
        look: The handwriting.

    Raises:
        NotFound: There is no such field or choice.
        InvalidRequest: A name may mean several fields, or a field is filled twice.
    """
    marks: dict[str, Mark] = {}
    for field in fields:
        if field.type is FieldType.SIGNATURE:
            marks[field.id] = mark.Typed(name, look)
        elif field.type is FieldType.INITIALS:
            marks[field.id] = mark.Typed(initials(name), look)
    filled: set[str] = set()
    for written, value in values.items():
        field, one = _one(fields, written, value)
        if field.id in filled:
            raise InvalidRequest(f"Field {_named(field)} is filled twice.")
        filled.add(field.id)
        marks[field.id] = one
    return marks


def missing(fields: Sequence[Field], marks: Mapping[str, Mark]) -> str | None:
    """Return how to fill on the command line what must be filled and is not; None if all is."""
    wanted = []
    for one in fields:
        by_itself = (one.type is FieldType.DATE and not one.editable) or one.value or one.read_only
        if one.required and not choices.is_place(one) and one.id not in marks and not by_itself:
            label = f" ({one.label})" if one.label else ""
            wanted.append(f"--value {one.id}=...{label}")
    for group, places in choices.groups(fields).items():
        is_made = any(one.id in marks or one.starts_marked for one in places)
        if any(one.required for one in places) and not is_made:
            wanted.append(f"--value '{group}=...' ({_offered(places)})")
    return f"Fill in: {', '.join(wanted)}." if wanted else None


def initials(name: str) -> str:
    """Return the first letters of a name's parts: "Ada King Lovelace" gives "AKL"."""
    return "".join(part[0] for part in name.replace("-", " ").split())[:5] or name[:1]


def _one(fields: Sequence[Field], written: str, value: str) -> tuple[Field, Mark]:
    """Return the field that is meant and its mark: an id goes first, then a choice, then a label."""
    known = {field.id: field for field in fields}
    if written not in known and written in choices.groups(fields):
        return _chosen(fields, written, value), mark.Ticked(on=True)
    field = known.get(written) or _labelled(fields, written)
    is_box = field.type in _BOXES
    return field, mark.Ticked(means_yes(value)) if is_box else mark.Typed(value)


def _chosen(fields: Sequence[Field], group: str, option: str) -> Field:
    """Return the place that ``GROUP=LABEL`` chooses."""
    if found := choices.place(fields, group, option):
        return found
    raise NotFound(
        f"{group!r} has no choice {option!r}.",
        hint=f"It has: {', '.join(one.label or one.id for one in choices.groups(fields)[group])}.",
    )


def _labelled(fields: Sequence[Field], label: str) -> Field:
    """Return the field with a label; places of a choice go by its name, not by theirs."""
    wanted = _plain(label)
    meant = [one for one in fields if wanted == _plain(one.label) and not choices.is_place(one)]
    if len(meant) == 1 and wanted:
        return meant[0]
    if wanted and meant:
        raise InvalidRequest(
            f"{label!r} may be several fields.",
            hint=f"Use an id: {', '.join(one.id for one in meant)}.",
        )
    raise NotFound(f"The signer has no field {label!r}.", hint=_known(fields))


def _known(fields: Sequence[Field]) -> str:
    plain = [_named(one) for one in fields if not choices.is_place(one)]
    groups = choices.groups(fields).items()
    listed = [*plain, *(f"{name} ({_offered(places)})" for name, places in groups)]
    return f"Their fields are: {', '.join(listed)}." if listed else "They have no field to fill."


def _named(field: Field) -> str:
    return f"{field.id} ({field.label})" if field.label else field.id


def _offered(places: Sequence[Field]) -> str:
    return " or ".join(one.label or one.id for one in places)


def _plain(label: str) -> str:
    return " ".join(label.split()).casefold()
