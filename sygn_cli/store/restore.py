"""Putting a backup in its place: built and checked beside it, then renamed.

Until the last step nothing is visible. Killed before it, a folder is left beside the place, which
the next restore removes. A workspace that is replaced is moved aside, never deleted.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sygn_cli.domain.errors import InvalidRequest, Tampered
from sygn_cli.store import durable, formats, locks, reading, trouble
from sygn_cli.store.archive import members
from sygn_cli.store.backup import DAMAGED, HEADER, VERSION
from sygn_cli.store.findings import Level
from sygn_cli.store.replacing import Replaced, is_needed, put_back, take_the_place
from sygn_cli.store.workspace import RESTORING, Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from sygn_cli.store.archive import Member, Source
    from sygn_cli.store.documents import WorkspaceStore

_ABOUT: Final = frozenset({HEADER, DAMAGED})
_NOT_RESTORED: Final = frozenset({"tmp", "inflight", "cache", "quarantine"})


@dataclass(slots=True)
class Restored:
    """What was put in place.

    Attributes:
        keys: Whether the workspace has its keys.
        damaged: What was damaged already when the backup was made.
        replaced: What became of the workspace that was there; None if there was none.
    """

    made_at: str = ""
    documents: int = 0
    keys: bool = True
    damaged: dict[str, str] = field(default_factory=dict)
    replaced: Replaced | None = None


def restore(
    source: Source,
    place: Path,
    *,
    force: bool,
    now: datetime,
    open_store: Callable[[Workspace], WorkspaceStore],
    told: Callable[[int], None] = lambda _: None,
) -> Restored:
    """Put a backup in a place where nothing is, or with ``force`` where nothing would be lost.

    Args:
        source: The backup; read once from its start.
        open_store: Gives the documents of a workspace with the jobs that follow from events.
        told: Hears how many files have been read.

    Raises:
        Tampered: The backup is cut off, changed or damaged; nothing was written.
        InvalidRequest: Something is there already.
        Conflict: Documents would be lost.
        WorkspaceUnusable: It could not be written.
    """
    place = Path(os.path.realpath(place))  # as a server knows it that is to find the new one there
    with trouble.guarded(place):
        _remove_leftovers(place)
        _require_free(place, force=force)
        durable.make_folder(place.parent)
        staged = place.with_name(f"{place.name}{RESTORING}{os.urandom(8).hex()}")
        durable.make_staging(staged)
        try:
            with locks.hold(staged / ".lock"):
                about = _unpack(source, staged, told)
                restored = _checked(staged, about, open_store)
                restored.replaced = take_the_place(staged, place, keys=restored.keys, now=now)
                restored.keys = restored.keys or bool(restored.replaced and restored.replaced.keys)
        except BaseException as error:
            if not is_needed(staged, place):  # else the next one puts back what is aside
                shutil.rmtree(staged, ignore_errors=True)
            if isinstance(error, RecursionError):
                raise Tampered(
                    "The backup cannot be used: something in it is nested without end.",
                    hint="Nothing was written.",
                ) from error
            raise
    return restored


def _require_free(place: Path, *, force: bool) -> None:
    if not place.exists() or (place.is_dir() and not any(place.iterdir())):
        return
    if not (place / formats.DESCRIPTION).exists():
        raise InvalidRequest(
            f"{place} is no workspace and not empty.", hint="Name another with --workspace."
        )
    if not force:
        raise InvalidRequest(
            f"There is a workspace at {place}.",
            hint="Name another place with --workspace, or move that one aside with --force.",
        )


def _remove_leftovers(place: Path) -> None:
    """Remove what a restore left that was killed, and undo what it had begun."""
    for path in durable.paths(place.parent):
        if re.fullmatch(re.escape(place.name + RESTORING) + "[0-9a-f]{16}", path.name):
            with locks.hold_if_free(path / ".lock") as free:
                if free:
                    put_back(path, place)
                    shutil.rmtree(path, ignore_errors=True)


def _unpack(source: Source, staged: Path, told: Callable[[int], None]) -> dict[str, bytes]:
    """Write the files of a backup; return those that are about the backup itself."""
    about: dict[str, bytes] = {}
    folders: set[Path] = set()
    for number, member in enumerate(members(source), start=1):
        if number == 1 and member.name != HEADER:
            raise Tampered("That is no backup of a sygn workspace.", hint="Nothing was written.")
        if member.name in _ABOUT:
            about[member.name] = b"".join(_at_most(member, 1 << 24))
            if member.name == HEADER:
                _require_known(about[HEADER])
            continue
        _write(member, staged, folders)
        told(number)
    for folder in sorted(folders, reverse=True):
        durable.sync_folder(folder)
    durable.sync_folder(staged)
    return about


def _at_most(member: Member, size: int) -> Iterator[bytes]:
    for chunk in member.chunks:
        size -= len(chunk)
        if size < 0:
            raise Tampered(f"The backup cannot be used: {member.name} is far too long.")
        yield chunk


def _write(member: Member, staged: Path, folders: set[Path]) -> None:
    path = staged / member.name
    if member.name.partition("/")[0] in _NOT_RESTORED or path.name == ".lock":
        raise Tampered(f"The backup cannot be used: {member.name} has no place in one.")
    if path.parent not in folders:
        _make_parents(path.parent, staged, folders)
    try:
        durable.write_stream(path, member.chunks)
    except (FileExistsError, IsADirectoryError, NotADirectoryError) as error:
        raise Tampered(f"The backup cannot be used: {member.name} is in it twice.") from error


def _make_parents(folder: Path, staged: Path, folders: set[Path]) -> None:
    if folder == staged or folder in folders:
        return
    _make_parents(folder.parent, staged, folders)
    try:
        durable.make_staging(folder)
    except (FileExistsError, NotADirectoryError) as error:
        raise Tampered(f"The backup cannot be used: {folder.name} is in it twice.") from error
    folders.add(folder)


def _require_known(header: bytes) -> None:
    data = _parsed(header)
    if data.get("backup") != VERSION or data["format"] > formats.CURRENT:
        raise InvalidRequest(
            f"The backup was made by sygn {data.get('sygn')} and is of format "
            f"{data.get('format')}; this sygn knows formats up to {formats.CURRENT}.",
            hint="Install a newer sygn.",
        )


def _parsed(header: bytes) -> dict[str, Any]:
    try:
        data = json.loads(header)
        number = data["format"]
    except (ValueError, LookupError, TypeError) as error:
        raise _damaged_header() from error
    if type(number) is not int:
        raise _damaged_header()
    return dict(data)


def _damaged_header() -> Tampered:
    return Tampered(
        f"The backup cannot be used: its {HEADER} is damaged.", hint="Nothing was written."
    )


def _checked(
    staged: Path, about: dict[str, bytes], open_store: Callable[[Workspace], WorkspaceStore]
) -> Restored:
    """Check everything, and do what was left to do when the backup was made."""
    header = _parsed(about[HEADER])
    restored = Restored(made_at=str(header.get("made_at")), keys=bool(header.get("keys")))
    for line in about.get(DAMAGED, b"").decode("utf-8", "replace").splitlines():
        where, _, what = line.partition("\t")
        restored.damaged[where] = what
    store = open_store(Workspace.open(staged, create=False))
    for finding in store.check():
        if finding.level is Level.DAMAGE and finding.where not in restored.damaged:
            raise Tampered(
                f"The backup cannot be used: {finding.where}: {finding.what}",
                hint="Nothing was written.",
            )
    restored.documents = sum(1 for _ in reading.walk(store.workspace.documents))
    if restored.keys:
        store.heal_all()
    return restored
