"""Types that only the section gives away: signature blocks, places for initials."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from sygn_cli.domain.field import FieldType
from sygn_cli.engine.detect import lexicon
from sygn_cli.engine.detect.blanks import Blank, Evidence, Form, Where
from sygn_cli.engine.detect.shapes import shared

if TYPE_CHECKING:
    from sygn_cli.engine.detect.sheet import Sheet

_SIGNING: Final = re.compile(
    r"(?<![^\W_])(?:in\s+witness\s+(?:whereof|of)|witness\s+whereof|have\s+(?:signed|executed)|signatures?\s*:?$|"
    r"(?:submitted|accepted|agreed|acknowledged|approved|executed|signed)(?:\s+(?:and|to|&)\s+\w+)*\s+by|"
    r"agreed\s+(?:and|to)|acknowledged\s+and|the\s+undersigned|by\s+signing|"
    r"unterzeichne\w*|unterschrieben|unterschriften|gelesen\s+und\s+genehmigt|"
    r"fait\s+(?:\u00e0|en)|lu\s+et\s+approuv\u00e9|le\s+soussign\u00e9|les\s+soussign\u00e9s|"
    r"en\s+fe\s+de\s+lo\s+cual|firmas?\s*:?$|el\s+abajo\s+firmante|suscri[bt]\w+|"
    r"in\s+fede|letto,?\s+(?:confermato|approvato)|il\s+sottoscritto|"
    r"por\s+ser\s+verdade|assinaturas?\s*:?$|"
    r"getekend|ondergetekenden?|aldus\s+overeengekomen|"
    r"podpisy|underskrevet|undertegnede|undertecknade|allekirjoitukset|imzalar)(?![^\W_])"
)
_INITIALING: Final = re.compile(
    r"(?<![^\W_])(?:your\s+initials|initials?\s+(?:here|below|each|next|beside|in)|"
    r"please\s+initial|initial\s+(?:to|that)|mit\s+(?:ihrem\s+)?(?:k\u00fcrzel|paraphe)|"
    r"parapher|paraphez|vos\s+initiales|sus\s+iniciales|r\u00fabrica|siglare|rubrique|"
    r"paraferen|parafowa\u0107|initialer)(?![^\W_])"
)
_REACH: Final = 240.0
_INITIALS_REACH: Final = 190.0
_WIDEST_INITIALS: Final = 90.0
_LONG: Final = 110.0
_NEXT_LINE: Final = 70.0


def add(sheet: Sheet, blanks: list[Blank], before: Sheet | None) -> None:
    """Add what the section says to blanks whose own labels leave their type open.

    Args:
        before: The page before, whose last section may go on here.
    """
    here = _rows(sheet, _SIGNING)
    signing = list(here)
    if before is not None:
        low = [base for base in _rows(before, _SIGNING) if base > 0.7 * before.height]
        signing += [base - before.height + 36 for base in low]
    initialing = _rows(sheet, _INITIALING)
    if initialing:
        _initials(blanks, initialing)
    if sheet.unread:
        guess_unread(sheet, blanks)
    if signing:
        _signatures(blanks, signing, here)
    _witnesses(blanks)


def _rows(sheet: Sheet, pattern: re.Pattern[str]) -> list[float]:
    return [
        row.base
        for row in sheet.rows
        if pattern.search(lexicon.fold(" ".join(chunk.text for chunk in row.chunks)))
    ]


def _open(blank: Blank) -> bool:
    return blank.form in {Form.RUN, Form.RULE, Form.CELL} and not any(
        e.type is not None and e.score > 0.3 for e in blank.evidence
    )


def _within(blank: Blank, bases: list[float], reach: float) -> bool:
    return any(-4 < blank.base - base < reach for base in bases)


def _initials(blanks: list[Blank], bases: list[float]) -> None:
    for blank in blanks:
        if (
            _open(blank)
            and blank.area.width <= _WIDEST_INITIALS
            and _within(blank, bases, _INITIALS_REACH)
        ):
            _say(blank, FieldType.INITIALS, "initials", 0.5)


def _signatures(blanks: list[Blank], bases: list[float], here: list[float]) -> None:
    for blank in blanks:
        if blank.form is Form.CELL or not _within(blank, bases, _REACH):
            continue
        roles = [
            e
            for e in blank.evidence
            if e.where in {Where.LEFT, Where.BELOW} and lexicon.is_role(e.text)
        ]
        if roles and blank.area.width >= _LONG * 0.8:
            _say(blank, FieldType.SIGNATURE, roles[0].text, 0.62)
        elif not any(e.naming > 0.3 for e in blank.evidence) and blank.area.width >= _LONG:
            _unlabelled(blank, blanks, alone=_within(blank, here, _REACH))


def _witnesses(blanks: list[Blank]) -> None:
    """Whoever dates a line like the one above it signs there too: "Signed: ...", "Witness: ..."."""
    dated = [blank for blank in blanks if _is_dated(blank, blanks)]
    signed = [b for b in dated if any(_says(e, FieldType.SIGNATURE) for e in b.evidence)]
    for blank in dated:
        role = next(
            (e.text for e in blank.evidence if e.where is Where.LEFT and lexicon.is_role(e.text)),
            "",
        )
        if role and any(0 < blank.base - other.base < _NEXT_LINE for other in signed):
            _say(blank, FieldType.SIGNATURE, role, 0.62)


def _is_dated(blank: Blank, blanks: list[Blank]) -> bool:
    area = blank.area
    return (
        blank.form in {Form.RUN, Form.RULE}
        and area.width >= _LONG
        and any(
            other.area.x0 > area.x1
            and abs(other.base - blank.base) < 4
            and any(_says(e, FieldType.DATE) for e in other.evidence)
            for other in blanks
        )
    )


def _says(evidence: Evidence, kind: FieldType) -> bool:
    return evidence.type is kind and evidence.score > 0.3


def _unlabelled(blank: Blank, blanks: list[Blank], *, alone: bool) -> None:
    """A long bare line in a signature block is signed; a shorter one to its right is dated.

    Args:
        alone: It is signed even without a shorter one.
    """
    beside = [
        other
        for other in blanks
        if other is not blank
        and other.form in {Form.RUN, Form.RULE}
        and shared(other.area.y0, other.area.y1, blank.area.y0, blank.area.y1) > 8
    ]
    if any(other.area.x0 < blank.area.x0 for other in beside):
        return
    right = [o for o in beside if o.area.width < blank.area.width and _open(o)]
    if right or alone:
        _say(blank, FieldType.SIGNATURE, "", 0.5 if right else 0.35)
    if right:
        _say(min(right, key=lambda o: o.area.x0), FieldType.DATE, "", 0.5)


def _say(blank: Blank, kind: FieldType, text: str, score: float) -> None:
    blank.evidence.append(Evidence(Where.SECTION, text, 0.0, kind, score, 0.35))


def guess_unread(sheet: Sheet, blanks: list[Blank]) -> None:
    """Take the lowest long line of a page nobody could read for its signature."""
    lines = [
        blank
        for blank in blanks
        if blank.form is Form.RULE
        and _LONG <= blank.area.width <= 0.7 * sheet.width
        and blank.base > 0.4 * sheet.height
    ]
    if lines:
        _say(
            max(lines, key=lambda b: (round(b.base / 8), -b.area.x0)), FieldType.SIGNATURE, "", 0.4
        )


def unify_initials(pages: list[tuple[Sheet, list[Blank]]]) -> None:
    """Let unlabelled boxes of the size of the initials boxes of a document be initials too."""
    sizes = [
        (blank.area.width, blank.area.height)
        for _, blanks in pages
        for blank in blanks
        if blank.form is Form.CELL and blank.type is FieldType.INITIALS
    ]
    for _, blanks in pages:
        for blank in blanks:
            area = blank.area
            if blank.form is not Form.CELL or any(e.naming > 0.3 for e in blank.evidence):
                continue
            if any(abs(area.width - w) < 2 and abs(area.height - h) < 2 for w, h in sizes):
                blank.type = FieldType.INITIALS
                blank.confidence = max(blank.confidence, 0.7)
                blank.why += "; the size of the other boxes for initials"
