"""How much a text near a blank counts: as its label, and as the word for what belongs there."""

from __future__ import annotations

import re
from typing import Final

from sygn_cli.domain.field import FieldType
from sygn_cli.engine.detect import lexicon
from sygn_cli.engine.detect.blanks import Blank, Evidence, Form, Where
from sygn_cli.engine.detect.sheet import UNREAD

ARROWS: Final = (":", ">", "\u25b6", "\u25ba", "\u2192")
MOST_LABEL_WORDS: Final = 9
_TRUST: Final = {
    Where.LEFT: 0.9,
    Where.INSIDE: 0.95,
    Where.BELOW: 0.85,
    Where.RIGHT: 0.6,
    Where.ABOVE: 0.55,
    Where.HEADER: 0.7,
    Where.SECTION: 0.4,
}
_PROSE: Final = 0.65
_SIGNED_WIDTH: Final = 90.0  # a shorter line under the name of a role is not signed
# "on this ___ day of ___": the only words after a blank that say what belongs into it.
_DAY_OF: Final = re.compile(
    r"^(?:st|nd|rd|th|\.)?\s*(?:day\s+of|d\u00eda|giorno|dag\s+van)\b", re.IGNORECASE
)
# A term that the text defines, as in ``(the "Tenant")``.
_QUOTED: Final = re.compile(r"^\(.{0,12}[\"\u201c\u201d\u201e\u00ab\u2018\u2019]")


def weigh(blank: Blank, evidence: Evidence, language: str) -> Evidence:
    """Return the evidence with its type and both scores."""
    text, where, gap = evidence.text, evidence.where, evidence.gap
    trust = _trust(blank, evidence)
    if len(text.split()) > MOST_LABEL_WORDS:
        trust *= _PROSE
    far = 90 if text.rstrip().endswith(ARROWS) else 40
    naming = trust / (1 + gap / far) * (0.6 if UNREAD in text else 1.0)
    found = [] if _says_nothing_of_the_type(blank, evidence) else lexicon.hits(text, language)
    if not found:
        kind, score = _type_without_words(blank, evidence)
        return Evidence(where, text, gap, kind, score, naming)
    folded = lexicon.fold(text)
    hit = lexicon.main_hit(found, folded, last=where is Where.LEFT)
    distance = len(folded) - hit.end if where is Where.LEFT else hit.start
    nearness = 1.0 if distance <= 12 else 0.75 if distance <= 30 else 0.4
    score = trust * nearness * hit.weight / (1 + gap / 80)
    return Evidence(where, text, gap, hit.type, score, naming)


def _trust(blank: Blank, evidence: Evidence) -> float:
    text, where = evidence.text, evidence.where
    if blank.form is Form.TICK:
        return 0.95 if where is Where.RIGHT else 0.6
    if where is Where.ABOVE and blank.form is Form.CELL and evidence.gap < 8:
        return 0.85
    if where is Where.RIGHT:
        return 0.92 if text.startswith("(") and not _QUOTED.match(text) else 0.45
    if where is Where.BELOW and text.rstrip().endswith(ARROWS):
        return 0.3  # it names what stands to its right
    return _TRUST[where]


def _says_nothing_of_the_type(blank: Blank, evidence: Evidence) -> bool:
    """Tell whether a text only goes on after the blank, as in ``___ and the date of``."""
    text = evidence.text
    return (
        evidence.where is Where.RIGHT
        and blank.form is not Form.TICK
        and not text.startswith("(")
        and not _DAY_OF.match(text)
    )


def _type_without_words(blank: Blank, evidence: Evidence) -> tuple[FieldType | None, float]:
    text, where = evidence.text, evidence.where
    if where is Where.LEFT and text.rstrip().endswith(":") and evidence.gap < 15:
        return FieldType.TEXT, 0.6  # a label that says nothing else asks for text
    if where is Where.BELOW and blank.area.width >= _SIGNED_WIDTH and lexicon.is_role(text):
        return FieldType.SIGNATURE, 0.5
    return None, 0.0
