"""Sentences of letters, kept in English until the reader's language is known."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence and what stands in its ``{names}``.

    Attributes:
        message: English, the key of the catalogues.
        values: Foreign text, which each way of rendering makes harmless by itself; or moments,
            which the language writes.
    """

    message: str
    values: Mapping[str, str | datetime] = field(default_factory=dict)


def t(message: str, **values: str | datetime) -> Said:
    """Return a sentence that is translated when it is rendered."""
    return Said(message, values)
