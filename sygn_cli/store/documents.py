"""The store on disk: the verbs of ``services/ports.py`` on a workspace."""

from __future__ import annotations

import logging
import os
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from sygn_cli.domain.document import Document, DocumentStatus
from sygn_cli.domain.errors import NotFound, SygnError, Tampered
from sygn_cli.domain.ids import DOCUMENT_ID, DOCUMENT_ID_PREFIX
from sygn_cli.domain.listing import Filters, Page
from sygn_cli.store import durable, listing, locks, reading, trouble
from sygn_cli.store.cache import FolderCache
from sygn_cli.store.checked import Checked
from sygn_cli.store.idempotency import Bindings
from sygn_cli.store.keyring import Keyring
from sygn_cli.store.recent import Recent
from sygn_cli.store.register import Register

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from sygn_cli.domain.audit import Entry, Event
    from sygn_cli.store.aftermath import Aftermath, JobsFor
    from sygn_cli.store.findings import Finding
    from sygn_cli.store.log import WorkspaceLog
    from sygn_cli.store.outbox import Outbox
    from sygn_cli.store.purging import Purging
    from sygn_cli.store.transaction import Transactions
    from sygn_cli.store.workspace import Workspace

_log = logging.getLogger("sygn.store")
_LAST_BOOT = "boot-id"


class WorkspaceStore:
    """Documents in a workspace. Any number of threads and processes may use one at once.

    Attributes:
        keys: The secrets.
    """

    def __init__(
        self,
        workspace: Workspace,
        *,
        jobs_for: JobsFor | None = None,
        entropy: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self.workspace = workspace
        self._jobs_for = jobs_for
        self._recent = Recent()
        self._register = Register(workspace, self.load)
        self.keys = Keyring(
            workspace.keys,
            entropy=entropy,
            has_links=self._register.has_links,
            has_seals=self._register.has_seals,
        )
        self._checked = Checked()
        self._entropy = entropy
        # It knows the keys that are pending, so there must be one only, whoever asks first.
        self._bindings = Bindings(workspace.idempotency)

    # The parts that write are imported when something is written: `status` only reads.

    @cached_property
    def outbox(self) -> Outbox:
        """Jobs that follow from committed events."""
        from sygn_cli.store.outbox import Outbox  # noqa: PLC0415

        return Outbox(self.workspace.outbox)

    @cached_property
    def log(self) -> WorkspaceLog:
        """The Merkle log of all trails."""
        from sygn_cli.store.log import WorkspaceLog  # noqa: PLC0415

        return WorkspaceLog(self.workspace.log, self.keys, workspace_id=self.workspace.id)

    @cached_property
    def purging(self) -> Purging:
        """Takes documents out for good."""
        from sygn_cli.store.purging import Purging  # noqa: PLC0415

        return Purging(self.workspace, self.log, self._aftermath)

    @cached_property
    def _transactions(self) -> Transactions:
        from sygn_cli.store.transaction import Transactions  # noqa: PLC0415

        return Transactions(self.workspace, self._aftermath, self._entropy)

    @cached_property
    def _aftermath(self) -> Aftermath:
        from sygn_cli.store.aftermath import Aftermath, no_jobs  # noqa: PLC0415

        return Aftermath(
            inflight=self.workspace.inflight,
            outbox=self.outbox,
            log=self.log,
            note=self._register.note,
            jobs_for=self._jobs_for or no_jobs,
        )

    def create(
        self, document_id: str, entry: Entry, *, at: datetime, blobs: Sequence[bytes] = ()
    ) -> Document:
        """Store a new document, all at once or not at all.

        Raises:
            Conflict: The id exists.
            WorkspaceUnusable: Nothing can be written.
        """
        with self._bindings.creating(document_id, exists=self._exists):
            self.keys.require_link_key()  # before: a document without it has lost it
            return self._transactions.create(document_id, entry, at=at, contents=blobs)

    def load(self, document_id: str) -> Document:
        """Return the document as its trail says; waits for nobody, writes nothing.

        Raises:
            NotFound: There is none.
            Tampered: Its trail is broken.
        """
        return self._recent.load(self.workspace.folder(document_id))

    def commit(self, document: Document, entry: Entry, *, at: datetime) -> Document:
        """Append one event to a document as it was loaded; durable on return.

        Raises:
            Conflict: The document changed since it was loaded.
            NotFound: There is no such document.
            Tampered: Its trail is broken.
            WorkspaceUnusable: It could not be written; nothing has changed.
        """
        return self._transactions.commit(document, entry, at=at)

    @contextmanager
    def exclusive(self, document_id: str) -> Iterator[None]:
        """Keep everybody else from changing the document until the block ends.

        What somebody began who died is finished first: who finds in the block that nothing is
        left to do says so, and it must be on the disk by then.

        Raises:
            NotFound: There is no such document.
            Tampered: Its trail is broken.
            WorkspaceUnusable: The file system cannot be written or knows no locks.
        """
        folder = self.workspace.folder(document_id)
        reading.require(folder)
        with locks.hold(folder.lock):
            if (self.workspace.inflight / document_id).exists():
                self._transactions.settle(document_id)
            yield

    def trail(self, document_id: str) -> list[Event]:
        """Return all events, each checked against the one before.

        Raises:
            NotFound: There is no such document.
            Tampered: The chain is broken.
        """
        return reading.trail(self.workspace.folder(document_id))

    def blob(self, document_id: str, sha256: str) -> bytes:
        """Return stored bytes, checked against their hash.

        Raises:
            NotFound: The document has no such blob.
            Tampered: They are not the bytes that were stored.
        """
        return reading.blob(self.workspace.folder(document_id), sha256)

    def blob_at_hand(self, document_id: str, sha256: str) -> Path:
        """Return where stored bytes lie, checked against their hash since the file last changed.

        Raises:
            NotFound: The document has no such blob.
            Tampered: They are not the bytes that were stored.
        """
        return self._checked.path(self.workspace.folder(document_id), sha256)

    def resolve(self, prefix: str) -> str:
        """Return the one document id that starts with this; ``@last`` is the newest.

        Raises:
            NotFound: None does.
            InvalidRequest: Several do.
        """
        if prefix == listing.NEWEST:
            for document_id in self._matches("doc_", limit=1):
                return document_id
            raise listing.no_document_yet()
        wanted = prefix.lower()
        if DOCUMENT_ID.fullmatch(wanted):
            reading.require(self.workspace.folder(wanted))
            return wanted
        if not DOCUMENT_ID_PREFIX.fullmatch(wanted):
            return listing.only_match(prefix, [])
        return listing.only_match(prefix, self._matches(wanted, limit=2))

    def list(self, filters: Filters, *, limit: int, cursor: str | None = None) -> Page:
        """Return a stretch of documents, newest first.

        Raises:
            InvalidRequest: The cursor is not one of ours.
        """
        before = None if cursor is None else listing.last_of(cursor)
        self._heal_quietly()
        found: list[Document] = []
        for document_id in self._register.fitting(filters, before=before, limit=limit):
            document = self._load_or_skip(document_id)
            if document is None or not listing.fits(document, filters):
                continue
            if len(found) == limit:
                return Page(tuple(found), listing.cursor_after(found[-1].id))
            found.append(document)
        return Page(tuple(found), None)

    def counts(self, filters: Filters) -> Mapping[DocumentStatus, int]:
        """Return how many documents fit, by status, as far as the index knows."""
        self._heal_quietly()
        found = self._register.counts(filters)
        if found is None:
            every = filter(None, map(self._load_or_skip, self._register.walk()))
            return listing.counted(every, filters)
        return {DocumentStatus(status): count for status, count in found.items()}

    def due(self, *, days: Sequence[int], now: datetime) -> Iterator[Document]:
        """Yield documents that are to be looked at now, as :mod:`sygn_cli.domain.agenda` says.

        Only these are read, whatever the number of others.
        """
        from sygn_cli.domain import agenda  # noqa: PLC0415 - rarely needed

        self._heal_quietly()
        found = self._register.due(days=days, now=now)
        for document in filter(None, map(self._load_or_skip, found)):
            appointment = agenda.appointment(document)
            if appointment is not None and appointment.is_due(days=days, now=now):
                yield document

    def remember(self, scope: str, key: str, fingerprint: str, document_id: str) -> str | None:
        """Bind an idempotency key to a document about to be created, before it is.

        Returns:
            None if the key is new, or its document never came to be; else the id it is bound to.

        Raises:
            InvalidRequest: The key was used with another request.
        """
        return self._bindings.remember(scope, key, fingerprint, document_id, exists=self._exists)

    def release(self, document_id: str) -> None:
        """Let go of the idempotency key of a document that was not created.

        Raises:
            WorkspaceUnusable: It cannot be let go of.
        """
        self._bindings.release(document_id, exists=self._exists)

    def bound_formerly(self, account: str, key: str) -> str | None:
        """Return the document that an older version bound an idempotency key to, if it exists."""
        bound = self._bindings.bound_formerly(account, key)
        return bound if bound is not None and self._exists(bound) else None

    def heal(self) -> int:
        """Finish what processes that died left unfinished; return the number of documents.

        Costs nothing where nothing is.

        Raises:
            WorkspaceUnusable: Something cannot be written.
        """
        # Nothing is under way nearly always, and then nothing that writes is imported.
        if not durable.names(self.workspace.inflight):
            return 0
        return self._transactions.heal() + self._finish_purges()

    def heal_all(self, *, stopped: Callable[[], bool] = bool) -> int:
        """Look through all documents for unfinished ones, as after a power cut; takes its time.

        Args:
            stopped: Whether to give up, asked before each document.

        Returns:
            The number of documents that were unfinished. Damaged ones are left to ``check``.

        Raises:
            WorkspaceUnusable: Something cannot be written.
        """
        healed = self._transactions.heal_all(stopped=stopped)
        return healed if stopped() else healed + self._finish_purges(look=True)

    def tend(self, *, now: datetime, stopped: Callable[[], bool] = bool) -> None:
        """Heal and sweep; after a restart of the machine look through all documents.

        In-flight marks are not flushed to disk, so that after a power cut they may be missing.

        Args:
            now: The present moment.
            stopped: Whether to leave the rest to the next time, asked before each document.

        Raises:
            WorkspaceUnusable: Something cannot be written.
        """
        from sygn_cli.store.index import boot_id  # noqa: PLC0415 - rarely needed

        kept = FolderCache(self.workspace.cache)
        here = boot_id().encode()
        if not here or kept.get(_LAST_BOOT) != here:
            self.heal_all(stopped=stopped)
            if stopped():
                return
            kept.put(_LAST_BOOT, here)
        else:
            self.heal()
        self.sweep(now=now)

    def sweep(self, *, now: datetime) -> None:
        """Forget idempotency keys of yesterday and remove what dead processes left behind.

        Raises:
            WorkspaceUnusable: Something cannot be removed.
        """
        from sygn_cli.store.sweep import sweep  # noqa: PLC0415 - rarely needed

        with trouble.guarded(self.workspace.path):
            sweep(self.workspace, now=now)
            self._bindings.sweep(now=now)

    def settle(self, document_id: str) -> None:
        """Finish what is left to do for one document, and rebuild its projection.

        Raises:
            NotFound: There is no such document.
            Tampered: Its trail is broken.
        """
        self._transactions.settle(document_id)

    def check(
        self,
        *,
        verifier: str | None = None,
        kept: Sequence[bytes] = (),
        only: str | None = None,
    ) -> Iterator[Finding]:
        """Yield everything that is wrong with the workspace; see :mod:`sygn_cli.store.verify`."""
        from sygn_cli.store.verify import check_workspace  # noqa: PLC0415 - rarely needed

        return check_workspace(self.workspace, self.log, verifier=verifier, kept=kept, only=only)

    def _finish_purges(self, *, look: bool = False) -> int:
        """Finish what a purge that died left, unless one that is alive is at it."""
        with locks.hold_if_free(self.workspace.care_lock) as free:
            if not free:
                return 0
            return self.purging.finish(self.purging.unfinished() if look else ())

    def _exists(self, document_id: str) -> bool:
        try:
            reading.require(self.workspace.folder(document_id))
        except NotFound:
            return False
        return True

    def _matches(self, prefix: str, *, limit: int) -> Sequence[str]:
        self._heal_quietly()
        return self._register.matches(prefix, limit=limit)

    def _heal_quietly(self) -> None:
        """Show what a dead process committed; on a read-only disk show what can be shown."""
        try:
            self.heal()
        except SygnError as error:
            _log.warning("Unfinished changes were left as they are: %s", error)

    def _load_or_skip(self, document_id: str) -> Document | None:
        """Leave out what is damaged: one bad document must not hide all the others."""
        try:
            return self.load(document_id)
        except NotFound:
            return None
        except (Tampered, durable.Unreadable) as error:
            _log.warning("The list leaves out document %s: %s", document_id, error)
            return None
