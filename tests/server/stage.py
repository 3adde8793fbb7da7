"""A workspace in memory with a contract in it, for tests of the web side."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

import pymupdf

from sygn_cli.domain import ids, proposals
from sygn_cli.domain.audit import sha256
from sygn_cli.domain.document import Document, Mode, SigningOrder, SourceFile
from sygn_cli.domain.errors import SealFailed
from sygn_cli.domain.evidence import OPERATOR
from sygn_cli.domain.field import Field, FieldType
from sygn_cli.domain.geometry import Box
from sygn_cli.domain.revocation import Revocation
from sygn_cli.domain.signer import Invitee
from sygn_cli.engine import credential
from sygn_cli.services.links import signing_url
from sygn_cli.services.runtime import Runtime, Settings
from tests import runtimes
from tests.runtimes import FixedClock, memory_runtime

if TYPE_CHECKING:
    from sygn_cli.engine.credential import Credential
    from sygn_cli.services.ports import Clock

ADA, ALAN = runtimes.ADA, runtimes.ALAN
START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
BASE = "http://127.0.0.1:7447"
SIGNATURE = Box(72, 596, 200, 34)
OTHER_SIGNATURE = Box(340, 596, 200, 34)
SIMPLE_FIELDS = (
    Field("f1", FieldType.SIGNATURE, 2, SIGNATURE, signer="s1"),
    Field("f2", FieldType.SIGNATURE, 2, OTHER_SIGNATURE, signer="s2"),
)


class StoppedClock(FixedClock):
    """A clock that stands still until it is told to go on."""

    def __init__(self, at: datetime = START) -> None:
        super().__init__(at)


class InlinePdf:
    """Does PDF work at once, one piece at a time, and remembers what was asked."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self._lock = threading.RLock()  # PyMuPDF is not thread-safe

    def call(self, function, *args, **kwargs):
        self.calls.append(function.__name__)
        with self._lock:
            return function(*args, **kwargs)


class MemoryKeys:
    """Keys that are made when first asked for, good from the day given."""

    def __init__(self, made: datetime = START) -> None:
        self._made = made
        self._owner = b"o" * 32

    def link_key(self) -> bytes:
        return b"k" * 32

    def owner_key(self) -> bytes:
        return self._owner

    def renew_owner_key(self) -> None:
        self._owner = bytes(byte + 1 for byte in self._owner)

    def credential(self) -> Credential:
        return _credential(self._made)

    def signer_credential(self, name: str, email: str) -> Credential:
        return _credential(self._made)

    def root_pem(self) -> bytes:
        return self.credential().chain_pem[-1]

    def roots(self) -> list[bytes]:
        return [self.root_pem()]

    def crls(self) -> list[bytes]:
        return []

    def revocations(self) -> list[Revocation]:
        return []


class LostKeys(MemoryKeys):
    """Keys of a workspace whose seal key cannot be read any more."""

    def credential(self) -> Credential:
        raise SealFailed("The key at /home/ada/.sygn/keys/seal.pem cannot be read.")


@cache
def _credential(made: datetime) -> Credential:
    ca = credential.make_ca("Test CA", now=made)
    return credential.make_seal_credential(ca, "Test", now=made)


def runtime(*, keys: MemoryKeys | None = None, clock: Clock | None = None, **settings) -> Runtime:
    clock = clock or StoppedClock()
    return memory_runtime(
        clock,
        replace(Settings(public_url=BASE), **settings),
        pdf=InlinePdf(),
        keys=keys or MemoryKeys(clock.now()),
    )


@dataclass(frozen=True)
class Contract:
    """What a document under test is made of."""

    title: str = "Mutual non-disclosure agreement"
    message: str = "Hello Ada, here is the agreement we spoke about.\nThank you!"
    invitees: tuple[Invitee, ...] = (ADA, ALAN)
    fields: tuple[Field, ...] = SIMPLE_FIELDS
    order: SigningOrder = SigningOrder.SEQUENTIAL
    mode: Mode = Mode.LIVE
    expires_at: datetime | None = START + timedelta(days=30)
    names: tuple[str, ...] = ("nda.pdf",)
    pages: int = 2
    allow_delegation: bool = True


def all_kinds(signer: str = "s1") -> tuple[Field, ...]:
    """Return one field of each kind for a signer, and a signature for the other."""
    other = "s2" if signer == "s1" else "s1"
    kinds = FieldType
    return (
        Field("initials", kinds.INITIALS, 1, Box(486, 730, 60, 22), signer=signer),
        Field("sign", kinds.SIGNATURE, 2, SIGNATURE, signer=signer, label="Signature"),
        Field("day", kinds.DATE, 2, Box(72, 672, 200, 18), signer=signer, label="Date"),
        Field(
            "company",
            kinds.TEXT,
            2,
            Box(72, 640, 200, 18),
            signer=signer,
            label="Company",
            max_length=60,
        ),
        Field("agree", kinds.CHECKBOX, 2, Box(72, 500, 12, 12), signer=signer, label="I agree"),
        Field(
            "note",
            kinds.TEXT,
            2,
            Box(72, 706, 468, 40),
            signer=signer,
            label="Remarks",
            required=False,
        ),
        Field("other", kinds.SIGNATURE, 2, OTHER_SIGNATURE, signer=other),
    )


def a_form(signer: str = "s1") -> tuple[Field, ...]:
    """Return a choice, a list, a number, an address and a signature; the contract has room."""
    kinds = FieldType
    choice = tuple(
        Field(
            f"r{n}", kinds.RADIO, 1, Box(72 + 90 * n, 718, 11, 11), signer=signer,
            group="Marital status", label=word,
        )
        for n, word in enumerate(("Single", "Married", "Other"))
    )  # fmt: skip
    return (
        *choice,
        Field(
            "country", kinds.SELECT, 2, Box(72, 640, 200, 18), signer=signer, label="Country",
            options=("Germany", "France", "Poland"),
        ),
        Field(
            "rent", kinds.NUMBER, 2, Box(72, 672, 200, 18), signer=signer, label="Rent",
            minimum="1", maximum="5000", decimals=2,
        ),
        Field("mail", kinds.EMAIL, 2, Box(340, 640, 200, 18), signer=signer, label="E-mail"),
        Field(
            "place", kinds.TEXT, 2, Box(340, 672, 200, 18), signer=signer, label="Place",
            value="Berlin", read_only=True,
        ),
        Field("note", kinds.TEXT, 2, Box(340, 706, 60, 12), signer=signer, label="Note", required=False),
        Field("sign", kinds.SIGNATURE, 2, SIGNATURE, signer=signer, label="Signature"),
    )  # fmt: skip


def put(
    rt: Runtime,
    contract: Contract | None = None,
    *,
    at: datetime | None = None,
    pdf: bytes | None = None,
) -> Document:
    """Store the contract and return it."""
    contract = contract or Contract()
    pdf = pdf or agreement(contract.title[:60], contract.pages)
    with pymupdf.open(stream=pdf, filetype="pdf") as opened:
        pages = tuple((page.rect.width, page.rect.height) for page in opened)
    proposal = proposals.Proposal(
        account="local",
        title=contract.title,
        files=tuple(SourceFile(name, sha256(pdf), len(pdf), pages) for name in contract.names),
        invitees=contract.invitees,
        fields=contract.fields,
        signing_order=contract.order,
        mode=contract.mode,
        message=contract.message,
        expires_at=contract.expires_at,
        allow_delegation=contract.allow_delegation,
    )
    now = rt.clock.now() if at is None else at
    number = ids.document_id(now, rt.clock.entropy(ids.ENTROPY_BYTES))
    entry = proposals.create(proposal, actor=OPERATOR)
    return rt.store.create(number, entry, at=now, blobs=[pdf])


def token(rt: Runtime, document: Document, signer: str = "s1") -> str:
    return signing_url(rt, document, document.signer(signer)).partition("?t=")[2]


@cache
def agreement(title: str, pages: int = 2) -> bytes:
    """Return a contract with places to sign at the bottom of its second page."""
    document = pymupdf.open()
    for number in range(1, pages + 1):
        page = document.new_page(width=612, height=792)
        _fill(page, title, number)
    return bytes(document.tobytes(garbage=3, deflate=True, no_new_id=True))


def _fill(page: pymupdf.Page, title: str, number: int) -> None:
    top = 84.0
    if number == 1:
        page.insert_htmlbox(
            pymupdf.Rect(72, 66, 540, 120),
            f'<p style="font-family:sans-serif;font-size:19px;font-weight:bold">{title}</p>',
        )
        top = 128.0
    clauses = _CLAUSES if number % 2 else _CLAUSES[::-1]
    words = "".join(
        f'<p style="font-family:serif;font-size:10.5px;line-height:1.45"><b>{number}.{at} {head}.</b> '
        f"{text}</p>"
        for at, (head, text) in enumerate(clauses, start=1)
    )
    top = 150.0 if number == 2 else top
    page.insert_htmlbox(pymupdf.Rect(72, top, 540, 700 if number == 1 else 490), words)
    if number != 2:
        return
    page.insert_text((92, 510), "The parties have read and understood the agreement.", fontsize=9)
    page.draw_rect(pymupdf.Rect(72, 500, 84, 512), width=0.7)
    for x in (72, 340):
        for y, label in ((630, "Signature"), (658, "Company"), (690, "Date")):
            page.draw_line((x, y), (x + 200, y), width=0.6)
            page.insert_text((x, y + 9), label, fontsize=7, color=(0.4, 0.4, 0.4))


_CLAUSES = (
    (
        "Purpose",
        "The parties wish to explore a business relationship. In the course of their talks each "
        "may disclose information to the other that it treats as confidential. This agreement "
        "states how such information may be used, by whom, and for how long.",
    ),
    (
        "Confidential information",
        "Confidential information is everything that one party discloses to the other in writing, "
        "orally or by inspection of objects, and that is marked as confidential or that a "
        "reasonable person would understand to be so from the circumstances of its disclosure.",
    ),
    (
        "Exceptions",
        "Information is not confidential if it is or becomes public without a breach of this "
        "agreement, was known to the receiving party before, was received from a third party who "
        "was free to disclose it, or was developed independently.",
    ),
    (
        "Care",
        "Each party keeps the other's confidential information secret with at least the care that "
        "it takes of its own, and uses it for the purpose above only. It tells it to those of its "
        "people who need to know it and who are bound to secrecy in the same way.",
    ),
    (
        "Term",
        "This agreement starts on the day of the last signature and ends after three years. The "
        "duty of secrecy goes on for two years after that. Either party may ask at any time that "
        "documents be returned or destroyed, and that this be confirmed in writing.",
    ),
    (
        "General",
        "This agreement is governed by the law of the place where the disclosing party has its "
        "seat. Changes need the written form. If a clause is void the others stay in force.",
    ),
)
