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
from datetime import UTC
from typing import TYPE_CHECKING, Any, Final

from sygn_cli.domain.errors import Conflict, InvalidRequest, SygnError, Tampered
from sygn_cli.store import audit, durable, formats, locks, reading, trouble
from sygn_cli.store.archive import members
from sygn_cli.store.backup import DAMAGED, HEADER, VERSION
from sygn_cli.store.findings import Level
from sygn_cli.store.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from sygn_cli.store.archive import Member, Source
    from sygn_cli.store.documents import WorkspaceStore
    from sygn_cli.store.workspace import DocumentFolder

_MARK: Final = ".restoring-"
_ABOUT: Final = frozenset({HEADER, DAMAGED})
_NOT_RESTORED: Final = frozenset({"tmp", "inflight", "cache", "quarantine"})


@dataclass(slots=True)
class Restored:
    """What was put in place.

    Attributes:
        aside: Where the workspace lies that was there before; None if there was none.
        keys: Whether the workspace has its keys.
        damaged: What was damaged already when the backup was made.
        revived: Documents that had been purged in the workspace that was there.
    """

    made_at: str = ""
    documents: int = 0
    keys: bool = True
    aside: Path | None = None
    damaged: dict[str, str] = field(default_factory=dict)
    revived: int = 0


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
    place = place.parent.resolve() / place.name
    _require_free(place, force=force)
    with trouble.guarded(place):
        durable.make_folder(place.parent)
        _remove_leftovers(place)
        staged = place.with_name(f"{place.name}{_MARK}{os.urandom(8).hex()}")
        durable.make_staging(staged)
        try:
            with locks.hold(staged / ".lock"):
                about = _unpack(source, staged, told)
                restored = _checked(staged, about, open_store)
                _take_the_place(staged, place, restored, now=now)
        except BaseException as error:
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
    for path in place.parent.glob(f"{place.name}{_MARK}*"):
        if re.fullmatch(r"[0-9a-f]{16}", path.name.rpartition("-")[2]):
            with locks.hold_if_free(path / ".lock") as free:
                if free:
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


def _take_the_place(staged: Path, place: Path, restored: Restored, *, now: datetime) -> None:
    if (place / formats.DESCRIPTION).exists():
        _require_nothing_lost(staged, place, restored)
        stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
        restored.aside = place.with_name(f"{place.name}.before-restore-{stamp}")
        durable.move_folder(place, restored.aside)
    elif place.exists():
        place.rmdir()
    try:
        durable.move_folder(staged, place)
    except BaseException:
        if restored.aside is not None:
            durable.move_folder(restored.aside, place)
        raise


def _require_nothing_lost(staged: Path, place: Path, restored: Restored) -> None:
    old, new = Workspace.open(place, create=False), Workspace.open(staged, create=False)
    both = [(old.folder(one), new.folder(one)) for one in reading.walk(old.documents)]
    buried = [after for before, after in both if before.tombstone.exists()]
    restored.revived = sum(after.trail.exists() for after in buried)
    lost = [
        before.id
        for before, after in both
        if after not in buried and not _continues(before, after)
    ]
    if lost:
        raise Conflict(
            f"{len(lost)} documents of {place} are not in the backup as they are there, for "
            f"example {lost[0]}.",
            hint="Restore elsewhere with --workspace, and decide by looking at both.",
        )
    if old.id != new.id and both:
        raise Conflict(f"The backup is of another workspace than {place}.")
    if not restored.keys and old.id == new.id:
        _take_over(old, new)
        restored.keys = True


def _take_over(old: Workspace, new: Workspace) -> None:
    """Give a workspace without keys those of the one whose place it takes."""
    for path in durable.paths(old.keys):
        if path.is_file():
            durable.replace(new.keys / path.name, durable.read(path))
    durable.sync_folder(new.keys)


def _continues(before: DocumentFolder, after: DocumentFolder) -> bool:
    """Tell whether a trail holds all that another does; what cannot be read is lost."""
    try:
        held = audit.split(durable.read(before.trail))[0]
        return after.tombstone.exists() or durable.read(after.trail).startswith(held)
    except (FileNotFoundError, SygnError):
        return False
