"""Laying a certificate out on A4: flowing text, a QR code, a line at the foot of each page."""

from __future__ import annotations

import io
from typing import Final

import pymupdf

from sygn_cli.engine import qr

_PAGE: Final = pymupdf.Rect(0, 0, 595, 842)
_MARGIN: Final = 54.0
_TOP: Final = 60.0
_BOTTOM: Final = 776.0
_FOOT: Final = 806.0
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
td.who { width: 104pt; }
.mono { font-family: monospace; font-size: 7.6pt; }
.warn { color: #a03000; }
"""


def lay_out(body: str, *, title: str, foot: str, code: str, sandbox: bool) -> bytes:
    """Return the pages as a PDF.

    Args:
        body: HTML as MuPDF understands it.
        title: For the document information.
        foot: Stands at the foot of each page, before its number.
        code: What the QR code on the first page holds.
        sandbox: Write SANDBOX across each page.
    """
    document = pymupdf.open(stream=_flow(body), filetype="pdf")
    for number in range(document.page_count):
        _frame(document[number], f"{foot}  \u00b7  page {number + 1} of {document.page_count}")
        if sandbox:
            _mark(document[number])
    side = pymupdf.Rect(_PAGE.x1 - _MARGIN - _CODE, _TOP - 8, _PAGE.x1 - _MARGIN, _TOP - 8 + _CODE)
    document[0].insert_image(side, stream=qr.png(code, module=4))
    document.set_metadata({"title": title, "producer": foot.rpartition("\u00b7")[2].strip()})
    document.subset_fonts()
    return bytes(document.tobytes(garbage=4, deflate=True, no_new_id=True))


def _flow(body: str) -> bytes:
    story = pymupdf.Story(html=f"<body>{body}</body>", user_css=_CSS)
    out = io.BytesIO()
    writer = pymupdf.DocumentWriter(out)
    for number in range(_MOST_PAGES):
        # The first page keeps its right edge free for the code, above the first table.
        right = _PAGE.x1 - _MARGIN
        device = writer.begin_page(_PAGE)
        if number == 0:
            more, filled = story.place(
                pymupdf.Rect(_MARGIN, _TOP, right - _CODE - 16, _TOP + _CODE + 60)
            )
            story.draw(device)
            if more:
                below = pymupdf.Rect(_MARGIN, max(filled[3], _TOP + _CODE), right, _BOTTOM)
                more, _ = story.place(below)
                story.draw(device)
        else:
            more, _ = story.place(pymupdf.Rect(_MARGIN, _TOP, right, _BOTTOM))
            story.draw(device)
        writer.end_page()
        if not more:
            break
    writer.close()
    return out.getvalue()


def _frame(page: pymupdf.Page, foot: str) -> None:
    page.draw_rect(pymupdf.Rect(0, 0, _PAGE.x1, 6), color=None, fill=_ACCENT)
    page.draw_line((_MARGIN, _FOOT - 12), (_PAGE.x1 - _MARGIN, _FOOT - 12), color=_LINE, width=0.7)
    page.insert_text((_MARGIN, _FOOT), foot, fontsize=7.5, fontname="helv", color=_GRAY)


def _mark(page: pymupdf.Page) -> None:
    page.insert_text(
        (_MARGIN + 40, 560), "SANDBOX", fontsize=96, fontname="hebo", color=(0.7, 0.3, 0.1),
        fill_opacity=0.10, morph=(pymupdf.Point(297, 500), pymupdf.Matrix(35)),
    )  # fmt: skip
