"""See that two readers which were not written by the same people find the same file.

Two readers that see different files: that is how attacks on signed PDFs work.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pyhanko.pdf_utils.generic import IndirectObject

from sygn_cli.domain.errors import PdfRefused
from sygn_cli.domain.stated import stated
from sygn_cli.engine.pdf import opened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyhanko.pdf_utils.reader import PdfFileReader

_OBJECT: Final = re.compile(rb"\s*(\d+)\s+(\d+)\s+obj\s*<<(.*?)>>\s*endobj", re.DOTALL)
_NOT_PLAIN: Final = re.compile(rb"[<>()\[\]%#]")
_PLAIN_ARRAY: Final = re.compile(rb"\[[\s0-9R.+-]*\]")
_COUNT: Final = re.compile(rb"/Count\s+([0-9]+)(?=[\s/]|\Z)")


def disagreements(pdf: bytes, reader: PdfFileReader) -> Iterator[str]:
    """Yield what MuPDF sees otherwise than pyHanko's reader of the same bytes does.

    Raises:
        Exception: Whatever pyHanko leaks on a hostile file.
    """
    try:
        with opened(pdf, shown=()) as document:
            pages, repaired = document.page_count, document.is_repaired
    except PdfRefused as error:
        yield stated("A second reader does not agree: {why}", why=error.message)
        return
    if repaired:
        yield stated("The file is damaged: a second reader had to repair it.")
    if pages != _page_count(pdf, reader):
        yield stated("Two readers find different pages in the file.")


def _page_count(pdf: bytes, reader: PdfFileReader) -> int:
    """Return the number of pages that the root of the page tree claims, as pyHanko finds it.

    The root may hold thousands of references which pyHanko would make objects of; where it is
    written plainly, looking for the one number in it takes a hundredth of the time.
    """
    root = reader.root.raw_get("/Pages")
    if isinstance(root, IndirectObject):
        place = reader.xrefs[root.reference]
        found = _OBJECT.match(pdf, place) if isinstance(place, int) else None
        if found is not None and (int(found[1]), int(found[2])) == (root.idnum, root.generation):
            rest = _PLAIN_ARRAY.sub(b"", found[3])
            counts = _COUNT.findall(rest)
            if len(counts) == rest.count(b"/Count") == 1 and not _NOT_PLAIN.search(rest):
                return int(counts[0])
    return int(reader.root["/Pages"]["/Count"])
