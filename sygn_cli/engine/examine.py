"""Examine single signatures with pyHanko, and say what speaks against each."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, TypeAlias

from asn1crypto import parser
from asn1crypto.crl import CertificateList
from asn1crypto.ocsp import OCSPResponse
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko.sign.validation.status import TimestampSignatureStatus
from pyhanko_certvalidator import ValidationContext

from sygn_cli.domain.stated import stated
from sygn_cli.engine import canonical
from sygn_cli.engine.revisions import keeps_form
from sygn_cli.engine.seal import BUILT_BY
from sygn_cli.engine.verdict import SignatureFinding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asn1crypto.x509 import Certificate
    from pyhanko.sign.validation.dss import DocumentSecurityStore
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
    from pyhanko.sign.validation.status import DocumentTimestampStatus, PdfSignatureStatus

    _Status: TypeAlias = PdfSignatureStatus | DocumentTimestampStatus

# What pyHanko finds wrong comes back as a value; its warnings would go to the user's terminal.
for _name in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_name).addHandler(logging.NullHandler())

_HARMLESS: Final = {"NONE", "LTA_UPDATES"}


@dataclass(frozen=True, slots=True)
class Examined:
    """One signature, examined.

    Attributes:
        broken: Why the file is not what was signed; empty if it is.
        doubts: Why the signer need not be believed; empty if they can.
        is_document_timestamp: Over the file, and nobody's signature.
        long_term: The file's own revocation lists, and no others, are enough to trust it.
    """

    finding: SignatureFinding
    broken: tuple[str, ...]
    doubts: tuple[str, ...]
    is_document_timestamp: bool = False
    long_term: bool = False


def examine(
    pdf: bytes,
    signature: EmbeddedPdfSignature,
    *,
    trust: Sequence[Certificate],
    at: datetime | None,
    last: bool,
    closed: bool,
    store: DocumentSecurityStore | None = None,
    time_trust: Sequence[Certificate] = (),
) -> Examined:
    """Return what there is to say about one signature or document timestamp.

    Args:
        pdf: The whole file.
        signature: From pyHanko's reader of that file.
        trust: Trusted roots.
        at: Moment of validation, see ``verify``.
        last: No other signature or document timestamp comes after it.
        closed: Nobody signs after it; a timestamp is no approval of what came in before.
        store: Revocation lists that travel in the file: who revoked their own key is believed.
        time_trust: Roots that are trusted for timestamps as well, and for nothing else.

    Raises:
        Exception: Whatever pyHanko leaks on a hostile file.
    """
    trusted = _Trust(trust, (*trust, *time_trust))
    is_timestamp = is_document_timestamp(signature)
    moment = at or signature.self_reported_timestamp
    _hash_at_once(pdf, signature)
    status = _validated(signature, trusted, moment, store=store)
    stamp = _timestamp(status)
    if at is None and not is_timestamp and stamp is not None and stamp.trusted:
        # Somebody trusted knows the time better than the signer, who may have turned a clock back.
        moment = stamp.timestamp
        status = _validated(signature, trusted, moment, store=store)
    # Only a demand for revocation lists makes pyHanko look into those of certificates that do not
    # say where their list lies, as those of a workspace.
    strict = None
    if store is not None:
        strict = _validated(signature, trusted, moment, store=store, revocation="require")
    if strict is not None and strict.revoked:
        status = strict
    finding = _finding(pdf, signature, status, is_timestamp=is_timestamp)
    closed = closed or finding.docmdp == 1
    allowed = _may_change(finding, closed=closed) and (not closed or keeps_form(signature))
    broken = [*_broken(finding, status, last=last, allowed=allowed)]
    if finding.ours:
        broken += _not_ours(pdf, signature)
    roots = trusted.times if is_timestamp else trusted.people
    doubts = () if finding.trusted else (_doubt(finding, status, roots, moment),)
    return Examined(
        finding,
        tuple(broken),
        doubts,
        is_document_timestamp=is_timestamp,
        long_term=strict is not None and _is_long_term(strict),
    )


@dataclass(frozen=True, slots=True)
class _Trust:
    """Roots of those who sign, and of those who say when."""

    people: Sequence[Certificate]
    times: Sequence[Certificate]


def _hash_at_once(pdf: bytes, signature: EmbeddedPdfSignature) -> None:
    """Give pyHanko the hash of what is signed, which it would make from 4 kB at a time.

    Where the range is not two pieces of the file it is left to pyHanko to say what that is.
    """
    name, numbers = signature.external_md_algorithm, [int(one) for one in signature.byte_range]
    if name not in {"sha256", "sha384", "sha512"} or len(numbers) != 4:
        return
    hashed = hashlib.new(name)
    for start, length in (numbers[:2], numbers[2:]):
        if start < 0 or length < 0 or start + length > len(pdf):
            return
        hashed.update(memoryview(pdf)[start : start + length])
    signature.external_digests[name] = hashed.digest()


def _is_long_term(strict: _Status) -> bool:
    stamp = _timestamp(strict)
    return bool(strict.trusted and stamp is not None and stamp.trusted)


def _validated(
    signature: EmbeddedPdfSignature,
    trust: _Trust,
    moment: datetime | None,
    *,
    store: DocumentSecurityStore | None = None,
    revocation: str = "soft-fail",
) -> _Status:
    """Return what pyHanko finds, offline.

    Args:
        signature: A signature or a document timestamp.
        trust: Trusted roots.
        moment: Of validation.
        store: Certificates and revocation lists to use.
        revocation: "require" if a certificate without a revocation list is not to be trusted.
    """
    certificates, ocsps, crls = ((), (), ()) if store is None else _contents(store)

    def context(roots: Sequence[Certificate]) -> ValidationContext:
        # An empty list is an answer: without one pyHanko would ask the operating system.
        return ValidationContext(
            trust_roots=list(roots),
            other_certs=list(certificates),
            ocsps=list(ocsps),
            crls=list(crls),
            moment=moment,
            allow_fetching=False,
            revocation_mode=revocation,
        )

    if is_document_timestamp(signature):
        return validate_pdf_timestamp(signature, validation_context=context(trust.times))
    return validate_pdf_signature(
        signature,
        signer_validation_context=context(trust.people),
        ts_validation_context=context(trust.times),
    )


def _contents(
    store: DocumentSecurityStore,
) -> tuple[Sequence[Certificate], Sequence[OCSPResponse], Sequence[CertificateList]]:
    ocsps = [OCSPResponse.load(one.get_object().data) for one in store.ocsps]
    crls = [CertificateList.load(one.get_object().data) for one in store.crls]
    return list(store.load_certs()), ocsps, crls


def is_document_timestamp(signature: EmbeddedPdfSignature) -> bool:
    """Tell a timestamp over the file from somebody's signature."""
    return bool(signature.sig_object_type == "/DocTimeStamp")


def _finding(
    pdf: bytes,
    signature: EmbeddedPdfSignature,
    status: _Status,
    *,
    is_timestamp: bool,
) -> SignatureFinding:
    stamp = _timestamp(status)
    stamped = stamp is not None and stamp.intact and stamp.valid
    permission = signature.docmdp_level
    return SignatureFinding(
        field=str(signature.field_name),
        signer=str(status.signing_cert.subject.native.get("common_name", "")),
        fingerprint=status.signing_cert.sha256.hex(),
        claimed_at=None if is_timestamp else _utc(signature.self_reported_timestamp),
        timestamped_at=_utc(stamp.timestamp) if stamp is not None and stamped else None,
        timestamp_trusted=bool(stamp is not None and stamped and stamp.trusted),
        intact=bool(status.intact),
        valid=bool(status.valid),
        trusted=bool(status.trusted),
        covers_file=_covers(pdf, signature),
        coverage=status.coverage.name if status.coverage else "UNCLEAR",
        modification=status.modification_level.name if status.modification_level else "OTHER",
        docmdp=permission.value if permission else None,
        ours=_is_ours(signature),
        authority=stamp.signing_cert.sha256.hex() if stamp is not None else "",
    )


def _utc(moment: datetime | None) -> datetime | None:
    # pyHanko's moments have time zones of asn1crypto's own make.
    return moment and datetime.fromtimestamp(moment.timestamp(), UTC)


def _timestamp(status: _Status) -> TimestampSignatureStatus | None:
    if isinstance(status, TimestampSignatureStatus):
        return status
    return status.timestamp_validity


def _covers(pdf: bytes, signature: EmbeddedPdfSignature) -> bool:
    """Tell whether all but one hexadecimal string is signed, without asking pyHanko."""
    start, length, after, rest = (int(number) for number in signature.byte_range)
    return (
        start == 0
        and 0 < length < after < len(pdf)
        and after + rest == len(pdf)
        and pdf[length : length + 1] == b"<"
        and pdf[after - 1 : after] == b">"
    )


def _is_ours(signature: EmbeddedPdfSignature) -> bool:
    try:
        name = signature.sig_object["/Prop_Build"]["/App"]["/Name"]
    except (KeyError, TypeError, AttributeError):
        return False
    return bool(name == f"/{BUILT_BY}")


def _broken(
    finding: SignatureFinding,
    status: _Status,
    *,
    last: bool,
    allowed: bool,
) -> list[str]:
    field = repr(finding.field)
    broken: list[str] = []
    if not finding.intact:
        broken.append(
            stated("Signature {field}: the file was changed after it was signed.", field=field)
        )
    elif not finding.valid:
        broken.append(
            stated("Signature {field} was not made with the key of its certificate.", field=field)
        )
    stamp = _timestamp(status)
    if stamp is not None and not (stamp.intact and stamp.valid):
        broken.append(
            stated(
                "Signature {field}: its timestamp was changed or belongs to something else.",
                field=field,
            )
        )
    if last and not finding.covers_file:
        broken.append(
            stated(
                "Signature {field} is the last one, but does not cover the whole file.",
                field=field,
            )
        )
    if status.docmdp_ok is False or not allowed:
        broken.append(
            stated("Signature {field} does not allow what was changed after it.", field=field)
        )
    return broken


def _may_change(finding: SignatureFinding, *, closed: bool) -> bool:
    """Tell whether later revisions did no more than they may.

    A form field filled before somebody else's signature is how several people sign one file; it
    is harmless only because the last signature, which must be trusted too, covers it.
    """
    allowed = _HARMLESS if closed else _HARMLESS | {"FORM_FILLING"}
    return finding.modification in allowed


def _not_ours(pdf: bytes, signature: EmbeddedPdfSignature) -> list[str]:
    broken: list[str] = []
    is_timestamp = is_document_timestamp(signature)
    container = _container(signature)
    _, start, end, _ = (int(number) for number in signature.byte_range)
    if not canonical.is_canonical_gap(pdf, start, end, container):
        broken.append(
            stated("The seal's container was changed: it is not written as sygn writes it.")
        )
    elif not (
        canonical.is_canonical_timestamp(container)
        if is_timestamp
        else canonical.is_canonical_container(container)
    ):
        broken.append(
            stated("The seal's container was changed: it holds what sygn does not put there.")
        )
    return broken


def _container(signature: EmbeddedPdfSignature) -> bytes:
    """Return the CMS structure without the zeros that fill the space reserved for it."""
    padded = signature.pkcs7_content
    return bytes(padded[: parser.peek(padded)])


def _doubt(
    finding: SignatureFinding,
    status: _Status,
    trust: Sequence[Certificate],
    moment: datetime | None,
) -> str:
    field, signer = repr(finding.field), finding.who
    if status.revoked:
        return stated(
            "Signature {field} by {signer}: the certificate was revoked by then.",
            field=field,
            signer=signer,
        )
    if not trust:
        return stated(
            "Signature {field} by {signer}: no trusted certificate was given to check it against.",
            field=field,
            signer=signer,
        )
    if moment is not None and not (
        status.signing_cert.not_valid_before <= moment <= status.signing_cert.not_valid_after
    ):
        return stated(
            "Signature {field} by {signer}: the certificate was not valid at that time.",
            field=field,
            signer=signer,
        )
    return stated(
        "Signature {field} by {signer} does not lead to a trusted certificate.",
        field=field,
        signer=signer,
    )
