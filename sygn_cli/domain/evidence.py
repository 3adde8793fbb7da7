"""What is known about how somebody reached us, as the audit trail records it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sygn_cli.domain import text

if TYPE_CHECKING:
    from sygn_cli.domain.audit import Json

_LONGEST: Final = 400
OPERATOR: Final[Json] = {"kind": "operator"}
SYSTEM: Final[Json] = {"kind": "system"}


def api_actor(key_id: str) -> Json:
    """Return the actor of what is done through the API: the operator, by one of their keys."""
    return {"kind": "operator", "key": key_id}


def signer_actor(signer_id: str) -> Json:
    """Return the actor that a signer's events carry."""
    return {"kind": "signer", "id": signer_id}


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where an action came from.

    Attributes:
        via: ``browser``, ``api`` or ``cli``.
        ip: Address of the peer; "" where there is none (command line).
        ip_source: ``direct``, or ``proxy`` if a trusted proxy named the address.
        user_agent: As the browser sent it, made printable and cut to 400 characters.
        time_zone: IANA name that the browser gave, "" unknown.
        in_person: On a device that the sender handed over, without a link of the signer's own.
    """

    via: str
    ip: str = ""
    ip_source: str = ""
    user_agent: str = ""
    time_zone: str = ""
    in_person: bool = False

    def to_json(self) -> dict[str, object]:
        """Return what is known; unknown things are left out."""
        known = {
            "via": self.via,
            "ip": self.ip,
            "ip_source": self.ip_source,
            "user_agent": text.printable(self.user_agent)[:_LONGEST],
            "time_zone": text.printable(self.time_zone)[:_LONGEST],
            "in_person": self.in_person,
        }
        return {key: value for key, value in known.items() if value}


COMMAND_LINE: Final = Evidence(via="cli")
