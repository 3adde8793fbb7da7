"""Drafts: until it is sent, everything about a document but its files may change."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NoReturn

from sygn_cli.domain import proposals
from sygn_cli.domain.audit import Entry, EventType
from sygn_cli.domain.document import DocumentStatus
from sygn_cli.domain.errors import Conflict, InvalidRequest
from sygn_cli.domain.evidence import OPERATOR
from sygn_cli.domain.identity import Step
from sygn_cli.domain.signer import Invitee

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sygn_cli.domain.audit import Json
    from sygn_cli.domain.document import Document, SigningOrder
    from sygn_cli.domain.field import Field

_CHANGEABLE: Final = (
    "title",
    "signers",
    "fields_sha256",
    "signing_order",
    "detected_fields",
    "cc",
    "message",
    "expires_at",
)


@dataclass(frozen=True, slots=True)
class Draft:
    """What may change about a document before it is sent."""

    title: str
    invitees: tuple[Invitee, ...]
    fields: tuple[Field, ...]
    signing_order: SigningOrder
    cc: tuple[str, ...]
    message: str
    expires_at: datetime | None

    @classmethod
    def of(cls, document: Document) -> Draft:
        """Return the draft as it stands."""
        return cls(
            document.title,
            tuple(
                Invitee(
                    one.name,
                    one.email,
                    one.order,
                    one.role,
                    one.locale,
                    one.auth,
                    access=one.access,
                )
                for one in document.signers
            ),
            document.fields,
            document.signing_order,
            document.cc,
            document.message,
            document.expires_at,
        )

    def with_people(self, invitees: tuple[Invitee, ...], places: Mapping[str, str]) -> Draft:
        """Return the draft with other signers, each field with the one that it belonged to.

        Whoever stays keeps their identity steps, unless others are given, and their language.

        Args:
            invitees: The signers in their new order.
            places: New signer ids by old ones; fields of those who are missing here go to the
                first signer, so that no place is lost.

        Raises:
            InvalidRequest: Somebody would get the place of a person who was told a secret, or such
                a person another place.
        """
        moved = tuple(one.for_signer(places.get(one.signer, "s1")) for one in self.fields)
        now = {f"s{number}": one for number, one in enumerate(self.invitees, 1)}
        before = {new: now[old] for old, new in places.items() if old in now}
        for old, new in places.items():
            if old != new and old in now and Step.TOTP in now[old].auth:
                _refuse_other_place(now[old])
        kept = tuple(
            _as_before(one, before.get(f"s{number}")) for number, one in enumerate(invitees, 1)
        )
        return replace(self, invitees=kept, fields=moved)


def _refuse_other_place(one: Invitee) -> NoReturn:
    """Refuse to move somebody whose authenticator was set up for the place that they have."""
    raise InvalidRequest(
        f"{one.name} has an authenticator for this draft and keeps their place in it.",
        hint="Make a new document with the signers in another order.",
    )


def _as_before(one: Invitee, before: Invitee | None) -> Invitee:
    if before is None:
        return one
    if {Step.CODE, Step.TOTP} & {*before.auth} and _is_somebody_else(one, before):
        raise InvalidRequest(
            f"{before.name} was told a code that {one.name} cannot know.",
            hint="Take the one away and add the other.",
        )
    one = replace(one, locale=one.locale or before.locale)
    return one if one.auth else replace(one, auth=before.auth, access=before.access)


def _is_somebody_else(one: Invitee, before: Invitee) -> bool:
    """Tell whether neither name nor address is left: a corrected one is the same person's."""
    return (
        one.name.casefold() != before.name.casefold()
        and one.email.casefold() != before.email.casefold()
    )


def change(document: Document, wanted: Draft, *, actor: Json) -> Entry | None:
    """Record what is to be different about a draft; None if nothing is.

    Raises:
        Conflict: It has been sent; who has read it must find the same tomorrow.
        StateConflict: It has ended.
        InvalidRequest: Something is not acceptable, as for a new document.
    """
    if document.status is not DocumentStatus.DRAFT:
        document.require_open()
        raise Conflict(
            f"Document {document.id} has been sent and cannot be changed any more.",
            hint="Void it and start a new one from it.",
        )
    before = _proposed(document, Draft.of(document))
    after = _proposed(document, wanted)
    data = {
        name: after.data[name] for name in _CHANGEABLE if after.data[name] != before.data[name]
    }
    if not data:
        return None
    attachments = after.attachments if "fields_sha256" in data else ()
    return Entry(EventType.DRAFT_CHANGED, actor, data, attachments)


def _proposed(document: Document, draft: Draft) -> Entry:
    """Return the creation of such a document: what it refuses is refused here as well."""
    return proposals.create(
        proposals.Proposal(
            account=document.account,
            title=draft.title,
            files=document.files,
            invitees=draft.invitees,
            fields=draft.fields,
            signing_order=draft.signing_order,
            mode=document.mode,
            detected_fields=document.detected_fields and draft.fields == document.fields,
            cc=draft.cc,
            message=draft.message,
            expires_at=draft.expires_at,
            draft=True,
            locale=document.locale,
        ),
        actor=OPERATOR,
    )
