"""The words a signer accepts before signing; their hash goes into the audit trail."""

from __future__ import annotations

from typing import Final

from sygn_cli.domain.audit import sha256

LOCALE: Final = "en"
CONSENT: Final = (
    "I agree to sign this document electronically. My electronic signature is meant to have the "
    "same effect as one by hand, as far as the law allows. I have been able to read the whole "
    "document. A record of my signing, with the time, my IP address and my browser, is kept and "
    "given to everybody who takes part. I may decline instead, or ask the sender for a paper copy."
)


def fingerprint(wording: str) -> str:
    """Return the SHA-256 of the words in UTF-8, as the trail and the certificate carry it."""
    return sha256(wording.encode())
