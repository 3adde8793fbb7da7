"""What counts as passing an identity step, and when a signer's page is locked.

As in :mod:`sygn_cli.domain.lifecycle` each function checks the rules and returns what to record. Lines
in the trail are bounded: after some wrong codes the page is locked, and only the sender opens it again.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sygn_cli.domain.audit import Entry, EventType, Json
from sygn_cli.domain.errors import Forbidden, IdentityLocked, IdentityRequired, InvalidRequest
from sygn_cli.domain.evidence import OPERATOR, Evidence, signer_actor
from sygn_cli.domain.identity import Channel, Step

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sygn_cli.domain.signer import Signer

MOST_WRONG: Final = 5  # in a row, of one step
MOST_WRONG_IN_ALL: Final = 20
MOST_CODES_AN_HOUR: Final = 5
MOST_CODES: Final = 20
_BETWEEN_CODES: Final = timedelta(seconds=45)
# Who comes back so soon with an access code adds nothing to the trail.
_A_WHILE: Final = timedelta(hours=1)


def next_step(signer: Signer, done: frozenset[Step]) -> Step | None:
    """Return what a visitor has still to pass; None if nothing."""
    return next((step for step in signer.auth if step not in done), None)


def require_passed(signer: Signer) -> None:
    """Refuse what a signer does before the trail says that they passed their steps.

    Raises:
        IdentityRequired: It does not.
    """
    if any(step not in signer.identity.passed for step in signer.auth):
        raise IdentityRequired(
            f"{signer.name} has first to show who they are.",
            hint="They do so on their signing page.",
        )


def refuse_operator(signer: Signer) -> None:
    """Refuse that somebody without the signer's codes signs for them.

    Raises:
        Forbidden: The signer's identity is checked.
    """
    if signer.auth:
        raise Forbidden(
            f"{signer.name}'s identity is checked ({'+'.join(signer.auth)}): nobody can sign "
            "for them from here.",
            hint=f"They sign on their page: sygn link DOC {signer.id}",
        )


def require_unlocked(signer: Signer) -> None:
    """Refuse to look at codes where there were too many wrong ones.

    Raises:
        IdentityLocked: There were.
    """
    if signer.identity.is_locked:
        raise IdentityLocked(f"The page of {signer.name} is locked.", hint="See: sygn unlock")


def wait_for_code(signer: Signer, *, now: datetime) -> timedelta | None:
    """Return how long to wait before another one-time code is sent; None if none will be."""
    sent = signer.identity.sent
    if len(sent) >= MOST_CODES:
        return None
    lately = [at for at in sent if now - at < timedelta(hours=1)]
    waits = [timedelta()]
    if lately:
        waits.append(lately[-1] + _BETWEEN_CODES - now)
    if len(lately) >= MOST_CODES_AN_HOUR:
        waits.append(lately[-MOST_CODES_AN_HOUR] + timedelta(hours=1) - now)
    return max(waits)


def challenge(signer: Signer, *, channel: Channel, evidence: Evidence) -> Entry:
    """Record that a one-time code goes out; its predecessor is dead.

    Raises:
        IdentityLocked: There were too many wrong codes.
    """
    require_unlocked(signer)
    data = {"step": str(Step.EMAIL), "email": signer.email, "channel": str(channel)}
    return _entry(EventType.IDENTITY_CHALLENGED, signer, data, evidence)


def right(
    signer: Signer, step: Step, *, now: datetime, evidence: Evidence, period: int | None = None
) -> Entry | None:
    """Record that a step was passed; None if the trail says so of a moment ago.

    Args:
        signer: Who passed it.
        step: Which one.
        now: The present moment.
        evidence: Where from.
        period: The TOTP period that the code was of.
    """
    standing = signer.identity
    before = standing.passed.get(step)
    is_known = before is not None and now - before < _A_WHILE and not standing.wrong.get(step)
    if step is Step.CODE and is_known:
        return None
    data: dict[str, object] = {"step": str(step)}
    if step is Step.EMAIL:
        data["email"] = signer.email
    if period is not None:
        data["period"] = period
    return _entry(EventType.IDENTITY_VERIFIED, signer, data, evidence)


def wrong(signer: Signer, step: Step, *, evidence: Evidence) -> Entry:
    """Record a wrong code, or that it was one too many."""
    standing = signer.identity
    count = standing.wrong.get(step, 0) + 1
    is_last = count >= MOST_WRONG or standing.wrong_in_all + 1 >= MOST_WRONG_IN_ALL
    kind = EventType.IDENTITY_LOCKED if is_last else EventType.IDENTITY_FAILED
    return _entry(kind, signer, {"step": str(step), "wrong": count}, evidence)


def tries_left(signer: Signer, step: Step) -> int:
    """Return how many more wrong codes of a step there may be, the last of which locks."""
    standing = signer.identity
    in_a_row = MOST_WRONG - standing.wrong.get(step, 0)
    return max(0, min(in_a_row, MOST_WRONG_IN_ALL - standing.wrong_in_all))


def unlock(
    signer: Signer,
    *,
    renewed: bool = False,
    access: str = "",
    actor: Json = OPERATOR,
) -> Entry:
    """Record that the sender lets a signer try again, also one who only wants the signed file.

    Args:
        signer: Whose page it is.
        renewed: The signer's secrets are others from now on, and all visits have to pass again.
        access: Their new access code as it is stored, "" to keep the old one.
        actor: Who does it.

    Raises:
        InvalidRequest: The signer has no identity steps.
    """
    if not signer.auth:
        raise InvalidRequest(f"{signer.name} needs nothing but their link: there is no lock.")
    data: dict[str, object] = {"signer": signer.id, "renewed": renewed}
    if access:
        data["access"] = access
    return Entry(EventType.IDENTITY_UNLOCKED, actor, data)


def _entry(
    kind: EventType, signer: Signer, data: Mapping[str, object], evidence: Evidence
) -> Entry:
    said = {"signer": signer.id, **data, **evidence.to_json()}
    return Entry(kind, signer_actor(signer.id), said)
