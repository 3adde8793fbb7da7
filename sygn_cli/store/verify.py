"""Checking a whole workspace: every trail, every blob, the log, the projections, what is left over.

Nothing here repairs or writes; it says what is wrong, where, and how bad it is.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Final

from sygn_cli.domain import ids
from sygn_cli.domain.errors import SygnError, Tampered
from sygn_cli.store import audit, blobs, durable, locks, log, reading, records
from sygn_cli.store.buried import buried_document
from sygn_cli.store.entries import Logged
from sygn_cli.store.findings import Finding, Level, damage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sygn_cli.domain.audit import Event
    from sygn_cli.store.log import WorkspaceLog
    from sygn_cli.store.workspace import DocumentFolder, Workspace

_LOG: Final = "log"


def check_workspace(
    workspace: Workspace,
    workspace_log: WorkspaceLog,
    *,
    verifier: str | None = None,
    kept: Sequence[bytes] = (),
    only: str | None = None,
) -> Iterator[Finding]:
    """Yield everything that is wrong.

    Args:
        workspace: What to check.
        workspace_log: Its log.
        verifier: The log's public key from somewhere safe; None takes the workspace's own.
        kept: Checkpoints that were kept elsewhere.
        only: The one document to look at, besides the log; None for all.
    """
    heads: dict[str, dict[int, Logged]] = {}
    try:
        for one in _log_entries(workspace_log, verifier, kept):
            known = heads.setdefault(one.doc, {})
            if one.seq in known:
                yield damage(_LOG, f"Event {one.seq} of document {one.doc} is logged twice.")
            known[one.seq] = one
    except SygnError as error:
        yield damage(_LOG, error.message)
        heads = {}
        log_is_good = False
    else:
        log_is_good = True
    yield from _documents(workspace, heads, workspace_log if log_is_good else None, only)
    if workspace_log.lacks_key():
        what = f"The key of the workspace log (keys/{log.KEY}) is gone: nothing can be added."
        yield Finding(Level.BROKEN, "keys", what)
    if only is None:
        yield from _strangers(workspace)


def _documents(
    workspace: Workspace,
    heads: dict[str, dict[int, Logged]],
    workspace_log: WorkspaceLog | None,
    only: str | None,
) -> Iterator[Finding]:
    there = reading.walk(workspace.documents)
    if only is not None:
        heads = {only: heads[only]} if only in heads else {}
        there = (one for one in there if one == only)
    for document_id in there:
        logged = heads.pop(document_id, {})
        yield from check_document(workspace.folder(document_id), logged, workspace_log)
    for document_id in heads:
        yield damage(document_id, "The document is gone; the workspace log knows it.")


def check_document(
    folder: DocumentFolder, logged: dict[int, Logged], workspace_log: WorkspaceLog | None
) -> list[Finding]:
    """Return everything that is wrong with one document.

    Args:
        folder: Where it lies.
        logged: Its entries in the workspace log by event number.
        workspace_log: To see what was logged meanwhile; None if the log is of no use.
    """
    # Who writes has to finish first, or half of a change would look like damage. Where nothing
    # can be locked, nothing can be changed either.
    with contextlib.ExitStack() as held:
        with contextlib.suppress(SygnError):
            held.enter_context(locks.hold(folder.lock))
        try:
            buried = reading.tombstone(folder)
            if buried is not None:
                if workspace_log is not None and buried.seq not in logged:
                    logged = workspace_log.about(folder.id)
                return list(buried_document(folder, buried, logged if workspace_log else None))
            events = reading.trail(folder)
        except SygnError as error:
            return [damage(folder.id, error.message)]
        if workspace_log is not None and len(logged) < len(events):
            logged = workspace_log.about(folder.id)
        found = (
            *(_against_log(folder, events, logged) if workspace_log is not None else ()),
            *_blobs(folder, events),
            *_projection(folder, events),
            *_leftovers(folder),
        )
        return list(dict.fromkeys(found))  # what cannot be read is met more than once


def _log_entries(
    workspace_log: WorkspaceLog, verifier: str | None, kept: Sequence[bytes]
) -> Iterable[Logged]:
    if not workspace_log.lacks_key():
        workspace_log.verify()
    note = workspace_log.checkpoint()
    try:
        entries = durable.read(workspace_log.entries)
    except FileNotFoundError:
        entries = b""
    if note is None:
        if kept:
            raise Tampered("The workspace log is gone.")
        return ()
    key = verifier or workspace_log.verifier()
    if key is None:
        raise Tampered(f"The public key of the workspace log (keys/{log.VERIFIER}) is gone.")
    return log.verify_log(entries, note, verifier=key, kept=kept)


def _against_log(
    folder: DocumentFolder, events: list[Event], logged: dict[int, Logged]
) -> Iterator[Finding]:
    for seq, one in logged.items():
        if seq >= len(events):
            yield damage(folder.id, f"Event {seq} is gone; the workspace log knows it.")
        elif Logged(folder.id, seq, events[seq].hash()).leaf() != one.leaf():
            yield damage(folder.id, f"Event {seq} is another than in the workspace log.")
    missing = [event.seq for event in events if event.seq not in logged]
    if missing and min(missing) <= max(logged, default=-1):
        yield damage(folder.id, f"Event {min(missing)} is missing in the workspace log.")
    elif missing and _was_logged(folder, min(missing)):
        yield damage(folder.id, f"Event {min(missing)} is gone from the workspace log.")
    elif missing:
        what = f"Events from {min(missing)} on are not in the workspace log yet."
        yield Finding(Level.UNFINISHED, folder.id, what)


def _was_logged(folder: DocumentFolder, seq: int) -> bool:
    """Tell whether the projection knows the event as logged, which it learns only afterwards."""
    projection = records.read(folder.projection, doc=folder.id)
    return projection is not None and projection.logged >= seq


def _blobs(folder: DocumentFolder, events: list[Event]) -> Iterator[Finding]:
    wanted: set[str] = set()
    for event in events:
        try:
            wanted.update(blobs.referred(event))
        except (LookupError, TypeError) as error:
            yield damage(folder.id, f"Event {event.seq} makes no sense: {error!r}.")
    for sha256 in sorted(wanted):
        try:
            blobs.get(folder.blobs, sha256)
        except FileNotFoundError:
            yield damage(folder.id, f"The blob {sha256} is gone.")
        except SygnError as error:
            yield damage(folder.id, error.message)
    for path in durable.paths(folder.blobs):
        if path.name.partition(".")[0] not in wanted:
            yield Finding(Level.LITTER, folder.id, f"No event refers to {path.name}.", path)


def _projection(folder: DocumentFolder, events: list[Event]) -> Iterator[Finding]:
    try:
        document = reading.fold(folder, events)
    except durable.Unreadable as error:  # which it was not when its blobs were looked at
        yield damage(folder.id, error.message)
        return
    except SygnError:
        return  # because of a blob, which was reported
    projection = records.read(folder.projection, doc=folder.id)
    last = len(events) - 1
    if projection is None:
        what = "document.json is missing or damaged."
        yield Finding(Level.UNFINISHED, folder.id, what, folder.projection)
    elif projection.document.seq < last:
        yield Finding(Level.UNFINISHED, folder.id, "document.json is behind the audit trail.")
    elif projection.document != document:
        what = "document.json says something else than the audit trail."
        yield Finding(Level.DAMAGE, folder.id, what, folder.projection)
    elif not projection.queued == projection.logged == last:
        yield Finding(Level.UNFINISHED, folder.id, "What follows from its last event is not done.")


def _leftovers(folder: DocumentFolder) -> Iterator[Finding]:
    with contextlib.suppress(FileNotFoundError):
        if audit.split(durable.read(folder.trail))[1]:
            what = "An event was begun and never finished; it does not count."
            yield Finding(Level.UNFINISHED, folder.id, what)
    for path in durable.paths(folder.path):
        if path.name.endswith(durable.TEMPORARY):
            yield Finding(Level.LITTER, folder.id, f"{path.name} was left behind.", path)


def _strangers(workspace: Workspace) -> Iterator[Finding]:
    for month in durable.paths(workspace.documents):
        for path in durable.paths(month):
            if not ids.DOCUMENT_ID.fullmatch(path.name):
                yield Finding(Level.LITTER, "documents", f"{path.name} is no document.", path)
            elif workspace.folder(path.name).path != path:
                yield damage(path.name, f"The document lies in the wrong month, {month.name}.")
