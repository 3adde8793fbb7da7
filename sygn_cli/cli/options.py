"""Options that several commands share, and opening the workspace they name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, TypeAlias

import typer

from sygn_cli.cli import console
from sygn_cli.domain.errors import InvalidRequest, WorkspaceUnusable
from sygn_cli.domain.field import FieldType

if TYPE_CHECKING:
    from sygn_cli.services.runtime import Runtime

BEGIN: Final = "Make one with: sygn create FILE.pdf, or sygn init. Name another with --workspace."
JsonOption: TypeAlias = Annotated[
    bool, typer.Option("--json", help="Print one JSON object on stdout; errors as JSON on stderr.")
]
WorkspaceOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--workspace",
        "-w",
        metavar="FOLDER",
        envvar="SYGN_WORKSPACE",
        help="Folder that holds everything. Default: the nearest .sygn/ upwards, else a folder "
        "of your own.",
        show_default=False,
    ),
]
OutputOption: TypeAlias = Annotated[
    str | None,
    typer.Option("--output", "-o", metavar="FILE|-", help="Where to write; - is stdout."),
]
ForceOption: TypeAlias = Annotated[bool, typer.Option("--force", help="Overwrite the file.")]
AnchorOption: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--anchor",
        metavar="WORDS=TYPE",
        help="Words in the PDF that mark a field: --anchor '/sn1/=signature'.",
        show_default=False,
    ),
]
DocumentArgument: TypeAlias = Annotated[
    str,
    typer.Argument(
        metavar="DOC", help="Document id, a unique beginning of one, or @last.", show_default=False
    ),
]
OfDocumentOption: TypeAlias = Annotated[
    str | None,
    typer.Option("--document", metavar="DOC", help="Only of this document.", show_default=False),
]


def anchors(written: list[str] | None) -> dict[str, FieldType]:
    """Return field types by the words that mark their places.

    Raises:
        InvalidRequest: One is not written as WORDS=TYPE.
    """
    found = {}
    for one in written or ():
        words, equals, kind = one.rpartition("=")
        if not equals or not words.strip():
            raise InvalidRequest(f"{one!r} is no anchor.", hint="Like --anchor '/sn1/=signature'.")
        found[words.strip()] = FieldType.parse(kind)
    return found


def runtime(workspace: str | None) -> Runtime:
    """Return the workspace, opened; makes none, as a mistyped name must not look like an empty one.

    Raises:
        WorkspaceUnusable: There is none, or it cannot be opened.
    """
    from sygn_cli import bootstrap

    found = bootstrap.existing_runtime(workspace)
    if found is None:
        raise WorkspaceUnusable("There is no workspace here.", hint=BEGIN)
    return found


def nearby(workspace: str | None) -> Runtime | None:
    """Return the workspace for what can do without: None where there is none, or a damaged one.

    Raises:
        WorkspaceUnusable: It was named, and cannot be opened.
    """
    from sygn_cli import bootstrap

    try:
        return bootstrap.existing_runtime(workspace)
    except WorkspaceUnusable as error:
        if workspace is not None:
            raise
        console.narrate(f"done without the workspace: {error.message}")
        return None


def begun(workspace: str | None) -> Runtime:
    """Return the workspace, opened; it is made if there is none, and that is told.

    Raises:
        WorkspaceUnusable: It cannot be opened or made.
    """
    from sygn_cli import bootstrap

    place = bootstrap.place_for(workspace)
    is_new = not (place / "sygn.json").exists()
    opened = bootstrap.open_runtime(workspace)
    if is_new:
        console.narrate(f"made a workspace in {place}: documents, keys and settings are there")
    return opened


def warn_if_it_ends_soon(rt: Runtime) -> None:
    """Tell whoever is about to rely on the credential that it ends soon.

    Raises:
        SealFailed: It cannot be used at all.
    """
    from sygn_cli.services import expiry

    if words := expiry.warning(rt):
        console.narrate(f"warning: {words}")
        console.hint(expiry.HINT)
