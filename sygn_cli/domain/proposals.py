"""Proposing a new document: everything it is made of, checked before anything is stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sygn_cli.domain import field_rules, language, moment, record, text
from sygn_cli.domain.audit import Entry, EventType, Json, canonical, sha256
from sygn_cli.domain.document import (
    LONGEST_MESSAGE,
    LONGEST_TITLE,
    MOST_CC,
    MOST_FIELDS,
    MOST_FILES,
    Mode,
    Signatures,
    SigningOrder,
    SourceFile,
)
from sygn_cli.domain.errors import InvalidRequest
from sygn_cli.domain.signer import MOST_SIGNERS, Invitee, Signer, email

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sygn_cli.domain.field import Field


@dataclass(frozen=True, slots=True)
class Proposal:
    """Everything a new document is made of.

    Attributes:
        fields: All routed: each names a signer ``s1`` ... by the place in ``invitees``.
        links_to: Who gets the signing links out of the creation, and could act as a signer.
        webhook: Id of an endpoint that is to hear of this document; never its URL, because the
            trail travels in the sealed file.
        mail: Whether signers and those who get copies are written to.
    """

    account: str
    title: str
    files: tuple[SourceFile, ...]
    invitees: tuple[Invitee, ...]
    fields: tuple[Field, ...]
    signing_order: SigningOrder = SigningOrder.PARALLEL
    mode: Mode = Mode.LIVE
    detected_fields: bool = False
    cc: tuple[str, ...] = ()
    message: str = ""
    expires_at: datetime | None = None
    draft: bool = False
    links_to: str = "operator"
    flattened_signatures: bool = False
    active_content: tuple[str, ...] = ()
    webhook: str = ""
    allow_delegation: bool = True
    mail: bool = True
    locale: str = ""
    signatures: Signatures = Signatures.SEAL


def create(proposal: Proposal, *, actor: Json) -> Entry:
    """Propose a new document.

    Raises:
        InvalidRequest: Something about it is not acceptable; the message says what.
    """
    signers = signers_of(proposal.invitees)
    _check_files(proposal.files)
    # Fields of a draft may be placed later, before it is sent.
    if not proposal.draft and not proposal.fields:
        raise InvalidRequest(f"A document has 1 to {MOST_FIELDS} fields, not 0.")
    _check_fields(proposal.fields, proposal.files, [signer.id for signer in signers])
    if len(proposal.cc) > MOST_CC:
        raise InvalidRequest(f"At most {MOST_CC} people can get copies.")
    title = text.require(proposal.title, what="The title", longest=LONGEST_TITLE)
    message = text.clean(
        proposal.message, what="The message", longest=LONGEST_MESSAGE, multiline=True
    )
    fields = canonical(record.fields_to_json(proposal.fields))
    data: dict[str, object] = {
        "account": proposal.account,
        "title": title,
        "files": [record.file_to_json(file) for file in proposal.files],
        "signers": [record.signer_to_json(signer) for signer in signers],
        "fields_sha256": sha256(fields),
        "signing_order": str(proposal.signing_order),
        "mode": str(proposal.mode),
        "detected_fields": proposal.detected_fields,
        "cc": [email(address) for address in proposal.cc],
        "message": message,
        "expires_at": moment.to_wire_if(proposal.expires_at),
        "draft": proposal.draft,
        "links_to": proposal.links_to,
        "flattened_signatures": proposal.flattened_signatures,
        "active_content": list(proposal.active_content),
    }
    if not proposal.mail:
        data["mail"] = False
    if proposal.webhook:
        data["webhook"] = proposal.webhook
    if not proposal.allow_delegation:
        data["allow_delegation"] = False
    if proposal.signatures is not Signatures.SEAL:
        data["signatures"] = str(proposal.signatures)
    if proposal.locale:
        data["locale"] = language.locale(proposal.locale)
    return Entry(EventType.CREATED, actor, data, attachments=(fields,))


def signers_of(invitees: Sequence[Invitee]) -> list[Signer]:
    """Return the signers that a list of people makes.

    Raises:
        InvalidRequest: There are none, or too many.
    """
    if not 1 <= len(invitees) <= MOST_SIGNERS:
        raise InvalidRequest(
            f"A document has 1 to {MOST_SIGNERS} signers, not {len(invitees)}.",
            hint='Add each with --signer "Ada Lovelace <ada@example.com>".',
        )
    return [
        Signer(
            id=f"s{number}",
            name=invitee.name,
            email=invitee.email,
            order=number - 1 if invitee.order is None else invitee.order,
            role=invitee.role,
            locale=invitee.locale,
            auth=invitee.auth,
            access=invitee.access,
        )
        for number, invitee in enumerate(invitees, start=1)
    ]


def _check_files(files: Sequence[SourceFile]) -> None:
    if not 1 <= len(files) <= MOST_FILES:
        raise InvalidRequest(f"A document has 1 to {MOST_FILES} files, not {len(files)}.")
    for file in files:
        text.require(file.name, what="The file name", longest=LONGEST_TITLE)


def _check_fields(
    fields: Sequence[Field], files: Sequence[SourceFile], signers: Sequence[str]
) -> None:
    if len(fields) > MOST_FIELDS:
        raise InvalidRequest(f"A document has 1 to {MOST_FIELDS} fields, not {len(fields)}.")
    seen: set[str] = set()
    for field in fields:
        if field.id in seen:
            raise InvalidRequest(f"Two fields have the id {field.id!r}.")
        seen.add(field.id)
        if field.signer not in signers:
            raise InvalidRequest(
                f"Field {field.id} belongs to {field.signer!r}, who is no signer."
            )
        _check_place(field, files)
    field_rules.check(fields)


def _check_place(field: Field, files: Sequence[SourceFile]) -> None:
    if field.file > len(files):
        raise InvalidRequest(f"Field {field.id} is in file {field.file} of {len(files)}.")
    pages = files[field.file - 1].pages
    if field.page > len(pages):
        raise InvalidRequest(f"Field {field.id} is on page {field.page} of {len(pages)}.")
    width, height = pages[field.page - 1]
    box = field.box
    if box.x < -1 or box.y < -1 or box.right > width + 1 or box.bottom > height + 1:
        raise InvalidRequest(
            f"Field {field.id} does not lie on page {field.page}, which is "
            f"{width:g} x {height:g} points.",
            hint="Places are in points from the top left corner of the page as displayed.",
        )
