"""Languages that nobody speaks, to see what real ones will do to a page.

``en-XA`` says everything with accents and two fifths longer, as German and Polish often are;
``ar-XB`` says it in Arabic letters from right to left.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Callable

from sygn_cli.languages import Catalogue

# In these browsers break lines where no reader expects one.
NARROW_SPACES = frozenset("\u2009\u200a\u202f")
_PLACE = re.compile(r"(\{\w*\}|&\w+;)")
_ACCENTS = str.maketrans("aeiouncAEIOUNC", "áëîôùñçÁËÎÔÙÑÇ")
_ARABIC = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ابتثجحخدذرزسشصضطظعغفقكلمنه")


def _changed(message: str, change: Callable[[str], str]) -> str:
    parts = _PLACE.split(message)
    return "".join(one if _PLACE.fullmatch(one) else change(one) for one in parts)


class Longer(gettext.NullTranslations):
    """Accents, and 40 % more; the last word grows, as compounds do."""

    def gettext(self, message: str) -> str:
        words = _changed(message, lambda one: one.translate(_ACCENTS))
        grown = round(0.4 * len(message)) + 1
        end = len(words.rstrip(" .:?…"))
        return words[:end] + "~" * grown + words[end:] if message.strip() else message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


class RightToLeft(gettext.NullTranslations):
    """Arabic letters, one for one."""

    def gettext(self, message: str) -> str:
        return _changed(message, lambda one: one.lower().translate(_ARABIC))

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


def catalogue(tag: str) -> Catalogue:
    """Return a pseudo language by its tag."""
    return Catalogue(tag, RightToLeft() if tag == "ar-XB" else Longer())
