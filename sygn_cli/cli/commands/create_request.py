"""What ``sygn create`` is asked for, read out of its words."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sygn_cli.cli import console
from sygn_cli.cli.identity import signer_id
from sygn_cli.domain.errors import Conflict, InvalidRequest, PdfRefused, RefusalReason
from sygn_cli.domain.signer import Invitee

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sygn_cli.domain.document import Document, Signatures
    from sygn_cli.domain.field import Field
    from sygn_cli.services.creation import GivenFile, Plan, Request
    from sygn_cli.services.once import Once
    from sygn_cli.services.runtime import Runtime

_PATIENCE: Final = 30  # seconds
_PAUSE: Final = 0.1


def invitees_of(signers: Sequence[str], roles: Sequence[str]) -> tuple[Invitee, ...]:
    """Return who signs: those of ``--signer``, then those of ``--role``.

    Raises:
        InvalidRequest: One is not written as it should be.
    """
    found = [Invitee.parse(written) for written in signers]
    for written in roles:
        name, equals, who = written.partition("=")
        if not equals or not name.strip():
            raise InvalidRequest(
                f"{written!r} names no role.", hint='Like --role "Tenant=Ada <ada@example.com>".'
            )
        found.append(Invitee.parse(who, role=name.strip()))
    return tuple(found)


def files_of(sources: Sequence[str], fields: str | None) -> tuple[GivenFile, ...]:
    """Return the PDFs with their names; ``-`` is stdin.

    Raises:
        NotFound: There is no such file.
        InvalidRequest: It cannot be read, or stdin is asked for twice.
    """
    from sygn_cli.services.creation import GivenFile

    if [*sources, fields].count("-") > 1:
        raise InvalidRequest("Only one thing can come from stdin (-).")
    return tuple(
        GivenFile(
            "document.pdf" if source == "-" else Path(source).name,
            console.read_bytes(source, what="PDF"),
        )
        for source in sources
    )


def fields_of(
    source: str, invitees: Sequence[Invitee], assignments: Mapping[str, str]
) -> tuple[Field, ...]:
    """Return the fields that a JSON file gives, each with its signer.

    Raises:
        NotFound: There is no such file.
        InvalidRequest: It holds no fields, or one is not clearly one signer's.
    """
    from sygn_cli.services.given_fields import fields_for

    return fields_for(console.read_json(source, what="fields file"), invitees, assignments)


def with_template(rt: Runtime, slug: str | None, request: Request) -> Request:
    """Return the request with a template's PDF, fields and title; what it has itself goes first.

    Raises:
        InvalidRequest: There are PDFs besides.
        NotFound: There is no such template.
    """
    from sygn_cli.services import templates

    if slug is None:
        return request
    if request.files:
        raise InvalidRequest("A document is made from PDFs or from --template, not from both.")
    kept, file, routed = templates.for_signers(
        rt, slug, request.invitees, assigned=request.assignments
    )
    request = replace(request, files=(file,), title=request.title or kept.title)
    if request.fields is not None:
        return request
    return replace(request, fields=routed, parties=kept.named_parties)


def known_as(key: str | None, request: Request, template: str | None) -> Once:
    """Return by what a request is known when it is sent again.

    Raises:
        InvalidRequest: The key is empty, most likely an unset variable: without a key each repeated
            request would send another contract.
    """
    from sygn_cli.services.once import Once, require_key

    if key is not None:
        require_key(key)
    return Once(key or "", _fingerprint(request, template), mode=request.mode)


def _fingerprint(request: Request, template: str | None) -> str:
    """Return a hash of what was asked for: a template counts by its name, files by their content."""
    from sygn_cli.domain.audit import canonical, sha256

    plain = replace(request, files=(), assignments=dict(sorted(request.assignments.items())))
    files = [sha256(file.content) for file in request.files]
    return sha256(canonical({"request": repr(plain), "template": template, "files": files}))


def create(rt: Runtime, key: Once, wanted: Callable[[], Request]) -> tuple[Document, Plan | None]:
    """Create the document once; where another process is creating it, wait for what that makes.

    Raises:
        Conflict: The other is not done in half a minute.
        SygnError: As for :func:`once.create`.
    """
    from sygn_cli.services import once

    end = time.monotonic() + _PATIENCE
    while key.key:
        with rt.answers.working(key.scope, key.key) as alone, offering_to_flatten():
            if alone:
                return once.create(rt, key, wanted)
        if time.monotonic() > end:
            raise Conflict(
                "Another request with the same idempotency key is still running.",
                hint="Send the request again to get its document.",
            )
        rt.clock.sleep(_PAUSE)
    with offering_to_flatten():
        return once.create(rt, key, wanted)


@contextmanager
def offering_to_flatten() -> Iterator[None]:
    """Name the option that accepts a signed PDF, which only this command has."""
    try:
        yield
    except PdfRefused as error:
        if error.reason is RefusalReason.ALREADY_SIGNED:
            error.hint = (
                "Use the unsigned original, or --flatten-existing-signatures to give it up."
            )
        raise


def assignments_of(written: Sequence[str], invitees: Sequence[Invitee]) -> dict[str, str]:
    """Return signer ids by field id; a signer may be named by id or e-mail address.

    Raises:
        InvalidRequest: One is not written as FIELD=SIGNER, or several signers have the address.
    """
    found = {}
    for one in written:
        field, equals, who = one.partition("=")
        if not equals:
            raise InvalidRequest(f"{one!r} assigns nothing.", hint="Like --assign f3=s2.")
        found[field.strip()] = signer_id(who.strip(), invitees)
    return found


def signatures_of(written: str | None) -> Signatures | None:
    """Return whose signatures the finished file carries; None as the workspace is set.

    Raises:
        InvalidRequest: There is no such choice.
    """
    from sygn_cli.domain.document import Signatures

    try:
        return None if written is None else Signatures(written)
    except ValueError as error:
        raise InvalidRequest(f"--signatures is seal or each, not {written!r}.") from error
