"""Fields as a caller writes them: the JSON of ``--fields`` and of the API."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NoReturn

from sygn_cli.domain import text
from sygn_cli.domain.errors import InvalidRequest
from sygn_cli.domain.field import Field, FieldType
from sygn_cli.domain.geometry import Box

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
        "confidence",
        "reason",
        "source",
        "for_nobody",
    ]
)


def fields_from(data: object) -> tuple[Field, ...]:
    """Return the fields of a JSON array, or of an object with the key ``fields``.

    Raises:
        InvalidRequest: One is not understood; the message names it.
    """
    if isinstance(data, Mapping):
        data = data.get("fields")
    if not isinstance(data, list):
        raise InvalidRequest("The fields are not a JSON array.", hint=_HINT)
    return tuple(_field(one, number) for number, one in enumerate(data, start=1))


def parties_from(data: object) -> dict[str, str]:
    """Return whose each field is, by field id: what ``signer`` says, be it ``s1`` or a name.

    Call it on what :func:`fields_from` accepted.
    """
    if isinstance(data, Mapping):
        data = data.get("fields")
    listed = data if isinstance(data, list) else []
    return {
        one.get("id") or f"f{number}": one["signer"]
        for number, one in enumerate(listed, start=1)
        if isinstance(one, Mapping) and one.get("signer")
    }


def _field(data: object, number: int) -> Field:
    if not isinstance(data, Mapping):
        raise InvalidRequest(f"Field {number} is not a JSON object.", hint=_HINT)
    strange = sorted(set(data) - _KEYS)
    if strange:
        raise InvalidRequest(
            f"Field {number} has the unknown key {text.printable(str(strange[0]))!r}.", hint=_HINT
        )
    read = _Reader(data, number)
    kind = FieldType.parse(read.text("type", None))
    return Field(
        id=read.text("id", f"f{number}"),
        type=kind,
        file=read.whole("file", 1),
        page=read.whole("page", None),
        box=Box(*(read.number(side) for side in ("x", "y", "width", "height"))).rounded(),
        signer=_signer_id(read.text("signer", "")),
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


def _signer_id(written: str) -> str:
    """Return the signer's id; a party's name, as detection hints at it, is none."""
    return written if written[:1] == "s" and written[1:].isdecimal() else ""


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
