"""Seal a PDF: embed the evidence and certify both with one PAdES signature."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sygn_cli.engine.credential import Credential

TRAIL_NAME: Final = "audit.jsonl"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that travels inside the sealed PDF."""

    name: str
    content: bytes = field(repr=False)
    description: str = ""
    media_type: str = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed PDF.

    Attributes:
        level: PAdES baseline level that was reached: "B-B" or "B-T".
        timestamp_error: Why a wanted timestamp is missing, "" otherwise.
    """

    pdf: bytes = field(repr=False)
    sha256: str
    level: str
    timestamp_error: str = ""


def seal(
    pdf: bytes,
    credential: Credential,
    *,
    at: datetime,
    reason: str,
    attachments: Sequence[Attachment] = (),
    tsa_urls: Sequence[str] = (),
) -> Sealed:
    """Return the PDF with the attachments, certified so that no change is allowed (DocMDP P=1).

    Args:
        pdf: A flat, unsigned PDF, as ``stamp`` makes it.
        credential: Whose signature the seal is.
        at: Claimed signing time.
        reason: Why, for the signature dictionary.
        attachments: Embedded as associated files; the trail's name is ``TRAIL_NAME``.
        tsa_urls: Time-stamping authorities, tried in order; the seal falls back to B-B when none
            of them answers.

    Raises:
        SealFailed: The credential or the PDF cannot be used.
    """
    raise NotImplementedError
