"""What looks after a workspace, as one process does it from start to end."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Final

from sygn_cli.cli import console
from sygn_cli.domain import retention
from sygn_cli.domain.evidence import OPERATOR
from sygn_cli.store import backup as backups
from sygn_cli.store import fsck as checks
from sygn_cli.store import restore as restores
from sygn_cli.store.documents import WorkspaceStore
from sygn_cli.store.workspace import Workspace
from tests.store.jobs import jobs_for
from tests.store.samples import START

LATER = START + timedelta(days=800)
RULE = retention.retention("2y", now=LATER)


def of(workspace: Workspace) -> WorkspaceStore:
    return WorkspaceStore(workspace, jobs_for=jobs_for)


def purge(path: Path) -> None:
    """Purge whatever has ended."""
    store = of(Workspace.open(path))
    with store.purging.alone():
        for month in sorted(store.workspace.documents.iterdir()):
            for folder in sorted(month.iterdir()):
                if (folder / "purged.json").exists():
                    continue
                document = store.load(folder.name)
                decided = retention.purge(document, RULE, actor=OPERATOR)
                if decided is not None:
                    store.purging.bury(document, decided, at=LATER)


def fsck(path: Path) -> None:
    """Repair all that can be repaired."""
    list(checks.fsck(of(Workspace.open(path)), now=LATER, repair=True))


def backup(path: Path) -> None:
    """Copy the workspace into a file beside it."""
    store = of(Workspace.open(path))
    with console.whole_file(backup_of(path), force=True, private=True) as file:
        backups.write(store.workspace, store.log, file, keys=True, now=LATER)


def backup_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.tar")


def restore(path: Path) -> None:
    """Put the backup that lies in a folder in its place there, over what is there."""
    with (path / "b.tar").open("rb") as file:
        restores.restore(file, path / ".sygn", force=True, now=LATER, open_store=of)


ACTIONS: Final = {"purge": purge, "fsck": fsck, "backup": backup, "restore": restore}
