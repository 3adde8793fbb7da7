"""What signers, senders and the post do with documents, each as one thing that a process does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from sygn_cli.domain import link, proposals
from sygn_cli.domain.audit import sha256
from sygn_cli.domain.document import SourceFile
from sygn_cli.domain.errors import WorkspaceUnusable
from sygn_cli.domain.evidence import COMMAND_LINE, OPERATOR
from sygn_cli.domain.field import Field, FieldType
from sygn_cli.domain.geometry import Box
from sygn_cli.domain.identity import Step
from sygn_cli.domain.mark import Picture, Typed
from sygn_cli.domain.signer import Invitee
from sygn_cli.services import (
    creation,
    delegation,
    documents,
    drafts,
    identity,
    links,
    mail_delivery,
    once,
    progress,
    questions,
    sending,
    signing,
    webhook_delivery,
)
from tests.durability.scene import DOWN, START, Process, known_id
from tests.runtimes import sample
from tests.store.samples import PDF, PICTURE

CODE: Final = "K7Q4M2XD"


def document(process: Process, number: int = 0, *, pdf: bytes = PDF, signers: int = 2, **changes):
    """Store a document as small as can be."""
    people = [("Ada Lovelace", "ada@example.com"), ("Alan Turing", "alan@example.com")]
    fields = tuple(
        Field(f"f{n}", FieldType.SIGNATURE, 1, Box(40, 30 + 40 * n, 200, 36), signer=f"s{n}")
        for n in range(1, signers + 1)
    )
    proposal = proposals.Proposal(
        account="local",
        title=f"Document {number}",
        files=(SourceFile("nda.pdf", sha256(pdf), len(pdf), ((595.0, 842.0),)),),
        invitees=tuple(Invitee(*one) for one in people[:signers]),
        fields=fields,
        expires_at=START + timedelta(days=30),
    )
    entry = proposals.create(replace(proposal, **changes), actor=OPERATOR)
    return process.store.create(known_id(number), entry, at=START, blobs=[pdf])


def token(process: Process, signer: str = "s1", number: int = 0) -> str:
    held = process.store.load(known_id(number)).signer(signer)
    key = process.runtime.keys.link_key()
    return link.token(key, known_id(number), signer, held.link_generation)


def first_token(process: Process, signer: str = "s1") -> str:
    return link.token(process.runtime.keys.link_key(), known_id(0), signer, 0)


def consented(process: Process, *signers: str, number: int = 0, **changes: Any) -> None:
    document(process, number, **changes)
    for signer in signers or ("s1",):
        agree(process, signer, number)


def agree(process: Process, signer: str = "s1", number: int = 0) -> None:
    signing.give_consent(
        process.runtime, token(process, signer, number), locale="en", evidence=COMMAND_LINE
    )


def view(process: Process) -> None:
    signing.record_view(process.runtime, token(process), COMMAND_LINE)


def sign(process: Process, signer: str = "s1", number: int = 0) -> str:
    field = process.store.load(known_id(number)).fields_of(signer)[0]
    drawn = signer == "s1"
    marks = {field.id: Picture(sha256(PICTURE)) if drawn else Typed("Alan")}
    submission = signing.Submission(marks, (PICTURE,) if drawn else ())
    return signing.submit(
        process.runtime, token(process, signer, number), submission, COMMAND_LINE
    ).head


def sealable(process: Process, number: int = 0) -> None:
    """All but the last signature of a document with a real PDF."""
    consented(process, "s1", number=number, pdf=sample("letter.pdf"), signers=1)


def seal(process: Process) -> str:
    field = process.store.load(known_id(0)).fields_of("s1")[0]
    submission = signing.Submission({field.id: Typed("Ada")})
    receipt = signing.submit(process.runtime, token(process), submission, COMMAND_LINE)
    if not receipt.completed:
        raise WorkspaceUnusable("The signature is safe, and the seal is still to be made.")
    return receipt.head


def request() -> creation.Request:
    field = Field("f1", FieldType.SIGNATURE, 1, Box(40, 70, 200, 36), signer="s1")
    return creation.Request(
        files=(creation.GivenFile("letter.pdf", sample("letter.pdf")),),
        invitees=(Invitee("Ada Lovelace", "ada@example.com"),),
        fields=(field,),
        webhook="https://hooks.example.com/one",
    )


def create(process: Process) -> str:
    return once.create(process.runtime, once.Once("order-17", "as written"), request)[0].id


def draft(process: Process) -> None:
    document(process, draft=True)


def change_draft(process: Process) -> None:
    drafts.change(
        process.runtime, known_id(0), lambda one: replace(one, title="Another", message="Soon")
    )


def enter(process: Process) -> None:
    _, kept = progress.save(
        process.runtime, token(process), {"f1": {"type": "typed", "text": "Ada"}}, revision=0
    )
    assert kept


def decline(process: Process) -> None:
    signing.decline(process.runtime, token(process), reason="No.", evidence=COMMAND_LINE)


def delegate(process: Process) -> None:
    grace = Invitee("Grace Hopper", "grace@example.com")
    delegation.delegate(
        process.runtime, first_token(process), grace, reason="Away", evidence=COMMAND_LINE
    )


def correct(process: Process) -> None:
    """Give a signer the name and address that were meant."""
    ada = Invitee("Ada King", "ada.king@example.com")
    delegation.replace_signer(process.runtime, known_id(0), "s1", ada, reason="Married")


def question(process: Process) -> None:
    questions.ask(process.runtime, token(process), "Which day?", evidence=COMMAND_LINE)


def void(process: Process) -> None:
    documents.void(process.runtime, known_id(0), reason="A mistake")


def expire(process: Process) -> None:
    documents.get(process.runtime, known_id(0))


def deadline(process: Process) -> None:
    sending.change_deadline(process.runtime, known_id(0), "2027-03-01")


def remind(process: Process) -> None:
    sending.remind(process.runtime, known_id(0))


def send(process: Process) -> None:
    sending.send(process.runtime, known_id(0))


def new_link(process: Process) -> str:
    return links.reveal(process.runtime, known_id(0), "s1", rotate=True)


def with_code(process: Process) -> None:
    ada = Invitee("Ada Lovelace", "ada@example.com", auth=(Step.CODE,), access_code=CODE)
    ready, _ = identity.prepare(process.runtime, [ada])
    document(process, signers=1, invitees=ready)


def enter_code(process: Process) -> None:
    _, answer = identity.check(
        process.runtime, token(process), Step.CODE, CODE, evidence=COMMAND_LINE
    )
    assert answer is identity.Answer.PASSED


def unlock(process: Process) -> None:
    identity.unlock(process.runtime, known_id(0), "s1", renew=True)


def for_one(process: Process) -> None:
    document(process, signers=1)


def deliver_mail(process: Process) -> None:
    list(mail_delivery.deliver_due(process.runtime))


def deliver_webhooks(process: Process) -> None:
    list(webhook_delivery.deliver_due(process.runtime))


def fail_mail(process: Process) -> None:
    """Try letters while nobody takes any."""
    process.outside.answers = DOWN
    deliver_mail(process)


def fail_webhooks(process: Process) -> None:
    process.outside.answers = DOWN
    deliver_webhooks(process)


def mail_failed(process: Process) -> None:
    for_one(process)
    fail_mail(process)


def webhooks_failed(process: Process) -> None:
    for_one(process)
    fail_webhooks(process)
