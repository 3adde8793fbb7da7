"""``sygn seal``: an organisation's own seal, without signers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sygn_cli.cli import console
from sygn_cli.cli.options import (
    ForceOption,
    JsonOption,
    OutputOption,
    WorkspaceOption,
    begun,
    warn_if_it_ends_soon,
)
from sygn_cli.domain.errors import InvalidRequest

if TYPE_CHECKING:
    from sygn_cli.domain.geometry import Box
    from sygn_cli.services.sealing import Appearance


def seal(
    pdf: Annotated[
        str, typer.Argument(metavar="PDF|-", help="What to seal; - is stdin.", show_default=False)
    ],
    output: OutputOption = None,
    reason: Annotated[
        str, typer.Option(metavar="T", help="Why, as readers show it.", show_default=False)
    ] = "",
    visible: Annotated[
        str | None,
        typer.Option(
            metavar="PAGE,X,Y,W,H",
            help="Draw the seal there: points from the top left corner.",
            show_default="invisible",
        ),
    ] = None,
    text: Annotated[
        str,
        typer.Option(
            metavar="T",
            help="With --visible: what it says; \\n starts a line.",
            show_default="your name and the day",
        ),
    ] = "",
    picture: Annotated[
        Path | None,
        typer.Option(metavar="PNG", help="With --visible: a picture.", show_default=False),
    ] = None,
    force: ForceOption = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Seal a PDF in your own name, so that nobody can change it unnoticed.

    Forms are flattened and scripts removed before. Nobody else signs: for that, see create.
    """
    from sygn_cli.engine import credential
    from sygn_cli.services import sealing

    content = console.read_bytes(pdf, what="PDF")
    rt = begun(workspace)
    sealed = sealing.seal_pdf(
        rt, content, reason=reason, appearance=_appearance(visible, text, picture)
    )
    about = {
        "sha256": sealed.sha256,
        "size": len(sealed.pdf),
        "level": sealed.level,
        "credential_sha256": credential.fingerprint(rt.keys.credential().cert_pem),
        "timestamp_error": sealed.timestamp_error or None,
    }
    console.emit_download(sealed.pdf, output, force=force, what="PDF", as_json=json, about=about)
    warn_if_it_ends_soon(rt)
    if sealed.timestamp_error:
        console.narrate(f"there is no trusted timestamp: {sealed.timestamp_error}")


def _appearance(visible: str | None, text: str, picture: Path | None) -> Appearance | None:
    from sygn_cli.services.sealing import Appearance

    if visible is None:
        if text or picture:
            raise InvalidRequest(
                "A text or picture needs a place.", hint="Give one with --visible PAGE,X,Y,W,H."
            )
        return None
    page, box = _place(visible)
    drawn = None if picture is None else console.read_bytes(str(picture), what="picture")
    return Appearance(page, box, text.replace("\\n", "\n"), drawn)


def _place(written: str) -> tuple[int, Box]:
    from sygn_cli.domain.geometry import Box

    try:
        page, x, y, width, height = written.split(",")
        return int(page), Box(float(x), float(y), float(width), float(height))
    except ValueError as error:
        raise InvalidRequest(
            f"--visible {written!r} is not a page and four numbers.",
            hint="For example: --visible 1,72,700,200,40",
        ) from error
