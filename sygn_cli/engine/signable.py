"""Ask the library that will sign whether it can read a PDF, before anybody relies on it."""

from __future__ import annotations

import io

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader


def is_signable(pdf: bytes, *, pages: int) -> bool:
    """Tell whether pyHanko reads the PDF strictly and finds that many pages in it.

    MuPDF shows files that pyHanko refuses; pyHanko leaks KeyError, ValueError, TypeError,
    AssertionError and others on those, so anything that it raises means no.
    """
    try:
        reader = PdfFileReader(io.BytesIO(pdf), strict=True)
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        writer.find_page_for_modification(0)  # type: ignore[no-untyped-call]  # pyHanko has none
        return bool(reader.root["/Pages"]["/Count"] == pages and not reader.encrypted)
    except Exception:  # noqa: BLE001  see the docstring
        return False
