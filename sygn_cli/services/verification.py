"""Judging a file against the workspace: its root, and its record of what it sealed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sygn_cli.domain.audit import sha256
from sygn_cli.domain.errors import NotFound, PdfRefused, Purged
from sygn_cli.domain.ids import DOCUMENT_ID
from sygn_cli.domain.stated import stated
from sygn_cli.engine import listed, renew
from sygn_cli.engine import verify as engine
from sygn_cli.engine.worker import Inline
from sygn_cli.services import revocation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sygn_cli.engine.verify import Verdict
    from sygn_cli.services.ports import PdfWork
    from sygn_cli.services.runtime import Runtime


def verify(
    runtime: Runtime | None,
    pdf: bytes,
    *,
    work: PdfWork | None = None,
    trust: Sequence[bytes] = (),
    signers: int | None = None,
    require_timestamp: bool = False,
    revoked: Sequence[bytes] = (),
) -> Verdict:
    """Return the verdict on a file.

    Args:
        runtime: A workspace whose root is trusted and whose record is compared; None without one.
        pdf: The file.
        work: Where it is read; by default the workspace's place, without one right here.
        trust: More trusted root certificates, PEM.
        signers: How many people must have signed.
        require_timestamp: Whether there must be a trusted timestamp.
        revoked: Revocation lists, PEM or DER; who is on one needs a trusted timestamp from before.

    Raises:
        InvalidRequest: What is to be trusted is no certificate, or a list is none.
    """
    roots = [*trust, *(runtime.keys.roots() if runtime else ())]
    # Who issues timestamps may issue to anybody: that root vouches for times and not for people.
    time_roots = runtime.settings.tsa_trust if runtime else ()
    place = work or (runtime.pdf if runtime else Inline())
    try:
        verdict = place.call(engine.verify, pdf, trust=roots, time_trust=time_roots)
        told: list[str] = []
        if revoked and verdict.status is engine.Status.VALID:
            found, idle = place.call(listed.listed, pdf, revoked, trust=(*roots, *time_roots))
            known = verdict.reasons
            verdict = revocation.judged(verdict, found)
            told = [one for one in verdict.reasons if one not in known]
            verdict = _unused(verdict, idle)
        if runtime is not None and verdict.status is engine.Status.VALID:
            verdict = _as_recorded(runtime, place, pdf, verdict)
    except PdfRefused as error:
        return _unreadable(pdf, error)
    # Last of all: what is demanded must hide nothing that is wrong.
    return engine.demanded(
        verdict, signers=signers, require_timestamp=require_timestamp, because=told
    )


def _as_recorded(runtime: Runtime, place: PdfWork, pdf: bytes, verdict: Verdict) -> Verdict:
    """Return the verdict on a valid file as it is for the workspace, which knows what it sealed."""
    verdict = revocation.judged(verdict, runtime.keys.revocations())
    recorded, note = _recorded(runtime, verdict)
    if note:
        verdict = replace(verdict, reasons=(*verdict.reasons, note))
    if not recorded or verdict.sha256 in recorded:
        return verdict
    if not recorded.isdisjoint(place.call(_hashes_before, pdf)):
        # It is valid, so nothing but timestamps and what they need has been added.
        words = stated(
            "The file that was recorded is inside, unchanged: it was renewed after sealing."
        )
        return replace(verdict, reasons=(*verdict.reasons, words))
    return engine.not_as_recorded(verdict)


def _unused(verdict: Verdict, names: Sequence[str]) -> Verdict:
    notes = (f"The revocation list of {one} is about nobody in the file." for one in names)
    return replace(verdict, reasons=(*verdict.reasons, *notes))


def _unreadable(pdf: bytes, error: PdfRefused) -> Verdict:
    """Return the verdict on a file that exceeds all limits: it is worth nothing."""
    signed = b"/ByteRange" in pdf
    status = engine.Status.TAMPERED if signed else engine.Status.UNSIGNED
    return engine.Verdict(status, (error.message,), (), sha256(pdf))


def _recorded(runtime: Runtime, verdict: Verdict) -> tuple[set[str], str]:
    """Return the hashes of what this workspace sealed for the document, and what to say of them.

    There are none if the document is foreign.
    """
    if not DOCUMENT_ID.fullmatch(verdict.document):
        return set(), ""
    try:
        document = runtime.store.load(verdict.document)
    except Purged as error:
        words = stated(
            "The workspace's own record of it was purged on {day} under retention.", day=error.day
        )
        return set(error.sealed_sha256), words
    except NotFound:
        return set(), ""
    return {document.sealed_sha256, document.certificate_sha256} - {""}, ""


def _hashes_before(pdf: bytes) -> list[str]:
    return list(renew.hashes_before(pdf))
