"""Whose field it is: blocks around the signature places, and the parties that they name."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sygn_cli.domain.field import FieldType
from sygn_cli.engine.detect import lexicon, parties
from sygn_cli.engine.detect.blanks import Blank, Form, Where
from sygn_cli.engine.detect.shapes import shared

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sygn_cli.engine.detect.sheet import Row, Sheet
from sygn_cli.engine.detect.weighing import ARROWS

_REACH: Final = 150.0
_HEADING_REACH: Final = 130.0
_PROSE: Final = 7  # a chunk of so many words is running text
_PROSE_COST: Final = 60.0
_ALIGNED: Final = 12.0
_ROW: Final = 10.0  # a place in the same row is nearer than one that touches from above
_TOUCHING: Final = 40.0


@dataclass(slots=True)
class _Block:
    """A signature place and what belongs to it.

    Attributes:
        left: Where its column begins, if other signature places stand beside it.
        right: Where the next column begins.
    """

    anchor: Blank
    left: float = -1e9
    right: float = 1e9
    party: str = ""
    members: list[Blank] = field(default_factory=list)


def assign(pages: list[tuple[Sheet, list[Blank]]]) -> None:
    """Set ``party`` and ``for_nobody`` of every blank."""
    for sheet, blanks in pages:
        blocks = [_Block(b) for b in blanks if b.type is FieldType.SIGNATURE]
        blocks.sort(key=lambda block: (round(block.anchor.base / 12), block.anchor.area.x0))
        _part_columns(blocks)
        for block in blocks:
            block.party = block.anchor.party or _party_of(sheet, block, blocks)
        _distinguish(blocks)
        if blocks:
            _fill(sheet, blocks, blanks)
        for block in blocks:
            nobody = any(parties.is_nobody(e.text) for e in block.anchor.evidence)
            for member in (block.anchor, *block.members):
                member.party = block.party
                member.for_nobody = nobody
        _mark_offices(sheet, blanks)
    _name_initials([blank for _, blanks in pages for blank in blanks])


def _name_initials(blanks: list[Blank]) -> None:
    """Give initials far from any signature to the party that their label names."""
    known = {b.party.casefold(): b.party for b in blanks if b.type is FieldType.SIGNATURE}
    for blank in blanks:
        if blank.type is FieldType.INITIALS and not blank.party:
            named = (parties.named_in(e.text).casefold() for e in blank.evidence if e.naming > 0.3)
            blank.party = next((known[name] for name in named if name in known), "")


def without_headings(blanks: list[Blank]) -> list[Blank]:
    """Leave out places beside words that only head a block: "COMPANY:" over a signature line."""
    signed = [blank for blank in blanks if blank.type is FieldType.SIGNATURE]
    return [blank for blank in blanks if not any(_heads(blank, anchor) for anchor in signed)]


def _heads(blank: Blank, anchor: Blank) -> bool:
    if blank.form is not Form.SLOT or blank.type is not FieldType.TEXT or not anchor.party:
        return False
    said = {parties.heading(e.text).casefold() for e in blank.evidence}
    area, below = blank.area, anchor.area
    return (
        anchor.party.rstrip(" 0123456789").casefold() in said
        and area.y1 <= below.y0 + 4
        and shared(area.x0 - _HEADING_REACH, area.x1, below.x0, below.x1) > 0
    )


def _part_columns(blocks: list[_Block]) -> None:
    """Set the columns of signature places that stand side by side."""
    for block in blocks:
        area = block.anchor.area
        for other in blocks:
            beside = other.anchor.area
            if other is block or shared(area.y0, area.y1, beside.y0, beside.y1) < 2:
                continue
            if beside.x0 > area.x0:
                block.right = min(block.right, beside.x0 - _ALIGNED)
            else:
                block.left = area.x0 - _ALIGNED


def _distinguish(blocks: list[_Block]) -> None:
    """Number the unnamed, and those who bear the same name on one page."""
    seen: dict[str, int] = {}
    unnamed = 0
    for block in blocks:
        if not block.party:
            unnamed += 1
            block.party = f"Signer {unnamed}"
            continue
        key = block.party.casefold()
        seen[key] = seen.get(key, 0) + 1
        if seen[key] > 1:
            block.party = f"{block.party} {seen[key]}"


def _party_of(sheet: Sheet, block: _Block, blocks: list[_Block]) -> str:
    anchor = block.anchor
    for evidence in sorted(anchor.evidence, key=lambda e: -max(e.score, e.naming)):
        if evidence.where not in {Where.ABOVE, Where.SECTION} and evidence.naming > 0.3:
            name = parties.named_in(evidence.text)
            if name:
                return name
            break
    return (
        _merged_below(sheet, anchor)
        or _heading_above(sheet, block, blocks)
        or _role_below(sheet, anchor)
    )


def _merged_below(sheet: Sheet, anchor: Blank) -> str:
    area = anchor.area
    for chunk in sheet.chunks_between(area.y1, area.y1 + _TOUCHING):
        if shared(chunk.x0, chunk.x1, area.x0, area.x1) > 0:
            name = parties.merged_in(chunk.text)
            if name:
                return name
    return ""


def _role_below(sheet: Sheet, anchor: Blank) -> str:
    """Return the party whose name alone stands under the line: "El trabajador"."""
    area = anchor.area
    for chunk in sheet.chunks_between(area.y1, area.y1 + _TOUCHING / 2):
        if shared(chunk.x0, chunk.x1, area.x0 - _ALIGNED, area.x1) > 0:
            name = "" if chunk.text.rstrip().endswith(":") else parties.heading(chunk.text)
            if name:
                return name
    return ""


def _heading_above(sheet: Sheet, mine: _Block, blocks: list[_Block]) -> str:
    area = mine.anchor.area
    beside = mine.left > 0 or mine.right < sheet.width
    ceiling = area.y0 - _HEADING_REACH
    own = {evidence.text for evidence in mine.anchor.evidence if evidence.naming > 0.3}
    for block in blocks:
        other = block.anchor.area
        if other.y1 < area.y0 and shared(other.x0, other.x1, area.x0, area.x1) > 0:
            ceiling = max(ceiling, other.y1 + 14)
    for row in reversed(sheet.rows_between(ceiling, area.y1 - 4)):
        for chunk in row.chunks:
            over = shared(chunk.x0 - 20, chunk.x1 + 20, area.x0, area.x1) > 0
            if over and len(chunk.words) >= _PROSE:
                if chunk.text in own:  # its own label may be long and is no prose
                    continue
                return ""
            name = parties.heading(chunk.text, column=beside and chunk.bold) if over else ""
            if name:
                return name
    return ""


def _fill(sheet: Sheet, blocks: list[_Block], blanks: list[Blank]) -> None:
    """Give every other blank near a signature place to the block it stands in."""
    anchors = {id(block.anchor) for block in blocks}
    rest = [b for b in blanks if id(b) not in anchors and b.type is not FieldType.CHECKBOX]
    prose = [row for row in sheet.rows if any(len(c.words) >= _PROSE for c in row.chunks)]
    leading = _fields_lead(blocks, rest, prose)
    for blank in rest:
        said = _said(blank, blocks)
        if not said and _is_in_prose(blank):
            continue
        costs = {id(block): _cost(blank, block, prose, leading=leading) for block in blocks}
        best = min(said or blocks, key=lambda block: costs[id(block)])
        if said or costs[id(best)] <= _REACH:
            best.members.append(blank)


def _is_in_prose(blank: Blank) -> bool:
    """Tell whether a sentence goes on after a blank, which says nothing about who fills it."""
    return blank.form in {Form.RUN, Form.RULE} and any(
        e.where is Where.RIGHT
        and e.gap < 8
        and not e.text.startswith("(")
        and not e.text.rstrip().endswith(ARROWS)
        and len(e.text.split()) > 1
        for e in blank.evidence
    )


def _said(blank: Blank, blocks: list[_Block]) -> list[_Block]:
    """Return the blocks whose party the words around a blank speak of first."""
    texts = [lexicon.fold(blank.label)]
    texts += [lexicon.fold(e.text) for e in blank.evidence if e.where is Where.RIGHT]
    for text in texts:
        words = re.findall(r"[^\W_]+", text)
        places = {
            id(block): words.index(word)
            for block in blocks
            for word in [lexicon.fold(block.party).split("/")[0].split()[0]]
            if word in words and not block.party.startswith("Signer ")
        }
        if places:
            first = min(places.values())
            return [block for block in blocks if places.get(id(block)) == first]
    return []


def _fields_lead(blocks: list[_Block], rest: list[Blank], prose: list[Row]) -> bool:
    """Tell whether name and date stand over their signature on this page, not under it."""
    first, last = blocks[0].anchor, blocks[-1].anchor
    before = [b for b in rest if 0 <= first.area.y0 - b.area.y1 < _TOUCHING]
    after = [b for b in rest if 0 <= b.area.y0 - last.area.y1 < _TOUCHING]
    before = [b for b in before if not _rows_between(prose, b.area.y1, first.area.y0)]
    after = [b for b in after if not _rows_between(prose, last.area.y1, b.area.y0)]
    return bool(before) and not after


def _rows_between(rows: Iterable[Row], top: float, bottom: float) -> int:
    return sum(1 for row in rows if top < row.base - 3 < bottom)


def _cost(blank: Blank, block: _Block, prose: list[Row], *, leading: bool) -> float:
    area, anchor = blank.area, block.anchor.area
    apart = max(0.0, area.x0 - anchor.x1, anchor.x0 - area.x1)
    columned = max(0.0, area.x0 - block.right, block.left - area.x0)
    above = anchor.y0 - area.y1
    below = area.y0 - anchor.y1
    if shared(area.y0, area.y1, anchor.y0, anchor.y1) > 2:
        return 0.2 * apart
    distance = max(above, below, 0.0)
    against = above > 0 if not leading else below > 0
    top, bottom = min(area.y1, anchor.y1), max(area.y0, anchor.y0)
    barrier = _PROSE_COST * _rows_between(prose, top, bottom)
    return (
        _ROW
        + distance * (1.6 if against else 1.0)
        + 0.6 * min(apart, 60.0)
        + 2.0 * columned
        + barrier
    )


def _mark_offices(sheet: Sheet, blanks: list[Blank]) -> None:
    for row in sheet.rows:
        for chunk in row.chunks:
            if not parties.heads_office_block(chunk.text):
                continue
            reach = sheet.height if row.base > 0.4 * sheet.height else row.base + 120
            for blank in blanks:
                if row.base - 4 < blank.base < reach:
                    blank.for_nobody = True
