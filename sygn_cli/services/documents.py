"""Reading and ending documents. Imports no PDF library: ``status`` must start fast."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sygn_cli.domain.errors import Forbidden, InvalidRequest
from sygn_cli.domain.evidence import OPERATOR

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sygn_cli.domain.audit import Json
    from sygn_cli.domain.document import Document
    from sygn_cli.domain.listing import Filters, Page
    from sygn_cli.services.runtime import Runtime

_STRETCH: Final = 200


def get(runtime: Runtime, document_id: str, *, account: str | None = None) -> Document:
    """Return a document in its present state.

    What time or a crash has left undone is done first: a deadline that has passed is recorded,
    and a document that everyone has signed is sealed.

    Raises:
        NotFound: There is none.
        Forbidden: It belongs to another account.
    """
    document = runtime.store.load(document_id)
    if account is not None and document.account != account:
        raise Forbidden("The document belongs to another account.")
    return brought_up_to_date(runtime, document)


def brought_up_to_date(runtime: Runtime, document: Document) -> Document:
    """Return a document that was just loaded in its present state, as :func:`get` does."""
    if document.is_overdue(runtime.clock.now()):
        return expire(runtime, document.id)
    if document.awaits_seal:
        return _finish(runtime, document)
    return document


def find(runtime: Runtime, prefix: str) -> Document:
    """Return the document that a full id, a unique beginning of one, or ``@last`` names."""
    return get(runtime, runtime.store.resolve(prefix))


def signer_id(document: Document, written: str) -> str:
    """Return the id of the signer that an id or e-mail address names.

    Raises:
        NotFound: The document has no such signer.
        InvalidRequest: Several signers have that address.
    """
    same = [s.id for s in document.signers if s.email.casefold() == written.casefold()]
    if len(same) > 1:
        raise InvalidRequest(
            f"Several signers have the address {written}.", hint=f"Use one of: {', '.join(same)}."
        )
    return same[0] if same else document.signer(written).id


def expire(runtime: Runtime, document_id: str) -> Document:
    """Record that the deadline has passed, if it has."""
    from sygn_cli.domain import lifecycle  # noqa: PLC0415 - `status` rarely needs it

    with runtime.store.exclusive(document_id):
        document = runtime.store.load(document_id)
        now = runtime.clock.now()
        entry = lifecycle.expire(document, now=now)
        if entry is None:
            return document
        expired = runtime.store.commit(document, entry, at=now)
        runtime.progress.remove(document_id)
        return expired


def void(
    runtime: Runtime, document_id: str, *, reason: str = "", actor: Json = OPERATOR
) -> Document:
    """Take the document back; doing so twice is no error.

    Raises:
        AlreadyCompleted, Declined, Expired: It has ended another way.
    """
    from sygn_cli.domain import lifecycle  # noqa: PLC0415 - `status` does not need it

    get(runtime, document_id)
    with runtime.store.exclusive(document_id):
        document = runtime.store.load(document_id)
        entry = lifecycle.void(document, actor=actor, reason=reason)
        if entry is None:
            return document
        voided = runtime.store.commit(document, entry, at=runtime.clock.now())
        runtime.progress.remove(document_id)
        return voided


def every(runtime: Runtime, filters: Filters) -> Iterator[Document]:
    """Yield all documents that pass the filters, newest first."""
    cursor: str | None = None
    while True:
        page = runtime.store.list(filters, limit=_STRETCH, cursor=cursor)
        yield from page.documents
        cursor = page.next_cursor
        if cursor is None:
            return


def show(
    runtime: Runtime, filters: Filters, *, limit: int = 50, cursor: str | None = None
) -> Page:
    """Return a stretch of documents, newest first."""
    return runtime.store.list(filters, limit=limit, cursor=cursor)


def _finish(runtime: Runtime, document: Document) -> Document:
    from sygn_cli.services import finalise  # noqa: PLC0415 - brings in the PDF libraries

    return finalise.finalise_or_report(runtime, document.id)
