"""From evidence to the type and the label of a blank."""

from __future__ import annotations

import unicodedata
from typing import Final

from sygn_cli.domain.field import LONGEST_LABEL, FieldType
from sygn_cli.engine.detect import confidence
from sygn_cli.engine.detect.blanks import Blank, Evidence, Form, Given, Where
from sygn_cli.engine.detect.sheet import UNREAD, Sheet

_LEAST: Final = 0.25


def decide(sheet: Sheet, blank: Blank) -> None:
    """Set type, label, confidence and reason of a blank from its evidence."""
    if blank.form is Form.TICK:
        blank.type = FieldType.CHECKBOX
    named = max(blank.evidence, key=lambda e: e.naming, default=None)
    typed = max(blank.evidence, key=lambda e: e.score, default=None)
    if typed is not None and typed.score < _LEAST:
        typed = None
    if blank.given is not None:
        _decide_given(blank, blank.given, typed, named)
        return
    if blank.form is not Form.TICK and typed is not None and typed.type is not None:
        blank.type = typed.type
    source = named if named is not None and named.naming > 0.3 else typed or named
    blank.label = _tidy(source.text) if source else ""
    blank.confidence = confidence.of(sheet, blank, typed, named)
    blank.why = _reason(blank, source)
    if typed is not None and typed is not source and typed.text:
        blank.why += f", {_tidy(typed.text)[:60]!r} {typed.where.value}"


def _decide_given(
    blank: Blank, given: Given, typed: Evidence | None, named: Evidence | None
) -> None:
    if not given.sure and typed is not None and typed.type is not None:
        signed = typed.type in {FieldType.SIGNATURE, FieldType.INITIALS}
        blank.type = FieldType.TEXT if signed and given.telling else typed.type
    blank.label = _tidy(given.label) or (_tidy(named.text) if named else "")
    blank.confidence = 0.98
    blank.why = f"form field {given.name[:60]!r} of the PDF"
    if not given.sure and typed is not None:
        blank.why += f", {_tidy(typed.text)[:60]!r} {typed.where.value}"


def _tidy(text: str) -> str:
    plain = shown(text.replace(UNREAD, " "))
    return plain.strip(" :.,;_-*")[:LONGEST_LABEL].strip()


# Control, format, surrogate and private characters, and the separators of lines.
_UNSHOWN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def shown(text: str) -> str:
    """Return foreign text as a label may carry it: NFC, one line, nothing invisible."""
    normal = unicodedata.normalize("NFC", text)
    kept = (c if unicodedata.category(c) not in _UNSHOWN else " " for c in normal)
    return " ".join("".join(kept).split())


_NAMES: Final = {
    Form.RUN: "leader",
    Form.RULE: "rule",
    Form.CELL: "box",
    Form.TICK: "tick box",
    Form.COMB: "row of letter cells",
    Form.WIDGET: "form field",
    Form.SLOT: "free space",
}


_UNTOLD: Final = ("words near it that could not be read", "by its place on the page")


def _reason(blank: Blank, source: Evidence | None) -> str:
    what = f"{_NAMES[blank.form]} {blank.area.width:.0f} pt wide"
    if source is None:
        return f"{what}, no label near it"
    if not _tidy(source.text):
        return f"{what}, {_UNTOLD[source.where is Where.SECTION]}"
    gap = "" if source.where is Where.INSIDE else f", {source.gap:.0f} pt"
    return f"{what}, {_tidy(source.text)[:60]!r} {source.where.value}{gap}"
