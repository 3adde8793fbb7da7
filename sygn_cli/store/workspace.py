"""The folder that holds everything: where it is, how it is made, what lies where in it."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sygn_cli.domain import ids
from sygn_cli.domain.errors import NotFound, WorkspaceUnusable
from sygn_cli.store import durable, formats, trouble
from sygn_cli.store.settings_template import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDER_NAME: Final = ".sygn"
_SETTINGS: Final = "sygn.toml"
# A workspace inside a repository must not be committed with its keys.
_IGNORE: Final = ".gitignore"
_FOLDERS: Final = (
    "keys", "documents", "tmp", "inflight", "log", "outbox", "idempotency", "templates",
    "webhooks", "mail", "cache", "progress",
)  # fmt: skip
_ID_BYTES: Final = 16
# Between the name of a workspace and a number: one that is being restored to take its place.
RESTORING: Final = ".restoring-"
# In that, among what is unfinished: the name that the workspace before it was given.
REPLACES: Final = "tmp/replaces"


@dataclass(frozen=True, slots=True)
class DocumentFolder:
    """Where one document lies.

    Attributes:
        id: The document's id.
        path: Its folder; it need not exist.
    """

    id: str
    path: Path

    @property
    def trail(self) -> Path:
        """The audit trail, which is the commit log."""
        return self.path / "audit.jsonl"

    @property
    def projection(self) -> Path:
        """The document as a TinyDB file."""
        return self.path / "document.json"

    @property
    def blobs(self) -> Path:
        """Source files and all that events refer to by hash."""
        return self.path / "blobs"

    @property
    def tombstone(self) -> Path:
        """What is left of a document that was purged; where it is, nothing else counts."""
        return self.path / "purged.json"

    @property
    def lock(self) -> Path:
        """Held by whoever changes the document."""
        return self.path / ".lock"


@dataclass(frozen=True, slots=True)
class Workspace:
    """An open workspace.

    Attributes:
        path: Absolute, without symbolic links, so that equal workspaces have equal lock names.
        id: Made at random when the workspace was.
    """

    path: Path
    id: str

    @classmethod
    def open(
        cls, path: Path, *, create: bool = True, entropy: Callable[[int], bytes] = os.urandom
    ) -> Workspace:
        """Open the workspace at a folder, making it first where there is none.

        Any number of processes may do so at once; all get the same one.

        Raises:
            WorkspaceUnusable: It is missing and not to be made, damaged, of a newer version, or
                something else lies there.
        """
        path = Path(os.path.realpath(path))
        description = path / formats.DESCRIPTION
        if not description.exists():
            _refuse_half_replaced(path)
            _refuse_beheaded(path)
            if not create:
                import shlex  # noqa: PLC0415 - for a message that is rarely needed

                raise WorkspaceUnusable(
                    f"There is no workspace at {path}.",
                    hint=f"Make one with: sygn init --workspace {shlex.quote(str(path))}",
                )
            with trouble.guarded(path):
                _make(path, entropy)
        workspace = cls(path, formats.brought_up(path).workspace)
        # Backups and version control drop empty folders. Where they cannot be made, the first
        # change says so.
        with contextlib.suppress(OSError):
            for name in _FOLDERS:
                if not (path / name).is_dir():
                    durable.make_folder(path / name)
        return workspace

    @property
    def documents(self) -> Path:
        """Months, and in them one folder per document."""
        return self.path / "documents"

    @property
    def staging(self) -> Path:
        """Documents that are being created; nothing here counts."""
        return self.path / "tmp"

    @property
    def inflight(self) -> Path:
        """One empty file per document that somebody is changing at the moment."""
        return self.path / "inflight"

    @property
    def keys(self) -> Path:
        """Secrets and credentials."""
        return self.path / "keys"

    @property
    def log(self) -> Path:
        """The Merkle log of all trails."""
        return self.path / "log"

    @property
    def outbox(self) -> Path:
        """Jobs to be done after a commit."""
        return self.path / "outbox"

    @property
    def idempotency(self) -> Path:
        """Which request made which document."""
        return self.path / "idempotency"

    @property
    def webhooks(self) -> Path:
        """Endpoints with their secrets, and what was delivered to them."""
        return self.path / "webhooks"

    @property
    def mail(self) -> Path:
        """What became of letters; the letters themselves where there is no mail server."""
        return self.path / "mail"

    @property
    def templates(self) -> Path:
        """PDFs that are kept to be sent again, one folder each."""
        return self.path / "templates"

    @property
    def care_lock(self) -> Path:
        """Held by whoever copies or clears out the whole workspace."""
        return self.path / ".lock"

    @property
    def progress(self) -> Path:
        """What signers have entered and not yet handed in."""
        return self.path / "progress"

    @property
    def cache(self) -> Path:
        """What may be deleted at will."""
        return self.path / "cache"

    def folder(self, document_id: str) -> DocumentFolder:
        """Return where a document lies or would lie.

        Raises:
            NotFound: That is no document id.
        """
        try:
            month = ids.created_month(document_id)
        except (ValueError, OverflowError) as error:
            raise NotFound(f"There is no document {document_id!r}.") from error
        return DocumentFolder(document_id, self.documents / month / document_id)

    def settings_text(self) -> str:
        """Return ``sygn.toml`` as it is, "" if somebody removed it."""
        try:
            return durable.read(self.path / _SETTINGS).decode("utf-8-sig")
        except FileNotFoundError:
            return ""
        except UnicodeDecodeError as error:
            raise WorkspaceUnusable(f"{self.path / _SETTINGS} is not UTF-8 text.") from error


def find(explicit: Path | None, environment: str | None, start: Path) -> Path:
    """Return the folder of the workspace to use; it need not exist.

    Args:
        explicit: What ``--workspace`` says; wins.
        environment: The value of ``SYGN_WORKSPACE``; comes second.
        start: The nearest ``.sygn`` here or above comes third; the user's data folder last.
    """
    if explicit is not None:
        return explicit
    if environment:
        return Path(environment)
    for folder in (start, *start.parents):
        if (folder / FOLDER_NAME).is_dir():
            return folder / FOLDER_NAME
    import platformdirs  # noqa: PLC0415 - 9 ms that most commands do not need

    return platformdirs.user_data_path("sygn", appauthor=False)


def is_unused(path: Path) -> bool:
    """Tell whether a workspace could be made here, and none has left anything but settings."""
    kept = (_SETTINGS, _IGNORE, ".lock", ".DS_Store")
    return not path.exists() or all(
        one.name in kept or (one.name in _FOLDERS and not any(one.iterdir()))
        for one in durable.paths(path)
    )


def name_aside(staged: Path) -> str:
    """Return the name that was given to the workspace which a restored one is to replace."""
    return os.fsdecode(durable.read(staged / REPLACES))


def _make(path: Path, entropy: Callable[[int], bytes]) -> None:
    _refuse_foreign(path)
    durable.make_folder(path)
    for name in _FOLDERS:
        durable.make_folder(path / name)
    durable.put_if_absent(path / _IGNORE, b"*\n")
    durable.put_if_absent(path / _SETTINGS, SETTINGS.encode())
    description = formats.fresh(f"ws_{entropy(_ID_BYTES).hex()}")
    # Last: a workspace is one when it has its description.
    durable.put_if_absent(path / formats.DESCRIPTION, description.content())


def _refuse_half_replaced(path: Path) -> None:
    """Refuse a place where a workspace was a moment ago, or until a restore was cut short."""
    with contextlib.suppress(durable.Unreadable):  # other folders there need not be ours to see
        for staged in durable.paths(path.parent):
            if staged.name.startswith(path.name + RESTORING) and (staged / REPLACES).exists():
                raise WorkspaceUnusable(
                    f"The workspace {path} is being replaced by a restore, or was when that was "
                    "cut short.",
                    hint=f"If no restore is at work, run it again; what there is lies in "
                    f"{name_aside(staged)} beside it.",
                )


def _refuse_beheaded(path: Path) -> None:
    """Refuse a workspace that lost its description; its log would not be that of a new one."""
    in_use = any((path / "log" / name).exists() for name in ("checkpoint", "entries.jsonl"))
    # Asked last: whoever makes the workspace at this moment puts it there before these.
    if in_use and not (path / formats.DESCRIPTION).exists():
        raise WorkspaceUnusable(
            f"The {formats.DESCRIPTION} of {path} is gone.",
            hint="Restore the workspace from a backup: sygn restore FILE --workspace ELSEWHERE",
        )


def _refuse_foreign(path: Path) -> None:
    known = (*_FOLDERS, _SETTINGS, formats.DESCRIPTION, _IGNORE, ".lock", ".DS_Store")
    foreign = [
        one.name
        for one in (path.iterdir() if path.is_dir() else ())
        if not one.name.startswith(known)  # unfinished files have longer names
    ]
    if foreign:
        raise WorkspaceUnusable(
            f"{path} is no workspace and not empty: it holds {min(foreign)!r}.",
            hint=f"Choose an empty or new folder, for example {path / FOLDER_NAME}.",
        )
