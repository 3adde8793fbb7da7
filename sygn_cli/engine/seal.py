"""Seal a PDF: embed the evidence and certify both with one PAdES signature."""

from __future__ import annotations

import asyncio
import io
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, TypeVar

from asn1crypto import pem
from pyhanko.sign.fields import MDPPerm

from sygn_cli.domain.audit import sha256
from sygn_cli.domain.errors import NetworkFailed, SealFailed, SygnError
from sygn_cli.engine import evidence as evidences
from sygn_cli.engine import signer_signatures
from sygn_cli.engine.attachment import Attachment
from sygn_cli.engine.certify import (
    BUILT_BY,
    DIGEST,
    FIELD_NAME,
    Writer,
    add_evidence,
    add_timestamp,
    attach,
    certify,
)
from sygn_cli.engine.level import Level
from sygn_cli.engine.timestamp import HttpTimestamper

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence
    from datetime import datetime

    from sygn_cli.engine.credential import Credential
    from sygn_cli.engine.evidence import Evidence
    from sygn_cli.engine.signer_signatures import SignerSignature

__all__ = ["BUILT_BY", "FIELD_NAME", "TRAIL_NAME", "Attachment", "Level", "Sealed", "seal"]

T = TypeVar("T")

TRAIL_NAME: Final = "audit.jsonl"
_TIMESTAMP_NAME: Final = "Timestamp1"


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed PDF.

    Attributes:
        level: PAdES baseline level that was reached.
        timestamp_error: Why that is less than what was wanted, "" otherwise.
        timestamp_roots: Roots that the authority of the timestamps named itself, as PEM.
    """

    pdf: bytes = field(repr=False)
    level: Level
    timestamp_error: str = ""
    timestamp_roots: tuple[bytes, ...] = field(default=(), repr=False)

    @property
    def sha256(self) -> str:
        """The hash of the file in hex; made when it is asked for, which takes its time."""
        return sha256(self.pdf)


def seal(
    pdf: bytes,
    credential: Credential,
    *,
    at: datetime,
    reason: str,
    attachments: Sequence[Attachment] = (),
    tsa_urls: Sequence[str] = (),
    level: Level | None = None,
    level_required: bool = False,
    crls: Sequence[bytes] = (),
    signers: Sequence[SignerSignature] = (),
) -> Sealed:
    """Return the PDF with the attachments, certified so that no change is allowed (DocMDP P=1).

    With signers the seal allows them to sign, each in a revision, and the last one locks the file.

    Args:
        pdf: A flat, unsigned PDF, as ``stamp`` makes it.
        credential: Whose signature the seal is.
        at: Claimed signing time.
        reason: Why, for the signature dictionary.
        attachments: Embedded as associated files; the trail's name is ``TRAIL_NAME``.
        tsa_urls: Time-stamping authorities, tried in order; if none of them can give the level,
            the seal has the highest that was reached.
        level: What is wanted; None for a timestamp where there is an authority to ask.
        level_required: Whether less than that is a failure.
        crls: Revocation lists in DER for the credentials' chains, for B-LT and B-LTA.
        signers: Whose signatures stand beside the seal, in this order.

    Raises:
        SealFailed: The credential or the PDF cannot be used, or the level was not reached.
    """
    job = _Job(pdf, credential, at, reason, tuple(attachments), tuple(crls), tuple(signers))
    wanted = level or (Level.B_T if tsa_urls else Level.B_B)
    best = _best(job, tsa_urls, wanted) if wanted is not Level.B_B else None
    if best is None or best.level is Level.B_B:
        plain = _sealed(_guarded(_signed(job, None)), Level.B_B)
        best = replace(plain, timestamp_error=best.timestamp_error if best else "")
    if level_required and best.level is not wanted:
        raise SealFailed(
            f"Only level {best.level} was reached, not {wanted}. {best.timestamp_error}"
        )
    return best


@dataclass(frozen=True, slots=True)
class _Job:
    pdf: bytes = field(repr=False)
    credential: Credential
    at: datetime
    reason: str
    attachments: tuple[Attachment, ...]
    crls: tuple[bytes, ...]
    signers: tuple[SignerSignature, ...]


def _best(job: _Job, tsa_urls: Sequence[str], wanted: Level) -> Sealed:
    """Return what the first authority that is good enough, or else the best, helps to reach.

    Where none helps at all, it is an empty seal of level B-B that only says why.
    """
    best, failures = Sealed(b"", Level.B_B), []
    if not tsa_urls:
        failures.append("No time-stamping authority is set.")
    for url in tsa_urls:
        try:
            found = _guarded(_timestamped(job, HttpTimestamper(url), wanted))
        except NetworkFailed as error:
            failures.append(error.message)
            continue
        if found.level is wanted:
            return found
        failures.append(found.timestamp_error)
        best = max(best, found, key=lambda one: one.level.rank)
    return replace(best, timestamp_error=" ".join(failures))


def _sealed(output: io.BytesIO, level: Level, chain: Sequence[bytes] = ()) -> Sealed:
    pdf = output.getvalue()
    roots = tuple(pem.armor("CERTIFICATE", der) for der in chain[-1:])
    return Sealed(pdf, level, timestamp_roots=roots)


async def _timestamped(job: _Job, timestamper: HttpTimestamper, wanted: Level) -> Sealed:
    """Return the seal with as much as this authority helps to reach.

    Raises:
        NetworkFailed: Not even one timestamp could be had.
    """
    if wanted is Level.B_T:
        return _sealed(await _signed(job, timestamper), Level.B_T)
    # The security store lies under the signature, in the same revision: what belongs into it
    # must be known before the authority has stamped anything.
    chain = await timestamper.chain(DIGEST)
    try:
        evidence = _evidence(job, chain, is_near=timestamper.is_near)
    except NetworkFailed as error:
        done = _sealed(await _signed(job, timestamper), Level.B_T, chain)
        return replace(done, timestamp_error=error.message)
    output = await _signed(job, timestamper, evidence)
    long_term = _sealed(output, Level.B_LT, chain)
    if wanted is Level.B_LT:
        return long_term
    try:
        archived = io.BytesIO()
        await add_timestamp(Writer(output), timestamper, _TIMESTAMP_NAME, archived)
    except NetworkFailed as error:
        return replace(long_term, timestamp_error=error.message)
    return _sealed(archived, Level.B_LTA, chain)


def _evidence(job: _Job, timestamper_chain: Sequence[bytes], *, is_near: bool) -> Evidence:
    fetch = evidences.fetcher(allow_private=is_near)
    evidence = evidences.gather(timestamper_chain, job.crls, fetch)
    fetch = evidences.fetcher(allow_private=True)  # our own say where their lists lie
    for credential in (job.credential, *(one.credential for one in job.signers)):
        chain = [pem.unarmor(one)[2] for one in (credential.cert_pem, *credential.chain_pem)]
        evidence = evidences.gather(chain, job.crls, fetch) + evidence
    return evidence


async def _signed(
    job: _Job, timestamper: HttpTimestamper | None, evidence: Evidence | None = None
) -> io.BytesIO:
    writer = Writer(io.BytesIO(job.pdf))
    for one in job.attachments:
        attach(writer, one, job.at)
    if evidence is not None:
        add_evidence(writer, evidence)
    signer_signatures.prepare(writer, job.signers)
    writer.set_modified(job.at)
    output = io.BytesIO()
    permission = MDPPerm.FILL_FORMS if job.signers else MDPPerm.NO_CHANGES
    await certify(
        writer, job.credential, job.at, job.reason, timestamper, output, permission=permission
    )
    for signer in job.signers:
        output = await signer_signatures.sign(
            output, signer, at=job.at, locks=signer is job.signers[-1], timestamper=timestamper
        )
    return output


def _guarded(work: Coroutine[None, None, T]) -> T:
    try:
        # No result may have a long repr: asyncio.run in CPython 3.11 takes that of a task with
        # its result, which costs 0.3 s for 25 MB of bytes.
        return asyncio.run(work)
    except SygnError:
        raise
    except Exception as error:  # pyHanko leaks KeyError, ValueError, TypeError and more
        raise SealFailed(f"The PDF could not be sealed: {error}") from error
