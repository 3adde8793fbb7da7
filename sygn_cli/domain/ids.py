"""Identifiers: sortable by time, safe in file names and URLs, made from values that come in.

A document id is ``doc_`` and a ULID (128 bits: 48 of milliseconds, 80 random) in lower-case
Crockford base 32, see https://github.com/ulid/spec.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
ENTROPY_BYTES: Final = 10
DOCUMENT_ID: Final = re.compile(r"doc_[0-7][0-9a-hjkmnp-tv-z]{25}")
DOCUMENT_ID_PREFIX: Final = re.compile(r"doc_[0-9a-hjkmnp-tv-z]{0,26}")
SIGNER_ID: Final = re.compile(r"s[1-9][0-9]{0,2}")
FIELD_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}")


def ulid(at: datetime, entropy: bytes) -> str:
    """Return the 26 characters for a moment and ten random bytes."""
    if len(entropy) != ENTROPY_BYTES:
        raise ValueError(f"a ULID takes {ENTROPY_BYTES} random bytes, not {len(entropy)}")
    milliseconds = (at - _EPOCH) // timedelta(milliseconds=1)
    number = (milliseconds << 80) | int.from_bytes(entropy, "big")
    return base32(number.to_bytes(16, "big"))


def base32(content: bytes) -> str:
    """Return 16 bytes as 26 characters."""
    number = int.from_bytes(content, "big")
    return "".join(_ALPHABET[(number >> shift) & 31] for shift in range(125, -5, -5))


def document_id(at: datetime, entropy: bytes) -> str:
    """Return a new document id."""
    return f"doc_{ulid(at, entropy)}"


def created_month(document: str) -> str:
    """Return the month that a document id carries, as ``YYYY-MM`` (UTC).

    Raises:
        ValueError: It is not a document id.
    """
    if not DOCUMENT_ID.fullmatch(document):
        raise ValueError(f"not a document id: {document!r}")
    number = 0
    for character in document.removeprefix("doc_")[:10]:
        number = number * 32 + _ALPHABET.index(character)
    return (_EPOCH + timedelta(milliseconds=number)).strftime("%Y-%m")
