"""When signers are reminded: a function of the document, the settings and the moment.

Nothing is planned ahead and nothing queued: a deadline that is moved moves its reminders, and of those
that were missed while nobody looked only the last one is due.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sygn_cli.domain import routing
from sygn_cli.domain.document import Document, SigningOrder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sygn_cli.domain.signer import Signer

# Who was reminded so shortly before the moment, by hand or because the deadline moved, is not again.
_SPARED: Final = timedelta(hours=12)


def due(document: Document, *, days: Sequence[int], now: datetime) -> tuple[Signer, ...]:
    """Return who is to be reminded now: those whose turn it is, and was when it became due.

    Args:
        document: The document.
        days: Before the deadline.
        now: The present moment.
    """
    if document.expires_at is None or now >= document.expires_at:
        return ()
    moment = fell_due(document.expires_at, document.reminded_at, days=days, now=now)
    if moment is None:
        return ()
    return tuple(
        one for one in routing.next_signers(document) if _called_at(document, one) < moment
    )


def fell_due(
    deadline: datetime, reminded_at: datetime | None, *, days: Sequence[int], now: datetime
) -> datetime | None:
    """Return when the last reminder fell due; None if none did, or signers were reminded then."""
    moment = max(
        (at for one in days if (at := deadline - timedelta(days=one)) <= now), default=None
    )
    if moment is None or (reminded_at is not None and reminded_at >= moment - _SPARED):
        return None
    return moment


def _called_at(document: Document, signer: Signer) -> datetime:
    """Return when it became a signer's turn."""
    since = document.sent_at or document.created_at
    if document.signing_order is SigningOrder.PARALLEL:
        return since
    before = [one.signed_at for one in document.signers if one.order < signer.order]
    return max([since, *(at for at in before if at is not None)])
