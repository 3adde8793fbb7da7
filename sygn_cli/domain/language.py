"""Languages that people can read sygn in, and how a locale is written.

A locale is a BCP 47 tag of a language and perhaps a region: ``de`` or ``de-AT``. The language
decides the words, the region how dates and numbers look. "" means that nobody said.
"""

from __future__ import annotations

import re
from typing import Final

from sygn_cli.domain import text
from sygn_cli.domain.errors import InvalidRequest

SOURCE: Final = "en"  # the language that the sentences are written in
LANGUAGES: Final = ("en", "de", "fr", "es", "it", "pt", "nl", "pl")
_TAG: Final = re.compile(
    r"(?P<language>[a-z]{2,3})(?:[-_](?P<region>[a-z]{2}|\d{3}))?", re.ASCII | re.IGNORECASE
)


def locale(written: str) -> str:
    """Return the tag in its usual form: ``de_at`` is ``de-AT``; "" stays "".

    Raises:
        InvalidRequest: It is no tag, or of a language that sygn does not have.
    """
    if not written.strip():
        return ""
    match = _TAG.fullmatch(written.strip())
    language = match["language"].lower() if match else ""
    if match is None or language not in LANGUAGES:
        raise InvalidRequest(
            f"{text.printable(written)!r} is no language that sygn has.",
            hint=f"It has: {', '.join(LANGUAGES)}; a region may follow, as in de-AT.",
        )
    region = match["region"]
    return f"{language}-{region.upper()}" if region else language


def language_of(tag: str) -> str:
    """Return the language of a locale, English where nobody said."""
    return tag.partition("-")[0] or SOURCE
