"""``sygn create``: send PDFs for signature."""

from __future__ import annotations

from typing import Annotated

import typer

from sygn_cli.cli import console, identity, post
from sygn_cli.cli.commands import create_answer as answer
from sygn_cli.cli.commands import create_request as asked
from sygn_cli.cli.identity import AccessCodeOption
from sygn_cli.cli.options import (
    AnchorOption,
    JsonOption,
    WorkspaceOption,
    anchors,
    begun,
    warn_if_it_ends_soon,
)


def create(
    pdfs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[PDF|-]...",
            help="What to sign; one document of them all.",
            show_default=False,
        ),
    ] = None,
    pdf: Annotated[
        list[str] | None,
        typer.Option(
            "--pdf",
            metavar="PDF|-",
            help="The same, as an option; may be given several times.",
            show_default=False,
        ),
    ] = None,
    template: Annotated[
        str | None,
        typer.Option(metavar="SLUG", help="A kept PDF instead.", show_default=False),
    ] = None,
    signer: Annotated[
        list[str] | None,
        typer.Option(
            "--signer",
            "-s",
            metavar='"NAME <MAIL>[;order=N][;lang=de][;auth=email]"',
            help="Who signs; once for each, in order.",
            show_default=False,
        ),
    ] = None,
    role: Annotated[
        list[str] | None,
        typer.Option(
            metavar='"ROLE=NAME <MAIL>"',
            help="Who signs as the party that the PDF calls ROLE.",
            show_default=False,
        ),
    ] = None,
    access_code_file: AccessCodeOption = None,
    title: Annotated[str, typer.Option(help="Default: the file's name.", show_default=False)] = "",
    sequential: Annotated[
        bool, typer.Option("--sequential", help="One after the other, by order.")
    ] = False,
    signatures: Annotated[
        str | None,
        typer.Option(
            metavar="seal|each",
            help="each: beside the seal, a digital signature of every signer.",
            show_default="seal",
        ),
    ] = None,
    cc: Annotated[
        list[str] | None,
        typer.Option(metavar="MAIL", help="Who gets a copy.", show_default=False),
    ] = None,
    fields: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|-", help="JSON of fields instead of detection.", show_default=False
        ),
    ] = None,
    assign: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FIELD=SIGNER", help="Give a field to a signer: f3=s2.", show_default=False
        ),
    ] = None,
    expires: Annotated[
        str | None,
        typer.Option(
            metavar="30d|DATE|never",
            help="Deadline; else SYGN_EXPIRES, else expires in sygn.toml.",
            show_default="30d",
        ),
    ] = None,
    message: Annotated[str, typer.Option(help="Words to the signers.", show_default=False)] = "",
    lang: Annotated[
        str,
        typer.Option(
            metavar="LANG", help="What the signers read, like de or pt-BR.", show_default=False
        ),
    ] = "",
    webhook: Annotated[
        str,
        typer.Option(metavar="URL", help="Post this document's events there.", show_default=False),
    ] = "",
    allow_private: Annotated[
        bool,
        typer.Option(
            "--allow-private",
            help="The webhook may be on this machine or a private network, be plain http, and "
            "name other ports than 80, 443, 8080 and 8443.",
        ),
    ] = False,
    test: Annotated[
        bool, typer.Option("--test", help="Mark every page SANDBOX; it does not count.")
    ] = False,
    delegation: Annotated[
        bool | None,
        typer.Option(
            "--delegation/--no-delegation",
            help="May signers let somebody else sign?",
            show_default=False,
        ),
    ] = None,
    draft: Annotated[
        bool, typer.Option("--draft", help="Let nobody sign yet; `sygn send` does.")
    ] = False,
    flatten_existing_signatures: Annotated[
        bool,
        typer.Option(
            "--flatten-existing-signatures",
            help="Accept a PDF that is signed already; those signatures become pictures.",
        ),
    ] = False,
    no_mail: Annotated[
        bool, typer.Option("--no-mail", help="Write to nobody; you pass the links on.")
    ] = False,
    anchor: AnchorOption = None,
    idempotency_key: Annotated[
        str | None,
        typer.Option(
            metavar="KEY", help="The same key and request make one document.", show_default=False
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be created; store nothing.")
    ] = False,
    qr: Annotated[
        bool, typer.Option("--qr", help="Show each link as a QR code on the terminal.")
    ] = False,
    open_: Annotated[
        bool, typer.Option("--open", help="Open the first signer's link in a browser.")
    ] = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Send PDFs for signature: finds the fields and makes one private link per signer.

    Prints the links to a terminal, only the document's id to a pipe, everything with --json.
    """
    from sygn_cli.domain.document import Mode, SigningOrder
    from sygn_cli.services import creation, links, wire

    invitees = asked.invitees_of(signer or (), role or ())
    invitees = identity.with_access_codes(invitees, access_code_file)
    assignments = asked.assignments_of(assign or (), invitees)
    given = None if fields is None else asked.fields_of(fields, invitees, assignments)
    files = asked.files_of([*(pdf or ()), *(pdfs or ())], fields)
    rt = begun(workspace)
    request = creation.Request(
        files=files,
        invitees=invitees,
        title=title,
        fields=given,
        assignments=assignments,
        signing_order=SigningOrder.SEQUENTIAL if sequential else SigningOrder.PARALLEL,
        signatures=asked.signatures_of(signatures),
        cc=tuple(cc or ()),
        message=message,
        locale=lang,
        expires=expires,
        mode=Mode.TEST if test else Mode.LIVE,
        allow_delegation=delegation,
        draft=draft,
        flatten_existing_signatures=flatten_existing_signatures,
        anchors=anchors(anchor),
        webhook=webhook,
        webhook_private=allow_private,
        mail=not no_mail,
        roles_must_fit=True,
    )
    key = asked.known_as(idempotency_key, request, template)
    if dry_run:
        request = asked.with_template(rt, template, request)
        with asked.offering_to_flatten():
            proposed = creation.plan(rt, request)
        answer.show_plan(proposed, request, as_json=json)
        return
    document, plan = asked.create(rt, key, lambda: asked.with_template(rt, template, request))
    if plan is None:
        console.narrate(f"{document.id} was created before with this idempotency key")
    else:
        answer.tell(plan)
        warn_if_it_ends_soon(rt)
        identity.warn_without_mail(rt, document)
    if json:
        document = links.record_shown(rt, document)
        secrets = plan.given if plan else {}
        console.emit_json({**wire.created(rt, document, secrets), **answer.webhook_secret(plan)})
    else:
        answer.show(rt, document)
        identity.tell(document, plan.given if plan else {}, qr=qr)
        for made in answer.webhook_secret(plan).values():
            console.narrate(f"webhook {made['id']} has the secret {made['secret']}")
            console.narrate("the secret is shown only now; the receiver needs it")
    if qr:
        answer.show_codes(rt, document)
    if open_:
        answer.open_link(rt, document)
    post.deliver(rt, document.id)
