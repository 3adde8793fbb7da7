"""``sygn detect``: show what would become fields, and why."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sygn_cli.cli import console
from sygn_cli.cli.options import (
    AnchorOption,
    ForceOption,
    JsonOption,
    WorkspaceOption,
    anchors,
    nearby,
)
from sygn_cli.domain.errors import InvalidRequest, NoFieldsDetected
from sygn_cli.domain.field import FieldType

if TYPE_CHECKING:
    from sygn_cli.domain.field import Detection
    from sygn_cli.services.ports import PdfWork

_PAGES = re.compile(r"(\d{1,6})(?:-(\d{1,6}))?")
_MOST_PAGES = 100_000


def detect(
    pdf: Annotated[
        str, typer.Argument(metavar="PDF|-", help="Where to look; - is stdin.", show_default=False)
    ],
    pages: Annotated[
        str | None, typer.Option(help="Only these pages, for example 1-3,7.", show_default=False)
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option("--type", help="Only this type of field.", show_default=False),
    ] = None,
    min_confidence: Annotated[
        float | None,
        typer.Option(
            min=0, max=1, help="Only fields at least this sure.", show_default="as for create"
        ),
    ] = None,
    anchor: AnchorOption = None,
    every: Annotated[bool, typer.Option("--all", help="Unsure ones too.")] = False,
    preview: Annotated[
        str | None,
        typer.Option(metavar="OUT.pdf|OUT.png", help="Draw what was found over the pages."),
    ] = None,
    force: ForceOption = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Find every place to sign, initial, date, fill or tick; nothing is stored or sent."""
    from sygn_cli import bootstrap
    from sygn_cli.engine.detect import THRESHOLD
    from sygn_cli.services import detection, wire
    from sygn_cli.services.settings import settings_from

    content = console.read_bytes(pdf, what="PDF")
    # One that is named and not made yet is made by who stores something.
    is_there = bootstrap.place_for(workspace).exists()
    rt = nearby(workspace) if is_there else None
    work = rt.pdf if rt else bootstrap.pdf_work()
    report = detection.detect(
        work,
        content,
        settings=rt.settings if rt else settings_from("", os.environ),
        pages=parse_pages(pages),
        anchors=anchors(anchor),
    )
    least = 0.0 if every else THRESHOLD if min_confidence is None else min_confidence
    wanted = None if kind is None else FieldType.parse(kind)
    found = [
        one
        for one in report.detections
        if one.confidence >= least and (wanted is None or one.type is wanted)
    ]
    if preview:
        _draw(work, content, found, Path(preview), force=force)
    for page in report.unreadable_pages:
        console.narrate(f"page {page} is a picture that could not be read")
    if json:
        fields = [wire.detection(one) for one in found]
        unreadable = list(report.unreadable_pages)
        console.emit_json({"count": len(fields), "fields": fields, "unreadable_pages": unreadable})
    elif found:
        console.emit_table(
            ["id", "type", "page", "sure", "whose", "label", "why"], [_row(one) for one in found]
        )
    if not found:
        hint = None if every else "Unsure ones as well: --all."
        sure = sum(one.confidence >= least for one in report.detections)
        if sure:  # so it is --type that leaves none
            raise NoFieldsDetected(
                f"No field of type {wanted} was found in the PDF.",
                hint=f"Without --type: {console.counted(sure, 'field')}.",
            )
        raise NoFieldsDetected("No place to sign was found in the PDF.", hint=hint)


def parse_pages(written: str | None) -> frozenset[int] | None:
    """Return the pages of ``1-3,7``; None for all.

    Raises:
        InvalidRequest: It is not written like that.
    """
    if written is None:
        return None
    pages: set[int] = set()
    for part in written.split(","):
        match = _PAGES.fullmatch(part.strip())
        first = int(match[1]) if match else 0
        last = int(match[2] or first) if match else 0
        if not 1 <= first <= last <= _MOST_PAGES:
            raise InvalidRequest(
                f"{written!r} is not a list of pages.", hint="Like --pages 1-3,7."
            )
        pages.update(range(first, last + 1))
    return frozenset(pages)


def _row(one: Detection) -> list[str]:
    whose = "nobody's" if one.for_nobody else one.party
    sure = f"{one.confidence:.2f}"
    return [one.id, str(one.type), str(one.page), sure, whose, one.label, one.reason]


def _draw(
    work: PdfWork, content: bytes, found: list[Detection], out: Path, *, force: bool
) -> None:
    from sygn_cli.engine.detect import preview

    match out.suffix.lower():
        case ".pdf":
            picture = work.call(preview.preview, content, found)
        case ".png":
            page = found[0].page if found else 1
            picture = work.call(preview.preview_png, content, found, page)
        case _:
            raise InvalidRequest(f"{out} is neither a .pdf nor a .png.")
    console.write_file(out, picture, force=force)
    console.narrate(f"wrote {out}")
