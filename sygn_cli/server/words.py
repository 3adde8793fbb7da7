"""All words that a browser shows: templates ask for theirs here, scripts get theirs from here.

English sentences are the keys, as gettext has it; the catalogues are in :mod:`sygn_cli.languages`.
Whatever is filled in comes from outside and is escaped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from sygn_cli.domain.language import SOURCE
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


def again(words: str) -> str:
    """Return what was said in English before anybody knew the page's language."""
    return catalogue().again(words)


def moment(at: datetime) -> str:
    """Return a moment as the page's language writes it, in UTC, which it says."""
    return catalogue().moment(at)


def bdi(value: str) -> Markup:
    """Return foreign text isolated, so that a right-to-left name leaves its sentence in order."""
    return Markup("<bdi>{}</bdi>").format(value)


def script_words(said: Mapping[str, str | dict[str, str]] | None = None) -> dict[str, object]:
    """Return what scripts say, in the page's language; all of :data:`SCRIPT` unless told."""
    chosen = catalogue()
    return {
        key: chosen.sentence(words)
        if isinstance(words, str)
        else chosen.forms(words["one"], words["other"])
        for key, words in (SCRIPT if said is None else said).items()
    }


# What to say to a signer whose call was refused, where the reason itself has no translation.
REFUSALS: Final = {
    "already_completed": later("Everyone has signed already."),
    "already_signed": later("You have signed already."),
    "conflict": later("Somebody else was faster. Please try again."),
    "consent_missing": later("Please agree to sign electronically first."),
    "declined": later("Somebody has declined to sign this document."),
    "expired": later("The time to sign has run out."),
    "forbidden": later("This is not allowed."),
    "identity_required": later("Please show who you are first: load this page again."),
    "invalid_request": later("This was not accepted. Please check what you entered."),
    "not_found": later("This link is not known."),
    "not_your_turn": later("It is not your turn yet."),
    "payload_too_large": later("That is too large to be sent at once."),
    "rate_limited": later("Too many requests. Wait and try again."),
    "voided": later("The sender has withdrawn this document."),
}


def refusal(code: str, message: str) -> str:
    """Return why a signer's call was refused: the reason itself, or what its code stands for."""
    chosen = catalogue()
    said = chosen.again(message)
    if chosen.language == SOURCE or said != message or code not in REFUSALS:
        return said
    return chosen.sentence(REFUSALS[code])


def for_strangers(code: str) -> str:
    """Return what a refusal stands for in words that need no knowledge of it; "" for unknown."""
    return catalogue().sentence(REFUSALS.get(code, ""))


# What scripts say. A pair is told apart by count, as Intl.PluralRules does.
SCRIPT: Final[dict[str, str | dict[str, str]]] = {
    "agree_first": "Please tick the box to agree before you start.",
    "all_done": "Everything is filled in.",
    "at_least": "{n} or more, please.",
    "at_most": "{n} or less, please.",
    "change": "Change",
    "change_of": "Change {label}",
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
    "merged": "What you entered elsewhere was brought in.",
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

# What the scripts of the owner's pages say; signers need not load it.
OWNER_SCRIPT: Final[dict[str, str | dict[str, str]]] = {
    "optional": "optional",
    "required": "required",
    "owner_add": "Add",
    "owner_armed": "{type}: press on the page where it is to be.",
    "owner_connection": "The server was not reached. Nothing is lost; please try again.",
    "owner_copied": "The link of {name} is copied.",
    "owner_count": {"one": "{n} field", "other": "{n} fields"},
    "owner_deleted": "The field was deleted.",
    "owner_down": "Move down",
    "owner_failed": "That did not work. Nothing is lost; please try again.",
    "owner_field": "{type} of {name}: {label}, {need}, page {page}, {x} from the left, {y} from the top",
    "owner_idle": "Nothing is to be filled in by {names}. Press Send again to send it all the same.",
    "owner_looking": "Looking for places to sign …",
    "owner_no_label": "no label",
    "owner_offer": "{type}, page {page}: {label}",
    "owner_option": "Option {n}",
    "owner_place": "{x} from the left, {y} from the top, {width} wide, {height} high",
    "owner_placed": "{type} placed on page {page}. Arrow keys move it.",
    "owner_redone": "Done again.",
    "owner_remove": "Remove",
    "owner_saved": "Saved.",
    "owner_signer": "Signer {n}",
    "owner_taken": {"one": "{n} field added.", "other": "{n} fields added."},
    "owner_undone": "Undone.",
    "owner_unsure": {
        "one": "{n} place we are less sure of",
        "other": "{n} places we are less sure of",
    },
    "owner_up": "Move up",
}
