"""Creating and changing documents: one lock, one line in the trail, one moment that counts.

Up to that moment nothing is visible and everything may fail; from it on nothing may fail any
more (see :mod:`sygn_cli.store.aftermath`). Recovery is no code of its own: whoever holds the lock
reads the document and settles it first.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
from typing import TYPE_CHECKING, Final

from sygn_cli.domain import audit as trails
from sygn_cli.domain import history, ids
from sygn_cli.domain.audit import Entry, Event, sha256
from sygn_cli.domain.errors import Conflict, NotFound, Tampered
from sygn_cli.store import audit, blobs, durable, locks, reading, trouble
from sygn_cli.store.aftermath import Aftermath, Committed
from sygn_cli.store.entries import Logged
from sygn_cli.store.workspace import DocumentFolder, Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence
    from datetime import datetime
    from pathlib import Path

    from sygn_cli.domain.document import Document

_log = logging.getLogger("sygn.store")
_STAGED: Final = re.compile(rf"{ids.DOCUMENT_ID.pattern}\.[0-9a-f]{{16}}")
# Windows does not rename a folder in which a file is open, so there the lock cannot come along.
_LOCK_MOVES_ALONG: Final = os.name != "nt"


class Transactions:
    """All that changes documents."""

    def __init__(
        self, workspace: Workspace, aftermath: Aftermath, entropy: Callable[[int], bytes]
    ) -> None:
        self._workspace = workspace
        self._aftermath = aftermath
        self._entropy = entropy
        self._months: set[Path] = set()

    def create(
        self, document_id: str, entry: Entry, *, at: datetime, contents: Sequence[bytes]
    ) -> Document:
        """Build a document in the staging folder and move it to its place in one step.

        Raises:
            Conflict: The id exists.
            WorkspaceUnusable: It could not be written; nothing has changed.
        """
        folder = self._workspace.folder(document_id)
        event = trails.chain(entry, doc=document_id, after=None, at=at)
        held = by_hash((*contents, *entry.attachments))
        require_blobs(event, held)
        done = self._first(history.evolve(None, event, held.__getitem__), event)
        name = f"{document_id}.{self._entropy(8).hex()}"
        staged = DocumentFolder(document_id, self._workspace.staging / name)
        with trouble.guarded(staged.path):
            try:
                self._make_month(folder.path.parent)
                durable.make_staging(staged.path)
                with locks.hold(staged.lock):
                    _fill(staged, done.committed, held.values())
                    self._aftermath.mark(document_id, staged.path.name)
                    if _LOCK_MOVES_ALONG:
                        self._place(staged, folder)
                        self._aftermath.follow(folder, done)
                if not _LOCK_MOVES_ALONG:  # pragma: no cover - Windows
                    self._place(staged, folder)
                    with locks.hold(folder.lock):
                        self._aftermath.settle(folder, reading.read(folder))
            except BaseException:
                shutil.rmtree(staged.path, ignore_errors=True)
                raise
        return done.document

    def commit(self, document: Document, entry: Entry, *, at: datetime) -> Document:
        """Append one event.

        Raises:
            Conflict: The document changed since it was loaded.
            NotFound: There is no such document.
            Tampered: Its trail is broken.
            WorkspaceUnusable: It could not be written; nothing has changed.
        """
        folder = self._workspace.folder(document.id)
        reading.require(folder)
        with locks.hold(folder.lock):
            state = reading.read(folder)
            now = state.document
            if (now.seq, now.head) != (document.seq, document.head):
                raise Conflict(
                    f"Document {document.id} was changed by somebody else meanwhile.",
                    hint="Try again.",
                )
            if not state.is_settled:
                state = self._aftermath.settle(folder, state)
            event = trails.chain(
                entry, doc=document.id, after=audit.last_event(state.committed), at=at
            )
            done = self._next(folder, state.document, state.committed, event, entry)
            with trouble.guarded(folder.path):
                if entry.attachments:
                    blobs.put(folder.blobs, entry.attachments)
                self._aftermath.mark(document.id)
                at_end = len(state.committed)
                durable.append(folder.trail, done.committed[at_end:], at=at_end)
            if state.is_settled:
                self._aftermath.follow(folder, done)
            else:
                self._aftermath.follow_again(folder)
            return done.document

    def heal(self) -> int:
        """Finish what processes that died left unfinished; return the number of documents.

        Raises:
            WorkspaceUnusable: Something cannot be written.
        """
        healed = 0
        with trouble.guarded(self._workspace.inflight):
            for marker in durable.paths(self._workspace.inflight):
                try:
                    healed += self._heal(marker)
                except (NotFound, Tampered) as error:
                    # Its mark stays, so that it is not forgotten; the others are healed.
                    _log.warning("%s could not be finished: %s", marker.name, error)
        return healed

    def heal_all(self, *, stopped: Callable[[], bool]) -> int:
        """Settle every document that needs it, until stopped; return how many did."""
        healed = 0
        for document_id in reading.walk(self._workspace.documents):
            if stopped():
                break
            try:
                if not reading.is_settled(self._workspace.folder(document_id)):
                    self.settle(document_id)
                    healed += 1
            except (NotFound, Tampered):
                continue
        return healed

    def settle(self, document_id: str) -> None:
        """Finish what is left of one document.

        Raises:
            NotFound: There is no such document.
            Tampered: Its trail is broken.
        """
        folder = self._workspace.folder(document_id)
        reading.require(folder)
        with locks.hold(folder.lock):
            self._aftermath.settle(folder, reading.read(folder))

    def _heal(self, marker: Path) -> bool:
        folder = self._workspace.folder(marker.name)
        if not reading.is_there(folder):
            self._forget_unborn(marker, folder)
            return False
        if folder.tombstone.exists():
            return False  # see purging, which is at it or comes next
        with locks.hold_if_free(folder.lock) as free:
            if free:  # else somebody alive is at it
                self._aftermath.settle(folder, reading.read(folder))
            return free

    def _forget_unborn(self, marker: Path, folder: DocumentFolder) -> None:
        """Take away the mark of a creation that never came to its end."""
        try:
            name = durable.read(marker).decode("ascii", "replace")
        except FileNotFoundError:
            return
        staged = self._workspace.staging / name
        # A damaged mark must not lead to any other folder.
        if _STAGED.fullmatch(name) and staged.is_dir():
            with locks.hold_if_free(staged / ".lock") as free:
                if not free:
                    return
                shutil.rmtree(staged, ignore_errors=True)
        if not reading.is_there(folder):
            durable.remove(marker)

    def _make_month(self, month: Path) -> None:
        """Make sure once per process that the month is there and flushed."""
        if month not in self._months or not month.is_dir():
            durable.make_folder(month)
            self._months.add(month)

    def _place(self, staged: DocumentFolder, folder: DocumentFolder) -> None:
        try:
            durable.move_folder(staged.path, folder.path)
        except FileExistsError as error:
            raise Conflict(f"There is a document {folder.id} already.") from error

    def _first(self, document: Document, event: Event) -> Committed:
        return Committed(
            document=document,
            committed=event.line() + b"\n",
            jobs=self._aftermath.jobs(document, event),
            unlogged=[Logged(document.id, document.seq, document.head)],
            queued=-1,
            logged=-1,
        )

    def _next(
        self,
        folder: DocumentFolder,
        document: Document,
        committed: bytes,
        event: Event,
        entry: Entry,
    ) -> Committed:
        """Work out everything before anything is written, so that a mistake shows in time."""
        held = by_hash(entry.attachments)

        def attachment(wanted: str) -> bytes:
            return held[wanted] if wanted in held else reading.blob(folder, wanted)

        present = [one for one in blobs.referred(event) if blobs.find(folder.blobs, one)]
        require_blobs(event, {*held, *present})
        changed = history.evolve(document, event, attachment)
        return Committed(
            document=changed,
            committed=committed + event.line() + b"\n",
            jobs=self._aftermath.jobs(changed, event),
            unlogged=[Logged(changed.id, changed.seq, changed.head)],
            queued=document.seq,
            logged=document.seq,
        )


def by_hash(contents: Iterable[bytes]) -> dict[str, bytes]:
    """Return the bytes by their SHA-256."""
    return {sha256(content): content for content in contents}


def require_blobs(event: Event, held: Collection[str]) -> None:
    """Refuse an event that refers to bytes nobody gave.

    Raises:
        ValueError: It does; the caller made a mistake.
    """
    missing = [wanted for wanted in blobs.referred(event) if wanted not in held]
    if missing:
        raise ValueError(f"{event.type} refers to bytes that were not given: {missing}")


def _fill(staged: DocumentFolder, trail: bytes, contents: Collection[bytes]) -> None:
    durable.make_staging(staged.blobs)
    blobs.put(staged.blobs, contents)
    durable.write_new(staged.trail, trail)
    durable.sync_folder(staged.path)
