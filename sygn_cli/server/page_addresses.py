"""Addresses of page pictures: unguessable, cacheable for ever, and of no use for signing."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING, Final

from sygn_cli.domain.errors import NotFound
from sygn_cli.domain.ids import DOCUMENT_ID

if TYPE_CHECKING:
    from sygn_cli.domain.document import Document
    from sygn_cli.services.runtime import Runtime

_PURPOSE: Final = b"sygn-page-1"
_BYTES: Final = 18  # 144 bits, 24 characters


def page_address(runtime: Runtime, document: Document, file: int, page: int) -> str:
    """Return the path of a page without its ending: ``.webp`` shows it, ``.txt`` reads it.

    The signer's token is not in it: browsers keep such addresses in their caches and histories.
    """
    return f"/x/pages/{document.id}/{file}/{page}/{_proof(runtime, document, file, page)}"


def open_page(runtime: Runtime, document_id: str, file: int, page: int, proof: str) -> Document:
    """Return the document that an address belongs to.

    Raises:
        NotFound: The address was not made by :func:`page_address`.
    """
    if not DOCUMENT_ID.fullmatch(document_id):
        raise NotFound("There is no such page.")
    document = runtime.store.load(document_id)
    if not 1 <= file <= len(document.files):
        raise NotFound("There is no such page.")
    if not hmac.compare_digest(
        _proof(runtime, document, file, page).encode(), proof.encode("utf-8", "replace")
    ):
        raise NotFound("There is no such page.")
    return document


def _proof(runtime: Runtime, document: Document, file: int, page: int) -> str:
    key = hmac.new(runtime.keys.link_key(), _PURPOSE, hashlib.sha256).digest()
    message = f"{document.id}\n{document.files[file - 1].sha256}\n{file}\n{page}"
    digest = hmac.new(key, message.encode("ascii"), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:_BYTES]).decode("ascii")
