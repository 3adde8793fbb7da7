"""Lists: which documents, in which stretches, and the cursor that says where one ended."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from sygn_cli.domain import cursors, ids
from sygn_cli.domain.errors import InvalidRequest, NotFound
from sygn_cli.domain.listing import searched

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sygn_cli.domain.document import Document, DocumentStatus
    from sygn_cli.domain.listing import Filters

NEWEST: Final = "@last"


class IndexUnavailable(Exception):
    """The index cannot be used now; the folders have to be walked."""


def fits(document: Document, filters: Filters) -> bool:
    """Tell whether a list shows the document."""
    return (
        filters.account in {None, document.account}
        and filters.status in {None, document.status}
        and filters.mode in {None, document.mode}
        and (filters.since is None or document.created_at >= filters.since)
        and filters.in_trouble in {None, bool(document.seal_error)}
        and filters.words.casefold() in searched(document)
    )


def counted(documents: Iterable[Document], filters: Filters) -> dict[DocumentStatus, int]:
    """Return how many documents a list would show, by status."""
    return dict(Counter(one.status for one in documents if fits(one, filters)))


def cursor_after(document_id: str) -> str:
    """Return the cursor of the stretch that follows a document."""
    return cursors.made_of(document_id)


def last_of(cursor: str) -> str:
    """Return the id of the document that a cursor follows.

    Raises:
        InvalidRequest: It is not one of ours.
    """
    document_id = cursors.position_of(cursor)
    if not ids.DOCUMENT_ID.fullmatch(document_id):
        raise cursors.not_ours()
    return document_id


def only_match(prefix: str, matches: Sequence[str]) -> str:
    """Return the one document id that a prefix stands for.

    Raises:
        NotFound: There is none.
        InvalidRequest: There are several.
    """
    if not matches:
        raise NotFound(
            f"No document's id starts with {prefix!r}.", hint="See which there are: sygn list"
        )
    if len(matches) > 1:
        raise InvalidRequest(
            f"Several documents' ids start with {prefix!r}: {matches[0]}, {matches[1]} ...",
            hint="Give more characters of the id.",
        )
    return matches[0]


def no_document_yet() -> NotFound:
    """Return the error for ``@last`` in an empty workspace."""
    return NotFound("There is no document yet.", hint="Make one with: sygn create FILE.pdf")
