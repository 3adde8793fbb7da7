"""Bytes under their SHA-256: source files, marks, pictures, the sealed file, the certificate."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from sygn_cli.domain.audit import EventType, sha256
from sygn_cli.domain.errors import Tampered
from sygn_cli.store import durable

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from sygn_cli.domain.audit import Event

_SUFFIXES: Final = (".pdf", ".json", ".png", ".txt", ".bin")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


def put(folder: Path, contents: Collection[bytes]) -> None:
    """Store bytes; durable on return. The caller holds the document's lock.

    Raises:
        OSError: They could not be written; none of them is half there.
    """
    for content in contents:
        path = folder / (sha256(content) + suffix(content))
        if not _holds(path, content):
            durable.replace(path, content)
    # Also for what was there: whoever put it may have died before its name was flushed.
    durable.sync_folder(folder)


def get(folder: Path, wanted: str) -> bytes:
    """Return the bytes of that hash.

    Raises:
        FileNotFoundError: There are none.
        Tampered: What lies there are other bytes.
    """
    path = find(folder, wanted)
    if path is None:
        raise FileNotFoundError(wanted)
    content = durable.read(path)
    if sha256(content) != wanted:
        raise Tampered(
            f"{path} is not what was stored: its SHA-256 is another.",
            hint="Restore the file from a backup.",
        )
    return content


def _holds(path: Path, content: bytes) -> bool:
    try:
        return path.stat().st_size == len(content) and durable.read(path) == content
    except FileNotFoundError:
        return False


def find(folder: Path, wanted: str) -> Path | None:
    """Return the file that should hold those bytes."""
    if not _SHA256.fullmatch(wanted):
        return None
    for ending in _SUFFIXES:
        path = folder / (wanted + ending)
        if path.exists():
            return path
    return None


def suffix(content: bytes) -> str:
    """Return the ending by which a person's file manager knows what to do with the bytes."""
    if content.startswith(b"%PDF-"):
        return ".pdf"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return ".png"
    if content.startswith(b'{"') and content.endswith(b"}"):
        return ".json"
    try:
        content.decode()
    except UnicodeDecodeError:
        return ".bin"
    return ".txt"


def referred(event: Event) -> list[str]:
    """Return the hashes of all blobs that an event cannot do without."""
    data: dict[str, Any] = dict(event.data)
    match event.type:
        case EventType.CREATED:
            return [*(file["sha256"] for file in data["files"]), data["fields_sha256"]]
        case EventType.DRAFT_CHANGED if "fields_sha256" in data:
            return [data["fields_sha256"]]
        case EventType.CONSENT_GIVEN:
            return [data["text_sha256"]]
        case EventType.ASKED:
            return [data["question_sha256"]]
        case EventType.SIGNED:
            return [data["values_sha256"], *data.get("pictures_sha256", ())]
        case EventType.SEALED:
            return [data["sha256"]]
        case EventType.COMPLETED:
            return [data["sha256"], data["certificate_sha256"]]
        case _:
            return []
