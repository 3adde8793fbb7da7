"""A desk: one document that its signers sign one after the other, on one device.

Its address is good for one device only, the first that opens it. Nobody gets a signer's link: each
says who they are and has a turn (``services/turns.py``).
"""

from __future__ import annotations

import base64
import hmac
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sygn_cli.domain import routing
from sygn_cli.domain.document import DocumentStatus
from sygn_cli.domain.errors import Forbidden, NotYourTurn
from sygn_cli.domain.signer import SignerStatus
from sygn_cli.services import turns

if TYPE_CHECKING:
    from sygn_cli.domain.document import Document
    from sygn_cli.domain.signer import Signer
    from sygn_cli.services.runtime import Runtime

PATH: Final = "/in-person"


@dataclass(frozen=True, slots=True)
class Round:
    """How far a document has come.

    Attributes:
        next: Who may sign now; empty at the end.
        signed: How many have signed.
    """

    document: Document
    next: tuple[Signer, ...]
    signed: int


class Desk:
    """Hands a document round on one device; lives as long as the process.

    Args:
        runtime: The workspace; its ``turns`` must be those that the signing pages ask.
        document_id: The document.

    Raises:
        NotYourTurn: Nobody can sign it now.
    """

    def __init__(self, runtime: Runtime, document_id: str) -> None:
        document = runtime.store.load(document_id)
        if not routing.next_signers(document):
            is_draft = document.status is DocumentStatus.DRAFT
            raise NotYourTurn(
                f"Document {document.id} is {document.status}: there is nobody to sign it.",
                hint=f"Send it first: sygn send {document.id}"
                if is_draft
                else f"See where it stands: sygn status {document.id}",
            )
        self._runtime = runtime
        self._document = document_id
        self._ticket = self._secret()
        self._device = ""
        self._lock = threading.Lock()

    def url(self, base_url: str) -> str:
        """Return the address that opens the desk, once."""
        return f"{base_url.rstrip('/')}{PATH}?t={self._ticket}"

    def open(self, ticket: str) -> str:
        """Return the secret by which a device is known from now on.

        Raises:
            Forbidden: The ticket is wrong, or was used before.
        """
        with self._lock:
            if self._device or not _same(ticket, self._ticket):
                raise Forbidden("This address was used before.")
            self._device = self._secret()
            return self._device

    def look(self, device: str) -> Round:
        """Return how far the document has come.

        Raises:
            Forbidden: It is another device.
        """
        self._require(device)
        document = self._runtime.store.load(self._document)
        overdue = document.is_overdue(self._runtime.clock.now())
        waiting = () if overdue else routing.next_signers(document)
        signed = sum(one.status is SignerStatus.SIGNED for one in document.signers)
        return Round(document, waiting, signed)

    def begin(self, device: str, signer_id: str) -> str:
        """Return a token for somebody who says that they are this signer.

        Raises:
            Forbidden: It is another device.
            NotYourTurn: It is not this signer's turn.
        """
        now = self.look(device)
        if not any(one.id == signer_id for one in now.next):
            raise NotYourTurn("It is somebody else's turn to sign.")
        clock = self._runtime.clock
        return self._runtime.turns.begin(
            self._document,
            signer_id,
            now=clock.now(),
            entropy=clock.entropy(turns.ENTROPY_BYTES),
        )

    def _require(self, device: str) -> None:
        if not self._device or not _same(device, self._device):
            raise Forbidden("This device was not given the document.")

    def _secret(self) -> str:
        random = self._runtime.clock.entropy(turns.ENTROPY_BYTES)
        return base64.urlsafe_b64encode(random).decode("ascii")


def _same(presented: str, expected: str) -> bool:
    return hmac.compare_digest(presented.encode("utf-8", "replace"), expected.encode())
