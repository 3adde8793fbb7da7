"""Letters to signers, the owner and those who get copies.

A letter is written when it is sent, from the document as it is then: its link is the one that works.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sygn_cli.domain.delegation import is_protected
from sygn_cli.domain.document import Document, Mode
from sygn_cli.domain.mail import OWNER, Enclosure, Letter, Mailbox, MailKind, Notice, prefix
from sygn_cli.languages import translator
from sygn_cli.services import letter_bodies, mail_render
from sygn_cli.services.letter_bodies import Case
from sygn_cli.services.mail_render import Paragraph, Small
from sygn_cli.services.mail_words import Said, t

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sygn_cli.domain.signer import Signer
    from sygn_cli.languages import Catalogue
    from sygn_cli.services.mail_render import Block
    from sygn_cli.services.runtime import Runtime

_NOBODY: Final = "sygn@localhost"  # the sender of letters that never leave
_PDF: Final = "application/pdf"
_SUBJECTS: Final[Mapping[MailKind, Said]] = {
    MailKind.INVITATION: t("Please sign: {title}"),
    MailKind.YOUR_TURN: t("Your turn to sign: {title}"),
    MailKind.REMINDER: t("Reminder, please sign: {title}"),
    MailKind.DELEGATED: t("Please sign: {title}"),
    MailKind.PASSED_ON: t("Passed on: {title}"),
    MailKind.COMPLETED: t("Completed: {title}"),
    MailKind.DECLINED: t("Declined: {title}"),
    MailKind.VOIDED: t("Taken back: {title}"),
    MailKind.EXPIRED: t("Expired: {title}"),
    MailKind.QUESTION: t("A question about: {title}"),
    MailKind.LOCKED: t("Locked after wrong codes: {title}"),
    MailKind.CODE: t("Your code for: {title}"),
}


def write(runtime: Runtime, document: Document, notice: Notice) -> Letter:
    """Return the letter that a notice asks for, from the document as it is now.

    Raises:
        InvalidRequest: The sender or owner of the settings is no mailbox.
        NotFound, Tampered: The document is gone or damaged.
    """
    event = runtime.store.trail(document.id)[notice.seq]
    return _letter(runtime, document, notice, event.data, head=event.hash())


def code(runtime: Runtime, document: Document, notice: Notice, code: str) -> Letter:
    """Return the letter that brings a signer a one-time code."""
    return _letter(runtime, document, notice, {"code": code})


def sender(runtime: Runtime) -> Mailbox:
    """Return who letters are from.

    Raises:
        InvalidRequest: The setting is no mailbox.
    """
    if runtime.settings.smtp is None:
        return Mailbox(runtime.settings.organisation, _NOBODY)
    return Mailbox.parse(runtime.settings.smtp.sender)


def owner(runtime: Runtime) -> Mailbox | None:
    """Return who hears of documents and gets answers, or None.

    Raises:
        InvalidRequest: The setting is no mailbox.
    """
    return Mailbox.parse(runtime.settings.owner) if runtime.settings.owner else None


def _letter(
    runtime: Runtime,
    document: Document,
    notice: Notice,
    event: Mapping[str, object],
    *,
    head: str = "",
) -> Letter:
    signer = _signer(document, notice.to)
    case = Case(
        runtime=runtime,
        document=document,
        notice=notice,
        event=event,
        head=head,
        sender_name=(owner(runtime) or sender(runtime)).name or runtime.settings.organisation,
        signer=signer,
        actor=_signer(document, str(event.get("signer"))),
        enclosures=_enclosures(runtime, document, notice),
    )
    words = translator(document.locale_of(signer) if signer else document.locale)
    to = _recipient(case)
    blocks = [Paragraph(_greeting(to)), *letter_bodies.body(case), *_foot(case)]
    subject = _subject(case, words)
    return Letter(
        id=notice.id,
        thread=f"{prefix(document.id)}{notice.to}",
        at=runtime.clock.now(),
        sender=sender(runtime),
        to=to,
        subject=subject,
        text=mail_render.plain(blocks, words),
        html=mail_render.page(blocks, title=subject, words=words),
        locale=words.tag,
        reply_to=_reply_to(case),
        enclosures=tuple(case.enclosures),
    )


def _signer(document: Document, signer_id: str) -> Signer | None:
    return next((one for one in document.signers if one.id == signer_id), None)


def _recipient(case: Case) -> Mailbox:
    if case.signer is not None:
        return Mailbox(case.signer.name, case.notice.email)
    owned = owner(case.runtime) if case.notice.to == OWNER else None
    return owned or Mailbox("", case.notice.email)


def _reply_to(case: Case) -> Mailbox | None:
    """Return who gets the answer: signers write to the owner, and the owner to them."""
    if case.notice.to == OWNER:
        return None if case.actor is None else Mailbox(case.actor.name, case.actor.email)
    smtp = case.runtime.settings.smtp
    if smtp is not None and smtp.reply_to:
        return Mailbox.parse(smtp.reply_to)
    return owner(case.runtime)


def _subject(case: Case, words: Catalogue) -> str:
    said = _SUBJECTS[case.notice.kind]
    line = mail_render.line(Said(said.message, {"title": case.title}), words)
    return f"[TEST] {line}" if case.document.mode is Mode.TEST else line


def _greeting(to: Mailbox) -> Said:
    return t("Hello {name},", name=to.name) if to.name else t("Hello,")


def _foot(case: Case) -> Iterator[Block]:
    if case.notice.kind.brings_link:
        yield Small(
            t(
                "The link is yours alone: whoever has it can sign in your name, so please do not "
                "pass this mail on."
            )
        )
    if case.document.mode is Mode.TEST:
        yield Small(t("This is a test; what is signed does not count."))
    yield Small(
        t(
            "Sent by sygn for {organisation}. Document {id}.",
            organisation=case.sender_name,
            id=case.document.id,
        )
    )


def _enclosures(runtime: Runtime, document: Document, notice: Notice) -> tuple[Enclosure, ...]:
    """Return the sealed file and its certificate, as far as the settings and their size allow."""
    if notice.kind is not MailKind.COMPLETED or not runtime.settings.attach_signed:
        return ()
    signer = _signer(document, notice.to)
    if signer is not None and is_protected(signer):
        return ()  # who reads their mail need not know their code
    left = runtime.settings.attach_most
    found = []
    for suffix, digest in (
        ("signed", document.sealed_sha256),
        ("certificate", document.certificate_sha256),
    ):
        content = runtime.store.blob(document.id, digest)
        if len(content) > left:
            break
        left -= len(content)
        found.append(Enclosure(f"{_file_name(document.title)} - {suffix}.pdf", _PDF, content))
    return tuple(found)


def _file_name(title: str) -> str:
    """Return the title without what no file system or mail program takes in a name."""
    kept = "".join(" " if one in '/\\:*?"<>|' else one for one in title)
    return " ".join(kept.split())[:80].strip(". ") or "document"
