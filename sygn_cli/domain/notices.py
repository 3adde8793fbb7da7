"""Who is to be told of a committed event by mail: a function of the document and the event alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sygn_cli.domain import routing
from sygn_cli.domain.audit import Event, EventType
from sygn_cli.domain.document import LOCAL_ACCOUNT, Document, SigningOrder
from sygn_cli.domain.mail import CC, OWNER, Mailbox, MailKind, Notice
from sygn_cli.domain.signer import SignerStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sygn_cli.domain.signer import Signer

_ENDINGS: Final = {
    EventType.COMPLETED: MailKind.COMPLETED,
    EventType.DECLINED: MailKind.DECLINED,
    EventType.VOIDED: MailKind.VOIDED,
    EventType.EXPIRED: MailKind.EXPIRED,
}


def notices(document: Document, event: Event, *, owner: str) -> list[Notice]:
    """Return who is to be told of a committed event, in the order of the document.

    Nobody writes to an address that nobody vouches for: a visitor of a page that embeds sygn types
    it in, and it may be anybody's.

    Args:
        document: As it is after the event.
        event: The event.
        owner: Who hears of the workspace's own documents, ``Name <mail>``; "" for nobody. What
            tenants of the API send is none of their business.
    """
    told = [*_signers(document, event)] if document.mailed else []
    if event.type is EventType.COMPLETED and document.mailed:
        told += [(MailKind.COMPLETED, f"{CC}{n}", who) for n, who in enumerate(document.cc, 1)]
    if owner and document.account == LOCAL_ACCOUNT:
        told += [(kind, OWNER, Mailbox.parse(owner).email) for kind in _owner(event)]
    return _once(document, event, told)


def _signers(document: Document, event: Event) -> Iterator[tuple[MailKind, str, str]]:
    for kind, signer in _kinds(document, event):
        yield kind, signer.id, signer.email


def _kinds(document: Document, event: Event) -> Iterator[tuple[MailKind, Signer]]:
    if document.sent_at is None:
        return  # a draft is nobody's business
    match event.type:
        case EventType.CREATED | EventType.SENT:
            yield from ((MailKind.INVITATION, one) for one in routing.next_signers(document))
        case EventType.SIGNED:
            yield from ((MailKind.YOUR_TURN, one) for one in _called_by(document, event))
        case EventType.DELEGATED:
            yield from _delegated(document, event)
        case EventType.REMINDED:
            listed = event.data.get("signers")
            ids = listed if isinstance(listed, list) else []
            yield from ((MailKind.REMINDER, one) for one in document.signers if one.id in ids)
        case EventType.COMPLETED:
            yield from ((MailKind.COMPLETED, one) for one in document.signers)
        case EventType.DECLINED | EventType.VOIDED | EventType.EXPIRED:
            who = event.data.get("signer")
            yield from (
                (_ENDINGS[event.type], one) for one in routing.asked(document) if one.id != who
            )
        case _:
            return


def _delegated(document: Document, event: Event) -> Iterator[tuple[MailKind, Signer]]:
    """Yield who signs from now on, unless their turn comes later and calls them then."""
    signer = document.signer(str(event.data["signer"]))
    if routing.may_act(document, signer):
        by_signer = event.actor.get("kind") == "signer"
        yield MailKind.DELEGATED if by_signer else MailKind.INVITATION, signer


def _called_by(document: Document, event: Event) -> Iterable[Signer]:
    """Return whose turn it has become because somebody signed."""
    if document.signing_order is not SigningOrder.SEQUENTIAL:
        return ()
    signed = document.signer(str(event.data["signer"]))
    return [one for one in routing.next_signers(document) if one.order != signed.order]


def _owner(event: Event) -> Iterable[MailKind]:
    if event.type is EventType.VOIDED:
        return ()  # they did that themselves
    if event.type is EventType.ASKED:
        return (MailKind.QUESTION,)
    if event.type is EventType.IDENTITY_LOCKED:
        return (MailKind.LOCKED,)
    if event.type is EventType.DELEGATED and event.actor.get("kind") == "signer":
        return (MailKind.PASSED_ON,)
    return [_ENDINGS[event.type]] if event.type in _ENDINGS else ()


def _once(
    document: Document, event: Event, told: Iterable[tuple[MailKind, str, str]]
) -> list[Notice]:
    """Tell nobody the same thing twice, who is signer, copied and owner at once."""
    seen: set[tuple[MailKind, str]] = set()
    found = []
    for kind, to, email in told:
        key = (kind, email.casefold())
        # A link belongs to one signer, even where two share an address.
        if key in seen and not kind.brings_link:
            continue
        seen.add(key)
        found.append(Notice(document.id, event.seq, event.at, kind, to, email))
    return found


def is_still_due(document: Document, notice: Notice) -> bool:
    """Tell whether a letter that waits should go out; ends are told whatever comes after.

    Args:
        document: As it is now.
    """
    if notice.kind is MailKind.CODE:
        return False  # its reader asks for another one
    if not notice.kind.brings_link:
        return True
    signer = next((one for one in document.signers if one.id == notice.to), None)
    return (
        signer is not None
        and signer.email == notice.email
        and signer.status is SignerStatus.PENDING
        and routing.may_act(document, signer)
    )
