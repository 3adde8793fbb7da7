"""What follows from a committed event: jobs, the workspace log, the projection, the index.

Once the line is in the trail nothing here may undo it or report failure: what cannot be done now
stays marked and is done later. The order matters. Jobs come before the log and the log before
the projection, so that what is in the log has its jobs, and a projection that knows an event
proves that the event is in the log.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from sygn_cli.domain import history
from sygn_cli.domain.audit import Event
from sygn_cli.domain.document import Document
from sygn_cli.domain.errors import SygnError, Tampered
from sygn_cli.store import audit, durable, reading, records, trouble
from sygn_cli.store.entries import Logged
from sygn_cli.store.listing import IndexUnavailable
from sygn_cli.store.outbox import Job, Outbox
from sygn_cli.store.records import Projection

if TYPE_CHECKING:
    from pathlib import Path

    from sygn_cli.store.log import WorkspaceLog
    from sygn_cli.store.reading import Reading
    from sygn_cli.store.workspace import DocumentFolder

# Pure: the document as it is after the event.
JobsFor: TypeAlias = Callable[[Document, Event], Sequence[Job]]
_log = logging.getLogger("sygn.store")


def no_jobs(_document: Document, _event: Event) -> Sequence[Job]:
    """Return no jobs for any event."""
    return ()


@dataclass(frozen=True, slots=True)
class Committed:
    """An event that is in the trail, and what was known before.

    Attributes:
        document: As it is after the event.
        committed: The trail's bytes with the event.
        jobs: What is to be put into the outbox; None if that cannot be told now.
        unlogged: Entries for the workspace log.
        queued: Last event whose jobs are in the outbox already.
        logged: Last event that is in the log already.
        again: Whether parts of all this may have been done before.
    """

    document: Document
    committed: bytes
    jobs: Sequence[Job] | None
    unlogged: Sequence[Logged]
    queued: int
    logged: int
    again: bool = False


class Aftermath:
    """Brings everything that follows from the trails up to them."""

    def __init__(
        self,
        *,
        inflight: Path,
        outbox: Outbox,
        log: WorkspaceLog,
        note: Callable[[Document], None],
        jobs_for: JobsFor = no_jobs,
    ) -> None:
        self._inflight = inflight
        self._outbox = outbox
        self._workspace_log = log
        self._note = note
        self.jobs_for = jobs_for

    def mark(self, document_id: str, note: str = "") -> None:
        """Leave word that a document is being changed, for whoever comes if we die."""
        durable.touch(self._inflight / document_id, note.encode())

    def unmark(self, document_id: str) -> None:
        """Take the word back."""
        durable.remove(self._inflight / document_id)

    def jobs(self, document: Document, event: Event) -> Sequence[Job] | None:
        """Return the jobs of an event; None if what they depend on cannot be read now.

        Then they are made later: one file that cannot be read must not keep people from signing.
        """
        try:
            return self.jobs_for(document, event)
        except durable.Unreadable as error:
            _log.warning(
                "Who is to hear of document %s is found out later: %s", document.id, error
            )
            return None

    def follow(self, folder: DocumentFolder, done: Committed) -> bool:
        """Do what follows; tell whether nothing is left to do. The caller holds the lock."""
        seq = done.document.seq
        queued, logged, written = done.queued, done.logged, False
        if done.jobs is not None:
            with _later(folder.id, "put its jobs into the outbox"):
                self._outbox.put(done.jobs, again=done.again)
                queued = seq
        if queued == seq:
            with _later(folder.id, "add it to the workspace log"):
                self._workspace_log.append(done.unlogged, again=done.again)
                logged = seq
        with _later(folder.id, "write document.json"):
            trail = hashlib.sha256(done.committed).hexdigest()
            records.write(
                folder.projection, Projection(done.document, trail, queued=queued, logged=logged)
            )
            written = True
        with _later(folder.id, "index it"), contextlib.suppress(IndexUnavailable):
            self._note(done.document)  # where it cannot be, the next list makes up for it
        settled = written and queued == logged == seq
        if settled:
            with _later(folder.id, "take the mark away"):
                self.unmark(folder.id)
        return settled

    def follow_again(self, folder: DocumentFolder) -> None:
        """Try once more what could not be done before; the caller holds the lock."""
        with _later(folder.id, "finish what follows"):
            self.settle(folder, reading.read(folder))

    def settle(self, folder: DocumentFolder, state: Reading) -> Reading:
        """Finish what somebody left unfinished; return the document as it is afterwards.

        Raises:
            Tampered: The trail contradicts the workspace log.
            WorkspaceUnusable: Something cannot be read or written.
        """
        if state.is_settled:
            with _later(folder.id, "take the mark away"):
                self.unmark(folder.id)
            return state
        events = audit.events(state.committed, doc=folder.id)
        heads = self._heads(folder.id, needed=state.queued is None)
        if heads is not None:
            _compare(folder.id, events, heads)
        with trouble.guarded(folder.trail):
            # Whoever wrote the last event may have died before it was flushed, and nothing that
            # is told, sent or logged of it may outlast it.
            if state.torn:
                durable.cut(folder.trail, at=len(state.committed))
            else:
                durable.flush(folder.trail)
            durable.sync_folder(folder.path.parent)
        queued, logged = _known(state, heads)
        self.follow(
            folder,
            Committed(
                document=state.document,
                committed=state.committed,
                jobs=self._jobs_since(folder, events, queued),
                unlogged=[Logged(one.doc, one.seq, one.hash()) for one in events[logged + 1 :]],
                queued=queued,
                logged=logged,
                again=True,
            ),
        )
        return reading.read(folder)

    def _heads(self, document_id: str, *, needed: bool) -> dict[int, str] | None:
        """Return the document's heads in the log; None if the log proves nothing.

        Args:
            document_id: Which.
            needed: Nothing else tells which events have their jobs, so that a log which cannot be
                read now is waited for: some would lose theirs.
        """
        try:
            self._workspace_log.verify()
            return self._workspace_log.heads(document_id)
        except (OSError, SygnError) as error:
            if needed and isinstance(error, durable.Unreadable):
                raise
            _log.warning("The workspace log is of no use: %s", error)
            return None

    def _jobs_since(
        self, folder: DocumentFolder, events: Sequence[Event], queued: int
    ) -> list[Job] | None:
        jobs: list[Job] = []
        document: Document | None = None
        for event in events:
            document = history.evolve(document, event, lambda sha256: reading.blob(folder, sha256))
            if event.seq > queued:
                found = self.jobs(document, event)
                if found is None:
                    return None
                jobs += found
        return jobs


def _known(state: Reading, heads: dict[int, str] | None) -> tuple[int, int]:
    """Return the last event with jobs in the outbox and the last one in the log."""
    if state.queued is not None and state.logged is not None:
        return state.queued, state.logged
    if heads is None:
        # The log is damaged and the projection gone. A crash leaves at most one event without its
        # jobs; deriving those of older events would send old mails again.
        return state.document.seq - 1, -1
    last = max(heads, default=-1)
    return last, last


def _compare(document_id: str, events: Sequence[Event], heads: dict[int, str]) -> None:
    for seq, head in heads.items():
        if seq >= len(events) or events[seq].hash() != head:
            raise Tampered(
                f"The audit trail of document {document_id} lost or changed event {seq}, which "
                "is in the workspace log.",
                hint="Restore the workspace from a backup.",
            )


@contextlib.contextmanager
def _later(document_id: str, what: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # noqa: BLE001 - the event counts; no mistake may deny that
        surprise = None if isinstance(error, OSError | SygnError) else error
        _log.warning(
            "Document %s is safe, but sygn could not %s: %s",
            document_id,
            what,
            error,
            exc_info=surprise,
        )
