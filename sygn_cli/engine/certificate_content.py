"""What stands on a completion certificate, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class FileView:
    """One source file."""

    name: str
    pages: int
    sha256: str


@dataclass(frozen=True, slots=True)
class SignerView:
    """One signer, told plainly.

    Attributes:
        status: "Signed", "Declined" or "Pending".
        delivery: How the link reached them ("by e-mail", "shown to the sender in a terminal").
        passed_on: Who was asked first, and why somebody else signed, "" if nobody else did.
        identity: Which identity steps they passed, and when ("link only").
        time_zone: The signer's own, as their browser said it, "" unknown.
        method: How the signature was adopted ("drawn", "typed", "uploaded", "command line").
        signature: The typed name or the like; a drawing is given as ``picture``.
        decline_reason: "" unless they declined.
    """

    name: str
    email: str
    role: str = ""
    status: str = "Signed"
    delivery: str = ""
    identity: str = ""
    passed_on: str = ""
    ip: str = ""
    user_agent: str = ""
    time_zone: str = ""
    sent_at: datetime | None = None
    viewed_at: datetime | None = None
    consented_at: datetime | None = None
    signed_at: datetime | None = None
    declined_at: datetime | None = None
    decline_reason: str = ""
    consent_sha256: str = ""
    values_sha256: str = ""
    method: str = ""


@dataclass(frozen=True, slots=True)
class ConsentView:
    """A wording that signers accepted.

    Attributes:
        language: That it is written in, and was accepted in.
    """

    language: str
    words: str
    sha256: str


@dataclass(frozen=True, slots=True)
class EventView:
    """One line of the history.

    Attributes:
        actor: Who, as people call them.
        words: What, as a sentence.
    """

    at: datetime
    actor: str
    words: str


@dataclass(frozen=True, slots=True)
class CertificateView:
    """Everything that stands on a completion certificate; plain values only.

    Attributes:
        outcome: "Completed", "Declined", "Voided" or "Expired".
        sealed_sha256: Of the signed PDF, "" where there is none.
        chain_head: Hash of the last event of the trail.
        credential: SHA-256 fingerprint of the sealing certificate.
        log_key: Public key of the workspace log (C2SP signed-note), "" where there is none: whoever
            has the certificate knows later that a checkpoint is of that log.
        timestamp_status: For example "No trusted timestamp: the times are those of the sender's
            machine."
        assurance: The assurance level in honest words.
        verify_command: What to type to check the signed PDF.
        qr_text: What the QR code holds.
        made_by: For example "sygn 1.0".
        consents: Each wording that somebody accepted, once.
        locale: Of labels and dates; the words given here are in its language already.
    """

    title: str
    document: str
    outcome: str
    created_at: datetime
    completed_at: datetime | None
    files: tuple[FileView, ...]
    signers: tuple[SignerView, ...]
    events: tuple[EventView, ...] = field(repr=False)
    sealed_sha256: str
    chain_head: str
    credential: str
    credential_name: str
    timestamp_status: str
    assurance: str
    verify_command: str
    qr_text: str
    made_by: str
    sandbox: bool = False
    sender: str = ""
    cc: tuple[str, ...] = ()
    consents: tuple[ConsentView, ...] = ()
    locale: str = ""
    log_key: str = ""
