"""Everything that is said to people, in their language.

English sentences are the keys, as gettext has it: where a sentence has no translation, English is
shown. The catalogues lie beside this module, made by ``make words`` from what the code says.

Whoever writes a sentence for people wraps it in ``t("...")`` or ``tn("one", "many", n)`` of the
place where it is shown, in :func:`later` where it is only kept, or in ``stated("...")`` of
:mod:`sygn_cli.domain.stated` where it is filled in before anybody knows the language.
"""

from __future__ import annotations

import gettext
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sygn_cli.domain import language as languages
from sygn_cli.domain.stated import Stated

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

FOLDER: Final = Path(__file__).resolve().parent / "locale"
DOMAIN: Final = "sygn"
# What each language calls itself: nobody who needs the switch can read any other name.
NAMES: Final = {
    "en": "English",
    "de": "Deutsch",
    "fr": "Français",
    "es": "Español",
    "it": "Italiano",
    "pt": "Português",
    "nl": "Nederlands",
    "pl": "Polski",
}
_RIGHT_TO_LEFT: Final = frozenset({"ar", "fa", "he", "ur"})
_MOST_KEPT: Final = 64  # regions come from browsers, and each is its own catalogue
# A count of each kind that CLDR knows: together they give all forms of a sentence.
_OF_EACH_KIND: Final = {"one": 1, "few": 2, "many": 5, "other": 5}


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One language's sentences, and its manner of writing dates and numbers.

    Attributes:
        locale: As ``de`` or ``de-AT``; "" where nobody said, which is English with dates in the
            international form.
    """

    locale: str
    _sentences: gettext.NullTranslations = field(repr=False)

    @property
    def language(self) -> str:
        """The language without its region."""
        return languages.language_of(self.locale)

    @property
    def tag(self) -> str:
        """The locale as ``lang`` of HTML and ``Content-Language`` take it."""
        return self.locale or languages.SOURCE

    @property
    def direction(self) -> str:
        """Either ``ltr`` or ``rtl``."""
        return "rtl" if self.language in _RIGHT_TO_LEFT else "ltr"

    def sentence(self, message: str) -> str:
        """Return the sentence with its ``{names}`` as they are."""
        return self._sentences.gettext(message) if message else ""

    def sentences(self, one: str, many: str, count: int) -> str:
        """Return the form that fits a count, with its ``{names}`` as they are."""
        return self._sentences.ngettext(one, many, count)

    def t(self, message: str, **values: object) -> str:
        """Return the sentence with its ``{names}`` filled in; nothing is escaped."""
        return self.sentence(message).format(**values)

    def tn(self, one: str, many: str, count: int, **values: object) -> str:
        """Return the sentence that fits a count, which it may name as ``{n}``."""
        return self.sentences(one, many, count).format(n=self.number(count), **values)

    def again(self, words: str) -> str:
        """Return what was said in English, as this language says it; nothing is escaped."""
        if not isinstance(words, Stated):
            return self.sentence(words)
        values = {
            name: self.again(value) if isinstance(value, Stated) else value
            for name, value in words.values.items()
        }
        if words.many:
            return self.tn(words.sentence, words.many, int(values.pop("n")), **values)
        return self.t(words.sentence, **values)

    def forms(self, one: str, many: str) -> dict[str, str]:
        """Return the forms of a sentence by the names that ``Intl.PluralRules`` gives them."""
        return {kind: self.sentences(one, many, count) for kind, count in _OF_EACH_KIND.items()}

    def number(self, value: int) -> str:
        """Return a whole number as the language groups its digits."""
        if abs(value) < 1000 or not self.locale:
            return str(value)
        from babel.numbers import format_decimal  # noqa: PLC0415 - not needed for small counts

        return str(format_decimal(value, locale=_babel(self.locale)))

    def moment(self, at: datetime, *, seconds: bool = False) -> str:
        """Return a moment in UTC, which it says."""
        if not self.locale:
            return f"{at:%Y-%m-%d %H:%M:%S} UTC" if seconds else f"{at:%Y-%m-%d %H:%M} UTC"
        from babel import dates  # noqa: PLC0415 - 60 ms that a start need not pay

        where = _babel(self.locale)
        day = dates.format_date(at, "medium" if seconds else "long", locale=where)
        time = dates.format_time(at, "medium" if seconds else "short", locale=where)
        return f"{day}, {time} UTC".replace("\u202f", "\u00a0")

    def listed(self, names: Sequence[str]) -> str:
        """Return names as a list in a sentence: "Ada, Alan and Grace"."""
        if len(names) < 2:
            return "".join(names)
        return f"{', '.join(names[:-1])}{self.sentence(' and ')}{names[-1]}"


@lru_cache(_MOST_KEPT)
def translator(locale: str = "") -> Catalogue:
    """Return the catalogue of a locale; English, where sygn does not have the language."""
    language = languages.language_of(locale)
    if language not in languages.LANGUAGES:
        locale, language = "", languages.SOURCE
    if language == languages.SOURCE:
        return Catalogue(locale, gettext.NullTranslations())
    return Catalogue(locale, _read(language))


def later(message: str) -> str:
    """Mark a sentence that is kept in English and translated where it is shown."""
    return message


@lru_cache
def _read(language: str) -> gettext.GNUTranslations:
    with (FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.mo").open("rb") as file:
        return gettext.GNUTranslations(file)


def _babel(locale: str) -> str:
    """Return the locale's name for Babel, which does not know every region."""
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415 - see above

    try:
        return str(Locale.parse(locale, sep="-"))
    except UnknownLocaleError:
        return languages.language_of(locale)
