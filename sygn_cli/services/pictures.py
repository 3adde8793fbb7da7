"""Pages as pictures and as text: drawn once per file content, kept in the cache."""

from __future__ import annotations

import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from sygn_cli.domain.audit import sha256
from sygn_cli.domain.errors import NotFound, SygnError
from sygn_cli.domain.field import FieldType
from sygn_cli.engine import render

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sygn_cli.domain.document import Document
    from sygn_cli.domain.geometry import Box
    from sygn_cli.services.runtime import Runtime

DPI: Final = 144
# Part of every cache key: raise it when pictures of the same page would look different.
STYLE: Final = "3"


def page_picture(runtime: Runtime, document: Document, file: int, page: int) -> bytes:
    """Return a page as WebP at 144 dpi, as displayed.

    Raises:
        NotFound: The document has no such page.
        PdfRefused: The page cannot be drawn within the limits.
    """
    source = _source(document, file, page)
    vacant = _boxes(document, file, page)
    turned_off = f"-{sha256(repr(vacant).encode())[:16]}" if vacant else ""
    key = f"{source}-{page}-{DPI}-{STYLE}{turned_off}.webp"
    picture = runtime.cache.get(key)
    if picture is None:
        with _DRAWING.alone(key):
            picture = runtime.cache.get(key) or _drawn(runtime, document, source, page, vacant)
            runtime.cache.put(key, picture)
    return picture


def draw_ahead(runtime: Runtime, document: Document) -> None:
    """Begin to draw the first page of a large file, which is asked for in a moment.

    The first look at 20 MB hashes all of it; meanwhile the page travels to the browser.
    """
    if document.files[0].size >= _LARGE:
        threading.Thread(target=_draw_first, args=(runtime, document), daemon=True).start()


_LARGE: Final = 2 * 1024 * 1024


def _draw_first(runtime: Runtime, document: Document) -> None:
    with suppress(SygnError):  # who asks for the picture is told
        page_picture(runtime, document, 1, 1)


def _drawn(
    runtime: Runtime, document: Document, source: str, page: int, vacant: list[Box]
) -> bytes:
    pdf = runtime.store.blob_at_hand(document.id, source)
    return runtime.pdf.call(render.page_picture, pdf, page, dpi=DPI, vacant=vacant)


def _boxes(document: Document, file: int, page: int) -> list[Box]:
    """Return the boxes and radio places of a page, which show only what signers put there."""
    return [
        one.box
        for one in document.fields
        if (one.file, one.page) == (file, page)
        and one.type in {FieldType.CHECKBOX, FieldType.RADIO}
    ]


class _OneEach:
    """Lets one thread at a time work at a thing, so that nothing is drawn twice at once."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._locks: dict[str, tuple[threading.Lock, int]] = {}

    @contextmanager
    def alone(self, name: str) -> Iterator[None]:
        """Wait for others who work at it, then keep them waiting."""
        with self._mutex:
            lock, waiting = self._locks.get(name, (threading.Lock(), 0))
            self._locks[name] = lock, waiting + 1
        try:
            with lock:
                yield
        finally:
            with self._mutex:
                lock, waiting = self._locks.pop(name)
                if waiting > 1:
                    self._locks[name] = lock, waiting - 1


_DRAWING: Final = _OneEach()


def page_text(runtime: Runtime, document: Document, file: int, page: int) -> str:
    """Return the words of a page in reading order, for those who do not see the picture."""
    source = _source(document, file, page)
    key = f"{source}-{page}-{STYLE}.txt"
    content = runtime.cache.get(key)
    if content is None:
        pdf = runtime.store.blob_at_hand(document.id, source)
        content = runtime.pdf.call(render.page_text, pdf, page).encode()
        runtime.cache.put(key, content)
    return content.decode()


def _source(document: Document, file: int, page: int) -> str:
    if not (1 <= file <= len(document.files) and 1 <= page <= len(document.files[file - 1].pages)):
        raise NotFound(f"Document {document.id} has no page {page} in file {file}.")
    return document.files[file - 1].sha256
