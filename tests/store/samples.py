"""Documents and the steps of their lives, as small as they can be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sygn_cli.domain import consent, ids, lifecycle, proposals
from sygn_cli.domain.audit import sha256
from sygn_cli.domain.document import SourceFile
from sygn_cli.domain.evidence import COMMAND_LINE, OPERATOR
from sygn_cli.domain.field import Field, FieldType
from sygn_cli.domain.geometry import Box
from sygn_cli.domain.mark import Method, Picture, Typed
from sygn_cli.domain.signer import Invitee

if TYPE_CHECKING:
    from sygn_cli.domain.audit import Entry
    from sygn_cli.domain.document import Document
    from sygn_cli.services.ports import Store

START = datetime(2026, 11, 21, 9, 0, 0, 123000, tzinfo=UTC)
PDF = b"%PDF-1.7\n% not really, but the store does not look inside\n%%EOF\n"
PICTURE = b"\x89PNG\r\n\x1a\n and some pixels"


def document_id(number: int = 0, *, at: datetime = START) -> str:
    """Return an id; higher numbers are newer."""
    return ids.document_id(at + timedelta(seconds=number), number.to_bytes(10, "big"))


def creation(*, account: str = "local", title: str = "Mutual NDA", signers: int = 2) -> Entry:
    invitees = tuple(
        Invitee(name, f"signer{n}@example.com")
        for n, name in enumerate(
            ["Ada Lovelace", "Алан Тьюринг", "Grace Hopper"][:signers], start=1
        )
    )
    fields = tuple(
        Field(f"f{n}", FieldType.SIGNATURE, 1, Box(72, 72.5 * n, 200, 40.25), signer=f"s{n}")
        for n in range(1, signers + 1)
    )
    proposal = proposals.Proposal(
        account=account,
        title=title,
        files=(SourceFile("nda.pdf", sha256(PDF), len(PDF), ((595.32, 841.92),)),),
        invitees=invitees,
        fields=fields,
        cc=("lawyer@example.com",),
        message="Please sign\nsoon.",
        expires_at=START + timedelta(days=30),
    )
    return proposals.create(proposal, actor=OPERATOR)


def created(store: Store, number: int = 0, **changes) -> Document:
    at = START + timedelta(seconds=number)
    return store.create(document_id(number), creation(**changes), at=at, blobs=[PDF])


def consented(store: Store, document: Document, signer: str, *, at: datetime = START) -> Document:
    entry = lifecycle.consent(
        document,
        document.signer(signer),
        wording=consent.CONSENT,
        locale=consent.LOCALE,
        now=at,
        evidence=COMMAND_LINE,
    )
    return document if entry is None else store.commit(document, entry, at=at)


def signature(
    document: Document,
    signer: str,
    *,
    name: str = "Ada",
    at: datetime = START,
    drawn: bool = False,
) -> Entry | None:
    field = document.fields_of(signer)[0]
    return lifecycle.sign(
        document,
        document.signer(signer),
        {field.id: Picture(sha256(PICTURE)) if drawn else Typed(name)},
        today="2026-11-21",
        now=at,
        method=Method.UPLOADED if drawn else Method.TYPED,
        evidence=COMMAND_LINE,
        pictures=[PICTURE] if drawn else [],
    )


def signed(store: Store, document: Document, signer: str, *, at: datetime = START) -> Document:
    document = consented(store, document, signer, at=at)
    entry = signature(document, signer, at=at)
    assert entry is not None
    return store.commit(document, entry, at=at)


def completed(store: Store, document: Document, *, at: datetime = START) -> Document:
    sealed = PDF + b"% sealed"
    entry = lifecycle.sealed(sealed, credential="c" * 64, level="B-B", stamped_sha256="d" * 64)
    document = store.commit(document, entry, at=at)
    return store.commit(document, lifecycle.completed(document, PDF + b"% certificate"), at=at)


def voiding(document: Document) -> Entry:
    entry = lifecycle.void(document, actor=OPERATOR)
    assert entry is not None
    return entry
