"""Purging: documents whose time of retention is over, down to hashes.

The tombstone is written first, and from then on it counts: the document cannot be read any more,
and whatever is left of it is litter that anybody who heals the workspace takes away. Files are
deleted, not overwritten: what a disk, a snapshot or a backup still holds is not ours to reach.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import errno
import json
import logging
import re
from typing import TYPE_CHECKING, Final

from sygn_cli.domain import ids, retention
from sygn_cli.domain.errors import Conflict, NotFound, Tampered
from sygn_cli.store import audit, durable, locks, reading, trouble
from sygn_cli.store.entries import Logged, entry
from sygn_cli.store.outbox import Outbox

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from sygn_cli.domain.audit import Entry, Event
    from sygn_cli.domain.document import Document
    from sygn_cli.store.aftermath import Aftermath
    from sygn_cli.store.log import WorkspaceLog
    from sygn_cli.store.workspace import DocumentFolder, Workspace

_log = logging.getLogger("sygn.store")
# In all other folders what names a document is removed, also where folders are added later.
_NOT_ABOUT_DOCUMENTS: Final = frozenset(
    {"documents", "keys", "log", "templates", "cache", "inflight"}
)
_IDS: Final = re.compile(ids.DOCUMENT_ID.pattern.encode())
_BASE64: Final = re.compile(rb"[A-Za-z0-9+/\r\n]{40,}={0,2}")


class Purging:
    """Takes documents out of a workspace."""

    def __init__(self, workspace: Workspace, log: WorkspaceLog, aftermath: Aftermath) -> None:
        self._workspace = workspace
        self._workspace_log = log
        self._aftermath = aftermath
        self._heads: dict[str, dict[int, str]] | None = None

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Hold off other purges, and backups, until the block ends; what is left is finished.

        Raises:
            WorkspaceUnusable: The workspace cannot be written.
        """
        with locks.hold(self._workspace.care_lock):
            try:
                yield
            finally:
                self._heads = None
                self.finish()

    def bury(self, document: Document, decided: Entry, *, at: datetime) -> Event:
        """Put a tombstone in the place of a document; :meth:`finish` removes the last traces.

        Raises:
            Conflict: The document changed since it was loaded.
            Tampered: Its trail or the log is damaged; evidence of that must not be purged.
            WorkspaceUnusable: It could not be written.
        """
        folder = self._workspace.folder(document.id)
        reading.require(folder)
        with locks.hold(folder.lock), trouble.guarded(folder.path):
            state = reading.read(folder)
            if (state.document.seq, state.document.head) != (document.seq, document.head):
                raise Conflict(f"Document {document.id} was changed by somebody else meanwhile.")
            if not state.is_settled:
                state = self._aftermath.settle(folder, state)
            events = audit.events(state.committed, doc=folder.id)
            buried = retention.tombstone(
                decided, events, at=at, leaf=lambda one: _logged(one).leaf().hex()
            )
            self._require_logged(folder.id, events)
            self._aftermath.mark(folder.id)
            durable.replace(folder.tombstone, buried.line() + b"\n")
            durable.sync_folder(folder.path)
            self._empty(folder, buried)
        return buried

    def finish(self, more: Iterable[str] = ()) -> int:
        """Remove what is left of documents with a tombstone; return how many there were.

        Args:
            more: Documents to look at besides those that are marked.

        Raises:
            Tampered: The workspace log is damaged.
            WorkspaceUnusable: Something cannot be written.
        """
        self._heads = None
        marked = {one.name for one in durable.paths(self._workspace.inflight)}
        buried = {}
        for document_id in sorted({*marked, *more}):
            event = self._buried(document_id)
            if event is not None:
                buried[document_id] = event
        if not buried:
            return 0
        with trouble.guarded(self._workspace.path):
            for document_id, event in buried.items():
                folder = self._workspace.folder(document_id)
                with locks.hold(folder.lock):
                    # Whoever buried it may have died before this, and the log must not know more.
                    durable.sync_folder(folder.path)
                    self._empty(folder, event)
            self._scrub(set(buried))
            self._workspace_log.forget({one: event.seq for one, event in buried.items()})
            for document_id in buried:
                self._aftermath.unmark(document_id)
        return len(buried)

    def unfinished(self) -> list[str]:
        """Return documents with a tombstone of which more is left; looks at all of them."""
        heads: dict[str, list[int]] = {}
        for one in map(entry, self._workspace_log.lines()):
            if one.head:
                heads.setdefault(one.doc, []).append(one.seq)
        found = []
        for document_id in reading.walk(self._workspace.documents):
            folder = self._workspace.folder(document_id)
            event = self._buried(document_id) if folder.tombstone.exists() else None
            if event and (is_left(folder) or heads.get(document_id) != [event.seq]):
                found.append(document_id)
        return found

    def _buried(self, document_id: str) -> Event | None:
        try:
            return reading.tombstone(self._workspace.folder(document_id))
        except NotFound:
            return None
        except Tampered as error:
            _log.warning("%s could not be purged to the end: %s", document_id, error)
            return None

    def _require_logged(self, document_id: str, events: list[Event]) -> None:
        wanted = {one.seq: one.hash() for one in events}
        if self._known().get(document_id) != wanted:
            self._heads = None  # something was added since the log was read
        if self._known().get(document_id) != wanted:
            raise Tampered(
                f"Document {document_id} is not what the workspace log says; it is not purged.",
                hint=f"See what is wrong: sygn audit {document_id} --verify",
            )

    def _known(self) -> dict[str, dict[int, str]]:
        """Return all heads in the log, which is read once for many documents."""
        if self._heads is None:
            self._workspace_log.verify()
            self._heads = {}
            for one in map(entry, self._workspace_log.lines()):
                self._heads.setdefault(one.doc, {})[one.seq] = one.head
        return self._heads

    def _empty(self, folder: DocumentFolder, buried: Event) -> None:
        if buried.seq not in self._known().get(folder.id, {}):
            self._workspace_log.append([_logged(buried)])
            self._known().setdefault(folder.id, {})[buried.seq] = buried.hash()
        durable.remove(folder.trail)  # first: without it nothing reads the rest
        durable.remove(folder.projection)
        for path in durable.paths(folder.path):
            if path.is_dir():
                durable.remove_folder(path)
            elif path not in {folder.tombstone, folder.lock}:
                durable.remove(path)
        durable.sync_folder(folder.path)

    def _scrub(self, gone: Collection[str]) -> None:
        """Take the documents out of everything that lies outside their folders."""
        workspace = self._workspace
        places: set[Path] = set()
        if workspace.outbox.is_dir():
            # Whoever saw a document before its tombstone has written down by then what came of it.
            with Outbox(workspace.outbox).held():
                pass
        for folder in durable.paths(workspace.path):
            if folder.name in _NOT_ABOUT_DOCUMENTS or not folder.is_dir():
                continue
            places.add(folder)
            for path in durable.below(folder):
                if path.is_dir():
                    places.add(path)
                _remove(path, gone)
        _remove_jobs(workspace.outbox, gone)
        _clear(workspace.cache)
        places.add(workspace.cache)
        # All of them: whoever took something out before may have died before it was flushed.
        for path in sorted(places):
            with contextlib.suppress(FileNotFoundError):  # what was in a folder that went is gone
                durable.sync_folder(path)


def _remove(path: Path, gone: Collection[str]) -> None:
    """Take the documents out of a file, or it away."""
    if path.is_dir() and path.name.partition(".")[0] in gone:
        _remove_all(path)  # a creation that was cut short
    elif path.suffix == ".jsonl":
        _blank(path, gone)
    elif path.is_file() and _mentions(path, gone):
        durable.remove(path)


def _remove_jobs(outbox: Path, gone: Collection[str]) -> None:
    """Take away jobs that somebody was just claiming, and which have another name since then.

    A list of a folder may miss what is renamed meanwhile; but a claim holds for a while.
    """
    clean = 0
    while clean < 2:  # one list that may have missed something, and another
        left = [path for path in durable.paths(outbox) if _is_named(path, gone)]
        for path in left:
            durable.remove(path)
        clean = 0 if left else clean + 1


def _clear(cache: Path) -> None:
    """Forget all pictures of pages, since which are of which document is not known, and the index.

    A database keeps deleted rows in its free pages; the next list makes a new one.
    """
    for path in durable.paths(cache):
        if path.is_dir():
            _remove_all(path)
        else:
            durable.remove(path)


def _remove_all(folder: Path) -> None:
    """Remove a folder and all that is in it, but for what somebody puts there meanwhile."""
    for path in (*reversed(list(durable.below(folder))), folder):
        if path.is_symlink() or not path.is_dir():
            durable.remove(path)
            continue
        try:
            path.rmdir()
        except OSError as error:
            if error.errno not in {errno.ENOENT, errno.ENOTEMPTY, errno.EEXIST}:
                raise


def is_left(folder: DocumentFolder) -> bool:
    """Tell whether anything lies beside the tombstone."""
    return any(one not in {folder.tombstone, folder.lock} for one in durable.paths(folder.path))


def _logged(event: Event) -> Logged:
    return Logged(event.doc, event.seq, event.hash())


def _mentions(path: Path, gone: Collection[str]) -> bool:
    """Tell whether a small file is about one of the documents, also if it says so in base64."""
    if _is_named(path, gone):
        return True
    try:
        content = durable.read(path)
    except FileNotFoundError:
        return False
    return bool(
        {*_named(content), *(one for part in _decoded(content) for one in _named(part))}
        & set(gone)
    )


def _is_named(path: Path, gone: Collection[str]) -> bool:
    # Letters go without the prefix in their names.
    return any(one.removeprefix("doc_") in path.name for one in gone)


def _named(content: bytes) -> set[str]:
    return {one.decode() for one in _IDS.findall(content)}


def _decoded(content: bytes) -> Iterator[bytes]:
    for found in _BASE64.findall(content):
        try:
            yield base64.b64decode(found)
        except binascii.Error:
            continue


def _blank(path: Path, gone: Collection[str]) -> None:
    """Blank the lines about the documents where they stand: others may be appending meanwhile."""
    try:
        content = durable.read(path)
    except FileNotFoundError:
        return
    start = 0
    for line in content.split(b"\n"):
        if line.strip() and (_named(line) & set(gone) or not _is_json(line)):
            durable.blank(path, start, len(line))
        start += len(line) + 1


def _is_json(line: bytes) -> bool:
    """Tell whether a line was not half blanked when the power failed."""
    try:
        json.loads(line)
    except ValueError:
        return False
    return True
