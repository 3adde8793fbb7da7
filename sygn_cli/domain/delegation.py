"""Passing a signature on: somebody else signs in a signer's place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sygn_cli.domain import lifecycle, text
from sygn_cli.domain.audit import Entry, EventType, Json
from sygn_cli.domain.errors import AlreadySigned, Forbidden, InvalidRequest
from sygn_cli.domain.evidence import OPERATOR, Evidence, signer_actor
from sygn_cli.domain.identity import Step
from sygn_cli.domain.signer import LONGEST_REASON, Invitee, Signer, SignerStatus

if TYPE_CHECKING:
    from datetime import datetime

    from sygn_cli.domain.document import Document

# Each sends a mail to an address that a stranger typed.
MOST_DELEGATIONS: Final = 5


def delegate(
    document: Document,
    signer: Signer,
    other: Invitee,
    *,
    reason: str,
    now: datetime,
    evidence: Evidence,
) -> Entry:
    """Record that a signer passes their signature on to somebody else.

    Raises:
        Forbidden: The sender does not want that, or the signer's identity is checked.
        StateConflict: It is not their turn, or they have signed.
        InvalidRequest: The other is no new person, there is no reason, or it was done too often.
    """
    lifecycle.require_turn(document, signer, now=now)
    if not document.allow_delegation:
        raise Forbidden("The sender wants you, and nobody else, to sign this document.")
    _refuse_protected(signer)
    text.require(reason, what="The reason", longest=LONGEST_REASON, multiline=True)
    return _entry(document, signer, other, signer_actor(signer.id), reason, evidence)


def replace_signer(
    document: Document,
    signer: Signer,
    other: Invitee,
    *,
    reason: str = "",
    actor: Json = OPERATOR,
    evidence: Evidence,
) -> Entry:
    """Record that the sender lets somebody else sign in a signer's place.

    Raises:
        StateConflict: The document has ended, or the signer has signed.
        InvalidRequest: The other is no new person, or it was done too often.
    """
    document.require_open()
    if signer.status is not SignerStatus.PENDING:
        raise AlreadySigned(f"{signer.name} has already signed document {document.id}.")
    _refuse_protected(signer)
    return _entry(document, signer, other, actor, reason, evidence)


def _refuse_protected(signer: Signer) -> None:
    """Refuse where the sender told this signer a secret: nobody else can know it.

    Raises:
        Forbidden: An access code or the like stands before the signer's page.
    """
    if is_protected(signer):
        raise Forbidden(
            "This signature is protected by a code that only its signer was told.",
            hint="Void the document and send it to the other person.",
        )


def is_protected(signer: Signer) -> bool:
    """Tell whether a signer has to know a secret that the sender gave them beside their link."""
    return bool({Step.CODE, Step.TOTP} & {*signer.auth})


def _entry(
    document: Document,
    signer: Signer,
    other: Invitee,
    actor: Json,
    reason: str,
    evidence: Evidence,
) -> Entry:
    if (other.email.casefold(), other.name) == (signer.email.casefold(), signer.name):
        raise InvalidRequest(f"{signer.name} is asked to sign already.")
    done = [one for one in document.delegations if one.signer == signer.id]
    if len(done) >= MOST_DELEGATIONS:
        raise InvalidRequest(f"A signature can be passed on {MOST_DELEGATIONS} times at most.")
    return Entry(
        EventType.DELEGATED,
        actor,
        {
            "signer": signer.id,
            "generation": signer.link_generation + 1,
            "from_name": signer.name,
            "from_email": signer.email,
            "name": other.name,
            "email": other.email,
            "locale": other.locale,
            "reason": text.clean(
                reason, what="The reason", longest=LONGEST_REASON, multiline=True
            ),
            **evidence.to_json(),
        },
    )
