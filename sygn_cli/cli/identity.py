"""Identity steps on the command line: access codes from files, and secrets that are told once."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from sygn_cli.cli import console
from sygn_cli.domain.errors import InvalidRequest, NotFound

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sygn_cli.domain.document import Document
    from sygn_cli.domain.signer import Invitee
    from sygn_cli.services.identity import Given
    from sygn_cli.services.runtime import Runtime

AccessCodeOption: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--access-code-file",
        metavar="SIGNER=FILE|-",
        help="The access code of a signer with auth=code, else one is made.",
        show_default=False,
    ),
]


def with_access_codes(
    invitees: tuple[Invitee, ...], written: Sequence[str] | None
) -> tuple[Invitee, ...]:
    """Return the invitees with the access codes that ``SIGNER=FILE`` names.

    Raises:
        InvalidRequest: One is not written like that, or its signer is asked for no code.
        NotFound: There is no such signer or file.
    """
    changed = list(invitees)
    if [one.partition("=")[2] for one in written or ()].count("-") > 1:
        raise InvalidRequest("Only one thing can come from stdin (-).")
    for one in written or ():
        who, equals, source = one.partition("=")
        if not equals or not source:
            raise InvalidRequest(f"{one!r} names no file.", hint="Like s1=code.txt.")
        number = _number(invitees, who.strip())
        changed[number] = replace(invitees[number], access_code=_read(source))
    return tuple(changed)


def _read(source: str) -> str:
    content = console.read_bytes(source, what="access code")
    try:
        code = content.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise InvalidRequest(f"{source} is not UTF-8 text.") from error
    if not code:
        raise InvalidRequest(f"There is no access code in {source}.")
    return code


def _number(invitees: Sequence[Invitee], who: str) -> int:
    from sygn_cli.domain.routing import signer_ids

    ids = signer_ids(invitees)
    meant = signer_id(who, invitees)
    if meant not in ids:
        raise NotFound(f"There is no signer {who!r}.", hint=f"Signers: {', '.join(ids)}.")
    return ids.index(meant)


def signer_id(who: str, invitees: Sequence[Invitee]) -> str:
    """Return the id of whose address this is; ids, and what is neither, as they are.

    Raises:
        InvalidRequest: Several have the address.
    """
    meant = [
        f"s{number}"
        for number, one in enumerate(invitees, start=1)
        if one.email.casefold() == who.casefold()
    ]
    if len(meant) > 1:
        raise InvalidRequest(
            f"Several signers have the address {who}.", hint=f"Use one of: {', '.join(meant)}."
        )
    return meant[0] if meant else who


def tell(document: Document, given: Mapping[str, Given], *, qr: bool = False) -> None:
    """Say what has to be passed on to whom, this once."""
    for signer_id, one in given.items():
        name = document.signer(signer_id).name
        if one.access_code:
            console.narrate(
                f"tell {name} this access code, apart from the link: {one.access_code}"
            )
        if one.totp_uri:
            console.narrate(
                f"pass this on to {name} for their authenticator, apart from the link:"
            )
            console.note(one.totp_uri)
            if qr or console.is_terminal(sys.stderr):
                _show_code(one.totp_uri)
    if given:
        console.narrate("this is shown only now")
        console.hint("make new ones with: sygn unlock DOC SIGNER --new-secrets")


def _show_code(uri: str) -> None:
    from sygn_cli.engine import qr

    for line in qr.terminal(uri).splitlines():
        console.note(line)


def warn_without_mail(rt: Runtime, document: Document) -> None:
    """Say who would wait in vain for codes by e-mail."""
    from sygn_cli.services.identity import needs_mail_server

    waiting = needs_mail_server(rt, document)
    if waiting:
        names = ", ".join(one.name for one in waiting)
        console.narrate(f"warning: no mail server is set; codes for {names} only go to files")
        console.hint("set smtp in sygn.toml, or tell them the code in the newest .eml of mail/")
