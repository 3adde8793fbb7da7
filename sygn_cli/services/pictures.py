"""Pages as pictures and as text: drawn once per file content, kept in the cache."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sygn_cli.domain.errors import NotFound
from sygn_cli.engine import render

if TYPE_CHECKING:
    from sygn_cli.domain.document import Document
    from sygn_cli.services.runtime import Runtime

DPI: Final = 144
# Part of every cache key: raise it when pictures of the same page would look different.
_STYLE: Final = "2"


def page_picture(runtime: Runtime, document: Document, file: int, page: int) -> bytes:
    """Return a page as WebP at 144 dpi, as displayed.

    Raises:
        NotFound: The document has no such page.
        PdfRefused: The page cannot be drawn within the limits.
    """
    source = _source(document, file, page)
    key = f"{source}-{page}-{DPI}-{_STYLE}.webp"
    picture = runtime.cache.get(key)
    if picture is None:
        pdf = runtime.store.blob(document.id, source)
        picture = runtime.pdf.call(render.page_picture, pdf, page, dpi=DPI)
        runtime.cache.put(key, picture)
    return picture


def page_text(runtime: Runtime, document: Document, file: int, page: int) -> str:
    """Return the words of a page in reading order, for those who do not see the picture."""
    source = _source(document, file, page)
    key = f"{source}-{page}-{_STYLE}.txt"
    content = runtime.cache.get(key)
    if content is None:
        pdf = runtime.store.blob(document.id, source)
        content = runtime.pdf.call(render.page_text, pdf, page).encode()
        runtime.cache.put(key, content)
    return content.decode()


def _source(document: Document, file: int, page: int) -> str:
    if not (1 <= file <= len(document.files) and 1 <= page <= len(document.files[file - 1].pages)):
        raise NotFound(f"Document {document.id} has no page {page} in file {file}.")
    return document.files[file - 1].sha256
