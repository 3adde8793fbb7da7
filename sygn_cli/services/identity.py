"""Passing identity steps: what the sender gives out, what signers enter, and letting them try again.

Every guess is judged and recorded under the document's lock, so that many at once count like many one
after the other. The letter with a one-time code is sent while its reader waits and is no job: a code
that comes hours later would be of no use.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final, assert_never

from sygn_cli.domain import identity_checks, onetime
from sygn_cli.domain.document import DocumentStatus
from sygn_cli.domain.errors import NotFound, SygnError
from sygn_cli.domain.evidence import OPERATOR
from sygn_cli.domain.identity import Channel, Step
from sygn_cli.domain.mail import Handover, MailKind, Notice, Outcome, Posting
from sygn_cli.services import links

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sygn_cli.domain.audit import Json
    from sygn_cli.domain.document import Document
    from sygn_cli.domain.evidence import Evidence
    from sygn_cli.domain.signer import Invitee, Signer
    from sygn_cli.services.runtime import Runtime

_NOT_AGAIN: Final = "its reader has to ask for another code"


class Answer(StrEnum):
    """What became of a code that was entered or asked for."""

    PASSED = "passed"
    WRONG = "wrong"
    USED = "used"  # a TOTP code is good once
    STALE = "stale"  # there is no one-time code to be entered now
    LOCKED = "locked"
    SENT = "sent"
    KEPT = "kept"  # no mail server is set: the sender has to pass it on
    UNSENT = "unsent"
    EARLY = "early"
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True)
class Given:
    """Secrets that the sender passes on to a signer, shown this once.

    Attributes:
        access_code: That was made for them; "" where the sender chose it, or there is none.
        totp_uri: For an authenticator, "" for none.
    """

    access_code: str = field(default="", repr=False)
    totp_uri: str = field(default="", repr=False)


def prepare(
    runtime: Runtime, invitees: Sequence[Invitee]
) -> tuple[tuple[Invitee, ...], Mapping[str, str]]:
    """Return the invitees with their access codes as they are stored, and those that were made.

    The second is by signer id; it is all that is ever known of them in clear.

    Raises:
        InvalidRequest: A code that the sender chose is not fit.
    """
    ready, made = [], {}
    for number, invitee in enumerate(invitees, start=1):
        if Step.CODE not in invitee.auth or invitee.access:
            ready.append(invitee)
            continue
        code, access = _access(runtime, invitee.access_code)
        if not invitee.access_code:
            made[f"s{number}"] = code
        ready.append(replace(invitee, access_code="", access=access))
    return tuple(ready), made


def _access(runtime: Runtime, chosen: str) -> tuple[str, str]:
    if chosen:
        code = onetime.require_access_code(chosen)
    else:
        code = onetime.access_code(runtime.clock.entropy(onetime.ACCESS_ENTROPY))
    salt = runtime.clock.entropy(onetime.SALT_BYTES)
    return code, onetime.hidden(code, key=runtime.keys.link_key(), salt=salt)


def given(runtime: Runtime, document: Document, made: Mapping[str, str]) -> Mapping[str, Given]:
    """Return what the sender has to pass on, by signer id; nobody is in it who needs nothing."""
    all_of_them = {
        one.id: Given(
            made.get(one.id, ""),
            _totp_uri(runtime, document, one) if Step.TOTP in one.auth else "",
        )
        for one in document.signers
    }
    return {who: one for who, one in all_of_them.items() if one != Given()}


def _totp_uri(runtime: Runtime, document: Document, signer: Signer) -> str:
    secret = onetime.totp_secret(document.id, signer, key=runtime.keys.link_key())
    return onetime.totp_uri(
        secret,
        account=f"{signer.email} ({document.title[:40]})",
        issuer=runtime.settings.organisation,
    )


def passed(
    runtime: Runtime, document: Document, signer: Signer, presented: str, *, turn: str = ""
) -> frozenset[Step]:
    """Return the steps that a browser has passed, by what it holds.

    Args:
        runtime: Where to look.
        document: The document.
        signer: Whose page it is.
        presented: What the browser holds.
        turn: Token of the turn on a device that is handed round, "" for a link.
    """
    return onetime.done(
        presented,
        onetime.Visit.of(document.id, signer, turn=turn),
        key=runtime.keys.link_key(),
        now=runtime.clock.now(),
    )


def session(
    runtime: Runtime,
    document: Document,
    signer: Signer,
    steps: frozenset[Step],
    *,
    turn: str = "",
) -> str:
    """Return what a browser holds from now on, after it passed these steps."""
    visit = onetime.Visit.of(document.id, signer, turn=turn)
    return onetime.session(visit, steps, key=runtime.keys.link_key(), now=runtime.clock.now())


def code_is_out(runtime: Runtime, signer: Signer) -> bool:
    """Tell whether a one-time code was sent that is still good."""
    challenge = signer.identity.challenge
    return challenge is not None and challenge.is_alive(runtime.clock.now())


def check(
    runtime: Runtime, token: str, step: Step, presented: str, *, evidence: Evidence
) -> tuple[Signer, Answer]:
    """Judge what a signer entered, and record it.

    Returns:
        The signer as they stand then, and what became of it.

    Raises:
        NotFound: The link is unknown, or its document is not sent yet.
    """
    document, _ = _open(runtime, token)
    with runtime.store.exclusive(document.id):
        document, signer = _open(runtime, token)
        if step not in signer.auth:
            raise NotFound("Nobody asks for that.")
        if signer.identity.is_locked:
            return signer, Answer.LOCKED
        now = runtime.clock.now()
        answer, period = _judge(runtime, document, signer, step, presented, now=now)
        if answer is Answer.PASSED:
            entry = identity_checks.right(signer, step, now=now, evidence=evidence, period=period)
        elif answer is Answer.WRONG:
            entry = identity_checks.wrong(signer, step, evidence=evidence)
        else:
            return signer, answer
        if entry is not None:
            signer = runtime.store.commit(document, entry, at=now).signer(signer.id)
    if answer is Answer.WRONG and signer.identity.is_locked:
        return signer, Answer.LOCKED
    return signer, answer


def _judge(
    runtime: Runtime,
    document: Document,
    signer: Signer,
    step: Step,
    presented: str,
    *,
    now: datetime,
) -> tuple[Answer, int | None]:
    """Return what a code is worth, and the TOTP period that it is of."""
    key, period = runtime.keys.link_key(), None
    match step:
        case Step.CODE:
            is_right = onetime.is_access_code(presented, signer.access, key=key)
        case Step.EMAIL:
            challenge = signer.identity.challenge
            if challenge is None or not challenge.is_alive(now):
                return Answer.STALE, None
            sent = onetime.mail_code(document.id, signer, challenge, key=key)
            is_right = onetime.is_code(presented, sent)
        case Step.TOTP:
            secret = onetime.totp_secret(document.id, signer, key=key)
            period = onetime.totp_period(presented, secret, now=now)
            is_right = period is not None
            if period is not None and period <= signer.identity.period:
                return Answer.USED, None
        case _:  # pragma: no cover
            assert_never(step)
    return (Answer.PASSED if is_right else Answer.WRONG), period


def send_code(runtime: Runtime, token: str, *, evidence: Evidence) -> tuple[Signer, Answer]:
    """Send a signer a one-time code while they wait; an earlier one is dead.

    Raises:
        NotFound: The link is unknown, or its document is not sent yet.
    """
    document, _ = _open(runtime, token)
    delivers = runtime.mails.mailer.delivers
    with runtime.store.exclusive(document.id):
        document, signer = _open(runtime, token)
        if Step.EMAIL not in signer.auth:
            raise NotFound("Nobody asks for that.")
        if signer.identity.is_locked:
            return signer, Answer.LOCKED
        now = runtime.clock.now()
        wait = identity_checks.wait_for_code(signer, now=now)
        if wait is None:
            return signer, Answer.TOO_MANY
        if wait:
            return signer, Answer.EARLY
        channel = Channel.EMAIL if delivers else Channel.OPERATOR
        entry = identity_checks.challenge(signer, channel=channel, evidence=evidence)
        document = runtime.store.commit(document, entry, at=now)
        signer = document.signer(signer.id)
    # The mail server may take its time; others may work on the document meanwhile.
    return signer, _mail(runtime, document, signer)


def _mail(runtime: Runtime, document: Document, signer: Signer) -> Answer:
    from sygn_cli.services import letters  # noqa: PLC0415 - only who sends codes needs it

    challenge = signer.identity.challenge
    if challenge is None:
        return Answer.UNSENT
    notice = Notice(
        document.id, challenge.seq, challenge.at, MailKind.CODE, signer.id, signer.email
    )
    code = onetime.mail_code(document.id, signer, challenge, key=runtime.keys.link_key())
    try:
        letter = letters.code(runtime, document, notice, code)
        handover = runtime.mails.mailer.send(letter)
    except SygnError as error:
        handover = Handover(Outcome.REFUSED, error.message)
    told = handover
    if handover.outcome in {Outcome.LATER, Outcome.REFUSED}:
        told = Handover(Outcome.DROPPED, f"{handover.words}; {_NOT_AGAIN}")
    runtime.mails.log.add(Posting(notice, 1, runtime.clock.now(), told))
    match handover.outcome:
        case Outcome.ACCEPTED:
            return Answer.SENT
        case Outcome.KEPT:
            return Answer.KEPT
        case _:
            return Answer.UNSENT


def unlock(
    runtime: Runtime,
    document_id: str,
    signer_id: str,
    *,
    renew: bool = False,
    actor: Json = OPERATOR,
) -> tuple[Document, Given]:
    """Let a signer try again; return what the sender has to pass on to them, if it is new.

    Args:
        runtime: Where to look.
        document_id: The document, also an ended one.
        signer_id: ``s1``, ``s2`` ...
        renew: Give them another access code and TOTP secret; all their visits have to pass again.
        actor: Who does it.

    Raises:
        NotFound: There is no such document or signer.
        InvalidRequest: They have no identity steps.
    """
    with runtime.store.exclusive(document_id):
        document = runtime.store.load(document_id)
        signer = document.signer(signer_id)
        made, access = {}, ""
        if renew and Step.CODE in signer.auth:
            made[signer_id], access = _access(runtime, "")
        entry = identity_checks.unlock(signer, renewed=renew, access=access, actor=actor)
        document = runtime.store.commit(document, entry, at=runtime.clock.now())
    if not renew:
        return document, Given()
    return document, given(runtime, document, made).get(signer_id, Given())


def needs_mail_server(runtime: Runtime, document: Document) -> tuple[Signer, ...]:
    """Return who gets one-time codes by e-mail although no mail server is set."""
    if runtime.mails.mailer.delivers:
        return ()
    return tuple(one for one in document.signers if Step.EMAIL in one.auth)


def _open(runtime: Runtime, token: str) -> tuple[Document, Signer]:
    document, signer = links.open_token(runtime, token)
    if document.status is DocumentStatus.DRAFT:
        raise NotFound("This document has not been sent yet.")
    return document, signer
