"""Revoking the seal's credential, and what that means for what it has sealed.

The rule: a signature of a revoked credential is good if a trusted timestamp, its own or a later
one over it, shows that it was made before the credential was revoked. The signer's own clock shows
nothing, because whoever has stolen a key can set a clock.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, Protocol

from sygn_cli.domain import moment, revocation
from sygn_cli.domain.errors import InvalidRequest, NotFound
from sygn_cli.domain.revocation import Reason, Revocation
from sygn_cli.domain.stated import stated
from sygn_cli.engine import credential
from sygn_cli.engine.verdict import Status

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sygn_cli.engine.verdict import SignatureFinding, Verdict
    from sygn_cli.services.ports import Clock

PRESENT: Final = "seal"  # names the present credential, where a fingerprint could stand
_SHORTEST: Final = 8
_IN_GOOD_ORDER: Final = {
    Reason.AFFILIATION_CHANGED,
    Reason.CESSATION_OF_OPERATION,
    Reason.SUPERSEDED,
}
_WHOLE: Final = {"ENTIRE_FILE", "ENTIRE_REVISION"}


class RevocableKeys(Protocol):
    """The workspace's keys, for whoever may revoke."""

    @property
    def are_imported(self) -> bool:
        """Whether the credential comes from another authority than the workspace's own."""
        ...

    def certificate(self) -> bytes:
        """Return the certificate of the seal's key, PEM."""
        ...

    def own_certificates(self) -> Sequence[bytes]:
        """Return the certificates that the workspace's own CA ever issued to the seal, PEM."""
        ...

    def revoke(self, one: Revocation) -> Revocation:
        """Keep a revocation, unless there is one already; return the one that counts."""
        ...


def names_credential(written: str) -> bool:
    """Tell a credential, as :func:`revoke` takes it, from the id of an API key."""
    digits = written.replace(":", "").lower()
    return written == PRESENT or (
        len(digits) >= _SHORTEST and all(one in "0123456789abcdef" for one in digits)
    )


def revoke(
    keys: RevocableKeys, clock: Clock, which: str, *, reason: str = "", since: str = ""
) -> Revocation:
    """Revoke a credential for good; doing so twice changes nothing.

    Args:
        keys: The workspace's.
        clock: For the moment.
        which: ``seal`` for the present one, or the beginning of a fingerprint.
        reason: A word of RFC 5280, for example ``key-compromise``.
        since: A day or moment from which on it is not to be believed; "" for now.

    Raises:
        NotFound: The workspace's CA has issued no such credential.
        InvalidRequest: Several begin like that, or it was issued by another authority.
    """
    now = clock.now()
    cert_pem = _certificate(keys, which)
    found = credential.certificate(cert_pem)
    return keys.revoke(
        Revocation(
            sha256=credential.fingerprint(cert_pem),
            serial=found.serial_number,
            name=credential.common_name(cert_pem),
            since=revocation.since(since, now=now) if since else now,
            reason=Reason.parse(reason) if reason else Reason.UNSPECIFIED,
        )
    )


def _certificate(keys: RevocableKeys, which: str) -> bytes:
    present = keys.certificate()
    wanted = which.replace(":", "").lower()
    is_present = which == PRESENT or credential.fingerprint(present).startswith(wanted)
    if is_present and keys.are_imported:
        raise InvalidRequest(
            "The seal's credential was issued by another authority; only that can revoke it.",
            hint="Ask them; and to seal with another one: sygn keys rotate --force",
        )
    if which == PRESENT:
        return present
    found = [c for c in keys.own_certificates() if credential.fingerprint(c).startswith(wanted)]
    if not found:
        raise NotFound(f"This workspace has issued no credential with the fingerprint {which}.")
    if len(found) > 1:
        raise InvalidRequest(f"Several fingerprints begin with {which}.")
    return found[0]


def judged(verdict: Verdict, revocations: Sequence[Revocation]) -> Verdict:
    """Return the verdict as it is for those who know what was revoked."""
    if verdict.status is not Status.VALID:
        return verdict
    # Of several about one credential the earliest counts.
    by_since = sorted(revocations, key=lambda one: one.since, reverse=True)
    by_credential = {one.sha256: one for one in by_since}
    verdict, notes = _without_times_of(verdict, by_credential)
    doubts: list[str] = []
    for index, signature in enumerate(verdict.signatures):
        revoked = by_credential.get(signature.fingerprint)
        if revoked is None:
            continue
        proven = _proven_at(verdict.signatures[index:])
        (notes if proven is not None and proven < revoked.since else doubts).append(
            _words(signature, revoked, proven)
        )
    if doubts:
        return replace(verdict, status=Status.UNTRUSTED, reasons=(*doubts, *notes))
    return replace(verdict, reasons=(*verdict.reasons, *notes))


def _without_times_of(
    verdict: Verdict, revoked: Mapping[str, Revocation]
) -> tuple[Verdict, list[str]]:
    """Return the verdict without trust in the times of revoked authorities, and what to say.

    Whoever has the key of one can make timestamps of any time. Where it was retired in good order
    those from before stay good (RFC 3161, 4).
    """
    known: list[SignatureFinding] = []
    notes: list[str] = []
    for one in verdict.signatures:
        found = revoked.get(one.authority) if one.timestamp_trusted else None
        if found is None or _was_before(one, found):
            known.append(one)
            continue
        known.append(replace(one, timestamp_trusted=False))
        if one.authority != one.fingerprint:  # else it is told of as a signature itself
            notes.append(
                stated(
                    "Signature {field}: the authority of its timestamp is revoked since {day} UTC ({reason}), so that its time counts for nothing.",
                    field=repr(one.field),
                    day=_day(found),
                    reason=str(found.reason),
                )
            )
    return replace(verdict, signatures=tuple(known)), notes


def _was_before(one: SignatureFinding, revoked: Revocation) -> bool:
    return (
        revoked.reason in _IN_GOOD_ORDER
        and one.timestamped_at is not None
        and one.timestamped_at < revoked.since
    )


def _proven_at(signatures: Sequence[SignatureFinding]) -> datetime | None:
    """Return the earliest moment at which a trusted authority saw the first of these signatures.

    A later one counts only if all that was there before lies under it.
    """
    over = [signatures[0], *(s for s in signatures[1:] if s.coverage in _WHOLE)]
    moments = [s.timestamped_at for s in over if s.timestamp_trusted and s.timestamped_at]
    return min(moments, default=None)


def _words(signature: SignatureFinding, revoked: Revocation, proven: datetime | None) -> str:
    values = {
        "field": repr(signature.field),
        "signer": signature.who,
        "day": _day(revoked),
        "reason": str(revoked.reason),
    }
    if proven is None:
        return stated(
            "Signature {field} by {signer}: its credential is revoked since {day} UTC ({reason}), and no trusted timestamp shows that it was made before.",
            **values,
        )
    if proven < revoked.since:
        return stated(
            "Signature {field} by {signer}: its credential is revoked since {day} UTC ({reason}), but a trusted timestamp shows that it was made before.",
            **values,
        )
    return stated(
        "Signature {field} by {signer}: its credential is revoked since {day} UTC ({reason}), and the trusted timestamp is not from before.",
        **values,
    )


def _day(revoked: Revocation) -> str:
    return moment.to_wire(revoked.since)[:16].replace("T", " ")
