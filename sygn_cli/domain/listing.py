"""Lists of documents: which ones, and a stretch of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from sygn_cli.domain.document import Document, DocumentStatus, Mode


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of a list.

    Attributes:
        documents: Newest first.
        next_cursor: Where the next stretch starts; None at the end.
    """

    documents: tuple[Document, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Filters:
    """Which documents a list shows; None means any.

    Attributes:
        words: Part of a title, of a signer's name or address, or of an id, in any case.
        in_trouble: Whether the seal failed when it was last tried.
    """

    account: str | None = None
    status: DocumentStatus | None = None
    since: datetime | None = None
    mode: Mode | None = None
    words: str = ""
    in_trouble: bool | None = None


def searched(document: Document) -> str:
    """Return the text in which :class:`Filters` look for words."""
    people = (f"{one.name}\n{one.email}" for one in document.signers)
    return "\n".join((document.title, *people, document.id)).casefold()
