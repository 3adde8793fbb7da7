"""Signing links: a token that carries its own address and can be checked without a table.

``<document>.<signer>.<43 characters>``: the last part is an HMAC-SHA256 under the workspace's
link key over document, signer and generation, so nothing secret is stored and a new generation
kills the old link.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Final

from sygn_cli.domain.errors import NotFound
from sygn_cli.domain.ids import DOCUMENT_ID, SIGNER_ID

_TOKEN: Final = re.compile(
    rf"({DOCUMENT_ID.pattern})\.({SIGNER_ID.pattern})\.([A-Za-z0-9_-]{{43}})"
)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a token says it belongs; proves nothing until :func:`opens` says so."""

    document: str
    signer: str


def token(key: bytes, document: str, signer: str, generation: int) -> str:
    """Return the secret that opens the signing page of one signer."""
    message = f"sygn-link-1\n{document}\n{signer}\n{generation}".encode("ascii")
    digest = hmac.new(key, message, hashlib.sha256).digest()
    return f"{document}.{signer}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode('ascii')}"


def address(presented: str) -> Address:
    """Return where a token points.

    Raises:
        NotFound: It does not have the form of a token.
    """
    match = _TOKEN.fullmatch(presented)
    if not match:
        raise NotFound("This signing link is not complete or not known.")
    return Address(match[1], match[2])


def opens(presented: str, key: bytes, where: Address, generation: int) -> bool:
    """Tell in constant time whether the token is the current one for that signer."""
    expected = token(key, where.document, where.signer, generation)
    return hmac.compare_digest(presented.encode(), expected.encode())
