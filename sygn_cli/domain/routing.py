"""Who may act now, and whose a field is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from sygn_cli.domain import text
from sygn_cli.domain.document import Document, SigningOrder
from sygn_cli.domain.errors import InvalidRequest
from sygn_cli.domain.field import FieldType
from sygn_cli.domain.signer import Invitee, Signer, SignerStatus

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sygn_cli.domain.field import Detection, Field

_SIGNER_ID: Final = re.compile(r"s[0-9]+")
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


def route(
    detections: Sequence[Detection],
    invitees: Sequence[Invitee],
    *,
    unsure: Sequence[Detection] = (),
) -> Mapping[str, str]:
    """Return signer ids by field id.

    A party that a signer's role names is theirs. The parties that are left go, in reading order,
    to the signers that are left: those that have a signature first, also the block without a
    name, then those that are only mentioned. Everything else goes to the first signer, and with
    a single signer all is theirs.

    Args:
        detections: Of one file.
        invitees: The signers.
        unsure: Others that are taken all the same; parties that only they name come last.
    """
    owner = owners(_parties(detections), invitees)
    # What is not sure never changes whose the sure ones are: they are all a document is made
    # from where nobody hands fields in.
    more = owners(list(dict.fromkeys([*_parties(detections), *_parties(unsure)])), invitees)
    found = {d.id: owner.get(d.party, "s1") for d in detections}
    return {**{d.id: more.get(d.party, "s1") for d in unsure}, **found}


def says_who(written: str) -> bool:
    """Tell whether a word can only mean a signer: an id or an e-mail address, no party's name."""
    return "@" in written or bool(_SIGNER_ID.fullmatch(written.strip().casefold()))


def signer_called(written: str, invitees: Sequence[Invitee], *, what: str) -> str:
    """Return the id of the signer that is meant by an id, an e-mail address or a role.

    Case does not count. An id goes before all else, and a role that is written just so goes
    before one that only means the same.

    Args:
        written: What a caller calls the signer.
        invitees: The signers.
        what: What belongs to them, as a sentence starts with it.

    Raises:
        InvalidRequest: Nobody is called so, or several are.
    """
    wanted = written.strip().casefold()
    by_id = dict(zip(signer_ids(invitees), invitees, strict=True))
    if wanted in by_id:
        return wanted
    exact = [i for i, one in by_id.items() if wanted in {one.email.casefold(), _folded(one.role)}]
    alike = [i for i, one in by_id.items() if one.role and _same_role(one.role, wanted)]
    meant = [] if not wanted or _SIGNER_ID.fullmatch(wanted) else exact or alike
    if len(meant) == 1:
        return meant[0]
    shown = text.printable(written[:100])
    if meant:
        raise InvalidRequest(
            f"{what} belongs to {shown!r}, and several signers are called so.",
            hint=f"Use an id: {_listed({i: by_id[i] for i in meant})}.",
        )
    raise InvalidRequest(
        f"{what} belongs to {shown!r}, who is no signer.",
        hint=f"Use an id, an e-mail address or a role: {_listed(by_id)}.",
    )


def signer_ids(invitees: Sequence[Invitee]) -> list[str]:
    """Return the ids that signers have by their place in the list."""
    return [f"s{number}" for number in range(1, len(invitees) + 1)]


def owners(parties: Sequence[str], invitees: Sequence[Invitee]) -> Mapping[str, str]:
    """Return signer ids by party; a party for whom nobody is left is missing.

    Args:
        parties: As the PDF names them, in reading order.
        invitees: The signers; those with a role take the party of that name.
    """
    ids = signer_ids(invitees)
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


def check_roles(
    fields: Sequence[Field],
    parties: Mapping[str, str],
    invitees: Sequence[Invitee],
    assignments: Mapping[str, str],
) -> None:
    """Refuse roles by which one signer would silently get what is another party's.

    A role that names no party is refused if it leaves a party without a signer, and so is a role
    that two signers have. Nobody is refused to whom a field is assigned, and no role is where
    the PDF names no party, for what it calls them is not always found.

    Args:
        fields: Of all files.
        parties: Whose they are as the PDF names them, "" for nobody by name; fields that are
            missing here were given to signers by hand.
        invitees: The signers.
        assignments: Signer ids by field id.

    Raises:
        InvalidRequest: A role is mistyped or given twice.
    """
    named = list(dict.fromkeys(parties[f.id] for f in fields if parties.get(f.id)))
    if not named:
        return
    there = f"Its parties: {text.printable(', '.join(named))}. "
    is_left = any(_left(fields, parties, invitees, assignments))
    for number, (signer_id, who) in enumerate(zip(signer_ids(invitees), invitees, strict=True)):
        if not who.role or signer_id in assignments.values():
            continue
        role = text.printable(who.role)
        if not any(_same_role(who.role, party) for party in named):
            if is_left:
                raise InvalidRequest(
                    f"The PDF has no party {role!r}, and a party is without a signer.",
                    hint=f"{there}Or name {who.name} with --signer instead of --role.",
                )
        elif any(one.role and _same_role(who.role, one.role) for one in invitees[:number]):
            raise InvalidRequest(
                f"Two signers are {role!r}, and only one of them would get its fields.",
                hint=f"{there}Give the other theirs with --assign FIELD={signer_id}.",
            )


def _left(
    fields: Sequence[Field],
    parties: Mapping[str, str],
    invitees: Sequence[Invitee],
    assignments: Mapping[str, str],
) -> Iterator[str]:
    """Yield the fields that go to the first signer because their party is nobody's."""
    for file in {one.file for one in fields}:
        of_file = {f.id: parties[f.id] for f in fields if f.file == file and f.id in parties}
        signing = [f.id for f in fields if f.id in of_file and f.type is FieldType.SIGNATURE]
        mentioned = [party for party in of_file.values() if party]
        known = dict.fromkeys([*(of_file[field_id] for field_id in signing), *mentioned])
        nobodys = known.keys() - owners(list(known), invitees).keys()
        yield from (i for i, p in of_file.items() if p in nobodys and i not in assignments)


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


def _parties(detections: Sequence[Detection]) -> list[str]:
    """Return the parties of one file in the order in which signers take them."""
    ordered = _reading_order(detections)
    signing = [d.party for d in ordered if d.type is FieldType.SIGNATURE]
    mentioned = [d.party for d in ordered if d.party]
    return list(dict.fromkeys([*signing, *mentioned]))


def _listed(signers: Mapping[str, Invitee]) -> str:
    return ", ".join(f"{i} ({one.role})" if one.role else i for i, one in signers.items())


def _reading_order(detections: Sequence[Detection]) -> list[Detection]:
    return sorted(detections, key=lambda d: (d.page, round(d.box.y / 6), d.box.x))


def _same_role(role: str, party: str) -> bool:
    """Compare without case; "Tenant" is "Tenant 1"."""
    return _normal(role) == _normal(party)


def _normal(role: str) -> tuple[str, str]:
    match = _ROLE.fullmatch(_folded(role))
    return (match["name"], match["number"] or "1") if match else (role, "1")


def _folded(role: str) -> str:
    return role.strip().casefold()
