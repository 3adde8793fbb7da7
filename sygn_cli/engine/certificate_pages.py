"""Laying a certificate out on A4: flowing text, a QR code, a line at the foot of each page."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pymupdf

from sygn_cli.engine import qr

if TYPE_CHECKING:
    from collections.abc import Sequence

_PAGE: Final = pymupdf.Rect(0, 0, 595, 842)
_MARGIN: Final = 54.0
_RIGHT: Final = 541.0
_TOP: Final = 60.0
_BOTTOM: Final = 776.0
_FOOT: Final = 806.0
# Less than this is no room: MuPDF 1.28 takes a rectangle without height for one without end, and
# what it then places below the page is seen by nobody.
_LEAST: Final = 24.0
_CODE: Final = 84.0
_MOST_PAGES: Final = 500
_GRAY: Final = (0.36, 0.39, 0.45)
_LINE: Final = (0.82, 0.84, 0.88)
_ACCENT: Final = (0.14, 0.27, 0.78)
_CSS: Final = """
body { font-family: sans-serif; font-size: 9pt; line-height: 1.35; color: #121a2a; }
h1 { font-size: 21pt; line-height: 1.1; margin: 0 0 3pt 0; }
h2 { font-size: 11pt; margin: 14pt 0 3pt 0; color: #2445c8; }
h3 { font-size: 10pt; margin: 8pt 0 1pt 0; }
p { margin: 0 0 4pt 0; }
p.lead { font-size: 12pt; margin: 0 0 8pt 0; }
p.small { font-size: 8pt; color: #5a6272; margin: 5pt 0 4pt 0; }
td { padding: 1.2pt 6pt 1.2pt 0; }
td.name { width: 96pt; color: #5a6272; }
td.when { width: 116pt; }
td.who { width: 110pt; }
.mono { font-family: monospace; font-size: 7.6pt; }
.warn { color: #a03000; }
"""


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of the certificate.

    Attributes:
        html: As MuPDF understands it.
        together: Goes to the next page as a whole where it does not fit any more.
    """

    html: str
    together: bool = True


def lay_out(
    head: str,
    blocks: Sequence[Block],
    *,
    title: str,
    foot: str,
    numbering: str,
    language: str,
    code: str,
    sandbox: bool,
) -> bytes:
    """Return the pages as a PDF.

    Args:
        head: HTML beside the QR code.
        blocks: What follows, one below the other.
        title: For the document information.
        foot: Stands at the foot of each page, before its number.
        numbering: How the number is said, with ``{n}`` and ``{total}``; Latin-1.
        language: That a screen reader is to read it in.
        code: What the QR code on the first page holds.
        sandbox: Write SANDBOX across each page.
    """
    document = pymupdf.open(stream=_flow(head, blocks), filetype="pdf")
    for number in range(document.page_count):
        place = numbering.format(n=number + 1, total=document.page_count)
        _frame(document[number], f"{foot}  \u00b7  {place}")
        if sandbox:
            _mark(document[number])
    top = _TOP - 8
    square = pymupdf.Rect(_RIGHT - _CODE, top, _RIGHT, top + _CODE)
    document[0].insert_image(square, stream=qr.png(code, module=4))
    document.set_language(language)
    document.set_metadata({"title": title, "producer": foot.rpartition("\u00b7")[2].strip()})
    document.subset_fonts()
    return bytes(document.tobytes(garbage=4, deflate=True, no_new_id=True))


def _flow(head: str, blocks: Sequence[Block]) -> bytes:
    out = io.BytesIO()
    flow = _Flow(pymupdf.DocumentWriter(out))
    flow.place(_story(head), right=_RIGHT - _CODE - 16)
    flow.down_to(_TOP + _CODE)
    for block in blocks:
        if block.together and not flow.has_room_for(_story(block.html)):
            flow.turn()
        flow.place(_story(block.html))
    flow.end()
    return out.getvalue()


def _story(html: str) -> pymupdf.Story:
    return pymupdf.Story(html=f"<body>{html}</body>", user_css=_CSS)


class _Flow:
    """Pages that fill from the top."""

    def __init__(self, writer: pymupdf.DocumentWriter) -> None:
        self._writer = writer
        self._device = writer.begin_page(_PAGE)
        self._y = _TOP
        self._pages = 1

    def has_room_for(self, story: pymupdf.Story) -> bool:
        """Tell whether it fits on the rest of the page, or would fit on no page at all."""
        if not story.place(self._rest())[0]:
            return True
        return bool(_fresh(story).place(self._rest(top=_TOP))[0])

    def place(self, story: pymupdf.Story, *, right: float = _RIGHT) -> None:
        """Draw it here, and go on at the top of further pages as long as it takes."""
        if self._y > _BOTTOM - _LEAST:
            self.turn()
        while True:
            more, filled = story.place(self._rest(right=right))
            story.draw(self._device)
            self._y = filled[3]
            if not more or self._pages >= _MOST_PAGES:
                return
            self.turn()

    def down_to(self, y: float) -> None:
        """Leave space until there."""
        self._y = max(self._y, y)

    def turn(self) -> None:
        """Start the next page."""
        self._writer.end_page()
        self._device = self._writer.begin_page(_PAGE)
        self._y = _TOP
        self._pages += 1

    def end(self) -> None:
        """Finish the last page."""
        self._writer.end_page()
        self._writer.close()

    def _rest(self, *, top: float | None = None, right: float = _RIGHT) -> pymupdf.Rect:
        return pymupdf.Rect(_MARGIN, self._y if top is None else top, right, _BOTTOM)


def _fresh(story: pymupdf.Story) -> pymupdf.Story:
    story.reset()
    return story


def _frame(page: pymupdf.Page, foot: str) -> None:
    page.draw_rect(pymupdf.Rect(0, 0, _PAGE.x1, 6), color=None, fill=_ACCENT)
    page.draw_line((_MARGIN, _FOOT - 12), (_RIGHT, _FOOT - 12), color=_LINE, width=0.7)
    page.insert_text((_MARGIN, _FOOT), foot, fontsize=7.5, fontname="helv", color=_GRAY)


def _mark(page: pymupdf.Page) -> None:
    page.insert_text(
        (_MARGIN + 40, 560), "SANDBOX", fontsize=96, fontname="hebo", color=(0.7, 0.3, 0.1),
        fill_opacity=0.10, morph=(pymupdf.Point(297, 500), pymupdf.Matrix(35)),
    )  # fmt: skip
