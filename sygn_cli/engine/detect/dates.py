"""Dates that are written in parts: ``___ day of ______, 20__`` and ``__ de ______ de 20__``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from sygn_cli.domain.field import FieldType
from sygn_cli.engine.detect import lexicon
from sygn_cli.engine.detect.blanks import Blank, Evidence, Form, Where
from sygn_cli.engine.detect.shapes import Area

if TYPE_CHECKING:
    from sygn_cli.engine.detect.sheet import Sheet

_BETWEEN: Final = re.compile(
    r"^(?:(?:st|nd|rd|th)?\s*(?:day\s+)?of(?:\s+the\s+month\s+of)?|[/.-]|,?\s*(?:19|20)|"
    r"(?:d\u00edas?\s+)?(?:del?)(?:\s+mes)?(?:\s+del?)?(?:\s+(?:19|20|dos\s+mil))?|di|van)$"
)
_YEAR: Final = re.compile(r"(?:^|\W)(?:19|20)$")
_WIDEST: Final = 60.0


def chain(sheet: Sheet, blanks: list[Blank]) -> None:
    """Make the parts of a date dates, where one of them or the year between them shows it."""
    lines = [b for b in blanks if b.form in {Form.RUN, Form.RULE}]
    lines.sort(key=lambda b: (round(b.base / 3), b.area.x0))
    group: list[Blank] = []
    words: list[str] = []
    for blank in lines:
        if "/" in blank.separators:
            blank.evidence.append(Evidence(Where.SECTION, "", 0.0, FieldType.DATE, 0.7, 0.35))
        between = _between(sheet, group[-1], blank) if group else None
        if between is None:
            _decide(group, words)
            group, words = [blank], []
        else:
            group.append(blank)
            words.append(between)
    _decide(group, words)


def _between(sheet: Sheet, left: Blank, right: Blank) -> str | None:
    """Return the words that part two blanks of a date, None where they part more."""
    gap = right.area.x0 - left.area.x1
    if abs(left.base - right.base) > 2 or not 0 <= gap < _WIDEST:
        return None
    area = Area(left.area.x1 - 1, left.base - 12, right.area.x0 + 1, left.base + 2)
    text = lexicon.fold(" ".join(word.text for word in sheet.words_in(area)))
    return text if text and _BETWEEN.match(text) else None


def _decide(group: list[Blank], words: list[str]) -> None:
    if len(group) < 2:
        return
    dated = any(_YEAR.search(text) or "day" in text for text in words)
    if not dated and not (len(group) >= 3 and set(words) <= {"/", ".", "-", "de", "del"}):
        return
    for blank, before in zip(group, ["", *words], strict=True):
        blank.evidence.append(Evidence(Where.SECTION, before, 0.0, FieldType.DATE, 0.9, 0.35))
