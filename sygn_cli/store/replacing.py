"""Putting a workspace in the place of another that others may be using.

Between two renames nothing is at the place, so that whatever is tried there by name fails. What
was begun before ends in the folder that was moved aside; it is waited for and found there. What
is begun afterwards is done in the new workspace, under the same locks.
"""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import os
import re
import shutil
from dataclasses import dataclass, field
from datetime import UTC
from typing import TYPE_CHECKING, Final

from sygn_cli.domain.errors import Conflict, NotFound, SygnError, WorkspaceUnusable
from sygn_cli.store import audit, durable, formats, locks, reading
from sygn_cli.store.carrying import Carried, Carrying
from sygn_cli.store.workspace import REPLACES, Workspace, name_aside

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from sygn_cli.store.workspace import DocumentFolder

_log = logging.getLogger("sygn.store")
_ASIDE: Final = ".before-restore-"
_TRIES: Final = 5


@dataclass(slots=True)
class Replaced:
    """What became of the workspace that was there.

    Attributes:
        aside: Where it lies.
        keys: Whether the new one has its keys.
        revived: Documents that had been purged in it.
        carried: What was taken over from it.
        meanwhile: What others began at the place while nothing was there.
        another: Whether its id was another, which a server that runs goes on using.
    """

    aside: Path
    keys: bool
    revived: int = 0
    carried: Carried = field(default_factory=Carried)
    meanwhile: list[Path] = field(default_factory=list)
    another: bool = False


def take_the_place(staged: Path, place: Path, *, keys: bool, now: datetime) -> Replaced | None:
    """Put a workspace in its place; return what became of the one that was there, if one was.

    Args:
        keys: Whether the workspace has its keys; else it is given those of the other.

    Raises:
        Conflict: Documents would be lost; nothing has changed.
        OSError, WorkspaceUnusable: It could not be done; nothing has changed.
    """
    if not (place / formats.DESCRIPTION).exists():
        if place.exists():
            place.rmdir()
        durable.move_folder(staged, place)
        return None
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    replaced = Replaced(place.with_name(f"{place.name}{_ASIDE}{stamp}"), keys)
    with locks.hold(place / ".lock"):  # whoever purges, copies or replaces it goes first
        has_outbox = (place / "outbox").is_dir()  # it gets an empty one when it is opened
        old, new = Workspace.open(place, create=False), Workspace.open(staged, create=False)
        _Replacement(old, new, replaced, has_outbox=has_outbox).do()
    return replaced


def put_back(staged: Path, place: Path) -> None:
    """Put a workspace back that was moved aside for one that never took its place.

    Raises:
        WorkspaceUnusable: One was, but where it lies nobody can tell.
    """
    try:
        name = name_aside(staged)
    except FileNotFoundError:
        return
    if re.fullmatch(re.escape(place.name + _ASIDE) + r"\d{8}T\d{6}Z", name):
        _put_back(place.with_name(name), place)
    elif is_needed(staged, place):
        raise WorkspaceUnusable(
            f"A restore of {place} was cut short, and where it moved the workspace cannot be "
            f"read in {staged / REPLACES}.",
            hint=f"Move {place.name}{_ASIDE}... back to {place} if it is there, then remove "
            f"{staged}.",
        )


def is_needed(staged: Path, place: Path) -> bool:
    """Tell whether a folder is all that says where the workspace of a place was moved."""
    return (staged / REPLACES).exists() and not (place / formats.DESCRIPTION).exists()


class _Replacement:
    def __init__(
        self, old: Workspace, new: Workspace, replaced: Replaced, *, has_outbox: bool
    ) -> None:
        self._old = old
        self._new = new
        self._replaced = replaced
        self._carrying: Carrying | None = None
        replaced.another = old.id != new.id
        if not replaced.another:
            self._carrying = Carrying(new, keys=replaced.keys, has_outbox=has_outbox)
            replaced.keys = True
        self._compared: dict[str, object] = {}

    def do(self) -> None:
        place, aside = self._old.path, self._replaced.aside
        # All of this once more when nobody can change anything: then little is left to do.
        self._compare(self._old)
        self._take_over(self._old)
        self._share_locks()
        durable.write_new(self._new.path / REPLACES, os.fsencode(aside.name))
        durable.sync_folder(self._new.staging)
        try:
            durable.move_folder(place, aside)
            gone = dataclasses.replace(self._old, path=aside)
            _wait_for_others(gone)
            self._compare(gone)
            self._take_over(gone)
            self._replaced.meanwhile += _move_in(self._new.path, place)
        except BaseException:
            _put_back(aside, place)
            raise
        with contextlib.suppress(OSError):  # where it is now, it says nothing
            durable.remove(place / REPLACES)

    def _compare(self, old: Workspace) -> None:
        """Refuse to replace a workspace that holds anything of a document which the new one lacks."""
        lost = []
        for document_id in reading.walk(old.documents):
            before, after = old.folder(document_id), self._new.folder(document_id)
            state = _state(before)
            if self._compared.get(document_id) == state:
                continue
            self._compared[document_id] = state
            if before.tombstone.exists():
                self._replaced.revived += after.trail.exists()
            elif not _continues(before, after):
                lost.append(document_id)
        if lost:
            raise Conflict(
                f"{len(lost)} documents of {self._old.path} are not in the backup as they are "
                f"there, for example {lost[0]}.",
                hint="Restore elsewhere with --workspace, and decide by looking at both.",
            )
        if self._carrying is None and self._compared:
            raise Conflict(f"The backup is of another workspace than {self._old.path}.")

    def _take_over(self, old: Workspace) -> None:
        if self._carrying is not None:
            self._replaced.carried = self._carrying.take(old)

    def _share_locks(self) -> None:
        """Let those who hold or wait for a lock of the old workspace have that of the new one."""
        old, new = self._old, self._new
        for folder in durable.paths(old.path):
            if (folder / ".lock").is_file():
                locks.share(folder / ".lock", new.path / folder.name / ".lock")
        for document_id in reading.walk(old.documents):
            lock = old.folder(document_id).lock
            if not lock.exists():
                with locks.hold_if_free(lock):  # which makes it
                    pass
            locks.share(lock, new.folder(document_id).lock)


def _put_back(aside: Path, place: Path) -> None:
    if (aside / formats.DESCRIPTION).exists() and not (place / formats.DESCRIPTION).exists():
        for begun in _move_in(aside, place):
            _log.warning("What was begun at %s meanwhile is now %s.", place, begun)


def _wait_for_others(old: Workspace) -> None:
    """Wait until those are through who had opened a trail; they leave word before they do."""
    for name in durable.names(old.inflight):
        with contextlib.suppress(NotFound):
            folder = old.folder(name)
            if reading.is_there(folder):
                with locks.hold(folder.lock):
                    pass


def _move_in(folder: Path, place: Path) -> list[Path]:
    """Move a folder to a place; return what others had begun there meanwhile, moved away."""
    moved = []
    for turn in range(_TRIES):
        try:
            durable.move_folder(folder, place)
        except FileExistsError:
            if turn == _TRIES - 1:
                raise
            begun = place.with_name(f"{place.name}.meanwhile-{os.urandom(8).hex()}")
            durable.move_folder(place, begun)
            if _is_nothing(begun):
                shutil.rmtree(begun, ignore_errors=True)
            else:
                moved.append(begun)
        else:
            break
    return moved


def _is_nothing(begun: Path) -> bool:
    """Tell whether a folder holds nothing but folders, locks and what can be made again."""
    files = [path for path in durable.below(begun) if not path.is_dir()]
    return all(path.name == ".lock" or path.is_relative_to(begun / "cache") for path in files)


def _state(folder: DocumentFolder) -> object:
    """Return what changes whenever a trail does."""
    with contextlib.suppress(FileNotFoundError):
        found = folder.trail.stat()
        return found.st_size, found.st_mtime_ns, found.st_ino, folder.tombstone.exists()
    return folder.tombstone.exists()


def _continues(before: DocumentFolder, after: DocumentFolder) -> bool:
    """Tell whether a trail holds all that another does; what cannot be read is lost."""
    try:
        held = audit.split(durable.read(before.trail))[0]
        return after.tombstone.exists() or durable.read(after.trail).startswith(held)
    except (FileNotFoundError, SygnError):
        return False
