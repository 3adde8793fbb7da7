"""The whole of field detection: from the bytes of a PDF to a report."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from sygn_cli.domain.errors import PdfRefused, RefusalReason
from sygn_cli.domain.field import LONGEST_LABEL, Detection, FieldType, Source
from sygn_cli.domain.geometry import Box
from sygn_cli.engine.detect import lexicon, tags, widgets
from sygn_cli.engine.detect.blanks import Blank, Form
from sygn_cli.engine.detect.kinds import shown
from sygn_cli.engine.detect.opening import sheet_of, upright
from sygn_cli.engine.detect.pipeline import judged_blanks
from sygn_cli.engine.detect.report import DetectionReport
from sygn_cli.engine.detect.scans import Skew, is_picture, read_scan
from sygn_cli.engine.detect.shapes import Area

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sygn_cli.engine.detect.sheet import Sheet
from sygn_cli.engine.pdf import opened


def detect_fields(
    pdf: bytes,
    *,
    pages: frozenset[int] | None = None,
    anchors: Mapping[str, FieldType] = {},
    ocr: bool = True,
) -> DetectionReport:
    """Find every place where a person signs, initials, dates, fills or ticks.

    Args:
        pages: Look only at these, from 1; None for all.
        anchors: Strings that mark a place in this document, and what belongs there.
        ocr: Read scanned pages with Tesseract where it is installed.

    Raises:
        PdfRefused: The bytes cannot be read as a PDF.
    """
    found: list[Detection] = []
    unreadable: list[int] = []
    with opened(pdf, shown=()) as document:
        count = document.page_count
        if count < 1:
            raise PdfRefused("The PDF has no pages.", reason=RefusalReason.NO_PAGES)
        numbers = [n for n in range(count) if pages is None or n + 1 in pages]
        views = [_view(document[number], number + 1, ocr=ocr) for number in numbers]
        sheets = [view.sheet for view in views]
        language = lexicon.language_of(word.text for s in sheets for word in s.writing.words)
        marks = [tags.find_tags(sheet, anchors) for sheet in sheets]
        given = [widgets.read_widgets(document[number]) for number in numbers]
        masks = [[tag.area for tag in on_page] for on_page in marks]
        judged = judged_blanks(sheets, given, masks, language)
        for view, (sheet, blanks), on_page in zip(views, judged, marks, strict=True):
            found += [_tagged(sheet, tag) for tag in on_page]
            found += [_detection(sheet, blank, view.skew) for blank in blanks]
            if sheet.unread:
                unreadable.append(sheet.number)
    ordered = sorted(_with_group_names(found), key=_reading_order)
    named = tuple(_numbered(field, number) for number, field in enumerate(ordered, 1))
    return DetectionReport(named, tuple(unreadable), count)


@dataclass(frozen=True, slots=True)
class _View:
    """A page as the rules see it; ``skew`` says how a picture had to be turned for that."""

    sheet: Sheet
    skew: Skew | None = None


def _view(page: Any, number: int, *, ocr: bool) -> _View:  # noqa: ANN401 - PyMuPDF has no stub
    standing = upright(page)
    sheet = sheet_of(standing, number)
    if not is_picture(standing, sheet):
        return _View(sheet)
    scan = read_scan(standing, sheet, ocr=ocr)
    return _View(scan.sheet, scan.skew)


_SOURCES = {
    Form.RUN: Source.LINE,
    Form.RULE: Source.LINE,
    Form.SLOT: Source.LABEL,
    Form.WIDGET: Source.WIDGET,
}


def _detection(sheet: Sheet, blank: Blank, skew: Skew | None) -> Detection:
    area = skew.back(blank.area) if skew and blank.given is None else blank.area
    return Detection(
        id="",
        type=_type(blank),
        page=sheet.number,
        box=Box(area.x0, area.y0, area.width, area.height).rounded(),
        confidence=round(blank.confidence, 2),
        label=_label(sheet, blank, area),
        party=shown(blank.party),
        reason=shown(blank.why),
        source=Source.SCAN if skew and not blank.given else _SOURCES.get(blank.form, Source.BOX),
        for_nobody=blank.for_nobody,
        max_length=blank.max_length,
        required=blank.given.required if blank.given else None,
        marked=bool(blank.given and blank.given.marked),
        group=blank.given.group if blank.given else "",
        options=blank.given.options if blank.given else (),
    )


def _label(sheet: Sheet, blank: Blank, area: Area) -> str:
    """Return what a blank asks for; of a choice it is what stands beside the place that counts."""
    is_place = blank.given is not None and blank.given.group
    return (_beside(sheet, area) if is_place else "") or blank.label


def _beside(sheet: Sheet, area: Area) -> str:
    """Return what is printed right after a radio button: what choosing it means."""
    middle = (area.y0 + area.y1) / 2
    for row in sheet.rows:
        for chunk in row.chunks:
            near = -2 <= chunk.x0 - area.x1 <= _BESIDE
            if near and chunk.y0 <= middle <= chunk.y1:
                return shown(chunk.text)[:LONGEST_LABEL].strip(" :.,;_-*")
    return ""


_BESIDE: Final = 20.0


def _type(blank: Blank) -> FieldType:
    """Return the type; that something is to be chosen only the form fields of a PDF tell."""
    if blank.given and blank.given.group:
        return FieldType.RADIO
    if blank.given and blank.given.options:
        return FieldType.SELECT
    return blank.type


_ANCHORED: Final = {FieldType.SIGNATURE: (150.0, 24.0), FieldType.CHECKBOX: (12.0, 12.0)}


def _tagged(sheet: Sheet, tag: tags.Tag) -> Detection:
    area = tag.area
    if tag.anchored:
        width, height = _ANCHORED.get(tag.type, (110.0, 16.0))
        area = Area(area.x0, area.y1 - height, min(area.x0 + width, sheet.width), area.y1)
    return Detection(
        id="",
        type=tag.type,
        page=sheet.number,
        box=Box(area.x0, area.y0, area.width, area.height).rounded(),
        confidence=1.0,
        label=shown(tag.label),
        party=shown(tag.role),
        reason=f"text tag {shown(tag.text)[:80]!r}",
        source=Source.TAG,
        required=tag.required,
    )


def _reading_order(field: Detection) -> tuple[Any, ...]:
    return field.page, round(field.box.bottom / 6), field.box.x


def _with_group_names(found: list[Detection]) -> list[Detection]:
    """Give each choice a name that a person can read and that no other has, and one owner."""
    names: dict[str, str] = {}
    first: dict[str, Detection] = {}
    for one in found:
        if one.group and one.group not in names:
            name = widgets.spoken(one.group) or "Choice"
            same = sum(
                known.rpartition(" ")[0] == name or known == name for known in names.values()
            )
            names[one.group] = f"{name} {same + 1}" if same else name
            first[one.group] = one
    return [
        replace(
            one,
            group=names[one.group],
            party=first[one.group].party,
            for_nobody=first[one.group].for_nobody,
        )
        if one.group
        else one
        for one in found
    ]


def _numbered(field: Detection, number: int) -> Detection:
    return replace(field, id=f"f{number}")
