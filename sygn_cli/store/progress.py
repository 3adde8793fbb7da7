"""What signers have entered and not yet handed in: one small file each, apart from all trails.

Nothing here counts. A file that is damaged is no file, and losing one costs a signer some typing.
"""

from __future__ import annotations

import contextlib
import json
import threading
from typing import TYPE_CHECKING, Any, Final

from sygn_cli.domain.ids import DOCUMENT_ID, SIGNER_ID
from sygn_cli.domain.progress import Progress
from sygn_cli.store import durable, trouble

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SUFFIX: Final = ".json"


class FileProgress:
    """One file per signer; whoever writes holds the document's lock."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, document_id: str, signer_id: str) -> Progress | None:
        """Return what was kept, None where there is nothing that can be read."""
        path = self._path(document_id, signer_id)
        # Deep nesting raises RecursionError, which is no ValueError.
        wrong = (ValueError, KeyError, TypeError, RecursionError)
        with contextlib.suppress(FileNotFoundError, *wrong):
            return _from_json(json.loads(durable.read(path)))
        return None

    def put(self, document_id: str, signer_id: str, progress: Progress) -> None:
        """Keep it in the place of what was there; durable on return.

        Raises:
            WorkspaceUnusable: It cannot be written.
        """
        path = self._path(document_id, signer_id)
        data = {
            "revision": progress.revision,
            "generation": progress.generation,
            "marks": progress.marks,
        }
        with trouble.guarded(path):
            if not self._folder.is_dir():
                durable.make_folder(self._folder)
            durable.replace(path, json.dumps(data).encode())
            durable.sync_folder(self._folder)

    def remove(self, document_id: str, signer_id: str | None = None) -> None:
        """Forget what one signer entered, or all signers of a document; never an error.

        What cannot be removed now is swept later, and is not shown to anybody meanwhile.
        """
        found: list[Path] = []
        if signer_id is not None:
            found = [self._path(document_id, signer_id)]
        else:
            with contextlib.suppress(durable.Unreadable):
                found = durable.paths(self._folder, _SUFFIX)
        for path in found:
            if path.name.startswith(f"{document_id}."):
                with contextlib.suppress(OSError):
                    durable.remove(path)

    def all(self) -> Iterator[tuple[str, str]]:
        """Yield document and signer of everything that is kept."""
        names = durable.names(self._folder)
        for name in (one for one in names if one.endswith(_SUFFIX)):
            document_id, _, signer_id = name.removesuffix(_SUFFIX).partition(".")
            if DOCUMENT_ID.fullmatch(document_id) and SIGNER_ID.fullmatch(signer_id):
                yield document_id, signer_id

    def _path(self, document_id: str, signer_id: str) -> Path:
        return self._folder / f"{document_id}.{signer_id}{_SUFFIX}"


def _from_json(data: Any) -> Progress:  # noqa: ANN401 - what json.loads gives
    return Progress(int(data["revision"]), int(data["generation"]), dict(data["marks"]))


class MemoryProgress:
    """What is forgotten with the process, for tests."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], Progress] = {}
        self._mutex = threading.Lock()

    def get(self, document_id: str, signer_id: str) -> Progress | None:
        """Return what was kept."""
        return self._kept.get((document_id, signer_id))

    def put(self, document_id: str, signer_id: str, progress: Progress) -> None:
        """Keep it in the place of what was there."""
        with self._mutex:
            self._kept[document_id, signer_id] = progress

    def remove(self, document_id: str, signer_id: str | None = None) -> None:
        """Forget what one signer entered, or all signers of a document."""
        with self._mutex:
            for key in list(self._kept):
                if key[0] == document_id and signer_id in {None, key[1]}:
                    del self._kept[key]

    def all(self) -> Iterator[tuple[str, str]]:
        """Yield document and signer of everything that is kept."""
        yield from sorted(self._kept)
