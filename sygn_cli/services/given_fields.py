"""Fields as a caller writes them: the JSON of ``--fields`` and of the API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NoReturn

from sygn_cli.domain import proposals, routing, text
from sygn_cli.domain.errors import InvalidRequest
from sygn_cli.domain.field import Detection, Field, FieldType
from sygn_cli.domain.geometry import Box
from sygn_cli.services.detection import usable

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from sygn_cli.domain.signer import Invitee

_HINT: Final = (
    'A field looks like {"type": "signature", "page": 1, "x": 72, "y": 640, "width": 200, '
    '"height": 36, "signer": "s1"}; points from the top left. `sygn detect --json` writes such.'
)
_KEYS: Final = frozenset(
    [
        "id",
        "type",
        "file",
        "page",
        "x",
        "y",
        "width",
        "height",
        "signer",
        "label",
        "required",
        "editable",
        "read_only",
        "max_length",
        "value",
        "group",
        "options",
        "minimum",
        "maximum",
        "decimals",
    ]
)
# What only detection writes: by these a field is known as its own.
_DETECTED: Final = frozenset({"confidence", "reason", "source", "for_nobody"})


@dataclass(frozen=True, slots=True)
class _Given:
    """One field and what else its JSON says.

    Attributes:
        field: Of no signer yet.
        whose: Signer or party as it is written, "" for none.
        is_detected: It carries what only detection writes.
        confidence: As detection gave it; 1 where it is missing.
        for_nobody: Detection found it in a notary or office block.
    """

    field: Field
    whose: str
    is_detected: bool
    confidence: float
    for_nobody: bool

    @property
    def is_routed(self) -> bool:
        """Whether detection's rules say whose it is, and no id or address does."""
        return self.is_detected and not routing.says_who(self.whose)

    def as_detection(self) -> Detection:
        one = self.field
        return Detection(one.id, one.type, one.page, one.box, self.confidence, party=self.whose)


def fields_for(
    data: object,
    invitees: Sequence[Invitee],
    assignments: Mapping[str, str] = MappingProxyType({}),
) -> tuple[Field, ...]:
    """Return the fields of a JSON array, or of an object with the key ``fields``, with their owners.

    ``signer`` is the id, e-mail address or role of one of the signers; without it a field is the
    first signer's. Fields as detection writes them are routed as it routes its own, so that
    handing them back makes the document that leaving them out would have made; those that are
    for nobody are left out. An assigned field is whose it is assigned to, whatever else it says.

    Args:
        data: The JSON.
        invitees: The signers.
        assignments: Signer ids by field id; whether there are such fields and signers is not
            looked at.

    Raises:
        InvalidRequest: One is not understood, or is not clearly one signer's; the message names
            it. Or there are no signers, or too many.
    """
    proposals.signers_of(invitees)
    given = _kept(data, assignments)
    # Also those that are assigned: that one is assigned changes nothing about the others.
    owner = _as_detected([one for one in given if one.is_routed and not one.for_nobody], invitees)
    owner |= assignments
    return tuple(
        one.field.for_signer(owner.get(one.field.id) or _owner(one, invitees)) for one in given
    )


def fields_of_parties(data: object) -> tuple[tuple[Field, ...], dict[str, str]]:
    """Return fields of nobody yet, and by field id whose they will be: what a template keeps.

    Raises:
        InvalidRequest: One is not understood; the message names it.
    """
    given = _kept(data)
    parties = {one.field.id: one.whose for one in given if one.whose}
    return tuple(one.field for one in given), parties


def _as_detected(given: Sequence[_Given], invitees: Sequence[Invitee]) -> dict[str, str]:
    """Return signer ids by field id, file by file as a creation finds them."""
    owner: dict[str, str] = {}
    for file in sorted({one.field.file for one in given}):
        found = [one.as_detection() for one in given if one.field.file == file]
        sure = usable(found)
        unsure = [one for one in found if one not in sure]
        owner |= routing.route(sure, invitees, unsure=unsure)
    return owner


def _owner(one: _Given, invitees: Sequence[Invitee]) -> str:
    if not one.whose:
        return "s1"
    return routing.signer_called(one.whose, invitees, what=f"Field {one.field.id}")


def _kept(data: object, assigned: Container[str] = ()) -> list[_Given]:
    if isinstance(data, Mapping):
        data = data.get("fields")
    if not isinstance(data, list):
        raise InvalidRequest("The fields are not a JSON array.", hint=_HINT)
    given = [_field(one, number) for number, one in enumerate(data, start=1)]
    return [one for one in given if not one.for_nobody or one.field.id in assigned]


def _field(data: object, number: int) -> _Given:
    if not isinstance(data, Mapping):
        raise InvalidRequest(f"Field {number} is not a JSON object.", hint=_HINT)
    strange = sorted(set(data) - _KEYS - _DETECTED)
    if strange:
        raise InvalidRequest(
            f"Field {number} has the unknown key {text.printable(str(strange[0]))!r}.", hint=_HINT
        )
    read = _Reader(data, number)
    kind = FieldType.parse(read.text("type", None))
    field = Field(
        id=read.text("id", f"f{number}"),
        type=kind,
        file=read.whole("file", 1),
        page=read.whole("page", None),
        box=Box(*(read.number(side) for side in ("x", "y", "width", "height"))).rounded(),
        label=read.text("label", ""),
        required=read.flag("required", default=kind is not FieldType.CHECKBOX),
        editable=read.flag("editable", default=False),
        read_only=read.flag("read_only", default=False),
        max_length=None if data.get("max_length") is None else read.whole("max_length", None),
        value=read.text("value", ""),
        group=read.text("group", ""),
        options=read.texts("options"),
        minimum=read.decimal("minimum"),
        maximum=read.decimal("maximum"),
        decimals=None if data.get("decimals") is None else read.whole("decimals", None),
    )
    return _Given(
        field,
        whose=read.text("signer", "").strip(),
        is_detected=any(data.get(key) is not None for key in _DETECTED),
        confidence=1.0 if data.get("confidence") is None else read.number("confidence"),
        for_nobody=data.get("for_nobody") is not None and read.flag("for_nobody", default=False),
    )


class _Reader:
    """Takes typed values out of one JSON object and names what is wrong."""

    def __init__(self, data: Mapping[str, Any], number: int) -> None:
        self._data = data
        self._number = number

    def text(self, key: str, default: str | None) -> str:
        value = self._data.get(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, str):
            self._refuse(key, "a text")
        return value

    def whole(self, key: str, default: int | None) -> int:
        value = self._data.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool):
            self._refuse(key, "a whole number")
        return value

    def number(self, key: str) -> float:
        value = self._data.get(key)
        if not isinstance(value, int | float) or isinstance(value, bool):
            self._refuse(key, "a number")
        return float(value)

    def decimal(self, key: str) -> str:
        value = self._data.get(key)
        if value is None or isinstance(value, str):
            return value or ""
        try:
            return f"{Decimal(repr(self.number(key))):f}".removesuffix(".0")
        except (InvalidOperation, ValueError):
            self._refuse(key, "a number")

    def texts(self, key: str) -> tuple[str, ...]:
        value = self._data.get(key) or []
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            self._refuse(key, "a list of texts")
        return tuple(value)

    def flag(self, key: str, *, default: bool) -> bool:
        value = self._data.get(key, default)
        if not isinstance(value, bool):
            self._refuse(key, "true or false")
        return value

    def _refuse(self, key: str, wanted: str) -> NoReturn:
        raise InvalidRequest(f"Field {self._number}: {key} must be {wanted}.", hint=_HINT)
