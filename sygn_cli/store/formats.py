"""The format of a workspace: what ``sygn.json`` says, and how older workspaces are brought along.

A step must be able to run again after it was cut short anywhere; only when it is through does
``sygn.json`` say so. What a step changes is copied first.

Formats:
    1: The first.
    2: Documents may have been purged, which format 1 would take for damage; ``sygn.json`` says
        which sygn made it so.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

from sygn_cli.domain.errors import WorkspaceUnusable
from sygn_cli.store import durable, locks, trouble

DESCRIPTION: Final = "sygn.json"
_ID: Final = re.compile(r"ws_[0-9a-f]{32}")
Apply: TypeAlias = Callable[[Path], None]


@dataclass(frozen=True, slots=True)
class Description:
    """What ``sygn.json`` says.

    Attributes:
        made_by: Version of the sygn that brought the workspace to this format, "" unknown.
    """

    format: int
    workspace: str
    made_by: str = ""

    def content(self) -> bytes:
        """Return the bytes of the file."""
        data = {"format": self.format, "workspace": self.workspace, "sygn": self.made_by}
        return json.dumps(data).encode() + b"\n"


@dataclass(frozen=True, slots=True)
class Step:
    """The way from one format to the next.

    Attributes:
        apply: Changes the files; may find some of them changed already.
        changes: The files it changes, besides ``sygn.json``; patterns below the workspace.
        can_wait: Whether this sygn reads the older format as well, for disks that are read-only.
    """

    apply: Apply
    changes: tuple[str, ...] = ()
    can_wait: bool = False


def _nothing(_path: Path) -> None:
    """Change no file: the new format only allows more."""


STEPS: Final[Mapping[int, Step]] = {1: Step(_nothing, can_wait=True)}
CURRENT: Final = max(STEPS) + 1


def fresh(workspace: str) -> Description:
    """Return the description of a workspace made now."""
    return Description(CURRENT, workspace, _version())


def read(path: Path) -> Description:
    """Return what a workspace says of itself.

    Raises:
        WorkspaceUnusable: It is damaged.
    """
    file = path / DESCRIPTION
    try:
        data: dict[str, Any] = json.loads(durable.read(file))
        number, workspace, made_by = data["format"], data["workspace"], data.get("sygn", "")
    except (ValueError, KeyError, TypeError, AttributeError, FileNotFoundError) as error:
        raise _damaged(file) from error
    if type(number) is not int or number < 1 or not isinstance(workspace, str):
        raise _damaged(file)
    if not _ID.fullmatch(workspace):
        raise _damaged(file)
    return Description(number, workspace, str(made_by))


def brought_up(path: Path, steps: Mapping[int, Step] = STEPS) -> Description:
    """Return what a workspace says of itself after bringing it to the newest format.

    Raises:
        WorkspaceUnusable: It is damaged, of a newer format, or cannot be changed.
    """
    found = read(path)
    newest = max(steps) + 1
    if found.format > newest:
        made_by = f", made by sygn {found.made_by}" if found.made_by else ""
        raise WorkspaceUnusable(
            f"The workspace {path} is of format {found.format}{made_by}; this is sygn "
            f"{_version()}, which knows formats up to {newest}.",
            hint="Install a newer sygn.",
        )
    if found.format == newest:
        return found
    try:
        with locks.hold(path / ".lock"), trouble.guarded(path):
            return _migrate(path, steps)
    except WorkspaceUnusable:
        if all(steps[one].can_wait for one in range(found.format, newest)):
            return found
        raise


def _migrate(path: Path, steps: Mapping[int, Step]) -> Description:
    found = read(path)  # another process may have been faster
    while found.format in steps:
        step = steps[found.format]
        _keep_copies(path, found, step)
        step.apply(path)
        found = Description(found.format + 1, found.workspace, _version())
        durable.replace(path / DESCRIPTION, found.content())
        durable.sync_folder(path)
    return found


def _keep_copies(path: Path, found: Description, step: Step) -> None:
    """Copy what the step changes; copies that are there are older than a step that was cut short."""
    kept = path / f"before-format-{found.format + 1}"
    if kept.exists():
        return
    half = kept.with_name(kept.name + durable.TEMPORARY)
    shutil.rmtree(half, ignore_errors=True)
    durable.make_folder(half)
    for pattern in (DESCRIPTION, *step.changes):
        for file in sorted(path.glob(pattern)):
            copy = half / file.relative_to(path)
            durable.make_folder(copy.parent)
            durable.write_new(copy, durable.read(file))
            durable.sync_folder(copy.parent)
    durable.move_folder(half, kept)


def _damaged(file: Path) -> WorkspaceUnusable:
    return WorkspaceUnusable(
        f"{file} is damaged.", hint="Restore it from a backup of the workspace."
    )


def _version() -> str:
    from sygn_cli import __version__  # noqa: PLC0415 - only for making and for refusing

    return __version__
