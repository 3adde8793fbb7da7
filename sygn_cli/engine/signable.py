"""Ask the library that will sign whether it can read a PDF, before anybody relies on it."""

from __future__ import annotations

import io

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigFieldSpec, append_signature_field


def is_signable(pdf: bytes, *, pages: int) -> bool:
    """Tell whether pyHanko reads the PDF strictly, finds its pages and can add a field to it.

    MuPDF shows files that pyHanko refuses; pyHanko leaks KeyError, ValueError, TypeError,
    AssertionError and others on those, so anything that it raises means no.
    """
    try:
        reader = PdfFileReader(io.BytesIO(pdf), strict=True)
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        append_signature_field(writer, SigFieldSpec("Probe"))
        return bool(reader.root["/Pages"]["/Count"] == pages and not reader.encrypted)
    except Exception:  # noqa: BLE001  see the docstring
        return False
