"""What a workspace that takes the place of an older or newer state of itself takes over from that.

A backup is older than what it replaces. A key that was revoked since, an owner's link that was
renewed, a webhook whose secret was turned and a letter that was sent must not come back with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sygn_cli.domain.apikey import KEY_ID
from sygn_cli.domain.errors import NotFound, SygnError
from sygn_cli.store import audit, durable, mails, reading, webhooks
from sygn_cli.store.apikeys import FileApiKeys
from sygn_cli.store.entries import Entries, entry
from sygn_cli.store.outbox import Outbox
from sygn_cli.store.webhooks import Endpoints

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from sygn_cli.domain.apikey import ApiKey
    from sygn_cli.store.outbox import Job
    from sygn_cli.store.workspace import Workspace

_REVOKED: Final = "revoked-"
_OWNER: Final = "owner.key"
_OWNER_BYTES: Final = 32
_PASSING: Final = (".lock", ".used", durable.TEMPORARY)


@dataclass(slots=True)
class Carried:
    """What was taken over.

    Attributes:
        files: Those that are now as they were there, not as the backup had them.
        done: How many jobs of the backup were left out because they had been done there.
        differing: Files that are not as they were there, and how.
    """

    files: list[str] = field(default_factory=list)
    done: int = 0
    differing: dict[str, str] = field(default_factory=dict)


class Carrying:
    """Takes over what was decided or done since the backup was made; any number of times.

    Args:
        new: The workspace out of the backup, which nobody uses yet.
        keys: Whether the backup held keys; if not, all of them are taken over.
        has_outbox: Whether the other has an outbox, so that a job that is not in it was done.
    """

    def __init__(self, new: Workspace, *, keys: bool, has_outbox: bool) -> None:
        self._new = new
        self._keys = keys
        self._has_outbox = has_outbox
        self._carried = Carried()

    def take(self, old: Workspace) -> Carried:
        """Take over what another state of the workspace says; durable on return.

        Raises:
            OSError, WorkspaceUnusable: Something cannot be read or written.
        """
        self._take_files(old, old.keys, self._counts_among_keys)
        self._take_files(old, old.webhooks, _is_endpoint)
        self._take_jobs(old)
        self._carried.differing = dict(_differing(old, self._new))
        return self._carried

    def _take_files(
        self, old: Workspace, folder: Path, counts: Callable[[Workspace, Path], bool]
    ) -> None:
        target = self._new.path / folder.name
        taken = []
        for path in durable.paths(folder):
            if path.name.endswith(_PASSING) or not path.is_file() or not counts(old, path):
                continue
            content = durable.read(path)
            if content != _content(target / path.name):
                durable.replace(target / path.name, content)
                taken.append(f"{folder.name}/{path.name}")
        if taken:
            durable.sync_folder(target)
            self._carried.files += [one for one in taken if one not in self._carried.files]

    def _counts_among_keys(self, old: Workspace, path: Path) -> bool:
        if not self._keys or path.name.startswith(_REVOKED):
            return True
        if path.name == _OWNER:
            return len(durable.read(path)) == _OWNER_BYTES
        before = _api_key(old, path)
        after = _api_key(self._new, path)
        return before is not None and (
            after is None or before.revoked_at is not None or after.revoked_at is None
        )

    def _take_jobs(self, old: Workspace) -> None:
        outbox = Outbox(self._new.outbox)
        waiting = {job.id: job for job in Outbox(old.outbox).pending()}
        past = _Past(old)
        names = "".join(durable.names(old.outbox))  # with those that are damaged
        for job in list(outbox.pending()):
            if waiting.get(job.id) == job:
                del waiting[job.id]
            elif job.id in waiting:
                outbox.acknowledge(job)
            elif self._has_outbox and f"_{job.id}.json" not in names and past.has_told(job):
                outbox.acknowledge(job)
                self._carried.done += 1
        outbox.put(list(waiting.values()))
        durable.sync_folder(self._new.outbox)


class _Past:
    """The events of a workspace of which the jobs were in its outbox."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._moments: dict[str, set[datetime]] = {}
        self._entries: dict[str, set[int]] | None = None

    def has_told(self, job: Job) -> bool:
        """Tell whether a job that is not in the outbox was there, so that it was done."""
        try:
            document_id, at = _event_of(job)
            folder = self._workspace.folder(document_id)
        except (NotFound, LookupError, TypeError, ValueError):
            return False
        if folder.tombstone.exists():
            return True
        if document_id not in self._moments:
            self._moments[document_id] = set(self._told(document_id))
        return at in self._moments[document_id]

    def _told(self, document_id: str) -> Iterator[datetime]:
        folder = self._workspace.folder(document_id)
        try:
            committed = audit.split(reading.trail_bytes(folder))[0]
            is_settled = reading.is_settled(folder)
            for event in audit.events(committed, doc=document_id):
                if is_settled or event.seq in self._logged().get(document_id, ()):
                    yield event.at
        except durable.Unreadable:
            raise
        except SygnError:
            return

    def _logged(self) -> dict[str, set[int]]:
        """Return the events that are in the log, which they are after their jobs."""
        if self._entries is None:
            self._entries = {}
            for one in map(entry, Entries(self._workspace.log).lines()):
                self._entries.setdefault(one.doc, set()).add(one.seq)
        return self._entries


def _event_of(job: Job) -> tuple[str, datetime]:
    """Return the document and the moment of the event that a job follows from."""
    if job.kind == webhooks.KIND:
        message = webhooks.message_of(job)[1]
        return message.document, message.at
    if job.kind == mails.KIND:
        notice = mails.notice_of(job)
        return notice.document, notice.at
    raise ValueError(f"unknown kind of job: {job.kind!r}")


def _api_key(workspace: Workspace, path: Path) -> ApiKey | None:
    """Return what a workspace says of a key; None if that is damaged, or the file is no key's."""
    if not KEY_ID.fullmatch(path.stem):
        return None
    try:
        return FileApiKeys(workspace.keys).get(path.stem)
    except durable.Unreadable:
        raise
    except SygnError:
        return None


def _is_endpoint(old: Workspace, path: Path) -> bool:
    try:
        Endpoints(old.webhooks).get(path.stem)
    except durable.Unreadable:
        raise
    except SygnError:
        return False
    return path.suffix == ".json"


def _differing(old: Workspace, new: Workspace) -> Iterator[tuple[str, str]]:
    """Yield which of the few files that people decide about are not as they were there, and how."""
    for name in sorted({*_decided(old), *_decided(new)}):
        before, after = _content(old.path / name), _content(new.path / name)
        if before is None:
            yield name, "was not there"
        elif after is None:
            yield name, "is left there"
        elif before != after:
            yield name, "was another"


def _decided(workspace: Workspace) -> Iterator[str]:
    yield "sygn.toml"
    for folder, ending in ((workspace.keys, ""), (workspace.webhooks, ".json")):
        for path in durable.paths(folder, ending):
            if path.is_file() and not path.name.endswith(_PASSING):
                yield f"{folder.name}/{path.name}"
    for path in durable.paths(workspace.templates):
        yield f"templates/{path.name}/template.json"


def _content(path: Path) -> bytes | None:
    try:
        return durable.read(path)
    except FileNotFoundError:
        return None
