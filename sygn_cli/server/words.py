"""All words that a browser shows: templates ask for theirs here, scripts get theirs from here.

English sentences are the keys, as gettext has it, so that catalogues can be added without touching
a template. Whatever is filled in comes from outside and is escaped.
"""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

LOCALE: Final = "en"


def t(message: str, **values: object) -> Markup:
    """Return the sentence with its ``{names}`` filled in and escaped."""
    return Markup(message).format(**values)  # noqa: S704 - the sentence is ours, values are escaped


def tn(one: str, many: str, count: int, **values: object) -> Markup:
    """Return the sentence that fits a count, which it may name as ``{n}``."""
    return t(one if count == 1 else many, n=count, **values)


def bdi(value: str) -> Markup:
    """Return foreign text isolated, so that a right-to-left name leaves its sentence in order."""
    return Markup("<bdi>{}</bdi>").format(value)


# What scripts say. A pair is told apart by count, as Intl.PluralRules does.
SCRIPT: Final[dict[str, str | dict[str, str]]] = {
    "agree_first": "Please tick the box to agree before you start.",
    "all_done": "Everything is filled in.",
    "change": "Change {label}",
    "checked": "ticked",
    "connection": "There is no connection. What you entered is safe; please try again.",
    "copied": "Copied",
    "empty": "not filled",
    "field_state": "{label}, {need}: {value}",
    "finish": "Review and finish",
    "left": {"one": "{n} of {total} left", "other": "{n} of {total} left"},
    "look_lacks": "This handwriting has no {letters}. Your name is shown in another: {name}.",
    "look_none": "No handwriting here has {letters}. Your name is written in plain letters.",
    "missing": "Please fill this in.",
    "missing_signature": "Please add your signature first.",
    "next": "Next",
    "next_field": "Next field",
    "no_canvas": "This browser does not allow drawing here. Please type your name instead.",
    "no_heic": "This is a HEIC photo, which browsers cannot show. Please choose a PNG or JPEG.",
    "optional": "optional",
    "place": "Page {page}",
    "reading": "Reading …",
    "required": "required",
    "retrying": "The connection was lost. Trying again …",
    "saved": "{label} filled in. {left}.",
    "signing": "Signing …",
    "skip": "Skip",
    "sign_and_finish": "Sign and finish",
    "text_failed": "The text of this page could not be loaded.",
    "text_none": "This page has no text that could be read out.",
    "too_large": "This picture is too large. Please choose one of at most 8 MB.",
    "too_simple": "That is a very short mark. Press the button again to use it all the same.",
    "unchecked": "not ticked",
    "use": "Use this",
}
