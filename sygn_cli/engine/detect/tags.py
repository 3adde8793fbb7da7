"""Text tags: what other signing services have their users type into a document.

Sources: the public guides of DocuSeal, Documenso, BoldSign, Adobe Acrobat Sign, OneSpan, Dropbox
Sign, Signable and DigiSigner, and DocuSign's customary anchor strings. Mail-merge fields such as
``{{OWNER_NAME}}`` or ``[Employee.FirstName]`` look alike and are none, so only known types count.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sygn_cli.domain.field import LONGEST_LABEL, FieldType
from sygn_cli.engine.detect.shapes import Area

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sygn_cli.engine.detect.sheet import Row, Sheet

_S, _I, _D = FieldType.SIGNATURE, FieldType.INITIALS, FieldType.DATE
_T, _C = FieldType.TEXT, FieldType.CHECKBOX
_TYPES: Final[Mapping[str, FieldType]] = {
    **dict.fromkeys(("signature", "sig", "sign", "esignature", "sn"), _S),
    **dict.fromkeys(("initials", "initial", "init", "int"), _I),
    **dict.fromkeys(("date", "datenow", "dte", "editdate", "datesigned", "date_signed"), _D),
    **dict.fromkeys(("text", "textbox", "textfield", "text-merge", "name", "fullname"), _T),
    **dict.fromkeys(("email", "em"), FieldType.EMAIL),
    "number": FieldType.NUMBER,
    **dict.fromkeys(("phone", "title", "ttl", "company", "cmpy"), _T),
    **dict.fromkeys(("dropdown", "select", "address", "label", "textarea"), _T),
    **dict.fromkeys(("checkbox", "check", "radio", "checkbox-merge", "multiple"), _C),
}
# Without anything beside them these are places that a mail merge fills.
_MERGED: Final = frozenset({_T, FieldType.EMAIL, FieldType.NUMBER})
_LETTERS: Final = {"s": _S, "i": _I, "d": _D, "t": _T, "c": _C}


@dataclass(frozen=True, slots=True)
class Tag:
    """A text tag as it was understood.

    Attributes:
        role: Whose it is, "" where the tag does not say.
        anchored: The text stays; the field only begins there.
    """

    type: FieldType
    area: Area
    text: str
    role: str = ""
    label: str = ""
    required: bool | None = None
    anchored: bool = False


@dataclass(frozen=True, slots=True)
class _Meaning:
    type: FieldType
    role: str = ""
    label: str = ""
    required: bool | None = None


_STARTS: Final = ("{", "[", "\\", "/sn", "/ds", "/in")


def find_tags(sheet: Sheet, anchors: Mapping[str, FieldType]) -> list[Tag]:
    """Return the text tags and anchor strings of a page."""
    found = []
    starts = (*_STARTS, *anchors)
    for number, row in enumerate(sheet.rows):
        if not any(start in chunk.text for chunk in row.chunks for start in starts):
            continue
        line = _Line.of(row)
        following = _Line.of(sheet.rows[number + 1]) if number + 1 < len(sheet.rows) else None
        found += list(_tags_of(line, following))
        for anchor, kind in anchors.items():
            found += [
                Tag(kind, line.area(start, start + len(anchor)), anchor, anchored=True)
                for start in _occurrences(line.text, anchor)
            ]
    return found


@dataclass(frozen=True, slots=True)
class _Line:
    """The text of a row, and where each of its characters stands."""

    text: str
    edges: tuple[tuple[int, int, float, float], ...]
    top: float
    bottom: float

    @classmethod
    def of(cls, row: Row) -> _Line:
        parts, edges, at = [], [], 0
        words = list(row.words)
        for word in words:
            parts.append(word.text)
            edges.append((at, at + len(word.text), word.x0, word.x1))
            at += len(word.text) + 1
        top, bottom = min(w.y0 for w in words), max(w.y1 for w in words)
        return cls(" ".join(parts), tuple(edges), top, bottom)

    def area(self, start: int, end: int) -> Area:
        """Return the area of a part of the text."""
        x0, x1 = 1e9, -1e9
        for first, last, left, right in self.edges:
            if first < end and last > start:
                width = (right - left) / max(1, last - first)
                x0 = min(x0, left + max(0, start - first) * width)
                x1 = max(x1, right - max(0, last - end) * width)
        return Area(x0, self.top, x1, self.bottom)


def _occurrences(text: str, anchor: str) -> Iterator[int]:
    start = text.find(anchor) if anchor else -1
    while start >= 0:
        yield start
        start = text.find(anchor, start + len(anchor))


_BRACES: Final = re.compile(r"\{\{(?P<body>[^{}]{1,300})\}\}")
_OPEN: Final = re.compile(r"\{\{(?P<body>[^{}]{1,300})$")
_CLOSE: Final = re.compile(r"^(?P<body>[^{}]{0,300})\}\}")
_SINGLE: Final = re.compile(
    r"(?<!\{)\{(?P<body>(?:signature|text|date|check)\??:[^{}]{1,200})\}(?!\})"
)
_PIPES: Final = re.compile(r"\[(?P<body>[a-z-]{3,15}\|(?:req|noreq)\|[^\]\[]{1,200})\]")
_COLON: Final = re.compile(r"\[(?P<body>[stdci]:[^\]\[:]{1,60})\]")
_ANCHOR: Final = re.compile(
    r"(?:\\(?P<a>[sid]|n)(?P<b>\d{1,2})\\|/(?P<c>sn|ds|in)(?P<d>\d{1,2})/)"
)


def _tags_of(line: _Line, following: _Line | None) -> Iterator[Tag]:
    dialects: tuple[tuple[re.Pattern[str], Callable[[str], _Meaning | None]], ...] = (
        (_BRACES, _braces),
        (_SINGLE, _signable),
        (_PIPES, _dropbox),
        (_COLON, _digisigner),
    )
    for pattern, read in dialects:
        for match in pattern.finditer(line.text):
            meaning = read(match["body"])
            if meaning:
                yield _tag(meaning, line.area(match.start(), match.end()), match.group())
    for match in _ANCHOR.finditer(line.text):
        yield _docusign(match, line)
    opened = _OPEN.search(line.text)
    closed = _CLOSE.search(following.text) if opened and following else None
    if opened and closed:
        meaning = _braces(opened["body"] + closed["body"])
        if meaning:
            text = opened.group() + closed.group()
            yield _tag(meaning, line.area(opened.start(), opened.end()), text)


def _tag(meaning: _Meaning, area: Area, text: str) -> Tag:
    label = " ".join(meaning.label.split())[:LONGEST_LABEL]
    return Tag(meaning.type, area, text, _role(meaning.role), label, meaning.required)


_NUMBERED: Final = re.compile(r"^(?:r|signer|recipient|party|s)?[ _-]?(\d{1,2})$", re.IGNORECASE)


def _role(name: str) -> str:
    name = name.strip()
    match = _NUMBERED.match(name)
    return f"Signer {int(match[1])}" if match else name[:60]


def _braces(body: str) -> _Meaning | None:
    body = body.strip()
    if re.match(r"esl(?:_\w+)?:", body, re.IGNORECASE):
        return _onespan(body)
    if "_es_" in body:
        return _adobe(body)
    if "|" in body:
        return _boldsign(body)
    if ";" in body or "=" in body.partition(",")[0]:
        return _docuseal(body)
    return _documenso(body)


def _documenso(body: str) -> _Meaning | None:
    name, *rest = (part.strip() for part in body.split(","))
    kind = _TYPES.get(name.casefold())
    options = dict(_option(part) for part in rest if "=" in part)
    role = next((part for part in rest if "=" not in part), "")
    if kind is None or (not rest and kind in _MERGED):
        return None
    return _Meaning(kind, role, options.get("label", ""), _truth(options.get("required")))


def _docuseal(body: str) -> _Meaning | None:
    name, *rest = (part.strip() for part in body.split(";"))
    if "=" in name:
        name, rest = "", [name, *rest]
    options = dict(_option(part) for part in rest if "=" in part)
    if not options.keys() & {"role", "type", "required", "width", "height", "readonly", "format"}:
        return None
    kind = _TYPES.get(options.get("type", "").casefold() or name.casefold(), _T)
    return _Meaning(kind, options.get("role", ""), name, _truth(options.get("required")))


def _option(part: str) -> tuple[str, str]:
    key, _, value = part.partition("=")
    return key.strip().casefold(), value.strip()


def _truth(value: str | None) -> bool | None:
    return None if value is None else value.casefold() not in {"false", "no", "0"}


def _boldsign(body: str) -> _Meaning | None:
    parts = [part.strip() for part in body.split("|")]
    kind = _TYPES.get(parts[0].casefold())
    if kind is None or not parts[1].isdecimal():
        return None
    required = (parts[2] == "*") if len(parts) > 2 else None
    return _Meaning(kind, parts[1], parts[3] if len(parts) > 3 else "", required)


def _adobe(body: str) -> _Meaning | None:
    name, _, rest = body.lstrip("*!").partition("_es_")
    parts = [part.strip() for part in rest.split(":") if part.strip()]
    role = parts[0] if parts else ""
    words = [re.sub(r"\(.*", "", part).casefold() for part in [*parts[1:], name.lstrip("[]")]]
    kind = next((_TYPES[word] for word in words if word in _TYPES), None)
    if kind is None and name.startswith("[]"):
        kind = _C
    return _Meaning(kind or _T, role, name.lstrip("[]"), True if body.startswith("*") else None)


def _onespan(body: str) -> _Meaning | None:
    parts = [part.strip() for part in body.split(":")]
    kinds = {"capture": _S, "fullname": _S, "initials": _I, "signingdate": _D, "date": _D}
    if len(parts) < 2:
        return None
    word = re.sub(r"\(.*", "", parts[2]).casefold() if len(parts) > 2 else "capture"
    kind = kinds.get(word) or _TYPES.get(word)
    return _Meaning(kind, parts[1]) if kind else None


def _dropbox(body: str) -> _Meaning | None:
    parts = body.split("|")
    kind = _TYPES.get(parts[0])
    if kind is None or parts[2] == "sender":
        return None
    return _Meaning(kind, parts[2], parts[3] if len(parts) > 3 else "", parts[1] == "req")


def _signable(body: str) -> _Meaning | None:
    parts = body.split(":")
    kind = _TYPES.get(parts[0].rstrip("?"))
    if kind is None or not re.fullmatch(r"\w[\w -]*", parts[1]):
        return None
    label = parts[2].replace("+", " ") if len(parts) > 2 else ""
    return _Meaning(kind, parts[1], label, not parts[0].endswith("?"))


def _digisigner(body: str) -> _Meaning | None:
    letter, _, role = body.partition(":")
    return _Meaning(_LETTERS[letter], role) if role.strip() else None


def _docusign(match: re.Match[str], line: _Line) -> Tag:
    letters = {"s": _S, "i": _I, "d": _D, "n": _T, "sn": _S, "in": _I, "ds": _D}
    kind = letters[match["a"] or match["c"]]
    area = line.area(match.start(), match.end())
    return Tag(kind, area, match.group(), _role(match["b"] or match["d"]), anchored=True)
