"""Which request made which document, so that a request that is sent twice makes one.

The binding is written before the document. If the process dies in between, the same request may
take the key over; the creation then checks at its last moment that it still owns the key, so of two
that are alive only one succeeds.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from sygn_cli.domain.errors import Conflict, IdempotencyKeyReused, WorkspaceUnusable
from sygn_cli.store import durable, locks, trouble

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

KEPT_FOR: Final = timedelta(hours=24)


class Bindings:
    """The folder of idempotency keys."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pending: dict[str, Path] = {}

    def remember(
        self,
        account: str,
        key: str,
        fingerprint: str,
        document_id: str,
        *,
        exists: Callable[[str], bool],
    ) -> str | None:
        """Bind a key to a document about to be created; see ``services/ports.py``.

        Args:
            exists: Tells whether a document was created.

        Raises:
            IdempotencyKeyReused: The key was used with another request.
        """
        path = self._path(account, key)
        content = json.dumps({"fingerprint": fingerprint, "document": document_id}).encode()
        with trouble.guarded(path):
            if durable.put_if_absent(path, content):
                self._pending[document_id] = path
                return None
            with self._locked():
                bound_fingerprint, bound = _load(path)
                if bound_fingerprint != fingerprint:
                    raise IdempotencyKeyReused(
                        f"The idempotency key {key!r} was used with another request.",
                        hint="Use a new key for a new request.",
                    )
                if exists(bound):
                    return bound
                durable.replace(path, content)
                durable.sync_folder(self._folder)
                self._pending[document_id] = path
                return None

    @contextlib.contextmanager
    def creating(self, document_id: str) -> Iterator[None]:
        """Keep the key of a document from being taken over during the block, in which it appears.

        Raises:
            Conflict: The key was taken over already.
        """
        path = self._pending.get(document_id)
        if path is None:
            yield
            return
        with self._locked():
            if _load(path)[1] != document_id:
                raise Conflict(
                    f"Another request with the same idempotency key creates document "
                    f"{document_id}.",
                    hint="Send the request again to get its document.",
                )
            yield
        self._pending.pop(document_id, None)

    def sweep(self, *, now: datetime) -> None:
        """Forget keys older than a day."""
        oldest = (now - KEPT_FOR).timestamp()
        for path in durable.paths(self._folder, ".json"):
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime < oldest:
                    durable.remove(path)

    def _locked(self) -> contextlib.AbstractContextManager[None]:
        return locks.hold(self._folder / ".lock")

    def _path(self, account: str, key: str) -> Path:
        name = hashlib.sha256(f"{account}\0{key}".encode()).hexdigest()
        return self._folder / f"{name}.json"


def _load(path: Path) -> tuple[str, str]:
    try:
        data = json.loads(durable.read(path))
        return str(data["fingerprint"]), str(data["document"])
    except (FileNotFoundError, ValueError, KeyError, TypeError) as error:
        raise WorkspaceUnusable(f"{path} is damaged.", hint=f"Remove {path}.") from error
