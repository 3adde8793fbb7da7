"""The revocation of a credential: from when on nobody should believe what it signed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from sygn_cli.domain import moment
from sygn_cli.domain.errors import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

# RFC 5280, 4.1.2.5.1: two digits of a year mean 1950 to 2049, so nothing is dated earlier.
_EARLIEST: Final = datetime(1950, 1, 1, tzinfo=UTC)


class Reason(StrEnum):
    """Why; the reasons of RFC 5280, 5.3.1, that suit a seal."""

    UNSPECIFIED = "unspecified"
    KEY_COMPROMISE = "key-compromise"
    AFFILIATION_CHANGED = "affiliation-changed"
    SUPERSEDED = "superseded"
    CESSATION_OF_OPERATION = "cessation-of-operation"

    @staticmethod
    def parse(written: str) -> Reason:
        """Return the reason of that name.

        Raises:
            InvalidRequest: There is none.
        """
        try:
            return Reason(written.strip().lower().replace("_", "-"))
        except ValueError as error:
            raise InvalidRequest(
                f"There is no reason {written!r}.", hint=f"Use: {', '.join(Reason)}."
            ) from error


@dataclass(frozen=True, slots=True)
class Revocation:
    """One credential, revoked.

    Attributes:
        sha256: Fingerprint of its certificate.
        serial: The certificate's serial number.
        name: Whom it named.
        since: From this moment on its signatures count for nothing; never later than the moment
            at which it was revoked, and earlier where the key was stolen before that was noticed.
    """

    sha256: str
    serial: int
    name: str
    since: datetime
    reason: Reason

    def to_json(self) -> dict[str, object]:
        """Return it as it is stored and shown."""
        return {
            "sha256": self.sha256,
            "serial": f"{self.serial:x}",
            "name": self.name,
            "since": moment.to_wire(self.since),
            "reason": str(self.reason),
        }

    @staticmethod
    def from_json(stored: Mapping[str, str]) -> Revocation:
        """Return what :meth:`to_json` wrote.

        Raises:
            KeyError, ValueError, TypeError: It did not.
        """
        return Revocation(
            sha256=str(stored["sha256"]),
            serial=int(stored["serial"], 16),
            name=str(stored["name"]),
            since=moment.from_wire(stored["since"]),
            reason=Reason(stored["reason"]),
        )


def since(written: str, *, now: datetime) -> datetime:
    """Return the moment that ``2026-12-31`` (its beginning, UTC), a timestamp or ``3d`` means.

    Raises:
        InvalidRequest: It is none of them, lies in the future, or before X.509 has dates.
    """
    wanted = moment.since(written, now=now)
    if wanted > now:
        raise InvalidRequest(f"{written!r} lies in the future.")
    if wanted < _EARLIEST:
        raise InvalidRequest(f"{written!r} lies before there were credentials.")
    return wanted
