"""Under which addresses other devices of the local network reach this machine.

Nothing is sent: the system is asked which addresses it has, and which of them it would talk from.
"""

from __future__ import annotations

import socket
import struct
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Final

from sygn_cli.domain.errors import NetworkFailed

try:
    import fcntl
except ImportError:  # Windows has none; the addresses of the host's name are taken there
    _HAS_INTERFACES = False
else:
    _HAS_INTERFACES = True

_SIOCGIFADDR: Final = 0x8915  # netdevice(7), Linux
# Made by virtual machines, containers and tunnels: no phone is on the other side.
_VIRTUAL: Final = ("br-", "docker", "lxc", "podman", "tailscale", "tap", "tun", "utun", "veth",
                   "virbr", "vboxnet", "vmnet", "wg", "zt")  # fmt: skip
# RFC 5737: for documentation, reached by nobody. Asking the way there sends nothing.
_FAR_AWAY: Final = ("192.0.2.1", 9)


@dataclass(frozen=True, slots=True)
class Address:
    """An address of this machine.

    Attributes:
        interface: Its name, "" where the system does not say.
        is_virtual: It leads to a container, a virtual machine or a tunnel, not to a phone.
        is_usual: This machine talks from it to the world.
    """

    ip: str
    interface: str = ""
    is_virtual: bool = False
    is_usual: bool = False

    def __str__(self) -> str:
        return f"{self.ip} ({self.interface})" if self.interface else self.ip


def addresses() -> tuple[Address, ...]:
    """Return the private IPv4 addresses of this machine, the likeliest for a phone first."""
    return order(_found(), usual=_usual())


def order(found: dict[str, str], *, usual: str) -> tuple[Address, ...]:
    """Return addresses in the order of likeliness.

    Args:
        found: The name of the interface by address.
        usual: The address from which this machine talks to the world, "" unknown.
    """
    known = {usual: "", **found} if usual else found
    private = (
        Address(ip, name, name.startswith(_VIRTUAL), is_usual=ip == usual)
        for ip, name in known.items()
        if _is_local(ip)
    )
    return tuple(sorted(private, key=lambda one: (one.is_virtual, not one.is_usual, one.ip)))


def choose() -> tuple[Address, tuple[Address, ...]]:
    """Return the address to listen on, and the others.

    Raises:
        NetworkFailed: This machine is in no local network.
    """
    found = addresses()
    if not found or found[0].is_virtual:
        raise NetworkFailed(
            "This machine has no address in a local network.",
            hint="Join the Wi-Fi that the phones are in, or name an address: --lan --host ADDRESS",
        )
    return found[0], found[1:]


def _is_local(ip: str) -> bool:
    """Tell whether it is one of a home or office; link-local ones mean that no network is there."""
    address = IPv4Address(ip)
    return address.is_private and not address.is_loopback and not address.is_link_local


def _found() -> dict[str, str]:
    if _HAS_INTERFACES:
        with suppress(OSError):
            return _of_interfaces()
    with suppress(OSError):
        names = socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
        return {str(address[0]): "" for *_, address in names}
    return {}


def _of_interfaces() -> dict[str, str]:
    found = {}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        for _, name in socket.if_nameindex():
            request = struct.pack("256s", name.encode()[:15])
            with suppress(OSError):  # an interface without an IPv4 address
                answer = fcntl.ioctl(asking.fileno(), _SIOCGIFADDR, request)
                found[socket.inet_ntoa(answer[20:24])] = name
    return found


def _usual() -> str:
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.connect(_FAR_AWAY)
        return str(asking.getsockname()[0])
    return ""
