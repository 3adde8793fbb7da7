"""``sygn backup`` and ``sygn restore``: everything in one file, and back."""

from __future__ import annotations

import gzip
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from sygn_cli.cli import console
from sygn_cli.cli.exit_codes import ExitCode
from sygn_cli.cli.options import JsonOption, WorkspaceOption
from sygn_cli.cli.outputs import whole_file
from sygn_cli.domain.errors import InvalidRequest, NotFound

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sygn_cli.store.archive import Sink, Source
    from sygn_cli.store.replacing import Replaced

_PLAIN: Final = (".tar",)
_PACKED: Final = (".tar.gz", ".tgz")
_MOST_NAMED: Final = 20
_BETWEEN: Final = 1.0  # seconds between two words about how far it is


def backup(
    file: Annotated[
        str, typer.Argument(metavar="FILE.tar[.gz]|-", help="Where to; - is stdout (a plain tar).")
    ],
    without_keys: Annotated[
        bool,
        typer.Option(
            "--without-keys",
            help="Leave out the keys and all that holds secrets: webhooks, letters, answers.",
        ),
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file.")] = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Copy the whole workspace into one file, also while it is served.

    A plain tar with the SHA-256 of every file. It holds the keys: whoever reads it can sign and
    seal as you, so only you may read the file. Exit code 10 if something was damaged already.
    """
    from sygn_cli import bootstrap
    from sygn_cli.store import backup as backups

    if json and file == "-":
        raise InvalidRequest("The backup and JSON cannot both go to stdout.", hint="Name a file.")
    store = bootstrap.open_store(workspace)
    progress = _Progress("documents")
    with ExitStack() as opened:
        copied = backups.write(
            store.workspace,
            store.log,
            _output(file, opened, force=force),
            keys=not without_keys,
            now=bootstrap.now(),
            told=lambda so_far: progress(so_far.documents),
        )
    about = {
        "file": file,
        "documents": copied.documents,
        "files": copied.files,
        "size": copied.size,
        "keys": not without_keys,
        "damaged": dict(copied.damaged),
        "left_out": list(copied.left_out),
    }
    _tell_backup(about, as_json=json)
    if copied.damaged:
        raise typer.Exit(ExitCode.TAMPERED)


def restore(
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="A backup; - is stdin.")],
    force: Annotated[
        bool,
        typer.Option(
            "--force", help="Move a workspace that is there aside, if no document would be lost."
        ),
    ] = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Put a backup in the place of the workspace; all of it or nothing.

    Everything is checked before it becomes visible. A workspace that is there is only replaced
    with --force, is moved aside and not deleted; stop its server first.
    """
    from sygn_cli import bootstrap
    from sygn_cli.store import restore as restores

    place = bootstrap.place_for(workspace)
    progress = _Progress("files")
    with ExitStack() as opened:
        restored = restores.restore(
            _input(file, opened),
            place,
            force=force,
            now=bootstrap.now(),
            open_store=bootstrap.store_of,
            told=progress,
        )
    about = {
        "workspace": str(place),
        "made_at": restored.made_at,
        "documents": restored.documents,
        "keys": restored.keys,
        "damaged": dict(restored.damaged),
        **_about_the_other(restored.replaced),
    }
    _tell_restore(about, as_json=json)


def _about_the_other(replaced: Replaced | None) -> Mapping[str, object]:
    """Return what became of the workspace that was there."""
    if replaced is None:
        told: dict[str, object] = {"kept": [], "done": 0, "other": {}, "meanwhile": []}
        return {"aside": None, "another": False, "revived": 0, **told}
    return {
        "aside": str(replaced.aside),
        "another": replaced.another,
        "revived": replaced.revived,
        "kept": list(replaced.carried.files),
        "done": replaced.carried.done,
        "other": dict(replaced.carried.differing),
        "meanwhile": [str(one) for one in replaced.meanwhile],
    }


def _output(file: str, opened: ExitStack, *, force: bool) -> Sink:
    if file == "-":
        if console.is_terminal(sys.stdout):
            raise InvalidRequest(
                "A backup is binary and will not be written to a terminal.", hint="Name a file."
            )
        return console.stdout()
    if not file.endswith((*_PLAIN, *_PACKED)):
        raise InvalidRequest(
            f"{file!r} does not say what it is to be.",
            hint="Name it .tar or .tar.gz, or pipe it: sygn backup - | zstd > FILE.tar.zst",
        )
    whole = opened.enter_context(whole_file(Path(file), force=force, private=True))
    if not file.endswith(_PACKED):
        return whole
    # No name and no time in it, so that equal backups are equal files.
    packed = gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=whole, mtime=0)
    opened.callback(packed.close)
    return packed


def _input(file: str, opened: ExitStack) -> Source:
    if file == "-":
        return console.stdin()
    try:
        return opened.enter_context(Path(file).open("rb"))
    except FileNotFoundError as error:
        raise NotFound(f"There is no backup {file!r}.") from error
    except OSError as error:
        raise InvalidRequest(f"{file!r} cannot be read: {error.strerror}.") from error


def _tell_backup(about: Mapping[str, object], *, as_json: bool) -> None:
    if as_json:
        console.emit_json(about)
        return
    console.narrate(
        f"copied {console.counted(about['documents'], 'document')} in {about['files']} files"
    )
    _tell_damage(about["damaged"])
    for name in _texts(about["left_out"]):
        console.narrate(f"left out, because of its name: {name}")
    if about["keys"]:
        console.hint("It holds the keys: whoever reads it can sign and seal as you.")
    else:
        console.hint(
            "Without its keys it is for reading and checking: links are dead and its log is closed."
        )


def _tell_restore(about: Mapping[str, object], *, as_json: bool) -> None:
    if as_json:
        console.emit_json(about)
        return
    console.emit(str(about["workspace"]))
    console.narrate(
        f"restored {console.counted(about['documents'], 'document')} as of {about['made_at']}"
    )
    _tell_damage(about["damaged"])
    if about["aside"]:
        console.narrate(f"the workspace that was there is now {about['aside']}")
    if about["revived"]:
        console.narrate(
            f"back, though it was purged: {console.counted(about['revived'], 'document')}"
        )
    _tell_carried(about)
    if about["another"]:
        console.hint(
            "It is another workspace than was there: restart `sygn serve` if that is running."
        )
    if not about["keys"]:
        console.hint(
            "It has no keys and is for reading and checking: links are dead and its log is closed."
        )


def _tell_carried(about: Mapping[str, object]) -> None:
    """Say what is as it was in the workspace that was there, and what is not."""
    kept, other = _texts(about["kept"]), about["other"]
    for name in kept[:_MOST_NAMED]:
        console.narrate(f"kept as it was there: {name}")
    if about["done"]:
        console.narrate(
            f"letters and webhooks that had gone out, and will not again: {about['done']}"
        )
    told = list(other.items()) if isinstance(other, dict) else []
    for name, how in told[:_MOST_NAMED]:
        console.narrate(f"not as it was there: {name} ({how})")
    if len(kept) > _MOST_NAMED or len(told) > _MOST_NAMED:
        console.narrate("all of them: --json")
    for path in _texts(about["meanwhile"]):
        console.narrate(f"begun at the place meanwhile, and moved aside: {path}")


def _tell_damage(damaged: object) -> None:
    for where, what in damaged.items() if isinstance(damaged, dict) else ():
        console.narrate(f"damaged before it was copied: {where}: {what}")


def _texts(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []


class _Progress:
    """Says now and then how far it is, where it takes long enough to be asked."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._last = time.monotonic()

    def __call__(self, count: int) -> None:
        if time.monotonic() - self._last >= _BETWEEN:
            self._last = time.monotonic()
            console.narrate(f"{count} {self._what} so far")
