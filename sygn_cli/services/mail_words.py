"""The words of letters: English sentences as keys, as in the web's ``words``, and their languages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence and what stands in its ``{names}``; put into a language when it is rendered.

    Attributes:
        values: Foreign text, which each way of rendering makes harmless by itself.
    """

    message: str
    values: Mapping[str, str] = field(default_factory=dict)


def t(message: str, **values: str) -> Said:
    """Return a sentence to be translated later."""
    return Said(message, values)


def translated(message: str, locale: str) -> str:  # noqa: ARG001 - there are no catalogues yet
    """Return the sentence in the language of a locale, with its ``{names}`` as they are."""
    return message
