"""Sentences that can be said again in another language, long after they were made."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    Value: TypeAlias = str | int


class Stated(str):
    """A sentence in English that knows how it was made; everywhere else a text like any other.

    Attributes:
        sentence: With its ``{names}`` as they are; the key of its translations.
        many: The form for more than one, "" where nothing is counted; the count is ``n``.
        values: What is filled in; what is a :class:`Stated` itself is translated as well.
    """

    sentence: str
    many: str
    values: Mapping[str, Value]

    def __new__(cls, sentence: str, many: str, values: Mapping[str, Value]) -> Stated:
        """Return the sentence, filled in."""
        form = many if many and values["n"] != 1 else sentence
        made = super().__new__(cls, form.format(**values))
        made.sentence, made.many, made.values = sentence, many, values
        return made

    def __reduce__(self) -> tuple[object, ...]:
        """Survive the way back from a worker process."""
        return Stated, (self.sentence, self.many, dict(self.values))


def stated(sentence: str, **values: Value) -> Stated:
    """Return a sentence with its ``{names}`` filled in."""
    return Stated(sentence, "", values)


def stated_n(one: str, many: str, n: int, **values: Value) -> Stated:
    """Return the sentence that fits a count, which it may name as ``{n}``."""
    return Stated(one, many, {"n": n, **values})
