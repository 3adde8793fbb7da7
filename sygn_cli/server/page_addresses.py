"""Addresses of page pictures: unguessable, cacheable for ever, and of no use for signing."""

from __future__ import annotations

import base64
import hmac
from typing import TYPE_CHECKING, Final

from sygn_cli.domain.errors import NotFound
from sygn_cli.domain.ids import DOCUMENT_ID
from sygn_cli.services.pictures import STYLE

if TYPE_CHECKING:
    from sygn_cli.domain.document import Document
    from sygn_cli.services.runtime import Runtime

_PURPOSE: Final = b"sygn-page-1"
_BYTES: Final = 18  # 144 bits, 24 characters


def page_addresses(runtime: Runtime, document: Document, file: int) -> list[str]:
    """Return the paths of a file's pages without their ending: ``.webp`` shows, ``.txt`` reads.

    The signer's token is not in them: browsers keep such addresses in their caches and histories.
    """
    key = _key(runtime)
    return [
        f"/x/pages/{document.id}/{file}/{page}/{_proof(key, document, file, page)}"
        for page in range(1, len(document.files[file - 1].pages) + 1)
    ]


def open_page(runtime: Runtime, document_id: str, file: int, page: int, proof: str) -> Document:
    """Return the document that an address belongs to.

    Raises:
        NotFound: The address was not made by :func:`page_addresses`.
    """
    if not DOCUMENT_ID.fullmatch(document_id):
        raise NotFound("There is no such page.")
    document = runtime.store.load(document_id)
    if not 1 <= file <= len(document.files):
        raise NotFound("There is no such page.")
    wanted = _proof(_key(runtime), document, file, page)
    if not hmac.compare_digest(wanted.encode(), proof.encode("utf-8", "replace")):
        raise NotFound("There is no such page.")
    return document


def _key(runtime: Runtime) -> bytes:
    return hmac.digest(runtime.keys.link_key(), _PURPOSE, "sha256")


def _proof(key: bytes, document: Document, file: int, page: int) -> str:
    # Browsers keep a picture for ever, so one that would be drawn otherwise has another address.
    message = f"{document.id}\n{document.files[file - 1].sha256}\n{file}\n{page}\n{STYLE}"
    digest = hmac.digest(key, message.encode("ascii"), "sha256")
    return base64.urlsafe_b64encode(digest[:_BYTES]).decode("ascii")
