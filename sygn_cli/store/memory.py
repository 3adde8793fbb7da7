"""A store that forgets: the same promises as the workspace, for tests and dry runs."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sygn_cli.domain import agenda, audit, history
from sygn_cli.domain.errors import Conflict, IdempotencyKeyReused, NotFound
from sygn_cli.domain.listing import Filters, Page
from sygn_cli.store import listing
from sygn_cli.store.transaction import by_hash, require_blobs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sygn_cli.domain.audit import Entry, Event
    from sygn_cli.domain.document import Document, DocumentStatus


class MemoryStore:
    """Documents in memory; any number of threads may use it at once."""

    def __init__(self) -> None:
        self._documents: dict[str, Document] = {}
        self._trails: dict[str, list[Event]] = {}
        self._blobs: dict[str, dict[str, bytes]] = {}
        self._locks: dict[str, threading.RLock] = {}
        self._bindings: dict[tuple[str, str], tuple[str, str]] = {}
        self._keys: dict[str, tuple[str, str]] = {}
        self._mutex = threading.RLock()

    def create(
        self, document_id: str, entry: Entry, *, at: datetime, blobs: Sequence[bytes] = ()
    ) -> Document:
        """Store a new document."""
        try:
            return self._create(document_id, entry, at=at, blobs=blobs)
        finally:
            self.release(document_id)

    def _create(
        self, document_id: str, entry: Entry, *, at: datetime, blobs: Sequence[bytes]
    ) -> Document:
        event = audit.chain(entry, doc=document_id, after=None, at=at)
        held = by_hash((*blobs, *entry.attachments))
        require_blobs(event, held)
        document = history.evolve(None, event, held.__getitem__)
        with self._mutex:
            key = self._keys.get(document_id)
            if key is not None and self._bindings.get(key, ("", ""))[1] != document_id:
                raise Conflict("Another request with the same idempotency key is at work.")
            if document_id in self._documents:
                raise Conflict(f"There is a document {document_id} already.")
            self._documents[document_id] = document
            self._trails[document_id] = [event]
            self._blobs[document_id] = held
            self._locks[document_id] = threading.RLock()
        return document

    def load(self, document_id: str) -> Document:
        """Return the document."""
        try:
            return self._documents[document_id]
        except KeyError as error:
            raise NotFound(f"There is no document {document_id}.") from error

    def commit(self, document: Document, entry: Entry, *, at: datetime) -> Document:
        """Append one event."""
        with self.exclusive(document.id):
            now = self._documents[document.id]
            if (now.seq, now.head) != (document.seq, document.head):
                raise Conflict(f"Document {document.id} was changed by somebody else meanwhile.")
            trail = self._trails[document.id]
            event = audit.chain(entry, doc=document.id, after=trail[-1], at=at)
            held = {**self._blobs[document.id], **by_hash(entry.attachments)}
            require_blobs(event, held)
            changed = history.evolve(now, event, held.__getitem__)
            trail.append(event)
            self._blobs[document.id] = held
            self._documents[document.id] = changed
            return changed

    @contextmanager
    def exclusive(self, document_id: str) -> Iterator[None]:
        """Keep other threads from changing the document until the block ends."""
        self.load(document_id)
        with self._locks[document_id]:
            yield

    def trail(self, document_id: str) -> list[Event]:
        """Return all events."""
        self.load(document_id)
        return list(self._trails[document_id])

    def blob(self, document_id: str, sha256: str) -> bytes:
        """Return stored bytes."""
        self.load(document_id)
        try:
            return self._blobs[document_id][sha256]
        except KeyError as error:
            raise NotFound(f"Document {document_id} has no blob {sha256!r}.") from error

    def blob_at_hand(self, document_id: str, sha256: str) -> bytes:
        """Return stored bytes."""
        return self.blob(document_id, sha256)

    def resolve(self, prefix: str) -> str:
        """Return the one document id that starts with this; ``@last`` is the newest."""
        if prefix != listing.NEWEST:
            wanted = prefix.lower()
            return listing.only_match(prefix, [i for i in self._ids() if i.startswith(wanted)])
        if not self._documents:
            raise listing.no_document_yet()
        return self._ids()[0]

    def list(self, filters: Filters, *, limit: int, cursor: str | None = None) -> Page:
        """Return a stretch of documents, newest first."""
        before = "~" if cursor is None else listing.last_of(cursor)
        fitting = [
            document
            for document in map(self.load, self._ids())
            if document.id < before and listing.fits(document, filters)
        ]
        more = len(fitting) > limit
        found = tuple(fitting[:limit])
        return Page(found, listing.cursor_after(found[-1].id) if more else None)

    def counts(self, filters: Filters) -> Mapping[DocumentStatus, int]:
        """Return how many documents fit, by status."""
        return listing.counted(map(self.load, self._ids()), filters)

    def due(self, *, days: Sequence[int], now: datetime) -> Iterator[Document]:
        """Yield documents that are to be looked at now."""
        for document in map(self.load, self._ids()):
            appointment = agenda.appointment(document)
            if appointment is not None and appointment.is_due(days=days, now=now):
                yield document

    def remember(self, scope: str, key: str, fingerprint: str, document_id: str) -> str | None:
        """Bind an idempotency key to a document about to be created."""
        with self._mutex:
            bound = self._bindings.get((scope, key))
            if bound is not None and bound[0] != fingerprint:
                raise IdempotencyKeyReused(
                    f"The idempotency key {key!r} was used with another request."
                )
            if bound is not None and bound[1] in self._documents:
                return bound[1]
            self._bindings[scope, key] = (fingerprint, document_id)
            self._keys[document_id] = (scope, key)
            return None

    def release(self, document_id: str) -> None:
        """Let go of the idempotency key of a document that was not created."""
        with self._mutex:
            place = self._keys.pop(document_id, None)
            is_its = place is not None and self._bindings.get(place, ("", ""))[1] == document_id
            if place is not None and is_its and document_id not in self._documents:
                del self._bindings[place]

    def bound_formerly(self, account: str, key: str) -> str | None:  # noqa: ARG002 - as the protocol says
        """Return None: nothing here is older than the process."""
        return None

    def heal(self) -> int:
        """Return 0: what dies here takes everything along."""
        return 0

    def tend(self, *, now: datetime, stopped: Callable[[], bool] = bool) -> None:
        """Do nothing: nothing is ever left over here."""

    def _ids(self) -> Sequence[str]:
        return sorted(self._documents, reverse=True)
