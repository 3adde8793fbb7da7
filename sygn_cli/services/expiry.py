"""Telling long before that the credential which seals will end."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sygn_cli.domain import moment
from sygn_cli.engine import credential

if TYPE_CHECKING:
    from datetime import datetime

    from sygn_cli.engine.credential import Credential
    from sygn_cli.services.runtime import Runtime

WARN_BEFORE: Final = timedelta(days=90)
HINT: Final = (
    "Replace it: sygn keys rotate; or import the successor of an imported one: sygn keys import."
)


def ends_soon(until: datetime, *, now: datetime) -> bool:
    """Tell whether something should be done now."""
    return until - now < WARN_BEFORE


def warning(runtime: Runtime) -> str | None:
    """Return words about a credential that ends soon, or None.

    Raises:
        SealFailed: It cannot be used at all.
    """
    until, now = credential_ends_at(runtime.keys.credential()), runtime.clock.now()
    if not ends_soon(until, now=now):
        return None
    days = max((until - now).days, 0)
    return (
        f"the credential that seals ends on {moment.to_wire(until)[:10]}, "
        f"in {days} day{'' if days == 1 else 's'}"
    )


def credential_ends_at(held: Credential) -> datetime:
    """Return when the first certificate of the chain ends."""
    return min(credential.expires_at(pem) for pem in (held.cert_pem, *held.chain_pem))
