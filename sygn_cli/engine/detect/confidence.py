"""How sure a detection is: shares that were counted on labelled forms, then rounded down.

Of the detections given 0.9, about nine in ten are fields of that type; a form from elsewhere is
harder than those the shares were counted on, so each stands a little lower than it came out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sygn_cli.engine.detect.blanks import Blank, Evidence, Form, Where

if TYPE_CHECKING:
    from sygn_cli.engine.detect.sheet import Sheet

_NAMED: Final = 0.3  # less than that is no label
_NEAR: Final = frozenset({Where.LEFT, Where.BELOW, Where.INSIDE})

# By form: with a label that also gives the type, with a label only, with none.
_SHARES: Final = {
    Form.RUN: (0.96, 0.92, 0.70),
    Form.RULE: (0.92, 0.86, 0.35),
    Form.CELL: (0.92, 0.86, 0.42),
    Form.TICK: (0.97, 0.97, 0.85),
    Form.COMB: (0.95, 0.93, 0.80),
    Form.SLOT: (0.78, 0.70, 0.40),
    Form.WIDGET: (0.98, 0.98, 0.98),
}
# A label that stands elsewhere than beside, under or in the blank is worth less.
_FARTHER: Final = {
    Where.ABOVE: 0.82,
    Where.RIGHT: 0.90,
    Where.HEADER: 0.93,
    Where.SECTION: 0.85,
}
_LABEL_ABOVE_A_LINE: Final = 0.58  # often the last line of a paragraph over a separator
_SCANNED: Final = 0.88
_UNREAD: Final = 0.55


def of(sheet: Sheet, blank: Blank, typed: Evidence | None, named: Evidence | None) -> float:
    """Return the confidence of a blank from what speaks for it.

    Args:
        typed: What gave the type, if anything did.
        named: What gave the label, if anything did.
    """
    both, label_only, none = _SHARES[blank.form]
    known = named is not None and named.naming > _NAMED
    if typed is not None:
        value = both * _distance(blank, typed, exact=True)
    elif named is not None and known:
        value = label_only * _distance(blank, named, exact=False)
    else:
        value = none
    if sheet.unread:
        return min(value, _UNREAD)
    return value * _SCANNED if sheet.scanned else value


def _distance(blank: Blank, evidence: Evidence, *, exact: bool) -> float:
    where = evidence.where
    if where in _NEAR or blank.form is Form.TICK:
        return 1.0
    if where is Where.ABOVE and blank.form in {Form.CELL, Form.COMB, Form.WIDGET}:
        return 1.0 if evidence.gap < 8 else 0.9
    if where is Where.ABOVE and blank.form is Form.RULE and not exact:
        return _LABEL_ABOVE_A_LINE
    return _FARTHER[where]
