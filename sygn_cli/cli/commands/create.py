"""``sygn create``: send PDFs for signature."""

from __future__ import annotations

import json as json_
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sygn_cli.cli import console, identity, post
from sygn_cli.cli.identity import AccessCodeOption
from sygn_cli.cli.options import (
    AnchorOption,
    JsonOption,
    WorkspaceOption,
    anchors,
    runtime,
    warn_if_it_ends_soon,
)
from sygn_cli.domain.errors import InvalidRequest
from sygn_cli.domain.signer import Invitee

if TYPE_CHECKING:
    from sygn_cli.domain.document import Document, Signatures
    from sygn_cli.domain.field import Field
    from sygn_cli.services.creation import GivenFile, Plan, Request
    from sygn_cli.services.runtime import Runtime


def create(
    pdf: Annotated[
        list[str] | None,
        typer.Option(
            "--pdf",
            metavar="PDF|-",
            help="What to sign; may be given several times.",
            show_default=False,
        ),
    ] = None,
    template: Annotated[
        str | None,
        typer.Option(metavar="SLUG", help="A kept PDF instead of --pdf.", show_default=False),
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
            envvar="SYGN_EXPIRES", metavar="30d|DATE|never", help="Deadline.", show_default="30d"
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
        bool, typer.Option("--allow-private", help="The webhook may be on this machine.")
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
        str,
        typer.Option(
            metavar="KEY", help="The same key and request make one document.", show_default=False
        ),
    ] = "",
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
    from sygn_cli.services import creation, wire

    invitees = identity.with_access_codes(_invitees(signer or (), role or ()), access_code_file)
    given = None if fields is None else _fields(fields)
    files = tuple(_given(source) for source in _once(pdf or [], fields))
    rt = runtime(workspace)
    if template is not None:
        files, given, title = _from_template(rt, template, invitees, files, given, title)
    request = creation.Request(
        files=files,
        invitees=invitees,
        title=title,
        fields=given,
        assignments=_assignments(assign or (), invitees),
        signing_order=SigningOrder.SEQUENTIAL if sequential else SigningOrder.PARALLEL,
        signatures=_signatures(signatures),
        cc=tuple(cc or ()),
        message=message,
        locale=lang,
        expires=expires,
        mode=Mode.TEST if test else Mode.LIVE,
        allow_delegation=delegation,
        draft=draft,
        flatten_existing_signatures=flatten_existing_signatures,
        anchors=anchors(anchor),
        idempotency_key=idempotency_key,
        webhook=webhook,
        webhook_private=allow_private,
        mail=not no_mail,
    )
    if dry_run:
        _show_plan(creation.plan(rt, request), request, as_json=json)
        return
    document, plan = creation.create(rt, request)
    if plan is None:
        console.narrate(f"{document.id} was created before with this idempotency key")
    else:
        _tell(plan)
        warn_if_it_ends_soon(rt)
        identity.warn_without_mail(rt, document)
    if json:
        secrets = plan.given if plan else {}
        console.emit_json({**wire.created(rt, document, secrets), **_webhook_secret(plan)})
    else:
        _show(rt, document)
        identity.tell(document, plan.given if plan else {}, qr=qr)
        for made in _webhook_secret(plan).values():
            console.narrate(f"webhook {made['id']} has the secret {made['secret']}")
            console.narrate("the secret is shown only now; the receiver needs it")
    if qr:
        _show_codes(rt, document)
    if open_:
        _open(rt, document)
    post.deliver(rt, document.id)


def _signatures(written: str | None) -> Signatures | None:
    from sygn_cli.domain.document import Signatures

    try:
        return None if written is None else Signatures(written)
    except ValueError as error:
        raise InvalidRequest(f"--signatures is seal or each, not {written!r}.") from error


def _invitees(signers: list[str] | tuple[()], roles: list[str] | tuple[()]) -> tuple[Invitee, ...]:
    invitees = [Invitee.parse(written) for written in signers]
    for written in roles:
        name, equals, who = written.partition("=")
        if not equals or not name.strip():
            raise InvalidRequest(
                f"{written!r} names no role.", hint='Like --role "Tenant=Ada <ada@example.com>".'
            )
        invitees.append(Invitee.parse(who, role=name.strip()))
    return tuple(invitees)


def _from_template(
    rt: Runtime,
    slug: str,
    invitees: tuple[Invitee, ...],
    files: tuple[GivenFile, ...],
    fields: tuple[Field, ...] | None,
    title: str,
) -> tuple[tuple[GivenFile, ...], tuple[Field, ...], str]:
    """Return the template's PDF, fields and title; what was given on the command line goes first."""
    from sygn_cli.services import templates

    if files:
        raise InvalidRequest("A document is made from --pdf or from --template, not from both.")
    kept, file, routed = templates.for_signers(rt, slug, invitees)
    return (file,), routed if fields is None else fields, title or kept.title


def _once(sources: list[str], fields: str | None) -> list[str]:
    """Return the sources if stdin is asked for at most once."""
    if [*sources, fields].count("-") > 1:
        raise InvalidRequest("Only one thing can come from stdin (-).")
    return sources


def _given(source: str) -> GivenFile:
    from sygn_cli.services.creation import GivenFile

    name = "document.pdf" if source == "-" else Path(source).name
    return GivenFile(name, console.read_bytes(source, what="PDF"))


def _fields(source: str) -> tuple[Field, ...]:
    from sygn_cli.services.given_fields import fields_from

    content = console.read_bytes(source, what="fields file")
    try:
        return fields_from(json_.loads(content))
    except ValueError as error:
        raise InvalidRequest(f"{source} is not JSON: {error}.") from error


def _assignments(written: list[str] | tuple[()], invitees: tuple[Invitee, ...]) -> dict[str, str]:
    """Return signer ids by field id; a signer may be named by id or e-mail address."""
    by_email = {who.email.casefold(): f"s{n}" for n, who in enumerate(invitees, start=1)}
    assignments = {}
    for one in written:
        field, equals, who = one.partition("=")
        if not equals:
            raise InvalidRequest(f"{one!r} assigns nothing.", hint="Like --assign f3=s2.")
        assignments[field.strip()] = by_email.get(who.strip().casefold(), who.strip())
    return assignments


def _tell(plan: Plan) -> None:
    proposal = plan.proposal
    if proposal.detected_fields:
        console.narrate(f"found {_count(proposal.fields)}")
    signing = {field.signer for field in proposal.fields}
    for number, who in enumerate(proposal.invitees, start=1):
        if f"s{number}" not in signing:
            console.narrate(f"{who.name} has no field and will only confirm; see --assign, --role")
    for number, one in plan.left_out[:10]:
        where = f"page {one.page}" if number == 1 else f"file {number}, page {one.page}"
        why = "not a signer's" if one.for_nobody else f"only {one.confidence:.0%} sure"
        console.narrate(f"left out {one.type} {one.label!r} on {where}: {why} ({one.reason})")
    if len(plan.left_out) > 10:
        console.narrate(f"left out {len(plan.left_out) - 10} more; see: sygn detect --all")
    for number, page in plan.unreadable_pages:
        console.narrate(f"page {page} of file {number} is a picture that could not be read")
    if proposal.active_content:
        listed = ", ".join(proposal.active_content)
        console.narrate(f"the PDF has active content, which the signed file will not: {listed}")


def _webhook_secret(plan: Plan | None) -> dict[str, dict[str, object]]:
    """Return the secret of a webhook that was made for this document; it is shown only now."""
    if plan is None or plan.new_webhook is None:
        return {}
    from sygn_cli.services import webhook_wire

    return {"webhook": webhook_wire.of_document(plan.new_webhook)}


def _count(fields: tuple[Field, ...]) -> str:
    kinds: dict[str, int] = {}
    for field in fields:
        kinds[field.type] = kinds.get(field.type, 0) + 1
    listed = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
    return f"{len(fields)} field{'s' if len(fields) != 1 else ''}: {listed}"


def _show_plan(plan: Plan, request: Request, *, as_json: bool) -> None:
    from sygn_cli.services import wire

    _tell(plan)
    proposal = plan.proposal
    if as_json:
        console.emit_json(
            {
                "dry_run": True,
                "title": proposal.title,
                "signing_order": str(proposal.signing_order),
                "detected_fields": proposal.detected_fields,
                "field_count": len(proposal.fields),
                "fields": [wire.field(field) for field in proposal.fields],
                "signers": [
                    {"id": f"s{number}", "name": who.name, "email": who.email}
                    for number, who in enumerate(request.invitees, start=1)
                ],
            }
        )
        return
    console.emit_table(
        ["field", "type", "file", "page", "signer", "label"],
        [
            [one.id, str(one.type), str(one.file), str(one.page), one.signer, one.label]
            for one in proposal.fields
        ],
    )
    console.narrate("nothing was stored (--dry-run)")


def _show(rt: Runtime, document: Document) -> None:
    from sygn_cli.domain.document import DocumentStatus
    from sygn_cli.services import links

    console.emit(document.id)
    if document.status is DocumentStatus.DRAFT:
        console.hint(f"it is a draft; let them sign with: sygn send {document.id}")
        return
    if not console.is_terminal(sys.stdout):
        return
    for signer in document.signers:
        console.emit(f"  {signer.id}  {signer.name} <{signer.email}>")
        console.emit(f"      {links.signing_url(rt, document, signer)}")
    console.narrate("whoever has a link can sign with it: give each only to its signer")
    console.hint(f"next: sygn serve, and then: sygn status {document.id} --wait")


def _show_codes(rt: Runtime, document: Document) -> None:
    from sygn_cli.engine import qr
    from sygn_cli.services import links

    for signer in document.signers:
        console.narrate(f"{signer.name}:")
        code = qr.terminal(links.signing_url(rt, document, signer))
        for line in code.splitlines():
            console.note(line)


def _open(rt: Runtime, document: Document) -> None:
    import webbrowser

    from sygn_cli.domain.routing import next_signers
    from sygn_cli.services import links

    for signer in next_signers(document)[:1]:
        if not webbrowser.open(links.signing_url(rt, document, signer)):
            console.narrate("no browser could be opened")
