"""Fields that the PDF already has, as blanks that know more about themselves than a line does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from sygn_cli.domain.field import LONGEST_LABEL, MOST_OPTIONS, FieldType
from sygn_cli.domain.geometry import UserBox
from sygn_cli.engine.detect import lexicon
from sygn_cli.engine.detect.blanks import Blank, Form, Given
from sygn_cli.engine.detect.kinds import shown
from sygn_cli.engine.detect.shapes import Area
from sygn_cli.engine.pdf import page_geometry

if TYPE_CHECKING:
    import pymupdf

    from sygn_cli.domain.geometry import Box, PageGeometry

# PyMuPDF's numbers for the kinds of widgets; its stubs do not name them.
_BUTTON: Final = 1
_TICKS: Final = frozenset({2, 5})
_RADIO: Final = 5
_LISTS: Final = frozenset({3, 4})  # combo box, list box
_SIGNATURE: Final = 6
_HIDDEN: Final = 2 | 32  # ISO 32000-1, table 165: Hidden, NoView
_READ_ONLY: Final = 1  # ISO 32000-1, table 221
_REQUIRED: Final = 2
_SMALLEST: Final = 4.0
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])")
_NO_WORD: Final = re.compile(
    r"^(?:topmostsubform|subform|form|page|field|feld|text|textfeld|textfield|textbox|champ|campo|"
    r"untitled|undefined|fill|check|box|checkbox|f|c|p|tf|cb|row|\d+)$"
)
_SHORT_SIGNATURE: Final = re.compile(r"\b(?:sig|sgn|signatur|unterschr)\b")
_TELLING: Final = re.compile(r"[^\W\d_]{4}")
_ROLE: Final = re.compile(
    r"^(debtor|user|signer|tenant|landlord|applicant|petitioner|plaintiff|defendant|respondent|"
    r"attorney|spouse|taxpayer|borrower|buyer|seller|employee|employer|client|witness|party|"
    r"mieter|vermieter|k\u00e4ufer|verk\u00e4ufer|locataire|bailleur)s?[ _.-]?(\d{0,2})(?=[ _.\[-]|$)",
    re.IGNORECASE,
)


def read_widgets(page: Any) -> list[Blank]:  # noqa: ANN401 - PyMuPDF's class has no stub
    """Return the widgets of a page that a signer could fill."""
    geometry = page_geometry(page)
    found = []
    for widget in page.widgets():
        kind = _type_of(widget)
        if kind is None or _is_hidden(widget):
            continue
        box = box_of(page.parent, widget.xref, geometry)
        if box is None or min(box.width, box.height) < _SMALLEST:
            continue
        area = Area(box.x, box.y, box.right, box.bottom)
        found.append(_blank(widget, area, kind[0], sure=kind[1]))
    return found


def box_of(document: pymupdf.Document, xref: int, geometry: PageGeometry) -> Box | None:
    """Return where a widget stands on its displayed page; None if it has no place."""
    user = _rectangle(document, xref)
    return None if user is None else geometry.to_display(user)


def _is_on(widget: Any) -> bool:  # noqa: ANN401
    """Tell whether a box or radio button is on as the PDF comes."""
    kind, state = widget.parent.parent.xref_get_key(widget.xref, "AS")
    return bool(kind == "name" and state != "/Off")


def _rectangle(document: pymupdf.Document, xref: int) -> UserBox | None:
    """Return the rectangle of a widget in user space.

    PyMuPDF 2.0 turns it wrongly on pages with a user unit, so it is read from the object itself.
    """
    kind, written = document.xref_get_key(xref, "Rect")
    numbers = re.findall(r"[-+]?(?:\d+\.?\d*|\.\d+)", written) if kind == "array" else []
    if len(numbers) != 4:
        return None
    x0, y0, x1, y1 = (float(number) for number in numbers)
    if x0 == x1 or y0 == y1:
        return None
    return UserBox(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))


def _is_hidden(widget: Any) -> bool:  # noqa: ANN401
    annotation = getattr(widget, "_annot", None)
    flags = int(annotation.flags) if annotation is not None else 0
    return bool(flags & _HIDDEN) or bool((widget.field_flags or 0) & _READ_ONLY)


def _type_of(widget: Any) -> tuple[FieldType, bool] | None:  # noqa: ANN401
    """Return the type, and whether the widget itself leaves no doubt about it."""
    kind = widget.field_type
    if kind == _BUTTON:
        return None
    if kind in _TICKS:
        return FieldType.CHECKBOX, True
    if kind == _SIGNATURE:
        return FieldType.SIGNATURE, True
    for words in _told(widget):
        kinds = [hit.type for hit in lexicon.hits(spoken(words))]
        if kinds:
            return _said(kinds), True
    if _SHORT_SIGNATURE.search(" ".join(spoken(words).casefold() for words in _told(widget))):
        return FieldType.SIGNATURE, True
    return FieldType.TEXT, False


def _said(kinds: list[FieldType]) -> FieldType:
    """Return the type that a name like ``date signed`` or ``signature name`` means."""
    for wanted in (FieldType.INITIALS, FieldType.DATE, FieldType.SIGNATURE):
        if wanted in kinds and FieldType.TEXT not in kinds[kinds.index(wanted) :]:
            return wanted
    return kinds[-1]


def _told(widget: Any) -> tuple[str, str]:  # noqa: ANN401
    return widget.field_label or "", widget.field_name or ""


def spoken(name: str) -> str:
    """Return the words of a field name: ``form1[0].DateSigned_2`` becomes ``Date Signed``."""
    last = name.rpartition(".")[2] if "." in name.strip(".") else name
    text = _CAMEL.sub(" ", re.sub(r"\[\d+\]|[_\-#]+", " ", last))
    return " ".join(word for word in text.split() if not _NO_WORD.match(word.casefold()))


def _label(widget: Any, name: str) -> str:  # noqa: ANN401
    # The name is that of the whole choice; what a place of it means is printed beside it.
    told = "" if widget.field_type == _RADIO else widget.field_label or spoken(name)
    return " ".join(told.split())


def _options(widget: Any) -> tuple[str, ...]:  # noqa: ANN401
    """Return what a list offers, as it is read: a pair is an export value and its words."""
    words = (one if isinstance(one, str) else one[-1] for one in widget.choice_values or ())
    offered = dict.fromkeys(shown(str(one))[:LONGEST_LABEL].strip() for one in words)
    return tuple(one for one in offered if one)[:MOST_OPTIONS]


def _party_of(name: str) -> str:
    match = _ROLE.match(name.rpartition("]")[2].lstrip(".") or name)
    if not match:
        return ""
    role = match[1].capitalize()
    return f"{role} {int(match[2])}" if match[2] else role


def _blank(widget: Any, area: Area, kind: FieldType, *, sure: bool) -> Blank:  # noqa: ANN401
    name = widget.field_name or ""
    blank = Blank(Form.WIDGET, area, min(area.height, 12.0), cell=area, type=kind)
    blank.given = Given(
        name=name,
        label=_label(widget, name),
        sure=sure,
        telling=bool(_TELLING.search(spoken(widget.field_label or name))),
        required=bool((widget.field_flags or 0) & _REQUIRED),
        marked=widget.field_type in _TICKS and _is_on(widget),
        group=shown(name)[:LONGEST_LABEL] if widget.field_type == _RADIO else "",
        options=_options(widget) if widget.field_type in _LISTS else (),
    )
    blank.party = _party_of(name)
    blank.max_length = widget.text_maxlen or None
    return blank
