"""Which documents there are: by the index, or from the folders where there can be no index."""

from __future__ import annotations

from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from sygn_cli.domain.document import DocumentStatus
from sygn_cli.domain.errors import NotFound, SygnError
from sygn_cli.store import reading
from sygn_cli.store.entries import Entries
from sygn_cli.store.listing import IndexUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sygn_cli.domain.document import Document, Signatures
    from sygn_cli.domain.listing import Filters
    from sygn_cli.store.index import Index
    from sygn_cli.store.workspace import Workspace


class Register:
    """Ids of documents that may be meant; whoever asks reads them and decides.

    Args:
        workspace: Where they are.
        load: Returns a document as its trail says.
    """

    def __init__(self, workspace: Workspace, load: Callable[[str], Document]) -> None:
        self._workspace = workspace
        self._load = load

    def note(self, document: Document) -> None:
        """Take in a document that was just committed.

        Raises:
            IndexUnavailable: That cannot be done now; whoever asks next makes up for it.
        """
        self._index.note(document)

    def walk(self) -> Iterator[str]:
        """Yield all ids, newest first, from the folders."""
        return reading.walk(self._workspace.documents)

    def fitting(self, filters: Filters, *, before: str | None, limit: int) -> Iterator[str]:
        """Yield ids that may fit, newest first, as many as are wanted.

        Args:
            before: Only ids below this one; None all.
            limit: How many are surely wanted.
        """
        stretch = limit + 1
        while True:
            try:
                ids = self._index.ids(filters, before=before, limit=stretch)
            except IndexUnavailable:
                yield from (one for one in self.walk() if before is None or one < before)
                return
            yield from ids
            if len(ids) < stretch:
                return
            before = ids[-1]

    def matches(self, prefix: str, *, limit: int) -> Sequence[str]:
        """Return ids that start with this, newest first."""
        try:
            return self._index.matches(prefix, limit=limit)
        except IndexUnavailable:
            return list(islice((one for one in self.walk() if one.startswith(prefix)), limit))

    def counts(self, filters: Filters) -> Mapping[str, int] | None:
        """Return how many documents fit, by status; None if they have to be read."""
        try:
            return self._index.counts(filters)
        except IndexUnavailable:
            return None

    def due(self, *, days: Sequence[int], now: datetime) -> Iterable[str]:
        """Return the ids of documents that may be due; see :mod:`sygn_cli.domain.agenda`."""
        from sygn_cli.domain import agenda  # noqa: PLC0415 - rarely needed

        try:
            found = self._index.appointments(until=agenda.horizon(days=days, now=now))
        except IndexUnavailable:
            return self.walk()
        return [one for one, appointment in found if appointment.is_due(days=days, now=now)]

    def has_links(self) -> bool:
        """Tell whether links or access codes of any document may have been given out.

        What is damaged may have had some; plain drafts and what was purged have none.
        """
        for document_id in self.walk():
            try:
                document = self._load(document_id)
            except NotFound:
                continue
            except SygnError:
                return True
            if document.status is not DocumentStatus.DRAFT:
                return True
            if any(signer.auth for signer in document.signers):
                return True
        return False

    def has_seals(self, kinds: Collection[Signatures]) -> bool:
        """Tell whether any document may have been sealed with signatures of these kinds.

        What is damaged may have been; what was purged is of no more interest.
        """
        for document_id in self.walk():
            try:
                document = self._load(document_id)
            except NotFound:
                continue
            except SygnError:
                return True
            if document.sealed_sha256 and document.signatures in kinds:
                return True
        return False

    @cached_property
    def _index(self) -> Index:
        try:
            from sygn_cli.store.index import Index  # noqa: PLC0415 - sqlite3 takes 5 ms to import
        except ImportError as error:  # a Python without SQLite
            raise IndexUnavailable(str(error)) from error
        path = self._workspace.cache / "index.sqlite3"
        return Index(path, log=Entries(self._workspace.log), load=self._load, walk=self.walk)
