"""Renewing the timestamp of a sealed PDF before nobody can check the last one any more."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sygn_cli.domain import moment
from sygn_cli.domain.errors import InvalidRequest, SealFailed, Tampered, Untrusted
from sygn_cli.engine import renew
from sygn_cli.engine.verdict import Status
from sygn_cli.services import verification

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sygn_cli.engine.renew import LastTimestamp
    from sygn_cli.engine.verdict import Verdict
    from sygn_cli.services.runtime import Runtime

# Long enough for a yearly chore that somebody forgot once.
_DUE_BEFORE: Final = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Renewal:
    """When a sealed file needs another timestamp.

    Attributes:
        level: PAdES level of the file.
        last: The document timestamp at its end, None where there is none.
        due_at: From when on it should be renewed; None where there is nothing to renew.
        is_due: That moment has come.
    """

    level: str
    last: LastTimestamp | None
    due_at: datetime | None
    is_due: bool

    def to_json(self) -> dict[str, object]:
        """Return it as ``--json`` shows it."""
        last = self.last
        return {
            "level": self.level,
            "authority": last and last.authority,
            "timestamped_at": last and moment.to_wire(last.at),
            "expires_at": last and moment.to_wire(last.expires_at),
            "due_at": moment.to_wire_if(self.due_at),
            "due": self.is_due,
        }


@dataclass(frozen=True, slots=True)
class Renewed:
    """A file under one more timestamp, and when that one is to be renewed."""

    pdf: bytes = field(repr=False)
    sha256: str
    renewal: Renewal


def check(runtime: Runtime, pdf: bytes, *, trust: Sequence[bytes] = ()) -> Renewal:
    """Return when the timestamp of a sealed file is to be renewed.

    Raises:
        Tampered, Untrusted: The file is not valid.
    """
    return _renewal(runtime, pdf, _require_valid(runtime, pdf, trust))


def timestamp(runtime: Runtime, pdf: bytes, *, trust: Sequence[bytes] = ()) -> Renewed:
    """Return the file with one more timestamp over everything in it.

    Args:
        runtime: Whose time-stamping authorities are asked.
        pdf: A valid file; a timestamp makes nothing valid that is not.
        trust: More trusted root certificates, PEM.

    Raises:
        Tampered, Untrusted: The file is not valid.
        InvalidRequest: The workspace names no authority.
        NetworkFailed: No authority gave a timestamp.
        SealFailed: The result would not be trusted here.
    """
    if not runtime.settings.tsa_urls:
        raise InvalidRequest("No time-stamping authority is set.", hint="Set tsa in sygn.toml.")
    _require_valid(runtime, pdf, trust)
    done = renew.renew(pdf, tsa_urls=runtime.settings.tsa_urls)
    verdict = verification.verify(runtime, done, trust=trust)
    if verdict.status is not Status.VALID:
        raise SealFailed(
            f"The renewed file would not verify: {' '.join(verdict.reasons)}",
            hint="Trust the root of the time-stamping authority: tsa_trust in sygn.toml.",
        )
    return Renewed(done, verdict.sha256, _renewal(runtime, done, verdict))


def _require_valid(runtime: Runtime, pdf: bytes, trust: Sequence[bytes]) -> Verdict:
    verdict = verification.verify(runtime, pdf, trust=trust)
    if verdict.status is Status.VALID:
        return verdict
    kind = Tampered if verdict.status is Status.TAMPERED else Untrusted
    raise kind(
        f"The file is not valid, so a timestamp would prove nothing. {' '.join(verdict.reasons)}",
        hint="Look at it with: sygn verify FILE",
    )


def _renewal(runtime: Runtime, pdf: bytes, verdict: Verdict) -> Renewal:
    last = runtime.pdf.call(renew.last_timestamp, pdf)
    if last is None:
        return Renewal(verdict.level, None, None, is_due=False)
    due_at = last.expires_at - min(_DUE_BEFORE, (last.expires_at - last.at) / 2)
    return Renewal(verdict.level, last, due_at, is_due=runtime.clock.now() >= due_at)
