"""Copying a workspace while it is used.

Nobody is kept waiting. The signed head of the workspace log is read first, then the documents:
each trail up to its last finished line, and the blobs that those lines refer to, which never
change and were there before them. So no event that the log knows is missing; events that came
meanwhile are in their trails and are logged when the backup is restored.

What was there before an event that needs it, such as the link key or a document's webhook, is
copied after the documents; what follows from events, such as jobs, before them.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Final

from sygn_cli.domain import moment
from sygn_cli.domain.errors import NotFound, SygnError, WorkspaceUnusable
from sygn_cli.store import audit, blobs, durable, formats, locks, log, reading, records
from sygn_cli.store.archive import CHUNK, Sink, Writer, is_name
from sygn_cli.store.entries import Entries
from sygn_cli.store.public_keys import public

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from sygn_cli.domain.audit import Event
    from sygn_cli.store.log import WorkspaceLog
    from sygn_cli.store.workspace import DocumentFolder, Workspace

HEADER: Final = "sygn-backup.json"
DAMAGED: Final = "DAMAGED.txt"
VERSION: Final = 1
# Made again, or of no use elsewhere.
_LEFT_OUT: Final = frozenset({"tmp", "inflight", "cache", "quarantine"})
_BY_ITSELF: Final = frozenset({"documents", "log", "outbox", formats.DESCRIPTION})
# Documents need what is in these; it is made before they are.
_NEEDED: Final = frozenset({"keys", "webhooks"})
# Without keys nothing goes along that holds a secret: webhooks, letters and answers carry links.
_WITHOUT_KEYS: Final = frozenset({"templates", "sygn.toml", ".gitignore"})


@dataclass(slots=True)
class Copied:
    """What a backup holds.

    Attributes:
        damaged: What was damaged when it was copied, by document or part.
        left_out: Files whose names have no place in a backup.
    """

    documents: int = 0
    files: int = 0
    size: int = 0
    damaged: dict[str, str] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)


def write(
    workspace: Workspace,
    workspace_log: WorkspaceLog,
    out: Sink,
    *,
    keys: bool,
    now: datetime,
    told: Callable[[Copied], None] = lambda _: None,
) -> Copied:
    """Write a backup; it is one when this returns.

    Args:
        out: Where to; never read and never sought in.
        keys: Whether keys and secrets go along.
        told: Hears how far it has come after each document.

    Raises:
        WorkspaceUnusable: Something cannot be read.
        OSError: It cannot be written.
    """
    with contextlib.ExitStack() as held:
        with contextlib.suppress(SygnError):  # on a read-only disk nobody purges either
            held.enter_context(locks.hold(workspace.care_lock))
        writer = held.enter_context(contextlib.closing(Writer(out, at=int(now.timestamp()))))
        return _Backup(workspace, workspace_log, writer).write(keys=keys, now=now, told=told)


class _Backup:
    def __init__(self, workspace: Workspace, workspace_log: WorkspaceLog, archive: Writer) -> None:
        self._workspace = workspace
        self._log = workspace_log
        self._archive = archive
        self._copied = Copied()
        self._entries = Entries(workspace.log)
        self._place = 0
        self._changed: set[str] = set()

    def write(self, *, keys: bool, now: datetime, told: Callable[[Copied], None]) -> Copied:
        description = formats.read(self._workspace.path)
        header = {
            "backup": VERSION,
            "workspace": description.workspace,
            "format": description.format,
            "sygn": formats.fresh("").made_by,
            "made_at": moment.to_wire(now),
            "keys": keys,
        }
        self._archive.add(HEADER, json.dumps(header, indent=1).encode() + b"\n")
        self._archive.add(formats.DESCRIPTION, description.content())
        self._copy_log()
        if keys:
            self._copy_jobs()
        self._copy_parts(lambda name: name not in _NEEDED and (keys or name in _WITHOUT_KEYS))
        for document_id in reading.walk(self._workspace.documents):
            self._copy_document(self._workspace.folder(document_id))
            told(self._count())
        self._copy_parts(lambda name: name in _NEEDED and keys)
        if not keys:
            self._copy_file(self._workspace.keys / log.VERIFIER)
            for name, content in public(self._workspace.keys):
                self._archive.add(f"keys/{name}", content)
        if self._copied.damaged:
            lines = [f"{where}\t{what}\n" for where, what in self._copied.damaged.items()]
            self._archive.add(DAMAGED, "".join(lines).encode())
        self._archive.finish()
        return self._count()

    def _count(self) -> Copied:
        self._copied.files, self._copied.size = self._archive.files, self._archive.size
        return self._copied

    def _copy_log(self) -> None:
        try:
            self._log.verify()
        except durable.Unreadable:
            raise
        except SygnError as error:
            self._copied.damaged["log"] = error.message
        note = self._log.checkpoint()
        # Entries behind those that were signed may still be taken back.
        self._place = self._entries.line_start(self._entries.size())
        if note is not None:
            self._archive.add("log/checkpoint", note)
        with contextlib.suppress(FileNotFoundError), _opened(self._entries.entries) as file:
            self._archive.add_stream("log/entries.jsonl", self._place, _chunks(file, self._place))

    def _copy_jobs(self) -> None:
        """Copy each job once, by whatever name: taking one or putting it off renames it.

        A list that is made while names change may lack one that is there; who is in neither of
        two is done. Jobs that come later follow from events that the copied log does not know.
        """
        outbox = self._workspace.outbox
        wanted = {_job(path) for _ in range(2) for path in durable.paths(outbox)}
        lists_without = 0
        while wanted and lists_without < 2:
            found = [path for path in durable.paths(outbox) if _job(path) in wanted]
            lists_without = 0 if found else lists_without + 1
            for path in found:
                if self._copy_file(path) is not None or path.exists():
                    wanted.discard(_job(path))

    def _copy_parts(self, wanted: Callable[[str], bool]) -> None:
        """Copy what lies around the documents and has one of the names that are wanted."""
        for part in durable.paths(self._workspace.path):
            if part.name in _LEFT_OUT | _BY_ITSELF or part.name.startswith("before-format-"):
                continue
            if wanted(part.name):
                for path in [part] if part.is_file() else durable.below(part):
                    self._copy_file(path)

    def _copy_file(self, path: Path) -> str | None:
        """Copy a plain file if it is there; return its hash."""
        name = path.relative_to(self._workspace.path).as_posix()
        if path.is_symlink() or not path.is_file():
            return None
        if path.name == ".lock" or path.name.endswith(durable.TEMPORARY):
            return None
        if not is_name(name):
            self._copied.left_out.append(name)
            return None
        try:
            with _opened(path) as file:
                size = os.fstat(file.fileno()).st_size
                return self._archive.add_stream(name, size, _chunks(file, size))
        except FileNotFoundError:
            return None  # done meanwhile

    def _copy_document(self, folder: DocumentFolder) -> None:
        try:
            buried = reading.tombstone(folder)
            committed = b"" if buried else audit.split(reading.trail_bytes(folder))[0]
            events = [] if buried else audit.events(committed, doc=folder.id)
            wanted = _referred(events)
        except NotFound:
            return
        except durable.Unreadable:
            raise
        except (SygnError, LookupError, TypeError) as error:
            self._copied.damaged[folder.id] = str(error)
            for path in durable.below(folder.path):
                self._copy_file(path)
        else:
            if buried:
                self._copy_file(folder.tombstone)
            else:
                self._copy_events(folder, committed, wanted)
        self._copied.documents += 1

    def _copy_events(self, folder: DocumentFolder, committed: bytes, referred: list[str]) -> None:
        projection = self._projection(folder, committed)
        self._archive.add(self._name(folder.trail), committed)
        if projection is not None:
            self._archive.add(self._name(folder.projection), projection)
        for wanted in referred:
            path = blobs.find(folder.blobs, wanted)
            if path is None or self._copy_file(path) != wanted:
                self._copied.damaged[folder.id] = f"The blob {wanted} is gone or changed."

    def _projection(self, folder: DocumentFolder, committed: bytes) -> bytes | None:
        """Return the projection if it says what the copied trail and log say."""
        try:
            content = durable.read(folder.projection)
        except (FileNotFoundError, SygnError):
            return None
        kept = records.parsed(content, doc=folder.id)
        if kept is None or kept.trail_sha256 != hashlib.sha256(committed).hexdigest():
            return None
        # It learns of an entry in the log only after it is there.
        with contextlib.suppress(SygnError):
            entries, self._place = self._entries.read(start=self._place)
            self._changed.update(one.doc for one in entries)
        return None if folder.id in self._changed else content

    def _name(self, path: Path) -> str:
        return path.relative_to(self._workspace.path).as_posix()


def _job(path: Path) -> str:
    """Return what stays of a job's name when it is renamed."""
    return path.name.partition("_")[2] or path.name


def _referred(events: list[Event]) -> list[str]:
    return list(dict.fromkeys(one for event in events for one in blobs.referred(event)))


def _opened(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except FileNotFoundError:
        raise
    except OSError as error:
        raise durable.Unreadable(f"{path} cannot be read: {error.strerror}.") from error


def _chunks(file: IO[bytes], size: int) -> Iterator[bytes]:
    """Yield the first bytes of a file; what others append meanwhile is not in the copy.

    Raises:
        WorkspaceUnusable: It became shorter, or cannot be read.
    """
    while size:
        try:
            chunk = file.read(min(CHUNK, size))
        except OSError as error:
            raise durable.Unreadable(f"{file.name} cannot be read: {error.strerror}.") from error
        if not chunk:
            raise WorkspaceUnusable(f"{file.name} became shorter while it was copied.")
        size -= len(chunk)
        yield chunk
