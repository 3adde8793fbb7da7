"""What the words of a label say: which type of field, which language, whether a party."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sygn_cli.domain.field import FieldType
from sygn_cli.engine.detect import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Hit:
    """A class word in a label.

    Attributes:
        start: Where it begins in the folded text.
        end: Where it ends.
        weight: 1.0 for words that hardly mean anything else, less for weak ones.
    """

    type: FieldType
    start: int
    end: int
    weight: float


def fold(text: str) -> str:
    """Return the text for comparison: NFKC, case folded, single spaces, plain quotes."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    folded = folded.replace("\u2019", "'").replace("\u00ad", "").replace("i\u0307", "i")
    return " ".join(folded.split())


def _compiled(patterns: Iterable[str]) -> re.Pattern[str]:
    parts = []
    for pattern in patterns:
        body = fold(pattern) if pattern.isalpha() else pattern
        parts.append(body)
    return re.compile(r"(?<![^\W_])(?:" + "|".join(parts) + r")(?![^\W_])")


_PATTERNS: Final = {
    FieldType.SIGNATURE: _compiled(vocabulary.SIGNATURE),
    FieldType.INITIALS: _compiled(vocabulary.INITIALS),
    FieldType.DATE: _compiled(vocabulary.DATE),
    FieldType.TEXT: _compiled(vocabulary.TEXT),
}
_WEAK: Final = re.compile(
    r"^(?:d\u00eda|giorno|time|local|state|place|position|print|data|on|le)$"
)
_BY: Final = re.compile(
    r"^(?:by(?:\s+the\s+court)?|x|per|durch|par|por|da|door|przez)\s*[:.]?\s*$"
)
_NO_INITIALS: Final = re.compile(r"\b(?:middle|first name|name)\b.{0,12}$")


def hits(text: str, language: str = "en") -> list[Hit]:
    """Return the class words of a label in the order they stand in it."""
    folded = fold(text)
    found: list[Hit] = []
    if _BY.match(folded):
        return [Hit(FieldType.SIGNATURE, 0, len(folded), 0.95)]
    for kind, pattern in _PATTERNS.items():
        for match in pattern.finditer(folded):
            word = match.group()
            if not word.strip():
                continue
            if word.startswith("firma") and _is_company(language) is (kind is FieldType.SIGNATURE):
                continue
            if kind is FieldType.INITIALS and _NO_INITIALS.search(folded[: match.start()]):
                continue
            weight = 0.5 if _WEAK.match(word.strip()) else 1.0
            found.append(Hit(kind, match.start(), match.end(), weight))
    found.sort(key=lambda hit: (hit.start, -hit.end))
    return found


def is_role(text: str) -> bool:
    """Tell whether a text is only the name of a part that people sign in, such as ``Tenant``."""
    return bool(vocabulary.ROLES.match(fold(text).strip(" ()")))


def _is_company(language: str) -> bool:
    """Tell whether ``Firma`` is a company in a language, not a signature."""
    return language in {"de", "pl", "da", "no", "sv", "tr", "nl", "cs"}


_STOPS: Final = {
    language: frozenset(words.split()) for language, words in vocabulary.STOP_WORDS.items()
}
_LANGUAGES: Final = {
    word: tuple(language for language, stops in _STOPS.items() if word in stops)
    for word in frozenset().union(*_STOPS.values())
}


def main_hit(found: list[Hit], folded: str, *, last: bool) -> Hit:
    """Return the class word that decides what a label asks for.

    Args:
        found: What :func:`hits` returned, not empty.
        folded: The folded text they were found in.
        last: The blank follows the text, so that the last word counts.
    """
    hit = found[-1] if last else found[0]
    kinds = {other.type for other in found}
    if FieldType.SIGNATURE in kinds and not last:
        return next(other for other in found if other.type is FieldType.SIGNATURE)
    # "Place, date" under one line: who dates, also says where.
    rest = [o for o in found if o.type is not FieldType.DATE]
    if FieldType.DATE in kinds and all(
        vocabulary.PLACES.match(folded[o.start : o.end]) for o in rest
    ):
        return next(other for other in found if other.type is FieldType.DATE)
    return hit


def language_of(words: Iterable[str]) -> str:
    """Return the language whose small words are most frequent, ``en`` where none is."""
    counts = dict.fromkeys(_STOPS, 0)
    for word in words:
        for language in _LANGUAGES.get(word.casefold(), ()):
            counts[language] += 1
    best = max(counts, key=lambda language: counts[language])
    return best if counts[best] > 3 else "en"
