"""The evidence bundle: one archive that a stranger can check without sygn, and without Python."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sygn_cli.domain.audit import EventType, sha256
from sygn_cli.engine import signatures, verify
from sygn_cli.services import bundle_guide, downloads
from sygn_cli.services.bundle_guide import Guide, SignedFile

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sygn_cli.domain.audit import Event
    from sygn_cli.engine.signatures import Embedded
    from sygn_cli.services.runtime import Runtime
    from sygn_cli.store.ledger import Inclusion

SUMS: Final = "SHA256SUMS"
_SIGNED: Final = "signed.pdf"
_CERTIFICATE: Final = "certificate.pdf"
# The least that a ZIP archive can say; what matters has its time inside.
_NO_TIME: Final = (1980, 1, 1, 0, 0, 0)
_READABLE: Final = 0o644 << 16
_UNIX: Final = 3
# SubjectPublicKeyInfo of an Ed25519 key, up to the key (RFC 8410, section 10.1).
_ED25519: Final = bytes.fromhex("302a300506032b6570032100")


@dataclass(frozen=True, slots=True)
class Bundle:
    """An archive.

    Attributes:
        document: Id of the document that it is about.
        names: What is in it, in order.
    """

    document: str
    archive: bytes
    names: tuple[str, ...]


def export(runtime: Runtime, document_id: str) -> Bundle:
    """Return everything there is to prove about a completed document; the same bytes each time.

    Only the workspace's checkpoint, and the proofs that lead to it, change when the workspace
    grows.

    Raises:
        NotCompleted: Not everyone has signed.
        Tampered: Something is not what it was.
    """
    sealed = {
        _SIGNED: downloads.signed_pdf(runtime, document_id),
        _CERTIFICATE: downloads.certificate(runtime, document_id),
    }
    events = runtime.store.trail(document_id)
    originals = _originals(runtime, document_id)
    signed = [
        _signed_file(runtime, name, sealed[name], _moment_of(events, kind))
        for name, kind in ((_SIGNED, EventType.SEALED), (_CERTIFICATE, EventType.COMPLETED))
    ]
    note = runtime.ledger.checkpoint()
    guide = Guide(
        document=document_id,
        originals=tuple(originals),
        signed=tuple(signed),
        events=len(events),
        head=events[-1].hash(),
    )
    files = {
        "VERIFY.md": bundle_guide.text(guide).encode(),
        **originals,
        **sealed,
        "audit.jsonl": downloads.trail_lines(runtime, document_id),
        "root.pem": _roots(runtime, sealed),
        "checkpoint": note,
        "log.pub": runtime.ledger.verifier().encode() + b"\n",
        "log.pem": _log_key(runtime.ledger.verifier()),
        **_proofs(runtime.ledger.inclusions(document_id, note)),
        **_signatures(sealed, signed),
    }
    files[SUMS] = _sums(files)
    return Bundle(document_id, _zipped(files), tuple(files))


def _originals(runtime: Runtime, document_id: str) -> dict[str, bytes]:
    files = runtime.store.load(document_id).files
    if len(files) == 1:
        return {"original.pdf": downloads.original_pdf(runtime, document_id)}
    return {
        f"original-{number}.pdf": downloads.original_pdf(runtime, document_id, number)
        for number in range(1, len(files) + 1)
    }


def _roots(runtime: Runtime, sealed: Mapping[str, bytes]) -> bytes:
    """Return the roots that these files lead to; the workspace may have had several."""
    roots = runtime.keys.roots()
    if len(roots) == 1:
        return roots[0]
    # Seal and signers may have credentials of different authorities.
    good = [
        root
        for root in roots
        for pdf in sealed.values()
        if any(
            one.trusted for one in runtime.pdf.call(verify.verify, pdf, trust=[root]).signatures
        )
    ]
    return b"".join(dict.fromkeys(good))


def _moment_of(events: Sequence[Event], kind: EventType) -> int:
    """Return when it happened last, in seconds of Unix time."""
    return max(int(event.at.timestamp()) for event in events if event.type is kind)


def _signed_file(runtime: Runtime, name: str, pdf: bytes, at: int) -> SignedFile:
    inside = runtime.pdf.call(verify.embedded_trail, pdf) or b""
    return SignedFile(
        name=name,
        size=len(pdf),
        at=at,
        events=inside.count(b"\n"),
        signatures=tuple(runtime.pdf.call(signatures.signatures, pdf)),
    )


def _log_key(verifier: str) -> bytes:
    """Return the public key of the log in PEM, as openssl reads it."""
    key = base64.b64decode(verifier.split("+", 2)[2])[1:]
    encoded = base64.b64encode(_ED25519 + key).decode("ascii")
    return f"-----BEGIN PUBLIC KEY-----\n{encoded}\n-----END PUBLIC KEY-----\n".encode()


def _proofs(inclusions: Sequence[Inclusion]) -> dict[str, bytes]:
    """Return one file per event: its line in the log, then side and hash of each step."""
    return {f"proofs/{one.seq}.txt": _proof(one) for one in inclusions}


def _proof(inclusion: Inclusion) -> bytes:
    steps = [
        f"{'left' if step.left else 'right'} {base64.b64encode(step.hash).decode('ascii')}"
        for step in inclusion.steps
    ]
    return b"\n".join([inclusion.entry, *(step.encode() for step in steps)]) + b"\n"


def _signatures(sealed: Mapping[str, bytes], signed: Sequence[SignedFile]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    told: list[dict[str, object]] = []
    for file in signed:
        for number, one in enumerate(file.signatures, start=1):
            name = bundle_guide.der_name(file, number)
            files[name] = one.der
            told.append(
                {
                    "file": file.name,
                    "field": one.name,
                    "kind": one.kind,
                    "byte_range": list(one.byte_range),
                    "signed_sha256": sha256(_covered(sealed[file.name], one)),
                    "der": name,
                }
            )
    listed = json.dumps({"signatures": told}, indent=2) + "\n"
    return {**files, "signatures/signatures.json": listed.encode()}


def _covered(pdf: bytes, one: Embedded) -> bytes:
    start, before, behind, rest = one.byte_range
    return pdf[start : start + before] + pdf[behind : behind + rest]


def _sums(files: Mapping[str, bytes]) -> bytes:
    return b"".join(f"{sha256(content)}  {name}\n".encode() for name, content in files.items())


def _zipped(files: Mapping[str, bytes]) -> bytes:
    """Return an archive that depends on nothing but its files: no times, no compression."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _NO_TIME)
            entry.external_attr, entry.create_system = _READABLE, _UNIX
            archive.writestr(entry, content)
    return target.getvalue()
