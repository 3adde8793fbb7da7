"""Signatures of the signers themselves, made at completion with keys that live for one act."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Final

from sygn_cli.domain import moment
from sygn_cli.domain.field import FieldType
from sygn_cli.engine import credential
from sygn_cli.engine.signer_signatures import SignerSignature, places

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sygn_cli.domain.document import Document
    from sygn_cli.domain.geometry import Box
    from sygn_cli.domain.signer import Signer
    from sygn_cli.services.runtime import Runtime

_FIELD: Final = "Signer-"
# Where a signer's signature is shown: on the mark that says most.
_SHOWN_ON: Final = (FieldType.SIGNATURE, FieldType.INITIALS)


def signer_signatures(
    runtime: Runtime, document: Document, stamped: bytes
) -> list[SignerSignature]:
    """Return what each signer's signature is to be made of, in the order in which they signed.

    Nothing of it is kept: if sealing fails, the next attempt makes new keys.

    Args:
        runtime: Whose CA issues the credentials.
        document: Signed by all.
        stamped: Its files with all marks, as one PDF.

    Raises:
        SealFailed: The CA cannot be used.
    """
    signers = sorted(document.signers, key=lambda one: one.signed_at or document.updated_at)
    boxes = [_box(document, one) for one in signers]
    found = runtime.pdf.call(places, stamped, boxes)
    return [
        SignerSignature(
            field=f"{_FIELD}{signer.id}",
            title=f"Signature of {signer.name}",
            credential=runtime.keys.signer_credential(signer.name, signer.email),
            reason=_reason(signer),
            place=place,
        )
        for signer, place in zip(signers, found, strict=True)
    ]


def fingerprints(signatures: Sequence[SignerSignature]) -> dict[str, str]:
    """Return the SHA-256 of their certificates by signer id, for the audit trail."""
    return {
        one.field.removeprefix(_FIELD): credential.fingerprint(one.credential.cert_pem)
        for one in signatures
    }


def _reason(signer: Signer) -> str:
    if signer.signed_at is None:
        return "Signed"
    at = moment.to_wire(signer.signed_at)[:16].replace("T", " ")
    return f"Signed on {at} UTC, as the audit trail inside tells"


def _box(document: Document, signer: Signer) -> tuple[int, Box] | None:
    """Return the index of the page in the whole, and the place there; None without a mark."""
    first = [0, *accumulate(len(file.pages) for file in document.files)]
    mine = [one for one in document.fields_of(signer.id) if one.id in document.marks]
    for kind in _SHOWN_ON:
        for one in mine:
            if one.type is kind:
                return first[one.file - 1] + one.page - 1, one.box
    return None
