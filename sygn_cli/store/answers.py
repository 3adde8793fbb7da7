"""Answers given to requests with an idempotency key, so that a repeated request changes nothing."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING

from sygn_cli.domain.errors import WorkspaceUnusable
from sygn_cli.store import durable, trouble

if TYPE_CHECKING:
    from pathlib import Path


class FileAnswers:
    """One file per answer in the folder of idempotency keys, which is swept daily."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

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

    def put(self, account: str, key: str, answer: tuple[str, int, bytes]) -> None:
        """Keep an answer, unless one is kept already.

        Raises:
            WorkspaceUnusable: It cannot be written.
        """
        fingerprint, status, body = answer
        data = {
            "fingerprint": fingerprint,
            "status": status,
            "body": base64.b64encode(body).decode(),
        }
        path = self._path(account, key)
        with trouble.guarded(path):
            durable.put_if_absent(path, json.dumps(data).encode())

    def _path(self, account: str, key: str) -> Path:
        name = hashlib.sha256(f"{account}\0{key}".encode()).hexdigest()
        return self._folder / f"answer-{name}.json"


class MemoryAnswers:
    """Answers that are forgotten with the process, for tests."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], tuple[str, int, bytes]] = {}

    def get(self, account: str, key: str) -> tuple[str, int, bytes] | None:
        """Return what was kept."""
        return self._kept.get((account, key))

    def put(self, account: str, key: str, answer: tuple[str, int, bytes]) -> None:
        """Keep an answer, unless one is kept already."""
        self._kept.setdefault((account, key), answer)
