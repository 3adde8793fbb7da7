"""The index: which documents there are, for lists and prefixes; a cache that may be deleted.

It follows the workspace log by the number of bytes it has read, so it never has to be told
anything. What it says is only where to look: a list shows documents as their trails say.
"""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from sygn_cli.domain import agenda, moment
from sygn_cli.domain.agenda import Appointment
from sygn_cli.domain.errors import SygnError, Tampered, WorkspaceUnusable
from sygn_cli.domain.listing import searched
from sygn_cli.store.listing import IndexUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from sygn_cli.domain.document import Document
    from sygn_cli.domain.listing import Filters
    from sygn_cli.store.entries import Entries

    Load: TypeAlias = Callable[[str], Document]
    Walk: TypeAlias = Callable[[], Iterable[str]]

_VERSION: Final = 5  # of the tables; in user_version
_TABLES: Final = """
BEGIN IMMEDIATE;
DROP TABLE IF EXISTS documents;
DROP TABLE IF EXISTS unread;
DROP TABLE IF EXISTS place;
CREATE TABLE documents (
    id TEXT PRIMARY KEY, account TEXT NOT NULL, status TEXT NOT NULL, created TEXT NOT NULL,
    mode TEXT NOT NULL, trouble INTEGER NOT NULL, words TEXT NOT NULL, due TEXT, reminded TEXT
) WITHOUT ROWID;
CREATE INDEX by_status ON documents (status, id);
CREATE INDEX by_due ON documents (due, reminded) WHERE due IS NOT NULL;
CREATE TABLE unread (id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE place (log_bytes INTEGER NOT NULL, boot TEXT NOT NULL);
INSERT INTO place VALUES (0, '');
PRAGMA user_version = 5;
"""
_PATIENCE: Final = 10.0  # seconds to wait for another process that writes the index
# A commit may start the index of a young workspace; making one for an old workspace is for lists.
_SHORT_LOG: Final = 16_384
# How much of the log is read again after the machine was restarted: more than can have been
# written in the half minute for which a kernel keeps data before it writes them out.
_UNSURE_BYTES: Final = 1_000_000
_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")


class Index:
    """The file ``cache/index.sqlite3``.

    Args:
        path: Of the file.
        log: Says what changed.
        load: Returns a document as its trail says.
        walk: Yields the ids of all documents from the folders.
    """

    def __init__(self, path: Path, *, log: Entries, load: Load, walk: Walk) -> None:
        self._path = path
        self._log = log
        self._load = load
        self._walk = walk

    def note(self, document: Document) -> None:
        """Take in a document that was just committed, if that can be done at once.

        Raises:
            IndexUnavailable: It cannot; whoever asks for a list next makes up for it.
        """
        with self._open(patience=0) as database:
            if not _is_current(database):
                if self._log.size() > _SHORT_LOG:
                    return
                self._rebuild(database)
            self._catch_up(database, document)

    def ids(self, filters: Filters, *, before: str | None, limit: int) -> list[str]:
        """Return the ids of documents that fit or cannot be read now, newest first.

        Args:
            before: Only ids below this one; None all.

        Raises:
            IndexUnavailable: The folders have to be walked.
        """
        conditions, values = _conditions(filters, before)
        rows, unread = self._query(f"{conditions} ORDER BY id DESC LIMIT ?", (*values, limit))
        may_fit = {one for one in unread if before is None or one < before}
        return sorted({str(row[0]) for row in rows} | may_fit, reverse=True)[:limit]

    def counts(self, filters: Filters) -> dict[str, int]:
        """Return how many documents fit, by status; statuses of none are missing.

        Those that cannot be read now are not counted.

        Raises:
            IndexUnavailable: The folders have to be walked.
        """
        conditions, values = _conditions(filters, None)
        rows, _ = self._query(f"{conditions} GROUP BY status", values, "status, count(*)")
        return {str(status): int(count) for status, count in rows}

    def matches(self, prefix: str, *, limit: int) -> list[str]:
        """Return ids that start with this, newest first.

        Raises:
            IndexUnavailable: The folders have to be walked.
        """
        conditions = "id >= ? AND id < ? ORDER BY id DESC LIMIT ?"
        rows, unread = self._query(conditions, (prefix, prefix + "~", limit))
        may_fit = {one for one in unread if one.startswith(prefix)}
        return sorted({str(row[0]) for row in rows} | may_fit, reverse=True)[:limit]

    def appointments(self, *, until: datetime) -> list[tuple[str, Appointment]]:
        """Return the ids of documents with appointments up to a moment, the earliest first.

        Raises:
            IndexUnavailable: The folders have to be walked.
        """
        conditions = "due <= ? ORDER BY due"
        rows, unread = self._query(conditions, (moment.to_wire(until),), "id, due, reminded")
        found = [(str(row[0]), _appointment(row[1], row[2])) for row in rows]
        return [*((one, agenda.AT_ONCE) for one in sorted(unread)), *found]

    def _query(
        self, conditions: str, values: tuple[object, ...], columns: str = "id"
    ) -> tuple[list[tuple[Any, ...]], set[str]]:
        try:
            return self._rows(conditions, values, columns)
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise IndexUnavailable(str(error)) from error  # not writable, no space, locked
        except (OSError, WorkspaceUnusable) as error:  # the log or a folder cannot be read now
            raise IndexUnavailable(str(error)) from error
        self._remove()  # damaged
        try:
            return self._rows(conditions, values, columns)
        except (sqlite3.DatabaseError, OSError, WorkspaceUnusable) as error:
            raise IndexUnavailable(str(error)) from error

    def _rows(
        self, conditions: str, values: tuple[object, ...], columns: str
    ) -> tuple[list[tuple[Any, ...]], set[str]]:
        with self._connected(_PATIENCE) as database:
            if not _is_current(database):
                self._refresh(database)
            self._catch_up(database)
            rows = database.execute(
                f"SELECT {columns} FROM documents WHERE {conditions}",  # noqa: S608 - written above
                values,
            )
            return list(rows), _unread(database)

    @contextlib.contextmanager
    def _open(self, *, patience: float) -> Iterator[sqlite3.Connection]:
        try:
            with self._connected(patience) as database:
                yield database
        except (sqlite3.Error, OSError, WorkspaceUnusable) as error:
            raise IndexUnavailable(str(error)) from error

    @contextlib.contextmanager
    def _connected(self, patience: float) -> Iterator[sqlite3.Connection]:
        database = sqlite3.connect(self._path, timeout=patience, isolation_level=None)
        with contextlib.closing(database):
            # The rollback journal lets a process die at any time. After a power cut the boot id
            # is another one; where the system tells none, SQLite has to flush.
            database.execute(f"PRAGMA synchronous = {'OFF' if boot_id() else 'NORMAL'}")
            yield database

    def _refresh(self, database: sqlite3.Connection) -> None:
        """Make the index anew, or trust it again after the machine was restarted."""
        if not _has_tables(database) or not _is_sound(database):
            self._rebuild(database)
            return
        known = {row[0] for row in database.execute("SELECT id FROM documents")}
        present = set(self._walk())
        database.execute("BEGIN IMMEDIATE")
        database.executemany("DELETE FROM documents WHERE id = ?", [(i,) for i in known - present])
        for document_id in present - known:
            self._put(database, document_id)
        start = self._log.line_start(max(0, _log_bytes(database) - _UNSURE_BYTES))
        database.execute("UPDATE place SET log_bytes = ?, boot = ?", (start, boot_id()))
        database.execute("COMMIT")

    def _rebuild(self, database: sqlite3.Connection) -> None:
        start = self._log.line_start(self._log.size())
        database.executescript(_TABLES)
        for document_id in self._walk():
            self._put(database, document_id)
        database.execute("UPDATE place SET log_bytes = ?, boot = ?", (start, boot_id()))
        database.execute("COMMIT")

    def _catch_up(self, database: sqlite3.Connection, *known: Document) -> None:
        unread = _unread(database)
        if not unread and _log_bytes(database) == self._log.size():
            return
        database.execute("BEGIN IMMEDIATE")
        place = _log_bytes(database)
        try:
            entries, end = self._log.read(start=place)
        except (
            Tampered
        ):  # the log was cut off or replaced; what it says now is not for us to judge
            entries, end = [], self._log.line_start(self._log.size())
        held = {document.id: document for document in known}
        for document_id in unread | {entry.doc for entry in entries}:
            self._put(database, document_id, held.get(document_id))
        database.execute("UPDATE place SET log_bytes = ?", (end,))
        database.execute("COMMIT")

    def _put(
        self, database: sqlite3.Connection, document_id: str, document: Document | None = None
    ) -> None:
        database.execute("DELETE FROM unread WHERE id = ?", (document_id,))
        try:
            document = document or self._load(document_id)
        except SygnError as error:
            # Gone or damaged: a list that meets it by walking leaves it out and says so.
            database.execute("DELETE FROM documents WHERE id = ?", (document_id,))
            if isinstance(error, WorkspaceUnusable):
                # It may be good, and nobody would look for it again before its next event.
                database.execute("INSERT INTO unread VALUES (?)", (document_id,))
            return
        due = agenda.appointment(document)
        database.execute(
            "INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                document.id,
                document.account,
                str(document.status),
                moment.to_wire(document.created_at),
                str(document.mode),
                bool(document.seal_error),
                searched(document),
                None if due is None else moment.to_wire(due.at),
                None if due is None else moment.to_wire_if(due.reminded_at),
            ),
        )

    def _remove(self) -> None:
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)
            self._path.with_name(self._path.name + "-journal").unlink(missing_ok=True)


def _conditions(filters: Filters, before: str | None) -> tuple[str, tuple[object, ...]]:
    wanted: dict[str, object] = {
        "account = ?": filters.account,
        "status = ?": None if filters.status is None else str(filters.status),
        "created >= ?": moment.to_wire_if(filters.since),
        "mode = ?": None if filters.mode is None else str(filters.mode),
        "trouble = ?": filters.in_trouble,
        "instr(words, ?) > 0": filters.words.casefold() or None,
        "id < ?": before,
    }
    used = {condition: value for condition, value in wanted.items() if value is not None}
    return " AND ".join(used) or "TRUE", tuple(used.values())


def _appointment(due: str, reminded: str | None) -> Appointment:
    try:
        at = None if reminded is None else moment.from_wire(reminded)
        return Appointment(moment.from_wire(due), at)
    except (ValueError, TypeError):
        return agenda.AT_ONCE  # damaged: the document says what is true


def _has_tables(database: sqlite3.Connection) -> bool:
    (version,) = database.execute("PRAGMA user_version").fetchone()
    return bool(version == _VERSION)


def _is_current(database: sqlite3.Connection) -> bool:
    if not _has_tables(database):
        return False
    row = database.execute("SELECT boot FROM place").fetchone()
    return row is not None and row[0] == boot_id()


def _is_sound(database: sqlite3.Connection) -> bool:
    checked = database.execute("PRAGMA quick_check(1)").fetchone()
    places = database.execute("SELECT count(*) FROM place").fetchone()
    return bool(checked == ("ok",) and places == (1,))


def _unread(database: sqlite3.Connection) -> set[str]:
    return {str(row[0]) for row in database.execute("SELECT id FROM unread")}


def _log_bytes(database: sqlite3.Connection) -> int:
    row = database.execute("SELECT log_bytes FROM place").fetchone()
    if row is None:
        raise sqlite3.DatabaseError("the index has lost its place")
    return int(row[0])


def boot_id() -> str:
    """Return what is another text after each restart of the machine; "" unknown."""
    try:
        return _BOOT_ID.read_text().strip()
    except OSError:
        return ""
