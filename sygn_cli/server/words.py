"""All words that a browser shows: templates ask for theirs here, scripts get theirs from here.

English sentences are the keys, as gettext has it; the catalogues are in :mod:`sygn_cli.languages`.
Whatever is filled in comes from outside and is escaped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from sygn_cli.languages import later
from sygn_cli.server.negotiation import catalogue

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


def t(message: str, **values: object) -> Markup:
    """Return the sentence with its ``{names}`` filled in and escaped."""
    sentence = Markup(catalogue().sentence(message))  # noqa: S704 - ours, whatever the language
    return sentence.format(**values)


def tn(one: str, many: str, count: int, **values: object) -> Markup:
    """Return the sentence that fits a count, which it may name as ``{n}``."""
    chosen = catalogue()
    sentence = Markup(chosen.sentences(one, many, count))  # noqa: S704 - as above
    return sentence.format(n=chosen.number(count), **values)


def moment(at: datetime) -> str:
    """Return a moment as the page's language writes it, in UTC, which it says."""
    return catalogue().moment(at)


def bdi(value: str) -> Markup:
    """Return foreign text isolated, so that a right-to-left name leaves its sentence in order."""
    return Markup("<bdi>{}</bdi>").format(value)


# What scripts say. A pair is told apart by count, as Intl.PluralRules does.
SCRIPT: Final[dict[str, str | dict[str, str]]] = {
    "agree_first": "Please tick the box to agree before you start.",
    "all_done": "Everything is filled in.",
    "at_least": "{n} or more, please.",
    "at_most": "{n} or less, please.",
    "change": "Change {label}",
    "checked": "ticked",
    "choose": "Please choose",
    "connection": "There is no connection. What you entered is safe; please try again.",
    "copied": "Copied",
    "digits": {
        "one": "At most {n} digit after the point, please.",
        "other": "At most {n} digits after the point, please.",
    },
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
    "no_choice": "None of these",
    "no_email": "Please enter an e-mail address.",
    "no_heic": "This is a HEIC photo, which browsers cannot show. Please choose a PNG or JPEG.",
    "no_number": "Please enter a number.",
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
    "tiny": "This is long for its place: in the PDF it will be very small.",
    "too_large": "This picture is too large. Please choose one of at most 8 MB.",
    "too_simple": "That is a very short mark. Press the button again to use it all the same.",
    "unchecked": "not ticked",
    "use": "Use this",
}
