"""Judge a sealed PDF without its maker: valid, tampered, untrusted, unsigned; or not as demanded."""

from __future__ import annotations

import io
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pyhanko.pdf_utils.reader import PdfFileReader

from sygn_cli.domain import audit
from sygn_cli.domain.audit import EventType
from sygn_cli.domain.errors import Tampered
from sygn_cli.domain.stated import stated, stated_n
from sygn_cli.engine.embedded import embedded_files
from sygn_cli.engine.examine import Examined, examine, is_document_timestamp
from sygn_cli.engine.longterm import level_of, security_store
from sygn_cli.engine.readers import disagreements
from sygn_cli.engine.revisions import changes
from sygn_cli.engine.roots import roots
from sygn_cli.engine.seal import TRAIL_NAME
from sygn_cli.engine.shape import misshapen
from sygn_cli.engine.verdict import SignatureFinding, Status, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from asn1crypto.x509 import Certificate

    from sygn_cli.domain.audit import Event

__all__ = ["SignatureFinding", "Status", "Verdict", "embedded_trail", "verify"]

# What remains of a signature when a reader no longer finds it: the byte range, and the container
# itself (a DER sequence in hexadecimal). One changed byte cannot remove both.
_REMAINS: Final = re.compile(rb"/ByteRange|<\s*30[0-9A-Fa-f]{400}")

# pyHanko's words for later changes that no reader sees.
_NOTHING_SHOWN: Final = ("NONE", "LTA_UPDATES")


def verify(
    pdf: bytes,
    *,
    trust: Sequence[bytes],
    recorded_sha256: str | None = None,
    signers: int | None = None,
    require_timestamp: bool = False,
    at: datetime | None = None,
    time_trust: Sequence[bytes] = (),
) -> Verdict:
    """Return the verdict on any bytes, whatever they are.

    Args:
        pdf: The whole file, whatever it is.
        trust: Trusted root certificates as PEM; nothing else is trusted, nothing is fetched.
        recorded_sha256: Hash that the file must have.
        signers: How many different signers must have signed in the trail.
        require_timestamp: Whether there must be a trusted timestamp.
        at: Moment at which certificates must be valid; None takes the claimed signing time, or
            the timestamp's where there is one.
        time_trust: More roots as PEM, trusted for timestamps only: they may issue to anybody.

    Raises:
        InvalidRequest: What is to be trusted is no certificate. No PDF makes it raise.
    """
    verdict = _guarded(pdf, roots(trust), roots(time_trust), at)
    if recorded_sha256 is not None and recorded_sha256 != verdict.sha256:
        return not_as_recorded(verdict)
    return demanded(verdict, signers=signers, require_timestamp=require_timestamp)


def not_as_recorded(verdict: Verdict) -> Verdict:
    """Return the verdict for those who know that another file was sealed."""
    wrong = stated("The file is not the one that was recorded: its SHA-256 differs.")
    kept = verdict.reasons if verdict.status is Status.TAMPERED else ()
    return replace(verdict, status=Status.TAMPERED, reasons=(wrong, *kept))


def demanded(
    verdict: Verdict,
    *,
    signers: int | None = None,
    require_timestamp: bool = False,
    because: Sequence[str] = (),
) -> Verdict:
    """Return the verdict for those who ask for more than a good seal.

    What is wrong with the file itself goes first: a demand changes the verdict on a valid file
    only.

    Args:
        verdict: For everybody.
        signers: How many different signers must have signed in the trail.
        require_timestamp: Whether there must be a trusted timestamp.
        because: What is known besides of why no timestamp is trusted.
    """
    if verdict.status not in {Status.VALID, Status.UNTRUSTED}:
        return verdict
    unmet = []
    signed = {str(one.actor.get("id")) for one in verdict.trail if one.type is EventType.SIGNED}
    if signers is not None and len(signed) != signers:
        told = f"{len(signed)} signer{'s' if len(signed) != 1 else ''}"
        unmet.append(f"The audit trail tells of {told}, not of {signers}.")
    if require_timestamp and not any(one.timestamp_trusted for one in verdict.signatures):
        unmet.append("No trusted timestamp vouches for the time of signing.")
    else:
        because = ()
    if not unmet:
        return verdict
    if verdict.status is Status.UNTRUSTED:
        return replace(verdict, reasons=(*verdict.reasons, *unmet), unmet=tuple(unmet))
    reasons = (*unmet, *because)
    return replace(verdict, status=Status.UNMET, reasons=reasons, unmet=tuple(unmet))


def _guarded(
    pdf: bytes,
    trust: Sequence[Certificate],
    time_trust: Sequence[Certificate],
    at: datetime | None,
) -> Verdict:
    # The whole file is hashed beside the work of pyHanko, which hashes most of it once more.
    with ThreadPoolExecutor(max_workers=1) as beside:
        sha256 = beside.submit(audit.sha256, pdf)
        try:
            verdict = _judged(pdf, trust, time_trust, at)
        except Exception as error:  # noqa: BLE001  pyHanko leaks anything on hostile files
            verdict = Verdict(Status.UNSIGNED, (stated("The file is no readable PDF."),), (), "")
            if _REMAINS.search(pdf):
                reason = stated(
                    "The signature cannot be checked ({error}): it is damaged.",
                    error=type(error).__name__,
                )
                verdict = replace(verdict, status=Status.TAMPERED, reasons=(reason,))
        return replace(verdict, sha256=sha256.result())


def _judged(
    pdf: bytes,
    trust: Sequence[Certificate],
    time_trust: Sequence[Certificate],
    at: datetime | None,
) -> Verdict:
    reader = PdfFileReader(io.BytesIO(pdf), strict=True)
    signatures = list(reader.embedded_signatures)
    if not signatures:
        if _REMAINS.search(pdf):
            reason = stated("There are remains of a signature, but no signature can be read.")
            return Verdict(Status.TAMPERED, (reason,), (), "")
        return Verdict(Status.UNSIGNED, (stated("Nobody has signed the file."),), (), "")
    store = security_store(reader)
    people = [one for one in signatures if not is_document_timestamp(one)]
    examined = [
        examine(
            pdf,
            one,
            trust=trust,
            at=at,
            last=one is signatures[-1],
            closed=not people or signatures.index(one) >= signatures.index(people[-1]),
            store=store,
            time_trust=time_trust,
        )
        for one in signatures
    ]
    broken = [reason for one in examined for reason in one.broken]
    if pdf.count(b"/ByteRange") != len(signatures):
        broken.append(stated("There are remains of further signatures that cannot be read."))
    broken += misshapen(reader, signatures, examined)
    broken += disagreements(pdf, reader)
    trail, broken_trail = _trail(reader)
    broken += broken_trail
    doubts = [reason for one in examined for reason in one.doubts]
    status, reasons = _status(broken, doubts), broken or doubts or _good_reasons(examined, trail)
    if not people and not broken:  # an authority stamps whatever it is sent
        status = Status.UNSIGNED
        reasons = [stated("Nobody has signed the file; a timestamp tells only that it was there.")]
    return Verdict(
        status=status,
        reasons=tuple(reasons),
        signatures=tuple(one.finding for one in examined),
        sha256="",
        level=level_of(examined),
        trail=trail,
        head=trail[-1].hash() if trail else "",
        document=trail[-1].doc if trail else "",
        changes=changes(reader, signatures) if broken else (),
    )


def _status(broken: Sequence[str], doubts: Sequence[str]) -> Status:
    if broken:
        return Status.TAMPERED
    return Status.UNTRUSTED if doubts else Status.VALID


def _good_reasons(examined: Sequence[Examined], trail: Sequence[Event]) -> list[str]:
    reasons: list[str] = [_good_signature(one.finding) for one in examined]
    if trail:
        reasons.append(
            stated_n(
                "The audit trail inside holds {n} event in an unbroken chain.",
                "The audit trail inside holds {n} events in an unbroken chain.",
                len(trail),
            )
        )
    if not any(one.finding.timestamp_trusted for one in examined):
        reasons.append(stated("No trusted timestamp: the time is that of the signer's own clock."))
    return reasons


def _good_signature(finding: SignatureFinding) -> str:
    # Of our own files it was made sure that only signatures came in behind it.
    if finding.ours or finding.modification in _NOTHING_SHOWN:
        return stated("Signed by {signer}, unchanged since.", signer=finding.who)
    return stated(
        "Signed by {signer}; since then others signed, or filled in the form as it allows.",
        signer=finding.who,
    )


def _trail(reader: PdfFileReader) -> tuple[tuple[Event, ...], list[str]]:
    """Return the events of the embedded trail and what is wrong with it.

    A file without a trail is not wrong: whether there is one is covered by the signature.
    """
    found = list(embedded_files(reader, TRAIL_NAME))
    if not found:
        return (), []
    if len(found) > 1:
        return (), [stated("There is more than one audit trail in the file.")]
    if not found[0].endswith(b"\n"):
        return (), [stated("The audit trail inside is cut off.")]
    try:
        return tuple(audit.verify(found[0][:-1].split(b"\n"))), []
    except Tampered as error:
        return (), [error.message]


def embedded_trail(pdf: bytes) -> bytes | None:
    """Return the audit trail inside a PDF as it is, unverified; None where there is none."""
    try:
        return next(embedded_files(PdfFileReader(io.BytesIO(pdf)), TRAIL_NAME), None)
    except Exception:  # noqa: BLE001  pyHanko leaks anything on hostile files
        return None
