"""Looking at what lies outside the documents: jobs, bindings, endpoints, templates, keys, the index.

None of it is evidence. What cannot be read there is in the way and can be taken away.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Final

from sygn_cli.domain.errors import NotFound, SygnError
from sygn_cli.domain.ids import DOCUMENT_ID
from sygn_cli.store import durable
from sygn_cli.store.findings import Finding, Level
from sygn_cli.store.keyring import LINK_KEY
from sygn_cli.store.sweep import unfinished
from sygn_cli.store.templates import FolderTemplates
from sygn_cli.store.webhooks import Endpoints

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from sygn_cli.store.documents import WorkspaceStore
    from sygn_cli.store.workspace import Workspace

_INDEX: Final = "index.sqlite3"


def loose(store: WorkspaceStore, *, now: datetime) -> Iterator[Finding]:
    """Yield what is wrong outside the documents."""
    workspace = store.workspace
    yield from _unreadable(workspace)
    yield from _endpoints(workspace)
    yield from _templates(workspace)
    yield from _keys(store)
    yield from _index(workspace)
    for path in durable.paths(workspace.inflight):
        if not DOCUMENT_ID.fullmatch(path.name):
            yield Finding(Level.LITTER, "inflight", f"{path.name} marks no document.", path)
    for path in unfinished(workspace, now=now):
        yield Finding(Level.LITTER, path.parent.name, f"{path.name} was left behind.", path)


def _unreadable(workspace: Workspace) -> Iterator[Finding]:
    for folder in (workspace.outbox, workspace.idempotency):
        for path in durable.paths(folder, ".json"):
            if not _is_object(path):
                what = f"{path.name} cannot be read."
                yield Finding(Level.BROKEN, folder.name, what, path)


def _is_object(path: Path) -> bool:
    try:
        return isinstance(json.loads(durable.read(path)), dict)
    except FileNotFoundError:
        return True  # done meanwhile
    except ValueError:
        return False


def _endpoints(workspace: Workspace) -> Iterator[Finding]:
    endpoints = Endpoints(workspace.webhooks)
    for path in durable.paths(workspace.webhooks, ".json"):
        try:
            endpoints.get(path.stem)
        except NotFound:
            yield Finding(Level.LITTER, "webhooks", f"{path.name} is no endpoint.", path)
        except SygnError as error:
            yield _broken("webhooks", error, path)


def _templates(workspace: Workspace) -> Iterator[Finding]:
    templates = FolderTemplates(workspace.templates, workspace.staging)
    for path in durable.paths(workspace.templates):
        if not path.is_dir():
            continue
        try:
            templates.pdf(templates.get(path.name))
        except SygnError as error:
            yield _broken("templates", error, path)


def _broken(where: str, error: SygnError, path: Path) -> Finding:
    """Return what is told; what the system does not give us may be good and is left there."""
    is_unreadable = isinstance(error, durable.Unreadable)
    return Finding(Level.BROKEN, where, error.message, None if is_unreadable else path)


def _keys(store: WorkspaceStore) -> Iterator[Finding]:
    """Yield which keys are lost; a repair makes others."""
    path = store.workspace.keys / LINK_KEY
    try:
        store.keys.kept_link_key()
    except durable.Unreadable as error:
        yield _broken("keys", error, path)
    except SygnError as error:
        yield Finding(Level.BROKEN, "keys", f"{error.message} {error.hint}", path)
    try:
        lost = store.keys.lost()
    except durable.Unreadable as error:
        yield _broken("keys", error, path)
        return
    if lost is not None:
        name, gone = lost
        path = store.workspace.keys / name
        yield Finding(Level.BROKEN, "keys", f"{gone.message} {gone.hint}", path)


def _index(workspace: Workspace) -> Iterator[Finding]:
    path = workspace.cache / _INDEX
    if not path.exists():
        return
    try:
        with closing(sqlite3.connect(path, timeout=1)) as database:
            sound = database.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)
    except sqlite3.OperationalError:
        return  # in use, or a disk that cannot be written
    except sqlite3.DatabaseError:
        sound = False
    if not sound:
        yield Finding(Level.BROKEN, "cache", "The index is damaged.", path)
