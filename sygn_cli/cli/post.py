"""Sending the letters that a command has made due, and saying plainly whom they reached."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from sygn_cli.cli import console

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sygn_cli.domain.mail import Posting
    from sygn_cli.services.runtime import Runtime

_PATIENCE: Final = 20.0  # seconds after which no further letter is begun
_LATER: Final = "`sygn serve` and `sygn remind --due` try again"


def deliver(
    rt: Runtime, document_id: str | None = None, *, seconds: float = _PATIENCE
) -> list[Posting]:
    """Send what is due about a document, or about all, and tell what became of it.

    Args:
        rt: Where to look.
        document_id: The document; None for all.
        seconds: Begin no letter after so long.
    """
    from sygn_cli.services import mail_delivery, mailbox

    postings = list(mail_delivery.deliver_due(rt, document_id=document_id, seconds=seconds))
    _tell(postings)
    tried = {one.notice.id for one in postings if one.next_at is not None}
    if document_id and (left := mailbox.waiting(rt, document_id) - len(tried)) > 0:
        console.narrate(f"{_letters(left)} left to `sygn serve`, or to `sygn remind --due`")
    _warn_of_loopback(rt, postings)
    return postings


def _tell(postings: Sequence[Posting]) -> None:
    from sygn_cli.domain.mail import Outcome

    kept = [one for one in postings if one.handover.outcome is Outcome.KEPT]
    for one in postings:
        kind = str(one.notice.kind).replace("_", " ")
        match one.handover.outcome:
            case Outcome.ACCEPTED:
                console.narrate(f"mail to {one.notice.email}: {kind}")
            case Outcome.LATER if one.next_at is not None:
                console.narrate(
                    f"no mail was sent to {one.notice.email} yet: {one.handover.words}; {_LATER}"
                )
            case Outcome.LATER | Outcome.REFUSED:
                console.narrate(f"no mail was sent to {one.notice.email}: {one.handover.words}")
                console.hint(f"when that is mended: sygn mail retry {one.notice.id}")
            case _:
                pass
    if kept:
        folder = Path(kept[0].handover.words).parent
        console.narrate(
            f"no mail was sent: there is no mail server in sygn.toml; {_letters(len(kept))} "
            f"written to {folder}"
        )


def _letters(count: int) -> str:
    return f"{count} letter was" if count == 1 else f"{count} letters were"


def _warn_of_loopback(rt: Runtime, postings: Sequence[Posting]) -> None:
    """A link to this machine is of no use to anybody else, and mail goes to others."""
    from sygn_cli.domain.mail import Outcome
    from sygn_cli.services.runtime import DEFAULT_PUBLIC_URL

    sent = any(
        one.handover.outcome is Outcome.ACCEPTED and one.notice.kind.brings_link
        for one in postings
    )
    if sent and rt.settings.public_url == DEFAULT_PUBLIC_URL:
        console.narrate("warning: the links in these letters lead to this machine only")
        console.hint("set public_url in sygn.toml to the address that signers reach")
