"""What each kind of letter says between the greeting and the foot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sygn_cli.domain.mail import CC, OWNER, MailKind
from sygn_cli.domain.signer import SignerStatus
from sygn_cli.services import links
from sygn_cli.services.mail_render import Facts, Link, Paragraph, Quote
from sygn_cli.services.mail_words import t

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sygn_cli.domain.document import Document
    from sygn_cli.domain.mail import Enclosure, Notice
    from sygn_cli.domain.signer import Signer
    from sygn_cli.services.mail_render import Block
    from sygn_cli.services.mail_words import Said
    from sygn_cli.services.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Case:
    """All that a letter is written from.

    Attributes:
        event: Data of the event that the letter tells of.
        head: Hash of that event, which stands for the whole trail up to it.
        sender_name: Who asks for signatures, as signers are told.
        signer: Whom the letter goes to, if that is a signer.
        actor: The signer whose doing the letter tells of, if there is one.
        enclosures: What goes with the letter.
    """

    runtime: Runtime
    document: Document
    notice: Notice
    event: Mapping[str, object]
    head: str
    sender_name: str
    signer: Signer | None
    actor: Signer | None
    enclosures: Sequence[Enclosure] = ()

    @property
    def title(self) -> str:
        """The document's title."""
        return self.document.title

    @property
    def actor_name(self) -> str:
        """Who did it, by name."""
        return self.actor.name if self.actor else ""

    def said(self, name: str) -> str:
        """Return a text of the event, "" if it has none of that name."""
        return str(self.event.get(name) or "")


def body(case: Case) -> Iterator[Block]:
    """Yield what the letter says."""
    return _BODIES[case.notice.kind](case)


def _asking(case: Case) -> Iterator[Block]:
    yield Paragraph(_first_words(case))
    if case.document.message:
        yield Quote(case.document.message)
    if case.signer is not None:
        url = links.signing_url(case.runtime, case.document, case.signer)
        yield Link(t("Read and sign"), url)
    if case.document.expires_at is not None:
        yield Paragraph(t("You can sign until {moment}.", moment=case.document.expires_at))
    yield Paragraph(
        t("You need no account. If you do not want to sign, you can say so on the same page.")
    )


def _first_words(case: Case) -> Said:
    title, sender = case.title, case.sender_name
    match case.notice.kind:
        case MailKind.YOUR_TURN:
            return t(
                "It is your turn to sign “{title}”: those before you have signed.", title=title
            )
        case MailKind.REMINDER:
            return t("“{title}” still waits for your signature.", title=title)
        case MailKind.DELEGATED:
            return t(
                "{name}, whom {sender} asked to sign “{title}”, asks you to sign in their place.",
                name=case.said("from_name"),
                sender=sender,
                title=title,
            )
        case _:
            return t("{sender} asks you to sign “{title}”.", sender=sender, title=title)


def _passed_on(case: Case) -> Iterator[Block]:
    yield Paragraph(
        t(
            "{name} does not sign “{title}” and has passed it on to {other} ({email}), who has "
            "got a link of their own.",
            name=case.said("from_name"),
            title=case.title,
            other=case.said("name"),
            email=case.said("email"),
        )
    )
    if reason := case.said("reason"):
        yield Quote(reason)
    yield Paragraph(t("If that is wrong, take the document back."))


def _completed(case: Case) -> Iterator[Block]:
    yield Paragraph(
        t("Everyone has signed “{title}”. It is completed and sealed.", title=case.title)
    )
    if case.enclosures:
        yield Paragraph(t("The signed file is attached."))
    elif case.signer is not None:
        url = links.signing_url(case.runtime, case.document, case.signer)
        yield Link(t("Download the signed file"), url)
    elif case.notice.to.startswith(CC):
        yield Paragraph(t("Please ask {sender} for the signed file.", sender=case.sender_name))
    yield Paragraph(
        t(
            "Keep this mail. It proves later that neither the file nor the record of its signing "
            "was changed after today:"
        )
    )
    yield Facts(
        (
            (t("SHA-256 of the signed file"), case.document.sealed_sha256),
            (t("Head of the audit trail"), case.head),
        )
    )


def _declined(case: Case) -> Iterator[Block]:
    if case.notice.to != OWNER:
        yield Paragraph(
            t(
                "“{title}” will not be completed: somebody has declined to sign. You need not do "
                "anything.",
                title=case.title,
            )
        )
        return
    yield Paragraph(
        t("{name} has declined to sign “{title}”.", name=case.actor_name, title=case.title)
    )
    if reason := case.said("reason"):
        yield Quote(reason)
    yield Paragraph(t("You can answer this mail to write to them."))


def _voided(case: Case) -> Iterator[Block]:
    yield Paragraph(
        t(
            "{sender} has taken “{title}” back. It can no longer be signed, and you need not do "
            "anything.",
            sender=case.sender_name,
            title=case.title,
        )
    )
    if reason := case.said("reason"):
        yield Quote(reason)


def _expired(case: Case) -> Iterator[Block]:
    yield Paragraph(
        t(
            "The deadline of “{title}” has passed before everyone had signed. It can no longer be "
            "signed.",
            title=case.title,
        )
    )
    if case.notice.to != OWNER:
        return
    waiting = [s for s in case.document.signers if s.status is SignerStatus.PENDING]
    yield Paragraph(t("These had not signed:"))
    yield Quote("\n".join(f"{one.name} <{one.email}>" for one in waiting))


def _question(case: Case) -> Iterator[Block]:
    yield Paragraph(
        t("{name} has a question about “{title}”:", name=case.actor_name, title=case.title)
    )
    asked = (one.text for one in case.document.questions if one.seq == case.notice.seq)
    yield Quote(next(asked, ""))
    yield Paragraph(t("You can answer this mail to write to them."))


def _locked(case: Case) -> Iterator[Block]:
    yield Paragraph(
        t(
            "Somebody who has the link of {name} entered too many wrong codes. “{title}” is locked "
            "for them until you let them try again:",
            name=case.actor_name,
            title=case.title,
        )
    )
    signer = case.said("signer")
    yield Quote(f"sygn unlock {case.document.id} {signer}")
    yield Paragraph(
        t(
            "If it was not them, somebody else has their link: give them another one, which kills "
            "the first:"
        )
    )
    yield Quote(f"sygn link {case.document.id} {signer} --rotate")


def _code(case: Case) -> Iterator[Block]:
    yield Paragraph(
        t("This is the code that opens “{title}” for you:", title=case.title),
    )
    yield Facts(((t("Your code"), case.said("code")),))
    yield Paragraph(
        t(
            "It is good for a few minutes and once. If you did not ask for it, you need not do "
            "anything; tell it nobody, also not the sender."
        )
    )


_BODIES: Final[Mapping[MailKind, Callable[[Case], Iterator[Block]]]] = {
    MailKind.INVITATION: _asking,
    MailKind.YOUR_TURN: _asking,
    MailKind.REMINDER: _asking,
    MailKind.DELEGATED: _asking,
    MailKind.PASSED_ON: _passed_on,
    MailKind.COMPLETED: _completed,
    MailKind.DECLINED: _declined,
    MailKind.VOIDED: _voided,
    MailKind.EXPIRED: _expired,
    MailKind.QUESTION: _question,
    MailKind.LOCKED: _locked,
    MailKind.CODE: _code,
}
