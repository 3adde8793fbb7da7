"""``sygn templates``: PDFs that are kept to be sent again and again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from sygn_cli.cli import console
from sygn_cli.cli.groups import group
from sygn_cli.cli.options import JsonOption, WorkspaceOption, begun, runtime
from sygn_cli.domain.errors import InvalidRequest
from sygn_cli.domain.routing import says_who

if TYPE_CHECKING:
    from sygn_cli.domain.field import Field

app = group("templates", "PDFs that are kept to be sent again and again.")
SlugArgument: TypeAlias = Annotated[
    str, typer.Argument(metavar="SLUG", help="The template's name.", show_default=False)
]


@app.command("add")
def add(
    pdf: Annotated[str, typer.Argument(metavar="PDF|-", help="What to keep.")],
    slug: Annotated[
        str,
        typer.Option("--slug", metavar="S", help="Its name: non-disclosure-agreement."),
    ],
    title: Annotated[str, typer.Option(help="Default: the file's name.", show_default=False)] = "",
    group: Annotated[str, typer.Option(help="Heading in lists.", show_default=False)] = "",
    fields: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|-",
            help="JSON of fields instead of detection; `signer` names the party.",
            show_default=False,
        ),
    ] = None,
    shared: Annotated[
        bool, typer.Option("--shared", help="Let every account of the API use it.")
    ] = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Keep a PDF with its fields and parties under a name; then: sygn create --template NAME."""
    from sygn_cli.services import templates, wire
    from sygn_cli.services.creation import GivenFile

    if [pdf, fields].count("-") > 1:
        raise InvalidRequest("Only one thing can come from stdin (-).")
    name = f"{slug}.pdf" if pdf == "-" else Path(pdf).name
    file = GivenFile(name, console.read_bytes(pdf, what="PDF"))
    given, parties = (None, None) if fields is None else _fields(fields)
    rt = begun(workspace)
    kept = templates.add(
        rt,
        file,
        slug=slug,
        title=title,
        group=group,
        fields=given,
        parties=parties,
        shared=shared,
    )
    if json:
        console.emit_json(wire.template_in_full(kept))
        return
    console.emit(kept.slug)
    roles = ", ".join(kept.roles) or "one signer"
    console.narrate(f"kept {kept.title!r} with {len(kept.fields)} fields for {roles}")
    people = [f'--role "{role}=NAME <MAIL>"' for role in kept.roles if not says_who(role)]
    who = " ".join(people) if len(people) > 1 else '--signer "Ada <ada@example.com>"'
    console.hint(f"next: sygn create --template {kept.slug} {who}")


@app.command("list")
def list_(workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """List the templates, by group and title."""
    from sygn_cli.services import wire

    kept = runtime(workspace).templates.list()
    if json:
        shown = [wire.template(one) for one in kept]
        console.emit_json({"data": shown, "has_more": False, "next_cursor": None})
    elif kept:
        rows = [[one.slug, one.group, one.title, ", ".join(one.roles)] for one in kept]
        console.emit_table(["template", "group", "title", "roles"], rows)
    else:
        console.narrate("there are no templates")


@app.command("show")
def show(slug: SlugArgument, workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """Show a template's fields and whose they are."""
    from sygn_cli.services import wire

    kept = runtime(workspace).templates.get(slug)
    if json:
        console.emit_json(wire.template_in_full(kept))
        return
    console.narrate(f"{kept.title} ({kept.group or 'no group'}), from {kept.file_name}")
    rows = [
        [one.id, str(one.type), str(one.page), kept.parties.get(one.id, ""), one.label]
        for one in kept.fields
    ]
    console.emit_table(["field", "type", "page", "role", "label"], rows)


@app.command("remove")
def remove(
    slug: SlugArgument, workspace: WorkspaceOption = None, json: JsonOption = False
) -> None:
    """Take a template away; documents made from it stay as they are."""
    runtime(workspace).templates.remove(slug)
    if json:
        console.emit_json({"slug": slug, "removed": True})
    else:
        console.narrate(f"removed {slug}")


def _fields(source: str) -> tuple[tuple[Field, ...], dict[str, str]]:
    from sygn_cli.services.given_fields import fields_of_parties

    return fields_of_parties(console.read_json(source, what="fields file"))
