"""What to do instead, where a document is in a state in which nothing can be done with it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from sygn_cli.domain.document import DocumentStatus
from sygn_cli.domain.errors import AlreadySigned, Conflict, NotFound, StateConflict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sygn_cli.domain.document import Document

_OVER: Final = (
    "Its links are dead. What happened: sygn status {id}. A new one: sygn create FILE.pdf"
)
_INSTEAD: Final = {
    DocumentStatus.DRAFT: "Send it first: sygn send {id}",
    DocumentStatus.COMPLETED: "The signed PDF: sygn download {id}. Its history: sygn audit {id}",
    DocumentStatus.DECLINED: _OVER,
    DocumentStatus.EXPIRED: _OVER,
    DocumentStatus.VOIDED: _OVER,
}


@contextmanager
def advising(document: Document) -> Iterator[None]:
    """Add to a refusal what can be done with the document as it is.

    To signers a draft is not there yet; to whoever may send it, that is its state.

    Args:
        document: In its present state: what time or a crash left undone is done.
    """
    try:
        yield
    except (StateConflict, NotFound) as error:
        if error.hint is None:
            error.hint = _hint(document, error)
        if isinstance(error, NotFound) and document.status is DocumentStatus.DRAFT:
            raise Conflict(error.message, hint=error.hint) from error
        raise


def _hint(document: Document, error: StateConflict | NotFound) -> str:
    instead = _INSTEAD.get(document.status, "")
    if isinstance(error, AlreadySigned) and document.status.is_open:
        instead = "Who is still to sign: sygn status {id}"
    elif document.awaits_seal:
        instead = "See why it is not sealed yet: sygn status {id}, sygn doctor"
    return instead.format(id=document.id) or f"See where it stands: sygn status {document.id}"
