"""What is written into a field: checked, and brought into the one form that the PDF shows."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from sygn_cli.domain import text
from sygn_cli.domain.errors import InvalidRequest
from sygn_cli.domain.field import LONGEST_VALUE, Field, FieldType
from sygn_cli.domain.signer import email

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

_LONGEST_NUMBER: Final = 40


def written(words: str, field: Field) -> str:
    """Return words as they stand in the PDF; "" stays "".

    Dates are ISO 8601, numbers have a point and no groups, whatever the signer's locale.

    Raises:
        InvalidRequest: They are too long, have forbidden characters, or are nothing for the field.
    """
    plain = text.clean(
        words,
        what=named(field),
        longest=field.max_length or LONGEST_VALUE,
        multiline=field.type is FieldType.TEXT,
    )
    read = _READERS.get(field.type)
    # What the sender wrote and nobody can change is the sender's business.
    return plain if read is None or not plain or field.read_only else read(plain, field)


def named(field: Field) -> str:
    """Return how an error names a field."""
    return f"Field {field.id} ({field.label})" if field.label else f"Field {field.id}"


def decimal(words: str) -> Decimal | None:
    """Return the number that ``-12.50`` writes; None if it writes none."""
    if len(words) > _LONGEST_NUMBER or not words.isascii():
        return None
    if words.lstrip("-").strip("0123456789.") or words.count("-") > 1:
        return None
    from decimal import Decimal, InvalidOperation  # noqa: PLC0415 - 3 ms that `status` need not pay

    try:
        return Decimal(words)
    except InvalidOperation:
        return None


def _day(words: str, field: Field) -> str:
    try:
        return date.fromisoformat(words).isoformat()
    except ValueError as error:
        raise InvalidRequest(f"{named(field)} takes a date such as 2026-06-13.") from error


def _number(words: str, field: Field) -> str:
    number = decimal(words)
    if number is None:
        raise InvalidRequest(f"{named(field)} takes a number such as 1250.50.")
    if field.decimals is not None:
        rounded = round(number, field.decimals)
        if rounded != number:
            digits = (
                "whole number" if field.decimals == 0 else f"number of {field.decimals} digits"
            )
            after = " after the point" if field.decimals else ""
            raise InvalidRequest(f"{named(field)} takes a {digits}{after}.")
        number = rounded
    least, most = decimal(field.minimum), decimal(field.maximum)
    if least is not None and number < least:
        raise InvalidRequest(f"{named(field)} takes {field.minimum} or more.")
    if most is not None and number > most:
        raise InvalidRequest(f"{named(field)} takes {field.maximum} or less.")
    return f"{number:f}"


def _address(words: str, field: Field) -> str:
    try:
        return email(words)
    except InvalidRequest as error:
        raise InvalidRequest(f"{named(field)} takes an e-mail address.") from error


def _option(words: str, field: Field) -> str:
    if words not in field.options:
        offered = ", ".join(text.printable(one) for one in field.options[:20])
        raise InvalidRequest(
            f"{named(field)} takes one of its options.", hint=f"They are: {offered}."
        )
    return words


_READERS: Final[dict[FieldType, Callable[[str, Field], str]]] = {
    FieldType.DATE: _day,
    FieldType.NUMBER: _number,
    FieldType.EMAIL: _address,
    FieldType.SELECT: _option,
}
