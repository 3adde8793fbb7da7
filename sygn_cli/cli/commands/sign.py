"""``sygn sign``: sign without a browser."""

from __future__ import annotations

from typing import Annotated

import typer

from sygn_cli.cli import console, ended, post
from sygn_cli.cli.options import DocumentArgument, JsonOption, WorkspaceOption, runtime
from sygn_cli.domain.errors import InvalidRequest
from sygn_cli.domain.mark import Look


def sign(
    doc: DocumentArgument,
    signer: Annotated[
        str, typer.Argument(metavar="SIGNER", help="s1, s2, ... or their e-mail address.")
    ],
    name: Annotated[str, typer.Option("--type", metavar="NAME", help="The signature, as words.")],
    value: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FIELD=TEXT",
            help="What else to fill in, by a field's id or label.",
            show_default=False,
        ),
    ] = None,
    look: Annotated[
        Look | None,
        typer.Option(help="The handwriting of the signature.", show_default=False),
    ] = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Sign from the command line; recorded as such in the audit trail and on the certificate.

    Dates are filled with today and initials from the name.
    """
    from sygn_cli.services import documents, signing, wire

    values = {}
    for one in value or ():
        field, equals, words = one.partition("=")
        if not equals:
            raise InvalidRequest(f"{one!r} fills nothing.", hint="Like --value f4=Berlin.")
        if field.strip() in values:
            raise InvalidRequest(f"{field.strip()!r} is filled twice.")
        values[field.strip()] = words
    rt = runtime(workspace)
    document = documents.find(rt, doc)
    who = documents.signer_id(document, signer)
    with ended.advising(document):
        receipt = signing.sign_headlessly(
            rt, document.id, who, name=name, values=values, look=look
        )
    if receipt.document.seal_error:
        console.narrate(f"signed, but sealing failed: {receipt.document.seal_error}")
    if json:
        console.emit_json(wire.status(rt, receipt.document, with_links=False))
    else:
        console.emit_table(
            ["document", "status", "audit head"],
            [[document.id, str(receipt.document.status), receipt.head]],
        )
    post.deliver(rt, document.id)
