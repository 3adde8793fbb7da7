"""Who may act now, and whose a field is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from sygn_cli.domain.document import Document, SigningOrder
from sygn_cli.domain.errors import InvalidRequest
from sygn_cli.domain.field import FieldType
from sygn_cli.domain.signer import Invitee, Signer, SignerStatus

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sygn_cli.domain.field import Detection, Field

_ROLE: Final = re.compile(r"(?P<name>.*?)\s*(?P<number>\d*)")


def next_signers(document: Document) -> tuple[Signer, ...]:
    """Return who may act now: everybody pending, or the lowest pending rank if sequential."""
    if not document.status.is_open:
        return ()
    pending = [s for s in document.signers if s.status is SignerStatus.PENDING]
    if document.signing_order is SigningOrder.SEQUENTIAL and pending:
        lowest = min(signer.order for signer in pending)
        pending = [signer for signer in pending if signer.order == lowest]
    return tuple(pending)


def asked(document: Document) -> tuple[Signer, ...]:
    """Return who has signed, declined or was asked to sign, also after the document has ended."""
    pending = [s for s in document.signers if s.status is SignerStatus.PENDING]
    if document.signing_order is SigningOrder.SEQUENTIAL and pending:
        lowest = min(signer.order for signer in pending)
        return tuple(s for s in document.signers if s.order <= lowest or s not in pending)
    return document.signers


def may_act(document: Document, signer: Signer) -> bool:
    """Tell whether it is that signer's turn."""
    return any(one.id == signer.id for one in next_signers(document))


def route(detections: Sequence[Detection], invitees: Sequence[Invitee]) -> Mapping[str, str]:
    """Return signer ids by field id.

    A party that a signer's role names is theirs. The parties that are left go, in reading order,
    to the signers that are left: those that have a signature first, also the block without a
    name, then those that are only mentioned. Everything else goes to the first signer, and with
    a single signer all is theirs.
    """
    ordered = _reading_order(detections)
    signing = [d.party for d in ordered if d.type is FieldType.SIGNATURE]
    mentioned = [d.party for d in ordered if d.party]
    owner = owners(list(dict.fromkeys([*signing, *mentioned])), invitees)
    return {d.id: owner.get(d.party, "s1") for d in detections}


def routed(
    fields: Sequence[Field], parties: Mapping[str, str], invitees: Sequence[Invitee]
) -> tuple[Field, ...]:
    """Return given fields with their signers, those that have none as :func:`route` does.

    Args:
        fields: In reading order.
        parties: Whose they are, by field id.
        invitees: The signers.
    """
    free = [one for one in fields if not one.signer]
    signing = [parties.get(one.id, "") for one in free if one.type is FieldType.SIGNATURE]
    mentioned = [party for one in free if (party := parties.get(one.id))]
    owner = owners(list(dict.fromkeys([*filter(None, signing), *mentioned])), invitees)
    return tuple(
        one if one.signer else one.for_signer(owner.get(parties.get(one.id, ""), "s1"))
        for one in fields
    )


def owners(parties: Sequence[str], invitees: Sequence[Invitee]) -> Mapping[str, str]:
    """Return signer ids by party; a party for whom nobody is left is missing.

    Args:
        parties: As the PDF names them, in reading order.
        invitees: The signers; those with a role take the party of that name.
    """
    ids = [f"s{number}" for number in range(1, len(invitees) + 1)]
    owner: dict[str, str] = {}
    for signer_id, invitee in zip(ids, invitees, strict=True):
        for party in parties:
            if invitee.role and _same_role(invitee.role, party):
                owner.setdefault(party, signer_id)
    taken = set(owner.values())
    free = [i for i, who in zip(ids, invitees, strict=True) if i not in taken and not who.role]
    for party in parties:
        if party not in owner and free:
            owner[party] = free.pop(0)
    return owner


def check_assignments(
    assignments: Mapping[str, str], fields: Sequence[str], signers: Sequence[str]
) -> None:
    """Refuse assignments that name a field or signer that is not there.

    Raises:
        InvalidRequest: One does.
    """
    for field_id, signer_id in assignments.items():
        if field_id not in fields:
            known = ", ".join(fields[:12]) + (" ..." if len(fields) > 12 else "")
            raise InvalidRequest(f"There is no field {field_id!r}.", hint=f"Fields: {known}.")
        if signer_id not in signers:
            raise InvalidRequest(
                f"There is no signer {signer_id!r}.", hint=f"Signers: {', '.join(signers)}."
            )


def _reading_order(detections: Sequence[Detection]) -> list[Detection]:
    return sorted(detections, key=lambda d: (d.page, round(d.box.y / 6), d.box.x))


def _same_role(role: str, party: str) -> bool:
    """Compare without case; "Tenant" is "Tenant 1"."""
    return _normal(role) == _normal(party)


def _normal(role: str) -> tuple[str, str]:
    match = _ROLE.fullmatch(role.strip().casefold())
    return (match["name"], match["number"] or "1") if match else (role, "1")
