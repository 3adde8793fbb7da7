"""Reading a document: quickly from its projection if that is current, else from its trail."""

from __future__ import annotations

import hashlib
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sygn_cli.domain import history, ids, retention
from sygn_cli.domain.errors import NotFound, Tampered
from sygn_cli.store import audit, blobs, durable, records

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sygn_cli.domain.audit import Event
    from sygn_cli.domain.document import Document
    from sygn_cli.store.records import Projection
    from sygn_cli.store.workspace import DocumentFolder


@dataclass(frozen=True, slots=True)
class Reading:
    """A document as it is on disk.

    Attributes:
        committed: The trail's bytes that count.
        torn: Whether an unfinished append lies behind them.
        queued: Number of the last event whose jobs are surely in the outbox; None unknown.
        logged: Number of the last event that is surely in the workspace log; None unknown.
    """

    document: Document
    committed: bytes
    torn: bool
    queued: int | None
    logged: int | None

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to follow from the last event."""
        return not self.torn and self.queued == self.logged == self.document.seq


def read(folder: DocumentFolder) -> Reading:
    """Return the document; waits for nobody and writes nothing.

    Raises:
        NotFound: There is none.
        Tampered: Its trail is broken, or shorter than it was.
    """
    _refuse_purged(folder)
    # First the projection: whoever writes goes the other way, so it is never ahead of the trail.
    projection = records.read(folder.projection, doc=folder.id)
    committed, rest = audit.split(trail_bytes(folder))
    fingerprint = hashlib.sha256(committed).hexdigest()
    if projection is not None and projection.trail_sha256 == fingerprint:
        return Reading(
            document=projection.document,
            committed=committed,
            torn=bool(rest),
            queued=projection.queued,
            logged=projection.logged,
        )
    events = audit.events(committed, doc=folder.id)
    if projection is not None:
        _check_past(projection, events)
    return Reading(
        document=fold(folder, events),
        committed=committed,
        torn=bool(rest),
        queued=None,
        logged=None,
    )


def is_settled(folder: DocumentFolder) -> bool:
    """Tell whether nothing is left to follow from the last event, without making a document of it.

    A fifth of the time that :func:`read` takes. False also where that has to find out.

    Raises:
        NotFound: There is none.
        Tampered: Its trail is gone.
    """
    _refuse_purged(folder)
    settled = records.settled_trail(folder.projection, doc=folder.id)
    committed, rest = audit.split(trail_bytes(folder))
    return not rest and hashlib.sha256(committed).hexdigest() == settled


def is_there(folder: DocumentFolder) -> bool:
    """Tell whether the document's folder is there; newer Pythons' ``is_dir`` says no if in doubt.

    Raises:
        WorkspaceUnusable: That cannot be told.
    """
    try:
        return stat.S_ISDIR(folder.path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise durable.Unreadable(f"{folder.path} cannot be read: {error.strerror}.") from error


def require(folder: DocumentFolder) -> None:
    """Refuse a document that is not there.

    Raises:
        NotFound: It is not.
    """
    if not is_there(folder):
        raise _no_document(folder)
    _refuse_purged(folder)


def trail(folder: DocumentFolder) -> list[Event]:
    """Return all events of a document, checked.

    Raises:
        NotFound: There is no such document.
        Tampered: The chain is broken, or shorter than it was.
    """
    _refuse_purged(folder)
    projection = records.read(folder.projection, doc=folder.id)
    committed, _ = audit.split(trail_bytes(folder))
    events = audit.events(committed, doc=folder.id)
    if projection is not None:
        _check_past(projection, events)
    return events


def fold(folder: DocumentFolder, events: list[Event]) -> Document:
    """Return the document that these events make.

    Raises:
        Tampered: They do not make one, or a blob is missing or changed.
    """

    def attachment(sha256: str) -> bytes:
        return blob(folder, sha256)

    try:
        return history.fold(events, attachment)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise Tampered(f"The audit trail of {folder.id} makes no sense: {error!r}.") from error


def blob(folder: DocumentFolder, sha256: str) -> bytes:
    """Return the bytes of that hash.

    Raises:
        NotFound: The document has no such blob.
        Tampered: It should have it, and has not, or has other bytes.
    """
    try:
        return blobs.get(folder.blobs, sha256)
    except FileNotFoundError:
        raise no_blob(folder, sha256) from None


def no_blob(folder: DocumentFolder, sha256: str) -> NotFound | Tampered:
    """Return the error to raise where those bytes do not lie in the folder."""
    if any(sha256 in blobs.referred(event) for event in trail(folder)):
        return Tampered(
            f"The blob {sha256} of document {folder.id} is gone.",
            hint="Restore the workspace from a backup.",
        )
    return NotFound(f"Document {folder.id} has no blob {sha256!r}.")


def tombstone(folder: DocumentFolder) -> Event | None:
    """Return what stands in the place of the trail of a document that was purged; else None.

    Raises:
        Tampered: It is damaged.
    """
    try:
        content = durable.read(folder.tombstone)
    except FileNotFoundError:
        return None
    try:
        buried = audit.only_event(content)
    except Tampered as error:
        raise Tampered(
            f"The tombstone of document {folder.id} is damaged.",
            hint="Restore the workspace from a backup.",
        ) from error
    if buried.doc != folder.id:
        raise Tampered(f"The tombstone of document {folder.id} is that of {buried.doc}.")
    retention.kept_leaves(buried)
    return buried


def _refuse_purged(folder: DocumentFolder) -> None:
    buried = tombstone(folder)
    if buried is not None:
        raise retention.refusal(buried)


def walk(root: Path) -> Iterator[str]:
    """Yield the ids of all documents, newest first, from the folders alone.

    Raises:
        WorkspaceUnusable: A folder cannot be read.
    """
    for month in reversed(durable.names(root)):
        for name in reversed(durable.names(root / month)):
            if ids.DOCUMENT_ID.fullmatch(name):
                yield name


def trail_bytes(folder: DocumentFolder) -> bytes:
    """Return the trail as it is, not checked.

    Raises:
        NotFound: There is no such document.
        Tampered: The document is there without its trail.
    """
    try:
        return durable.read(folder.trail)
    except FileNotFoundError as error:
        if is_there(folder):
            raise Tampered(f"The audit trail of document {folder.id} is gone.") from error
        raise _no_document(folder) from error


def _no_document(folder: DocumentFolder) -> NotFound:
    return NotFound(f"There is no document {folder.id}.", hint="See which there are: sygn list")


def _check_past(projection: Projection, events: list[Event]) -> None:
    """Refuse a trail that lost or changed events which the projection has seen.

    Without this a trail whose last line feed was damaged would read as one event shorter.
    """
    seen = projection.document
    if seen.seq >= len(events) or events[seen.seq].hash() != seen.head:
        raise Tampered(
            f"The audit trail of document {seen.id} lost or changed event {seen.seq}, which it "
            "had before.",
            hint="Restore the workspace from a backup.",
        )
