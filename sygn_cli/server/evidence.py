"""Who is at the other end, as far as we may believe it."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, Final, TypeAlias

from sygn_cli.domain.errors import InvalidRequest
from sygn_cli.domain.evidence import Evidence

if TYPE_CHECKING:
    from collections.abc import Iterable
    from ipaddress import IPv4Network

    from flask import Request

Address: TypeAlias = IPv4Address | IPv6Address
_TIME_ZONE: Final = re.compile(r"[A-Za-z0-9_+-]{1,32}(?:/[A-Za-z0-9_+-]{1,32}){0,3}")


def evidence(
    request: Request,
    *,
    trusted_proxies: tuple[str, ...],
    time_zone: object = "",
    via: str = "browser",
    in_person: bool = False,
) -> Evidence:
    """Return where a request came from.

    Args:
        request: The request.
        trusted_proxies: Networks whose ``X-Forwarded-For`` is believed.
        time_zone: What the browser said; anything but an IANA name counts as unknown.
        via: ``browser`` or ``api``.
        in_person: The device was handed over by the sender.
    """
    ip, source = client_address(
        request.remote_addr or "",
        request.headers.get("X-Forwarded-For", ""),
        networks(trusted_proxies),
    )
    known = isinstance(time_zone, str) and _TIME_ZONE.fullmatch(time_zone)
    return Evidence(
        via=via,
        ip=ip,
        ip_source=source,
        user_agent=request.headers.get("User-Agent", ""),
        time_zone=str(time_zone) if known else "",
        in_person=in_person,
    )


def networks(written: Iterable[str]) -> tuple[IPv4Network | IPv6Network, ...]:
    """Return the networks of ``10.0.0.0/8`` and the like; a bare address is a network of one.

    Raises:
        InvalidRequest: One is not a network.
    """
    try:
        return tuple(ip_network(one, strict=False) for one in written)
    except ValueError as error:
        raise InvalidRequest(
            f"A trusted proxy is not a network: {error}.", hint="Write it like 10.0.0.0/8."
        ) from error


def client_address(
    peer: str, forwarded: str, trusted: tuple[IPv4Network | IPv6Network, ...]
) -> tuple[str, str]:
    """Return the address of the client and who says so: ``direct`` or ``proxy``.

    ``X-Forwarded-For`` grows to the right, so the list is read from there: the first address that
    is not one of our proxies is the client. What stands left of it anybody could have written.
    """
    believed = _address(peer)
    if believed is None:
        return "", ""
    source = "direct"
    for written in reversed(forwarded.split(",")):
        if not any(believed in network for network in trusted):
            break
        earlier = _address(written.strip())
        if earlier is None:
            break
        believed, source = earlier, "proxy"
    return str(believed), source


def _address(written: str) -> Address | None:
    try:
        address = ip_address(written)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address
