"""From evidence to the type and the label of a blank."""

from __future__ import annotations

from typing import Final

from sygn_cli.domain.field import LONGEST_LABEL, FieldType
from sygn_cli.engine.detect.blanks import Blank, Evidence, Form, Given, Where
from sygn_cli.engine.detect.sheet import UNREAD

_LEAST: Final = 0.25


def decide(blank: Blank) -> None:
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
    blank.confidence = _confidence(blank, typed, named)
    blank.why = _reason(blank, source)
    if typed is not None and typed is not source and typed.text:
        blank.why += f", {_tidy(typed.text)[:60]!r} {typed.where.value}"


def _decide_given(
    blank: Blank, given: Given, typed: Evidence | None, named: Evidence | None
) -> None:
    if not given.sure and typed is not None and typed.type is not None:
        blank.type = typed.type
    blank.label = _tidy(given.label) or (_tidy(named.text) if named else "")
    blank.confidence = 0.98
    blank.why = f"form field {given.name[:60]!r} of the PDF"
    if not given.sure and typed is not None:
        blank.why += f", {_tidy(typed.text)[:60]!r} {typed.where.value}"


def _tidy(text: str) -> str:
    return " ".join(text.replace(UNREAD, " ").split()).strip(" :.,;_-*")[:LONGEST_LABEL].strip()


_BASE: Final = {
    Form.RUN: 0.72,
    Form.RULE: 0.5,
    Form.CELL: 0.5,
    Form.TICK: 0.85,
    Form.COMB: 0.7,
    Form.WIDGET: 0.98,
    Form.SLOT: 0.45,
}


def _confidence(blank: Blank, typed: Evidence | None, named: Evidence | None) -> float:
    value = _BASE[blank.form]
    known = max((e.naming for e in blank.evidence), default=0.0)
    if known < 0.3 and blank.form in {Form.RULE, Form.CELL}:
        return 0.35 if blank.form is Form.RULE else 0.45
    if typed is not None:
        value += 0.25
    elif named is not None and named.naming > 0.4:
        value += 0.12
    return min(0.97, value)


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
