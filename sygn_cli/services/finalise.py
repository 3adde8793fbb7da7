"""Completing a document that everyone has signed: stamp, seal, verify, certify, commit.

Idempotent and resumable: the sealed file is one commit and the completion another, each of one
line in the audit trail, so a crash leaves either nothing or something to go on from.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from sygn_cli.domain import lifecycle, mark
from sygn_cli.domain.audit import EventType, sha256
from sygn_cli.domain.document import Document, DocumentStatus, Mode, Signatures
from sygn_cli.domain.errors import NotCompleted, NotFound, SygnError
from sygn_cli.domain.field import FieldType
from sygn_cli.engine import completion_certificate, credential, seal, stamp
from sygn_cli.engine.seal import Attachment, Sealed
from sygn_cli.engine.sealer import sealer
from sygn_cli.engine.stamp import Stamp
from sygn_cli.services import own_signatures
from sygn_cli.services.certificate_view import certificate_view
from sygn_cli.services.levels import seal_and_check

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sygn_cli.domain.audit import Event
    from sygn_cli.engine.credential import Credential
    from sygn_cli.engine.signer_signatures import SignerSignature
    from sygn_cli.services.runtime import Runtime

_LOG: Final = logging.getLogger(__name__)
_REASON: Final = "Sealed by sygn after everyone had signed"
_CERTIFICATE_REASON: Final = "Completion certificate made by sygn"


def finalise(runtime: Runtime, document_id: str) -> Document:
    """Return the document completed; does what is left to do, or nothing.

    Raises:
        NotCompleted: Somebody has still to sign, or it ended another way.
        SealFailed: The seal could not be made or did not verify; nothing is lost.
        PdfRefused: The original could not be stamped.
    """
    with runtime.store.exclusive(document_id):
        document = runtime.store.load(document_id)
        if document.status is DocumentStatus.COMPLETED:
            return document
        if not document.awaits_seal:
            raise NotCompleted(
                f"Document {document_id} cannot be sealed: it is {document.status}."
            )
        if not document.sealed_sha256:
            document = _seal(runtime, document)
        return _certify(runtime, document)


def finalise_or_report(runtime: Runtime, document_id: str) -> Document:
    """Like :func:`finalise`, but a failure is recorded in the document and not raised.

    The signatures are safe by now: whoever signed must not see an error, and the sender must.
    """
    try:
        return finalise(runtime, document_id)
    except NotCompleted:
        return runtime.store.load(document_id)  # nothing failed: there is nothing to seal
    except SygnError as error:
        words = error.message
        _LOG.warning("document %s could not be sealed: %s", document_id, words)
    except Exception as error:  # noqa: BLE001 - a bug here must not undo an acknowledged signature
        words = f"unexpected {type(error).__name__}"
        _LOG.exception("document %s could not be sealed", document_id)
    with runtime.store.exclusive(document_id):
        document = runtime.store.load(document_id)
        entry = lifecycle.seal_failed(document, words)
        if entry is None:
            return document
        return runtime.store.commit(document, entry, at=runtime.clock.now())


def _seal(runtime: Runtime, document: Document) -> Document:
    held = runtime.keys.credential()
    stamped = runtime.pdf.call(
        stamp.stamp,
        [runtime.store.blob(document.id, file.sha256) for file in document.files],
        _stamps(runtime, document),
        title=document.title,
        names=[file.name for file in document.files],
        sandbox=document.mode is Mode.TEST,
        created_at=document.created_at,
    )
    signers = []
    if document.signatures is Signatures.EACH:
        signers = own_signatures.signer_signatures(runtime, document, stamped)
    sealed = _sealed(runtime, document, stamped, held=held, reason=_REASON, signers=signers)
    entry = lifecycle.sealed(
        sealed.pdf,
        credential=credential.fingerprint(held.cert_pem),
        level=sealed.level,
        stamped_sha256=sha256(stamped),
        # The certificate tells it, and may be drawn only after a restart.
        level_error=sealed.timestamp_error,
        signers=own_signatures.fingerprints(signers),
    )
    return runtime.store.commit(document, entry, at=runtime.clock.now())


def _certify(runtime: Runtime, document: Document) -> Document:
    held = runtime.keys.credential()
    trail = runtime.store.trail(document.id)
    fingerprint, name = (
        credential.fingerprint(held.cert_pem),
        credential.common_name(held.cert_pem),
    )
    if _sealed_with(trail) != fingerprint:  # it was replaced since, days ago if this failed before
        pdf = runtime.store.blob(document.id, document.sealed_sha256)
        fingerprint, name = runtime.pdf.call(sealer, pdf)
    view = certificate_view(
        document,
        trail,
        fingerprint=fingerprint,
        sealed_by=name,
        consents=_consents(runtime, document),
        log_key=_log_key(runtime),
    )
    drawn = runtime.pdf.call(completion_certificate.draw, view)
    sealed = _sealed(runtime, document, drawn, held=held, reason=_CERTIFICATE_REASON)
    entry = lifecycle.completed(document, sealed.pdf)
    return runtime.store.commit(document, entry, at=runtime.clock.now())


def _sealed_with(trail: Sequence[Event]) -> object:
    return next(
        event.data.get("credential_sha256")
        for event in reversed(trail)
        if event.type is EventType.SEALED
    )


def _log_key(runtime: Runtime) -> str:
    try:
        return runtime.ledger.verifier()
    except NotFound:
        return ""  # a workspace in memory has no log


def _consents(runtime: Runtime, document: Document) -> dict[str, str]:
    accepted = {one.consent_sha256 for one in document.signers if one.consent_sha256}
    return {one: runtime.store.blob(document.id, one).decode() for one in accepted}


def _sealed(
    runtime: Runtime,
    document: Document,
    pdf: bytes,
    *,
    held: Credential,
    reason: str,
    signers: Sequence[SignerSignature] = (),
) -> Sealed:
    """Seal with the trail so far inside, and check the result as anybody would."""
    lines = b"".join(event.line() + b"\n" for event in runtime.store.trail(document.id))
    trail = Attachment(
        seal.TRAIL_NAME,
        lines,
        description="Audit trail: hash-chained events, one JSON object a line",
        media_type="application/jsonl",
    )
    return seal_and_check(
        runtime, pdf, held=held, reason=reason, attachments=[trail], signers=signers
    )


def _stamps(runtime: Runtime, document: Document) -> list[Stamp]:
    stamps = []
    for field in document.fields:
        one = document.marks.get(field.id)
        if one is None and field.type in {FieldType.CHECKBOX, FieldType.RADIO}:
            one = mark.Ticked(on=False)  # also where the PDF came with a tick
        if one is None:
            continue
        picture = None
        if isinstance(one, mark.Picture):
            picture = runtime.store.blob(document.id, one.sha256)
        stamps.append(Stamp(field, one, picture))
    return stamps
