"""Draw marks on transparent pages, upright and as displayed; ``stamp`` lays those over the file.

A page here has the displayed size and the coordinates of ``Field.box``, so that nothing in this
module knows of rotation, crop boxes or user units.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, assert_never

import pymupdf
from PIL import Image

from sygn_cli.domain.errors import InvalidRequest
from sygn_cli.domain.field import FieldType
from sygn_cli.domain.mark import PAD_WIDTH, Drawn, Picture, Ticked, Typed
from sygn_cli.engine import handwriting
from sygn_cli.engine.ink import dot, strokes, tick

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sygn_cli.domain.field import Field
    from sygn_cli.domain.geometry import Box
    from sygn_cli.domain.mark import Mark

# Text is laid out at this size and scaled when drawn: one layout serves every size.
_EM: Final = 100.0
# MuPDF cuts a story at its rectangle; the margin keeps slanted letters whole.
_MARGIN: Final = 25.0
_ASCENT: Final = 0.9
_DESCENT: Final = 0.24
_LARGEST_PICTURE: Final = 50_000_000


@dataclass(frozen=True, slots=True)
class _Face:
    """How words look: CSS, the largest size in points, the share of a box that a line may take."""

    style: str
    largest: float
    share: float


_SIGNATURE: Final = _Face("font-family:Times;font-style:italic;color:#0b1f5c;", 30.0, 0.92)
_TEXT: Final = _Face("font-family:Helvetica;color:#111111;", 11.0, 0.8)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What to draw over one page.

    Attributes:
        width: Displayed width in points.
        height: Displayed height in points.
        sandbox: Write SANDBOX across it.
    """

    width: float
    height: float
    marks: tuple[tuple[Field, Mark, bytes | None], ...] = ()
    sandbox: bool = False


def draw(sheets: Sequence[Sheet]) -> pymupdf.Document:
    """Return a document with one page for each sheet; the caller closes it."""
    document = pymupdf.open(stream=_words(sheets), filetype="pdf")
    for index, sheet in enumerate(sheets):
        page = document[index]
        for field, mark, picture in sheet.marks:
            if isinstance(mark, Picture):
                _paste(page, field, picture)
        _append(page, b"".join(_lines(sheet, field, mark) for field, mark, _ in sheet.marks))
        if sheet.sandbox:
            _watermark(page)
    # A CJK fallback font has megabytes; only the glyphs in use stay.
    document.subset_fonts()
    return document


def _words(sheets: Sequence[Sheet]) -> bytes:
    """Return a PDF with all that is typed, one page for each sheet."""
    buffer = io.BytesIO()
    writer = pymupdf.DocumentWriter(buffer)
    for sheet in sheets:
        device = writer.begin_page(pymupdf.Rect(0, 0, sheet.width, sheet.height))
        for field, mark, _ in sheet.marks:
            if isinstance(mark, Typed) and mark.text and _by_hand(mark) is None:
                _write(device, field, mark.text)
        writer.end_page()
    writer.close()
    return buffer.getvalue()


def _by_hand(mark: Typed) -> handwriting.Outline | None:
    """Return the name as handwriting; None where no look was chosen or none has its letters."""
    return None if mark.look is None else handwriting.write(mark.text, mark.look).outline


def _write(device: pymupdf.DeviceWrapper, field: Field, words: str) -> None:
    adopted = field.type in {FieldType.SIGNATURE, FieldType.INITIALS}
    face = _SIGNATURE if adopted else _TEXT
    one = _one_line_size(_story(words, face.style + _ONE_LINE), field.box, face)
    wrapped = _wrapped_size(words, field.box, face)
    if "\n" not in words and one >= wrapped:
        _on_one_line(device, words, field.box, face, one)
    else:
        _on_lines(device, words, field.box, face, wrapped)


_ONE_LINE: Final = "white-space:nowrap;"
_LINES: Final = "white-space:pre-wrap;overflow-wrap:break-word;"


def _story(words: str, style: str) -> pymupdf.Story:
    # As a text node and not as HTML: MuPDF 1.28 decodes "&amp;amp;" twice.
    story = pymupdf.Story(user_css=f"body{{margin:{_MARGIN:g}px;padding:0}}", em=_EM)
    body = story.body
    block = body.create_element("div")
    block.set_attribute("style", f"font-size:{_EM:g}px;{style}")
    block.append_child(body.create_text_node(words))
    body.append_child(block)
    return story


def _natural(story: pymupdf.Story) -> tuple[float, float]:
    """Return width and height that a story takes on one line, margins included."""
    _, filled = story.place(pymupdf.Rect(0, 0, 1, 100 * _EM))
    story.reset()
    return filled[2], filled[3]


def _one_line_size(story: pymupdf.Story, box: Box, face: _Face) -> float:
    width = max(_natural(story)[0] - 2 * _MARGIN, 1.0)
    return min(face.largest, box.height * face.share, box.width / width * _EM)


def _on_one_line(
    device: pymupdf.DeviceWrapper, words: str, box: Box, face: _Face, size: float
) -> None:
    story = _story(words, face.style + _ONE_LINE)
    width, height = _natural(story)
    baseline = box.bottom - min(_DESCENT * size, box.height * 0.2)
    _draw(device, story, (width + _EM, height), size, (box.x, baseline - _ASCENT * size))


def _on_lines(
    device: pymupdf.DeviceWrapper, words: str, box: Box, face: _Face, size: float
) -> None:
    story = _story(words, face.style + _LINES)
    area = (box.width / size * _EM + 2 * _MARGIN, box.height / size * _EM + 2 * _MARGIN + _EM)
    _draw(device, story, area, size, (box.x, box.y))


def _draw(
    device: pymupdf.DeviceWrapper,
    story: pymupdf.Story,
    area: tuple[float, float],
    size: float,
    at: tuple[float, float],
) -> None:
    scale = size / _EM
    story.place(pymupdf.Rect(0, 0, *area))
    shift = _MARGIN * scale
    story.draw(device, pymupdf.Matrix(scale, 0, 0, scale, at[0] - shift, at[1] - shift))


def _wrapped_size(words: str, box: Box, face: _Face) -> float:
    """Return the largest size at which the words fit the box on several lines."""
    story = _story(words, face.style + _LINES)
    size = min(face.largest, box.height / 1.2)
    while size > 0.5:
        width = box.width / size * _EM
        _, filled = story.place(pymupdf.Rect(0, 0, width + 2 * _MARGIN, 1e6))
        story.reset()
        if (
            filled[2] <= width + 2 * _MARGIN + 1
            and (filled[3] - 2 * _MARGIN) * size / _EM <= box.height
        ):
            break
        size *= 0.93
    return size


def _lines(sheet: Sheet, field: Field, mark: Mark) -> bytes:
    match mark:
        case Drawn():
            return strokes(mark, field.box, pad_width=PAD_WIDTH, page_height=sheet.height)
        case Ticked(on):
            shape = dot if field.type is FieldType.RADIO else tick
            return shape(field.box, page_height=sheet.height) if on else b""
        case Typed():
            outline = _by_hand(mark)
            if outline is None:
                return b""
            return handwriting.operators(outline, field.box, page_height=sheet.height)
        case Picture():
            return b""
        case _:  # pragma: no cover
            assert_never(mark)


def _append(page: pymupdf.Page, content: bytes) -> None:
    if not content:
        return
    # MuPDF writes a page without words as a bare "cm", which would turn us upside down.
    before, after = (_stream(page.parent, one) for one in (b"q\n", b"\nQ\n" + content))
    streams = " ".join(f"{one} 0 R" for one in [before, *page.get_contents(), after])
    page.parent.xref_set_key(page.xref, "Contents", f"[{streams}]")


def _stream(document: pymupdf.Document, content: bytes) -> int:
    xref: int = document.get_new_xref()
    document.update_object(xref, "<<>>")
    document.update_stream(xref, content, new=True)
    return xref


def _paste(page: pymupdf.Page, field: Field, picture: bytes | None) -> None:
    width, height = _picture_size(field, picture)
    box = field.box
    scale = min(box.width / width, box.height / height)
    across, down = width * scale, height * scale
    page.insert_image(
        pymupdf.Rect(box.x, box.bottom - down, box.x + across, box.bottom), stream=picture
    )


def _picture_size(field: Field, picture: bytes | None) -> tuple[int, int]:
    try:
        with Image.open(io.BytesIO(picture or b""), formats=["PNG"]) as image:
            width, height = image.size
            if width * height > _LARGEST_PICTURE:
                raise InvalidRequest(f"The picture for field {field.id} is too large.")
            image.verify()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise InvalidRequest(f"The picture for field {field.id} is not a PNG.") from error
    return width, height


def _watermark(page: pymupdf.Page) -> None:
    """Write SANDBOX along the diagonal, so light that everything under it stays readable."""
    words, font = "SANDBOX", "hebo"
    area = page.rect
    diagonal = (area.width**2 + area.height**2) ** 0.5
    size = 0.62 * diagonal / pymupdf.get_text_length(words, fontname=font, fontsize=1)
    length = pymupdf.get_text_length(words, fontname=font, fontsize=size)
    centre = (area.tl + area.br) / 2
    start = pymupdf.Point(centre.x - length / 2, centre.y + size * 0.36)
    across, down = area.width / diagonal, area.height / diagonal
    turn = pymupdf.Matrix(across, down, -down, across, 0, 0)
    page.insert_text(
        start,
        words,
        fontname=font,
        fontsize=size,
        color=(0.8, 0.1, 0.1),
        fill_opacity=0.08,
        stroke_opacity=0.08,
        morph=(centre, turn),
    )
