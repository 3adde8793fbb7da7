"""What a signer's identity steps were, in the words of the completion certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

from sygn_cli.domain.audit import Event, EventType
from sygn_cli.domain.identity import Channel, Step
from sygn_cli.languages import later

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sygn_cli.domain.signer import Signer
    from sygn_cli.languages import Catalogue

CHECKED: Final = later(
    "Simple electronic signature (SES). Each signer was identified by holding a secret link, and "
    "by the steps that are named with them; nobody's papers were looked at. The seal proves that "
    "file and history have not been changed since; it was made with a key of the sender's own "
    "workspace."
)


def checked(say: Catalogue, signer: Signer, trail: Sequence[Event]) -> str:
    """Return each step with the moment it was passed before signing, or that there was only a link."""
    if not signer.auth:
        return say.t("link only")
    return "; ".join(_step(say, signer, step, trail) for step in signer.auth)


def _step(say: Catalogue, signer: Signer, step: Step, trail: Sequence[Event]) -> str:
    passed = _passed(signer, step, trail)
    words = _words(say, signer, step, trail, passed)
    if passed is None:
        return f"{words}: {say.t('not passed')}"
    return f"{words}: {say.t('passed {moment}', moment=say.moment(passed.at, seconds=True))}"


def _words(
    say: Catalogue, signer: Signer, step: Step, trail: Sequence[Event], passed: Event | None
) -> str:
    match step:
        case Step.CODE:
            return say.t("access code told out of band by the sender")
        case Step.TOTP:
            return say.t(
                "TOTP: code of an authenticator whose secret the sender passed on out of band"
            )
        case Step.EMAIL:
            if _channel(signer, trail, passed) == Channel.OPERATOR:
                return say.t(
                    "one-time code for {email} that the sender passed on, who has no mail server",
                    email=signer.email,
                )
            return say.t("one-time code by e-mail to {email}", email=signer.email)
        case _:  # pragma: no cover
            assert_never(step)


def _passed(signer: Signer, step: Step, trail: Sequence[Event]) -> Event | None:
    """Return the last time before the signature; what came before a hand-over was somebody else."""
    found = None
    for event in trail:
        if event.data.get("signer") != signer.id:
            continue
        if event.type is EventType.SIGNED:
            return found
        if event.type is EventType.DELEGATED:
            found = None
        if event.type is EventType.IDENTITY_VERIFIED and event.data.get("step") == step:
            found = event
    return found


def _channel(signer: Signer, trail: Sequence[Event], passed: Event | None) -> object:
    """Return how the code that was entered had gone out."""
    sent = (
        event
        for event in trail
        if event.type is EventType.IDENTITY_CHALLENGED
        and event.data.get("signer") == signer.id
        and (passed is None or event.seq < passed.seq)
    )
    last = max(sent, key=lambda event: event.seq, default=None)
    return Channel.EMAIL if last is None else last.data.get("channel")
