"""What ``verify`` answers: a verdict, and what was found out about each signature."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sygn_cli.domain.stated import stated

if TYPE_CHECKING:
    from datetime import datetime

    from sygn_cli.domain.audit import Event
    from sygn_cli.engine.revisions import Change


class Status(StrEnum):
    """The verdict in one word."""

    VALID = "valid"
    TAMPERED = "tampered"
    UNTRUSTED = "untrusted"
    UNMET = "unmet"
    UNSIGNED = "unsigned"


@dataclass(frozen=True, slots=True)
class SignatureFinding:
    """What was found out about one signature or document timestamp.

    Attributes:
        field: Name of the signature field.
        signer: Common name in the certificate, "" where it cannot be read.
        fingerprint: SHA-256 of the signer's certificate in hex.
        claimed_at: Signing time as the signer's own clock had it.
        timestamped_at: Time vouched for by a timestamp that verifies, None without one.
        timestamp_trusted: Whether the authority of that timestamp is trusted.
        intact: The signed bytes are what was signed.
        valid: The signature was made with the key of the certificate.
        trusted: The certificate leads to a trusted root and was valid at the time.
        covers_file: Every byte of the file is covered, but for the signature itself.
        coverage: pyHanko's word for what is covered, for example "ENTIRE_FILE".
        modification: pyHanko's word for later changes, "NONE" when there are none.
        docmdp: Permission of a certification: 1 no changes, 2 forms, 3 forms and notes;
            None for an ordinary signature.
        ours: It says that sygn made it, and so is held to all that sygn promises.
        authority: SHA-256 of the certificate of whoever made that timestamp, "" without one.
    """

    field: str
    signer: str
    fingerprint: str
    claimed_at: datetime | None
    timestamped_at: datetime | None
    timestamp_trusted: bool
    intact: bool
    valid: bool
    trusted: bool
    covers_file: bool
    coverage: str
    modification: str
    docmdp: int | None
    ours: bool = False
    authority: str = ""

    @property
    def who(self) -> str:
        """Whom to name in a sentence."""
        return self.signer or stated("somebody unnamed")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a file is worth.

    Attributes:
        reasons: Sentences for people: why it is not valid, or what holds.
        sha256: Of the whole file.
        level: PAdES level of the seal ("B-B" to "B-LTA"; above "B-T" only under trusted roots), "" where nothing is signed.
        trail: The embedded audit trail, empty where there is none or it is broken.
        head: Hash of the trail's last event, "" without a trail.
        document: Id of the document that the trail is about, "" without a trail.
        changes: What revisions behind the last signature did; empty where there are none.
        unmet: What was demanded beyond a good seal and is not so, in sentences.
    """

    status: Status
    reasons: tuple[str, ...]
    signatures: tuple[SignatureFinding, ...]
    sha256: str
    level: str = ""
    trail: tuple[Event, ...] = ()
    head: str = ""
    document: str = ""
    changes: tuple[Change, ...] = ()
    unmet: tuple[str, ...] = ()
