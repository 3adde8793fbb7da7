"""What ``sygn create`` says: what was found and left out, the document, its links."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from sygn_cli.cli import console

if TYPE_CHECKING:
    from sygn_cli.domain.document import Document
    from sygn_cli.domain.field import Field
    from sygn_cli.services.creation import Plan, Request
    from sygn_cli.services.runtime import Runtime


def tell(plan: Plan) -> None:
    """Say what was found, what was left out, and what nobody may expect."""
    proposal = plan.proposal
    if proposal.detected_fields:
        console.narrate(f"found {_count(proposal.fields)}")
    _tell_people(plan)
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


def _tell_people(plan: Plan) -> None:
    proposal = plan.proposal
    people = [f"{who.name} <{who.email}>" for who in proposal.invitees]
    for one in sorted({one for one in people if people.count(one) > 1}):
        console.narrate(f"{one} signs {people.count(one)} times, by as many links")
    signing = {field.signer for field in proposal.fields}
    for number, who in enumerate(proposal.invitees, start=1):
        if f"s{number}" not in signing:
            console.narrate(f"{who.name} has no field and will only confirm; see --assign, --role")
        own = (one.id for one in proposal.fields if one.signer == f"s{number}")
        parties = list(dict.fromkeys(filter(None, (plan.parties.get(i) for i in own))))
        if len(parties) > 1:
            listed = f"{', '.join(parties[:-1])} and {parties[-1]}"
            console.narrate(f"{who.name} fills in and signs what is for {listed}")
            console.hint('name the others with another --signer or --role "PARTY=NAME <MAIL>"')


def _count(fields: tuple[Field, ...]) -> str:
    kinds: dict[str, int] = {}
    for field in fields:
        kinds[field.type] = kinds.get(field.type, 0) + 1
    listed = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
    return f"{len(fields)} field{'s' if len(fields) != 1 else ''}: {listed}"


def show_plan(plan: Plan, request: Request, *, as_json: bool) -> None:
    """Print the document as it would be created."""
    from sygn_cli.services import wire

    tell(plan)
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


def show(rt: Runtime, document: Document) -> None:
    """Print the id; the links as well where somebody looks, for they are secrets."""
    from sygn_cli.domain.document import DocumentStatus
    from sygn_cli.services import links

    console.emit(document.id)
    if document.status is DocumentStatus.DRAFT:
        console.hint(f"it is a draft; let them sign with: sygn send {document.id}")
        return
    if not console.is_terminal(sys.stdout):
        return
    document = links.record_shown(rt, document)
    for signer in document.signers:
        console.emit(f"  {signer.id}  {signer.name} <{signer.email}>")
        console.emit(f"      {links.signing_url(rt, document, signer)}")
    console.narrate("whoever has a link can sign with it: give each only to its signer")
    console.hint(f"next: sygn serve, and then: sygn status {document.id} --wait")


def webhook_secret(plan: Plan | None) -> dict[str, dict[str, object]]:
    """Return the secret of a webhook that was made for this document; it is shown only now."""
    if plan is None or plan.new_webhook is None:
        return {}
    from sygn_cli.services import webhook_wire

    return {"webhook": webhook_wire.of_document(plan.new_webhook)}


def show_codes(rt: Runtime, document: Document) -> None:
    """Draw each signer's link as a QR code beside the result."""
    from sygn_cli.engine import qr
    from sygn_cli.services import links

    document = links.record_shown(rt, document)
    for signer in document.signers:
        console.narrate(f"{signer.name}:")
        code = qr.terminal(links.signing_url(rt, document, signer))
        for line in code.splitlines():
            console.note(line)


def open_link(rt: Runtime, document: Document) -> None:
    """Open the link of who is first in a browser."""
    import webbrowser

    from sygn_cli.domain.routing import next_signers
    from sygn_cli.services import links

    for signer in next_signers(document)[:1]:
        if not webbrowser.open(links.signing_url(rt, document, signer)):
            console.narrate("no browser could be opened")
