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
    """Which documents a list shows; None means any."""

    account: str | None = None
    status: DocumentStatus | None = None
    since: datetime | None = None
    mode: Mode | None = None
