"""Handing out what a document holds: the sealed PDF, the certificate, the originals, the trail."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sygn_cli.domain.document import Document, DocumentStatus
from sygn_cli.domain.errors import NotCompleted, NotFound
from sygn_cli.services import documents

if TYPE_CHECKING:
    from sygn_cli.services.runtime import Runtime


def signed_pdf(runtime: Runtime, document_id: str) -> bytes:
    """Return the sealed PDF.

    Raises:
        NotCompleted: Not everyone has signed, or sealing has failed so far.
        Voided, Declined, Expired: Nor will they.
    """
    document = _completed(runtime, document_id)
    return runtime.store.blob(document.id, document.sealed_sha256)


def certificate(runtime: Runtime, document_id: str) -> bytes:
    """Return the completion certificate, a sealed PDF of its own.

    Raises:
        NotCompleted: As for :func:`signed_pdf`.
    """
    document = _completed(runtime, document_id)
    return runtime.store.blob(document.id, document.certificate_sha256)


def original_pdf(runtime: Runtime, document_id: str, file: int = 1) -> bytes:
    """Return a source PDF, byte for byte as it was given; files count from 1."""
    document = runtime.store.load(document_id)
    if not 1 <= file <= len(document.files):
        raise NotFound(f"Document {document.id} has no file {file}; it has {len(document.files)}.")
    return runtime.store.blob(document.id, document.files[file - 1].sha256)


def trail_lines(runtime: Runtime, document_id: str) -> bytes:
    """Return the audit trail as it is stored and hashed: one canonical JSON line per event."""
    return b"".join(event.line() + b"\n" for event in runtime.store.trail(document_id))


def trail_json(runtime: Runtime, document_id: str) -> dict[str, object]:
    """Return the audit trail as one object: the document, the chain's head, the events."""
    events = runtime.store.trail(document_id)
    return {
        "document": document_id,
        "head": events[-1].hash(),
        "events": [{**json.loads(event.line()), "hash": event.hash()} for event in events],
    }


def _completed(runtime: Runtime, document_id: str) -> Document:
    document = documents.get(runtime, document_id)
    if document.status is DocumentStatus.COMPLETED:
        return document
    if document.status.is_open and document.all_signed:
        raise NotCompleted(
            f"Everyone has signed document {document.id}, but it could not be sealed: "
            f"{document.seal_error or 'it is being sealed'}",
            hint="Look with: sygn doctor",
        )
    if document.status.is_open:
        raise NotCompleted(
            "The document is not fully signed yet.",
            hint=f"Wait for it with: sygn status {document.id} --wait",
        )
    if document.status is DocumentStatus.DRAFT:
        raise NotCompleted("The document has not been sent yet.")
    document.require_open()
    raise AssertionError(document.status)  # pragma: no cover
