"""The document: the aggregate of files, signers, fields and state that others call an envelope."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from sygn_cli.domain.errors import (
    AlreadyCompleted,
    Declined,
    Expired,
    NotFound,
    Voided,
)
from sygn_cli.domain.signer import Signer, SignerStatus

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sygn_cli.domain.beside import Delegation, Question
    from sygn_cli.domain.field import Field
    from sygn_cli.domain.mark import Mark

LONGEST_TITLE: Final = 200
LONGEST_MESSAGE: Final = 2000
MOST_FILES: Final = 50
MOST_FIELDS: Final = 2000
MOST_CC: Final = 50
LOCAL_ACCOUNT: Final = "local"


class DocumentStatus(StrEnum):
    """Where a document stands. The last four are final."""

    DRAFT = "draft"
    SENT = "sent"
    PARTIALLY_SIGNED = "partially_signed"
    COMPLETED = "completed"
    DECLINED = "declined"
    EXPIRED = "expired"
    VOIDED = "voided"

    @property
    def is_open(self) -> bool:
        """Whether signers may still act."""
        return self in {DocumentStatus.SENT, DocumentStatus.PARTIALLY_SIGNED}


class SigningOrder(StrEnum):
    """Whether signers act all at once or by rank."""

    PARALLEL = "parallel"
    SEQUENTIAL = "sequential"


class Signatures(StrEnum):
    """Whose digital signatures the finished file carries: the seal, or each signer's as well."""

    SEAL = "seal"
    EACH = "each"


class Mode(StrEnum):
    """Live documents count; test documents are marked SANDBOX."""

    LIVE = "live"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One PDF as it was given.

    Attributes:
        name: File name without folders.
        sha256: Hash of the exact bytes.
        size: In bytes.
        pages: Displayed size of each page in points, as (width, height).
    """

    name: str
    sha256: str
    size: int
    pages: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Document:
    """One signing, whole.

    Attributes:
        seq: Number of the last event, from 0.
        head: Hash of the last event: the state of the audit trail in 64 characters.
        updated_at: Time of the last event.
        marks: What was put into each field so far, by field id.
        detected_fields: Whether the fields were found by sygn rather than given.
        sealed_sha256: Hash of the sealed PDF, "" before.
        certificate_sha256: Hash of the completion certificate, "" before.
        seal_error: Why sealing failed when it was last tried, "" if it did not.
        webhook: Id of the endpoint that hears of this document besides those that hear of all.
        mailed: Whether signers and those who get copies are written to.
        reminded_at: When those whose turn it was were last reminded.
        locale: Of the certificate, and of signers who have none of their own; "" if nobody said.
        allow_delegation: Whether signers may let somebody else sign in their place.
        delegations: Who passed a signature on, or for whom the sender did, the oldest first.
        questions: What signers asked the sender, the oldest first.
    """

    id: str
    account: str
    title: str
    status: DocumentStatus
    signing_order: SigningOrder
    mode: Mode
    files: tuple[SourceFile, ...]
    signers: tuple[Signer, ...]
    fields: tuple[Field, ...]
    created_at: datetime
    expires_at: datetime | None
    seq: int
    head: str
    updated_at: datetime
    cc: tuple[str, ...] = ()
    message: str = ""
    detected_fields: bool = False
    marks: Mapping[str, Mark] = field(default_factory=lambda: MappingProxyType({}))
    sent_at: datetime | None = None
    completed_at: datetime | None = None
    declined_at: datetime | None = None
    voided_at: datetime | None = None
    expired_at: datetime | None = None
    sealed_sha256: str = ""
    certificate_sha256: str = ""
    seal_error: str = ""
    signatures: Signatures = Signatures.SEAL
    webhook: str = ""
    mailed: bool = True
    reminded_at: datetime | None = None
    locale: str = ""

    def locale_of(self, signer: Signer) -> str:
        """Return the locale that a signer is written to in, "" where nobody said."""
        return signer.locale or self.locale

    allow_delegation: bool = True
    delegations: tuple[Delegation, ...] = ()
    questions: tuple[Question, ...] = ()

    def signer(self, signer_id: str) -> Signer:
        """Return the signer of that id.

        Raises:
            NotFound: The document has none.
        """
        for signer in self.signers:
            if signer.id == signer_id:
                return signer
        known = ", ".join(signer.id for signer in self.signers)
        raise NotFound(
            f"Document {self.id} has no signer {signer_id!r}.", hint=f"Its signers are: {known}."
        )

    def fields_of(self, signer_id: str) -> tuple[Field, ...]:
        """Return a signer's fields in reading order."""
        mine = [one for one in self.fields if one.signer == signer_id]
        return tuple(
            sorted(mine, key=lambda f: (f.file, f.page, round(f.box.bottom / 6), f.box.x))
        )

    @property
    def all_signed(self) -> bool:
        """Whether nobody is left to sign."""
        return all(signer.status is SignerStatus.SIGNED for signer in self.signers)

    @property
    def awaits_seal(self) -> bool:
        """Whether everyone has signed and the completion is still to be made."""
        return self.status.is_open and self.all_signed

    def is_overdue(self, now: datetime) -> bool:
        """Whether the deadline passed while somebody had still to sign."""
        return (
            self.status.is_open
            and not self.all_signed
            and self.expires_at is not None
            and now >= self.expires_at
        )

    def require_open(self) -> None:
        """Refuse unless signers may act.

        Raises:
            AlreadyCompleted, Voided, Declined, Expired: As the document is.
            NotFound: It is a draft, which no signer may see.
        """
        match self.status:
            case DocumentStatus.COMPLETED:
                raise AlreadyCompleted(f"Document {self.id} is completed.")
            case DocumentStatus.VOIDED:
                raise Voided(f"Document {self.id} was voided by the sender.")
            case DocumentStatus.DECLINED:
                raise Declined(f"Document {self.id} was declined by a signer.")
            case DocumentStatus.EXPIRED:
                raise Expired(f"Document {self.id} has expired.")
            case DocumentStatus.DRAFT:
                raise NotFound(f"Document {self.id} has not been sent yet.")
            case DocumentStatus.SENT | DocumentStatus.PARTIALLY_SIGNED:
                return
