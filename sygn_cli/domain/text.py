"""What may stand in names, titles and messages, and how foreign text is shown in a terminal."""

from __future__ import annotations

import unicodedata

from sygn_cli.domain.errors import InvalidRequest

# Bidirectional controls reorder what is read (CVE-2021-42574, "Trojan Source"): a name must not be
# able to make "Ada signs" look like something else.
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Format characters with a use in real names: zero-width (non-)joiners in Persian and Indic scripts.
_ALLOWED_FORMAT = frozenset("\u200c\u200d")
_LINE_BREAKS = frozenset("\n\t")


def clean(value: str, *, what: str, longest: int, multiline: bool = False) -> str:
    """Return the text in NFC without outer white space.

    Args:
        value: Text that somebody typed.
        what: How the error names it, for example "The title".
        longest: Most characters allowed.
        multiline: Allow line feeds and tabs.

    Raises:
        InvalidRequest: It is too long or has control, surrogate or bidirectional characters.
    """
    text = unicodedata.normalize("NFC", value.replace("\r\n", "\n")).strip()
    if len(text) > longest:
        message = f"{what} is longer than {longest} characters."
        raise InvalidRequest(message)
    for character in text:
        if multiline and character in _LINE_BREAKS:
            continue
        if _is_dangerous(character):
            message = (
                f"{what} contains the character U+{ord(character):04X}, which is not allowed."
            )
            raise InvalidRequest(message, hint="Remove control and text-direction characters.")
    return text


def require(value: str, *, what: str, longest: int, multiline: bool = False) -> str:
    """Like :func:`clean`, and refuse an empty text."""
    text = clean(value, what=what, longest=longest, multiline=multiline)
    if not text:
        raise InvalidRequest(f"{what} is empty.")
    return text


def harmless(value: str, *, longest: int) -> str:
    """Return text that a file gave us, fit for :func:`clean`: what it refuses is left out."""
    kept = "".join(character for character in value if not _is_dangerous(character))
    return unicodedata.normalize("NFC", " ".join(kept.split()))[:longest].strip()


def printable(value: str) -> str:
    """Return the text with everything that could steer a terminal shown as an escape."""
    return "".join(
        character
        if not _is_dangerous(character)
        else character.encode("unicode_escape").decode("ascii")
        for character in value
    )


def _is_dangerous(character: str) -> bool:
    if character in _BIDI:
        return True
    category = unicodedata.category(character)
    if category == "Cf":
        return character not in _ALLOWED_FORMAT
    return category in {"Cc", "Cs", "Zl", "Zp"}
