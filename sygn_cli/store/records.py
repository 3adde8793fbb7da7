"""``document.json``: the document as a TinyDB file, beside the trail that it is made from.

It says how far the trail had come and what had followed from it, so that reading one file
is enough as long as nothing is unfinished. It can always be made again.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tinydb import TinyDB
from tinydb.storages import Storage

from sygn_cli.domain import record
from sygn_cli.domain.errors import SygnError
from sygn_cli.store import durable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from sygn_cli.domain.document import Document

_VERSION: Final = 1
_ROWS: Final = ("signers", "fields")
_BLANK: Final = "0" * 64
# Stands for the hash of the file with this in its place.
_CHECK: Final = re.compile(rb'"check":"([0-9a-f]{64})"')


@dataclass(frozen=True, slots=True)
class Projection:
    """A document as it was when it was written down.

    Attributes:
        trail_sha256: Hash of the trail's committed bytes at that time.
        queued: Number of the last event whose jobs were in the outbox, -1 none.
        logged: Number of the last event that was in the workspace log, -1 none.
    """

    document: Document
    trail_sha256: str
    queued: int
    logged: int


def write(path: Path, projection: Projection) -> None:
    """Replace the file as a whole; not flushed, because it can be made again."""
    document = record.document_to_json(projection.document)
    marks: Any = document.pop("marks")
    # A fresh TinyDB each time: it keeps query results and the next id per object, and would go on
    # serving them after another process wrote (TinyDB 4.9).
    database = TinyDB(storage=_CheckedStorage, path=path)
    for name in _ROWS:
        rows: Any = document.pop(name)
        database.table(name).insert_multiple(rows)
    database.table("marks").insert_multiple(_mark_rows(marks))
    database.table("document").insert(document)
    database.table("meta").insert(
        {
            "v": _VERSION,
            "seq": projection.document.seq,
            "head": projection.document.head,
            "trail_sha256": projection.trail_sha256,
            "queued": projection.queued,
            "logged": projection.logged,
            "check": _BLANK,
        }
    )
    database.close()


def read(path: Path, *, doc: str) -> Projection | None:
    """Return what was written for that document; None if it is missing or damaged."""
    try:
        return parsed(durable.read(path), doc=doc)
    except (OSError, SygnError):
        return None


def parsed(content: bytes, *, doc: str) -> Projection | None:
    """Return what the bytes of such a file say of that document; None if they are damaged."""
    try:
        with TinyDB(storage=_CheckedStorage, content=content) as database:
            return _read(database, doc)
    except (ValueError, LookupError, TypeError, RecursionError, SygnError):
        return None


def settled_trail(path: Path, *, doc: str) -> str | None:
    """Return the hash of the trail from which nothing was left to follow when this was written.

    None if something was, or if the file is missing or damaged.
    """
    try:
        tables = _parse(durable.read(path))
        (meta,) = tables["meta"].values()
        (row,) = tables["document"].values()
        is_settled = meta["queued"] == meta["logged"] == meta["seq"]
        if is_settled and (meta["v"], row["id"]) == (_VERSION, doc):
            return str(meta["trail_sha256"])
    except (
        OSError,
        SygnError,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        RecursionError,
    ):
        pass
    return None


def _read(database: TinyDB, doc: str) -> Projection:
    (meta,) = database.table("meta").all()
    (row,) = database.table("document").all()
    if meta["v"] != _VERSION or row["id"] != doc:
        raise ValueError("another version or another document")
    tables = {name: database.table(name).all() for name in _ROWS}
    marks = {one["field"]: one["mark"] for one in database.table("marks").all()}
    return Projection(
        document=record.document_from_json({**row, **tables, "marks": marks}),
        trail_sha256=meta["trail_sha256"],
        queued=meta["queued"],
        logged=meta["logged"],
    )


def _mark_rows(marks: Mapping[str, object]) -> Iterable[dict[str, object]]:
    return [{"field": field, "mark": mark} for field, mark in marks.items()]


class _CheckedStorage(Storage):
    """One read and one write per TinyDB object, and a hash that finds any changed byte."""

    def __init__(self, *, path: Path | None = None, content: bytes | None = None) -> None:
        self._path = path
        self._tables: dict[str, dict[str, Any]] | None = {} if content is None else _parse(content)
        self._changed = False

    def read(self) -> dict[str, dict[str, Any]] | None:
        return self._tables

    def write(self, data: dict[str, dict[str, Any]]) -> None:
        self._tables, self._changed = data, True

    def close(self) -> None:
        if self._changed and self._path is not None:
            durable.replace(self._path, _serialise(self._tables), flush=False)


def _serialise(tables: dict[str, dict[str, Any]] | None) -> bytes:
    content = json.dumps(tables, ensure_ascii=False, separators=(",", ":")).encode()
    return _with_check(content, hashlib.sha256(content).hexdigest())


def _parse(content: bytes) -> dict[str, dict[str, Any]]:
    checks: list[bytes] = _CHECK.findall(content[-200:])
    if len(checks) != 1:
        raise ValueError("no check")
    if hashlib.sha256(_with_check(content, _BLANK)).hexdigest().encode() != checks[0]:
        raise ValueError("the check fails")
    tables: dict[str, dict[str, Any]] = json.loads(content)
    return tables


def _with_check(content: bytes, value: str) -> bytes:
    """Fill in the last check; a title may hold the same words, so only the end is looked at."""
    return content[:-200] + _CHECK.sub(b'"check":"%s"' % value.encode(), content[-200:])
