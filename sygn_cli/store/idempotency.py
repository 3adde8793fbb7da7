"""Which request made which document, so that a request that is sent twice makes one.

The binding is written before the document. If the process dies in between, the same request may
take the key over; the creation then checks at its last moment that it still owns the key, so of two
that are alive only one succeeds. A request that is refused or fails lets go of its key.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from sygn_cli.domain.errors import Conflict, IdempotencyKeyReused, WorkspaceUnusable
from sygn_cli.store import answers, durable, locks, trouble

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
        scope: str,
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
        path = self._path(scope, key)
        content = json.dumps({"fingerprint": fingerprint, "document": document_id}).encode()
        with trouble.guarded(path):
            if durable.put_if_absent(path, content):
                self._pending[document_id] = path
                return None
            with self._locked():
                if durable.put_if_absent(path, content):  # its owner let go of it just now
                    self._pending[document_id] = path
                    return None
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

    def release(self, document_id: str, *, exists: Callable[[str], bool]) -> None:
        """Let go of the key of a document that was not created, unless it was taken over.

        Args:
            document_id: The document.
            exists: Tells whether it was created after all.

        Raises:
            WorkspaceUnusable: The binding cannot be removed.
        """
        path = self._pending.pop(document_id, None)
        if path is None:
            return
        with trouble.guarded(path), self._locked():
            if path.exists() and _load(path)[1] == document_id and not exists(document_id):
                durable.remove(path)

    def bound_formerly(self, account: str, key: str) -> str | None:
        """Return what a version bound that kept keys apart by account only."""
        path = self._path(account, key)
        with trouble.guarded(path):
            return _load(path)[1] if path.exists() else None

    @contextlib.contextmanager
    def creating(self, document_id: str, *, exists: Callable[[str], bool]) -> Iterator[None]:
        """Keep the key of a document from being taken over during the block, in which it appears.

        Where it does not appear, its key is let go of.

        Args:
            document_id: The document.
            exists: Tells whether it was created.

        Raises:
            Conflict: The key was taken over already.
        """
        path = self._pending.get(document_id)
        if path is None:
            yield
            return
        try:
            with self._locked():
                _require_own(path, document_id)
                yield
        except BaseException:
            with contextlib.suppress(WorkspaceUnusable):  # why it failed says more
                self.release(document_id, exists=exists)
            raise
        finally:
            self._pending.pop(document_id, None)

    def sweep(self, *, now: datetime) -> None:
        """Forget keys older than a day."""
        oldest = (now - KEPT_FOR).timestamp()
        of_answers = durable.paths(self._folder, answers.WORKING)
        for path in (*durable.paths(self._folder, ".json"), *of_answers):
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime < oldest:
                    durable.remove(path)

    def _locked(self) -> contextlib.AbstractContextManager[None]:
        return locks.hold(self._folder / ".lock")

    def _path(self, scope: str, key: str) -> Path:
        name = hashlib.sha256(f"{scope}\0{key}".encode()).hexdigest()
        return self._folder / f"{name}.json"


def _require_own(path: Path, document_id: str) -> None:
    # Who took it over may have been refused and have let go of it.
    if not path.exists() or _load(path)[1] != document_id:
        raise Conflict(
            f"Another request with the same idempotency key creates document {document_id}.",
            hint="Send the request again to get its document.",
        )


def _load(path: Path) -> tuple[str, str]:
    try:
        data = json.loads(durable.read(path))
        return str(data["fingerprint"]), str(data["document"])
    except (FileNotFoundError, ValueError, KeyError, TypeError) as error:
        raise WorkspaceUnusable(f"{path} is damaged.", hint=f"Remove {path}.") from error
