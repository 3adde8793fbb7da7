"""Everything that changes a workspace, each as one thing that a process does and tells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sygn_cli.cli import console
from sygn_cli.domain import link, proposals, retention
from sygn_cli.domain.audit import sha256
from sygn_cli.domain.document import SourceFile
from sygn_cli.domain.errors import Conflict, NotFound, StateConflict, SygnError, WorkspaceUnusable
from sygn_cli.domain.evidence import COMMAND_LINE, OPERATOR
from sygn_cli.domain.field import Field, FieldType
from sygn_cli.domain.geometry import Box
from sygn_cli.domain.identity import Step
from sygn_cli.domain.mark import Picture, Typed
from sygn_cli.domain.signer import Invitee
from sygn_cli.services import (
    apikeys,
    creation,
    delegation,
    documents,
    drafts,
    identity,
    links,
    mail_delivery,
    once,
    owner,
    progress,
    questions,
    revocation,
    seal_keys,
    sending,
    signing,
    templates,
    webhook_delivery,
    webhooks,
)
from sygn_cli.services import retention as purging
from sygn_cli.store import backup as backups
from sygn_cli.store import durable, trouble
from sygn_cli.store import fsck as checks
from sygn_cli.store import restore as restores
from tests.durability.scene import HOUR, START, Process, known_id
from tests.runtimes import sample
from tests.store.samples import PDF, PICTURE

ACT: Final = START + HOUR
LATER: Final = START + timedelta(days=800)
CODE: Final = "K7Q4M2XD"


@dataclass(frozen=True)
class Deed:
    """One thing that a process does.

    Attributes:
        prepare: Makes what has to be there before.
        act: Does it; it is acknowledged when this returns.
        blind: Whether somebody who got no answer does it again without looking.
        done: What they are told if it had been done.
        at: When it is done.
        pause: After how long somebody looks and does it again; claims have run out by then.
        again: Whether an event of it may be there twice after that.
        told: Whether anybody is told that it had been done; what nobody was told of is done again.
        repairs: Whether something is wrong before it is done.
    """

    name: str
    prepare: Callable[[Process], object]
    act: Callable[[Process], object]
    blind: bool = True
    done: tuple[type[SygnError], ...] = ()
    at: datetime = ACT
    pause: timedelta = HOUR
    again: bool = False
    told: bool = True
    repairs: bool = False


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


def nothing(process: Process) -> None:
    assert process.place.exists()


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


def endpoint(process: Process) -> str:
    return webhooks.add(process.runtime, webhooks.Wanted("https://hooks.example.com/two")).id


def remove_endpoint(process: Process) -> None:
    for one in process.runtime.webhooks.endpoints.all():
        if one.url.endswith("/two"):
            webhooks.remove(process.runtime, one.id)
            return
    raise NotFound("There is none.")


def turn_secret(process: Process) -> None:
    (one,) = process.runtime.webhooks.endpoints.all()
    webhooks.rotate(process.runtime, one.id)


def key(process: Process) -> str:
    return apikeys.create(process.runtime, label="till")[0].id


def revoke_key(process: Process) -> None:
    (one,) = process.runtime.api_keys.list()
    apikeys.revoke(process.runtime, one.id)


def template(process: Process) -> None:
    field = Field("f1", FieldType.SIGNATURE, 1, Box(40, 70, 200, 36))
    file = creation.GivenFile("letter.pdf", sample("letter.pdf"))
    templates.add(process.runtime, file, slug="letter", title="Letter", fields=[field])


def remove_template(process: Process) -> None:
    process.runtime.templates.remove("letter")


def rotate_seal(process: Process) -> None:
    seal_keys.rotate(process.keys, process.runtime.clock)


def revoke_seal(process: Process) -> None:
    revocation.revoke(process.keys, process.runtime.clock, "seal", reason="key-compromise")


def new_owner_link(process: Process) -> None:
    owner.renew(process.runtime)


def ended(process: Process) -> None:
    """Two documents that have ended and one that has not."""
    consented(process)
    void(process)
    consented(process, number=1)
    document(process, 2)
    documents.void(process.runtime, known_id(2))


def purge(process: Process) -> None:
    rule = retention.retention("2y", now=LATER)
    outcomes = list(purging.purge(process.runtime, process.store.purging, rule))
    assert [one.error for one in outcomes if one.error] == []


BROKEN: Final = (b"{", b"torn", b"nobody's", b"mine", b"[1]")


def damaged(process: Process) -> None:
    ended(process)
    workspace = process.store.workspace
    folders = [workspace.folder(known_id(number)) for number in range(3)]
    folders[0].projection.write_bytes(BROKEN[0])
    with folders[1].trail.open("ab") as file:
        file.write(BROKEN[1])
    (folders[2].blobs / ("f" * 64 + ".txt")).write_bytes(BROKEN[2])
    (folders[0].path.parent / "notes.txt").write_bytes(BROKEN[3])
    (workspace.outbox / "20261121T090000123Z_x.json").write_bytes(BROKEN[4])


def repair(process: Process) -> None:
    found = list(checks.fsck(process.store, now=process.at, repair=True))
    if not all(one.done for one in found):
        raise WorkspaceUnusable("Something is still to be repaired.")
    kept = [durable.read(one) for one in durable.below(process.place) if one.is_file()]
    assert set(BROKEN) <= set(kept), set(BROKEN) - set(kept)


def backup(process: Process) -> None:
    store = process.store
    with console.whole_file(process.folder / "b.tar", force=True, private=True) as file:
        backups.write(store.workspace, store.log, file, keys=True, now=process.at)


def backed_up(process: Process) -> None:
    """A backup of a workspace in the place of which another lies."""
    ended(process)
    backup(process)
    aside = process.folder.with_name(f"{process.folder.name}.first")
    process.place.rename(aside)
    other = Process(process.folder, seed="other")
    assert other.runtime.keys.owner_key()
    assert other.keys.certificate()


def restore(process: Process) -> None:
    from sygn_cli import bootstrap

    path = process.folder / "b.tar"
    with trouble.guarded(path), path.open("rb") as file:
        restores.restore(
            file, process.place, force=True, now=process.at, open_store=bootstrap.store_of
        )


GONE: Final = (NotFound,)
DEEDS: Final = (
    Deed("create", nothing, create),
    Deed("change a draft", draft, change_draft),
    Deed("send", draft, send),
    Deed("view", document, view, told=False),
    Deed("consent", document, agree),
    Deed("enter something", consented, enter, blind=False),
    Deed("sign", consented, sign),
    Deed("sign and seal", sealable, seal),
    Deed("decline", document, decline, done=(StateConflict,)),
    Deed("delegate", document, delegate, done=GONE),
    Deed("ask", document, question, pause=timedelta(minutes=1)),
    Deed("void", document, void),
    Deed("expire", document, expire, at=START + timedelta(days=31), told=False),
    Deed("change the deadline", document, deadline),
    Deed("remind", document, remind, blind=False),
    Deed("new link", document, new_link, blind=False, again=True),
    Deed("identity step", with_code, enter_code, blind=False),
    Deed("unlock", with_code, unlock, blind=False),
    Deed("deliver mail", for_one, deliver_mail),
    Deed("deliver webhooks", for_one, deliver_webhooks),
    Deed("add an endpoint", nothing, endpoint, blind=False),
    Deed("new secret", nothing, turn_secret, blind=False),
    Deed("remove an endpoint", endpoint, remove_endpoint, done=GONE),
    Deed("make a key", nothing, key, blind=False),
    Deed("revoke a key", key, revoke_key),
    Deed("add a template", nothing, template, done=(Conflict,)),
    Deed("remove a template", template, remove_template, done=GONE),
    Deed("rotate the seal's key", nothing, rotate_seal, blind=False),
    Deed("revoke the seal's key", nothing, revoke_seal),
    Deed("new owner link", nothing, new_owner_link, blind=False),
    Deed("purge", ended, purge, at=LATER),
    # What it found gone already may be back, to be found again.
    Deed("repair", damaged, repair, repairs=True, told=False),
    Deed("backup", ended, backup),
    Deed("restore", backed_up, restore, blind=False),
)
BY_NAME: Final = {deed.name: deed for deed in DEEDS}
