"""API keys as files: one JSON record per key id, never the key itself.

When a key was last used is told to ten minutes and kept beside the record, so that a request costs
a read and not a write, and losing it costs nothing.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sygn_cli.domain import moment
from sygn_cli.domain.apikey import KEY_ID, ApiKey
from sygn_cli.domain.document import Mode
from sygn_cli.domain.errors import Conflict, NotFound, SygnError, WorkspaceUnusable
from sygn_cli.store import durable, locks, trouble

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_VERSION: Final = 1
_USE_NOTED_EVERY: Final = timedelta(minutes=10)


class FileApiKeys:
    """The records in the folder of keys."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._noted: dict[str, datetime] = {}
        self._parsed_before: dict[str, tuple[tuple[int, ...], ApiKey]] = {}

    def add(self, key: ApiKey) -> None:
        """Keep a new key; durable on return.

        Raises:
            Conflict: Its id exists, which no two random keys ever share.
            WorkspaceUnusable: It cannot be written.
        """
        path = self._path(key.id)
        with trouble.guarded(path):
            if not durable.put_if_absent(path, _serialise(key)):
                raise Conflict(f"There is a key {key.id} already.")

    def get(self, key_id: str) -> ApiKey:
        """Return the key of that id.

        Raises:
            NotFound: There is none.
            WorkspaceUnusable: Its record is damaged.
        """
        path = self._path(key_id)
        try:
            return self._parsed(path)
        except FileNotFoundError as error:
            raise NotFound(f"There is no key {key_id}.", hint="See: sygn keys list") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise WorkspaceUnusable(
                f"{path} is damaged.", hint=f"Remove it; the key is dead then: {path}"
            ) from error

    def _parsed(self, path: Path) -> ApiKey:
        """Read a record only if it is not the one read before: each request asks for its key."""
        status = path.stat()
        stamp = (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
        kept = self._parsed_before.get(path.name)
        if kept is not None and kept[0] == stamp:
            return kept[1]
        key = _parse(durable.read(path))
        self._parsed_before[path.name] = (stamp, key)
        return key

    def list(self) -> Sequence[ApiKey]:
        """Return all keys, oldest first."""
        names = durable.names(self._folder)
        ids = [name.removesuffix(".json") for name in names if name.endswith(".json")]
        found = [self.get(one) for one in ids if KEY_ID.fullmatch(one)]
        return sorted(found, key=lambda key: (key.created_at, key.id))

    def revoke(self, key_id: str, *, at: datetime) -> ApiKey:
        """Make a key useless from now on; doing so twice changes nothing.

        Raises:
            NotFound: There is none of that id.
            WorkspaceUnusable: It cannot be written.
        """
        path = self._path(key_id)
        with trouble.guarded(path), locks.hold(self._folder / ".lock"):
            key = self.get(key_id)
            if key.revoked_at is None:
                key = replace(key, revoked_at=moment.to_millisecond(at))
                durable.replace(path, _serialise(key))
            # Also if it was revoked: whoever did so may have died before this.
            durable.sync_folder(self._folder)
            return key

    def note_use(self, key_id: str, *, at: datetime) -> None:
        """Remember roughly when a key was used; on a full or read-only disk, do not."""
        before = self._noted.get(key_id)
        if before is not None and timedelta() <= at - before < _USE_NOTED_EVERY:
            return
        self._noted[key_id] = at
        try:
            durable.replace(self._used(key_id), moment.to_wire(at).encode(), flush=False)
        except (OSError, SygnError):
            return

    def last_used(self, key_id: str) -> datetime | None:
        """Return when a key was last used, to ten minutes; None if never."""
        try:
            return moment.from_wire(durable.read(self._used(key_id)).decode("ascii"))
        except (FileNotFoundError, ValueError, WorkspaceUnusable):
            return None

    def _path(self, key_id: str) -> Path:
        if not KEY_ID.fullmatch(key_id):
            raise NotFound(f"{key_id!r} is not the id of a key.", hint="See: sygn keys list")
        return self._folder / f"{key_id}.json"

    def _used(self, key_id: str) -> Path:
        return self._path(key_id).with_suffix(".used")


class MemoryApiKeys:
    """Keys that are forgotten with the process: the same promises, for tests."""

    def __init__(self) -> None:
        self._keys: dict[str, ApiKey] = {}
        self._used: dict[str, datetime] = {}

    def add(self, key: ApiKey) -> None:
        """Keep a new key."""
        if self._keys.setdefault(key.id, key) is not key:
            raise Conflict(f"There is a key {key.id} already.")

    def get(self, key_id: str) -> ApiKey:
        """Return the key of that id."""
        try:
            return self._keys[key_id]
        except KeyError as error:
            raise NotFound(f"There is no key {key_id!r}.") from error

    def list(self) -> Sequence[ApiKey]:
        """Return all keys, oldest first."""
        return sorted(self._keys.values(), key=lambda key: (key.created_at, key.id))

    def revoke(self, key_id: str, *, at: datetime) -> ApiKey:
        """Make a key useless."""
        key = self.get(key_id)
        if key.revoked_at is None:
            self._keys[key_id] = replace(key, revoked_at=moment.to_millisecond(at))
        return self._keys[key_id]

    def note_use(self, key_id: str, *, at: datetime) -> None:
        """Remember when a key was used."""
        self._used[key_id] = moment.to_millisecond(at)

    def last_used(self, key_id: str) -> datetime | None:
        """Return when a key was last used."""
        return self._used.get(key_id)


def _serialise(key: ApiKey) -> bytes:
    data: dict[str, object] = {
        "v": _VERSION,
        "id": key.id,
        "sha256": key.sha256,
        "account": key.account,
        "mode": str(key.mode),
        "created_at": moment.to_wire(key.created_at),
        "label": key.label,
        "partner": key.partner,
        "tenant": key.tenant,
        "can_provision": key.can_provision,
        "expires_at": moment.to_wire_if(key.expires_at),
        "revoked_at": moment.to_wire_if(key.revoked_at),
    }
    return json.dumps(data, ensure_ascii=False).encode() + b"\n"


def _parse(content: bytes) -> ApiKey:
    data: Mapping[str, Any] = json.loads(content)
    if data["v"] != _VERSION:
        raise ValueError("another version")
    return ApiKey(
        id=data["id"],
        sha256=data["sha256"],
        account=data["account"],
        mode=Mode(data["mode"]),
        created_at=moment.from_wire(data["created_at"]),
        label=data["label"],
        partner=data["partner"],
        tenant=data["tenant"],
        can_provision=data["can_provision"],
        expires_at=_moment(data["expires_at"]),
        revoked_at=_moment(data["revoked_at"]),
    )


def _moment(written: str | None) -> datetime | None:
    return None if written is None else moment.from_wire(written)
