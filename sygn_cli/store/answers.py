"""Answers given to requests with an idempotency key, so that a repeated request changes nothing.

That a request is begun is kept before it changes anything. If the process dies before the answer
is kept, whoever asks again can tell: nobody holds the lock, and there is no answer.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import threading
from typing import TYPE_CHECKING, Final

from sygn_cli.domain.errors import WorkspaceUnusable
from sygn_cli.store import durable, locks, trouble

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Ends the names of the locks, which are swept with the answers where somebody died.
WORKING: Final = ".working"
_BEGUN: Final = 0


class FileAnswers:
    """One file per answer in the folder of idempotency keys, which is swept daily."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextlib.contextmanager
    def working(self, account: str, key: str) -> Iterator[bool]:
        """Keep all others from working on a request; tells whether nobody else does.

        It only says who is alive: of several that get in, :meth:`begin` lets one do the work.

        Raises:
            WorkspaceUnusable: The lock cannot be made.
        """
        path = self._path(account, key).with_suffix(WORKING)
        with locks.hold_if_free(path) as alone:
            try:
                yield alone
            finally:
                if alone:
                    with contextlib.suppress(OSError):  # Windows removes no file that is open
                        durable.remove(path)

    def get(self, account: str, key: str) -> tuple[str, int, bytes] | None:
        """Return the request's fingerprint, the status and the body; None if there is none.

        Raises:
            WorkspaceUnusable: The file is damaged.
        """
        path = self._path(account, key)
        try:
            data = json.loads(durable.read(path))
            return data["fingerprint"], data["status"], base64.b64decode(data["body"])
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError) as error:
            raise WorkspaceUnusable(f"{path} is damaged.", hint=f"Remove {path}.") from error

    def begin(self, account: str, key: str, fingerprint: str) -> tuple[str, int, bytes] | None:
        """Keep that a request is begun, unless something is kept: then return that.

        Raises:
            WorkspaceUnusable: It cannot be written, or what is kept is damaged.
        """
        path = self._path(account, key)
        while True:
            with trouble.guarded(path):
                if durable.put_if_absent(path, _written(fingerprint, _BEGUN, b"")):
                    return None
            kept = self.get(account, key)
            if kept is not None:  # else it was swept just now
                return kept

    def put(self, account: str, key: str, answer: tuple[str, int, bytes]) -> None:
        """Keep an answer, unless one is kept already.

        Raises:
            WorkspaceUnusable: It cannot be written.
        """
        path = self._path(account, key)
        if _is_answer(self.get(account, key)):
            return
        with trouble.guarded(path):
            durable.replace(path, _written(*answer))
            durable.sync_folder(self._folder)

    def forget(self, account: str, key: str) -> None:
        """Let go of a request of which nothing came; an answer stays.

        Raises:
            WorkspaceUnusable: It cannot be removed.
        """
        path = self._path(account, key)
        if _is_answer(self.get(account, key)):
            return
        with trouble.guarded(path):
            durable.remove(path)

    def _path(self, account: str, key: str) -> Path:
        name = hashlib.sha256(f"{account}\0{key}".encode()).hexdigest()
        return self._folder / f"answer-{name}.json"


class MemoryAnswers:
    """Answers that are forgotten with the process, for tests."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], tuple[str, int, bytes]] = {}
        self._working: set[tuple[str, str]] = set()
        self._mutex = threading.Lock()

    @contextlib.contextmanager
    def working(self, account: str, key: str) -> Iterator[bool]:
        """Keep all others from working on a request; tells whether nobody else does."""
        place = (account, key)
        with self._mutex:
            alone = place not in self._working
            self._working.add(place)
        try:
            yield alone
        finally:
            if alone:
                self._working.discard(place)

    def get(self, account: str, key: str) -> tuple[str, int, bytes] | None:
        """Return what was kept."""
        return self._kept.get((account, key))

    def begin(self, account: str, key: str, fingerprint: str) -> tuple[str, int, bytes] | None:
        """Keep that a request is begun, unless something is kept: then return that."""
        begun = (fingerprint, _BEGUN, b"")
        kept = self._kept.setdefault((account, key), begun)
        return None if kept is begun else kept

    def put(self, account: str, key: str, answer: tuple[str, int, bytes]) -> None:
        """Keep an answer, unless one is kept already."""
        if not _is_answer(self.get(account, key)):
            self._kept[account, key] = answer

    def forget(self, account: str, key: str) -> None:
        """Let go of a request of which nothing came; an answer stays."""
        if not _is_answer(self.get(account, key)):
            self._kept.pop((account, key), None)


def _is_answer(kept: tuple[str, int, bytes] | None) -> bool:
    return kept is not None and kept[1] != _BEGUN


def _written(fingerprint: str, status: int, body: bytes) -> bytes:
    data = {
        "fingerprint": fingerprint,
        "status": status,
        "body": base64.b64encode(body).decode(),
    }
    return json.dumps(data).encode()
