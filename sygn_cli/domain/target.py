"""Where sygn may connect to when somebody else names the URL (against SSRF, CWE-918).

``ipaddress`` alone is no judge: in Python 3.11.7 ``is_global`` is true for the NAT64 and 6to4
forms of loopback addresses, and its verdicts differ between patch releases.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final, TypeAlias
from urllib.parse import SplitResult, urlsplit

from sygn_cli.domain.errors import InvalidRequest

Address: TypeAlias = IPv4Address | IPv6Address
LONGEST_URL: Final = 2000
_PORTS: Final = frozenset({80, 443, 8080, 8443})
_CHARACTERS: Final = re.compile(r"[!-~\u00a1-\U0010ffff]+")
_LABELS: Final = re.compile(r"(?=.{1,253}\Z)(?!-)[^\s.]{1,63}(\.[^\s.]{1,63})*\.?")

# What --allow-private opens: this machine and networks that people run themselves.
_OWN: Final = (
    IPv4Network("127.0.0.0/8"),
    IPv4Network("10.0.0.0/8"),
    IPv4Network("172.16.0.0/12"),
    IPv4Network("192.168.0.0/16"),
    IPv4Network("100.64.0.0/10"),  # RFC 6598; overlay networks use it
    IPv6Network("::1/128"),
    IPv6Network("fc00::/7"),
)
# From the IANA special-purpose registries (RFC 6890); link-local holds the clouds' metadata.
_NEVER: Final = (
    IPv4Network("0.0.0.0/8"),
    IPv4Network("169.254.0.0/16"),
    IPv4Network("192.0.0.0/24"),
    IPv4Network("192.0.2.0/24"),
    IPv4Network("192.88.99.0/24"),
    IPv4Network("198.18.0.0/15"),
    IPv4Network("198.51.100.0/24"),
    IPv4Network("203.0.113.0/24"),
    IPv4Network("224.0.0.0/3"),
    IPv4Network("168.63.129.16/32"),  # a cloud's host agent on a public address
    IPv6Network("::/128"),
    IPv6Network(
        "64:ff9b:1::/48"
    ),  # NAT64 of local use, RFC 8215: where the IPv4 lies is local too
    IPv6Network("100::/64"),
    IPv6Network("2001::/23"),  # protocol assignments, Teredo among them
    IPv6Network("2001:db8::/32"),
    IPv6Network("3fff::/20"),
    IPv6Network("5f00::/16"),
    IPv6Network("fe80::/10"),
    IPv6Network("fec0::/10"),
    IPv6Network("ff00::/8"),
)
# Addresses that carry an IPv4 address: (network, how many bits lie behind it).
_WRAPPERS: Final = (
    (IPv6Network("::ffff:0:0/96"), 0),  # mapped
    (IPv6Network("::ffff:0:0:0/96"), 0),  # translated, RFC 2765
    (IPv6Network("::/96"), 0),  # compatible, RFC 4291, 2.5.5.1
    (IPv6Network("64:ff9b::/96"), 0),  # NAT64, RFC 6052
    (IPv6Network("2002::/16"), 80),  # 6to4, RFC 3056
)


@dataclass(frozen=True, slots=True)
class Target:
    """A URL that may be tried; what it leads to is judged once its address is known.

    Attributes:
        host: As a name server knows it: ASCII, without brackets.
        path: With the query, at least ``/``.
    """

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """What the Host header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = {"https": 443, "http": 80}[self.scheme]
        return host if self.port == usual else f"{host}:{self.port}"


def parse(url: str, *, allow_private: bool) -> Target:
    """Return where a URL leads.

    Args:
        allow_private: The operator said that it may be plain http and on any port.

    Raises:
        InvalidRequest: It is not a URL that sygn connects to.
    """
    shown = url[:80]
    if len(url) > LONGEST_URL or not _CHARACTERS.fullmatch(url) or "\\" in url:
        raise InvalidRequest(f"{shown!r} is not a URL.", hint="Like https://example.com/hook.")
    try:
        parts = urlsplit(url)
        port = parts.port
        host = _host(parts)
    except ValueError as error:  # UnicodeError is one
        raise InvalidRequest(f"{shown!r} is not a URL: {error}.") from error
    if parts.scheme not in {"https", "http"} or not host:
        raise InvalidRequest(f"{shown!r} is not an http(s) URL.")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise InvalidRequest(f"A user name, password or fragment cannot stand in {shown!r}.")
    if parts.scheme == "http" and not allow_private:
        raise InvalidRequest(f"{shown!r} is not encrypted.", hint=_HOW_TO_ALLOW)
    port = port or (443 if parts.scheme == "https" else 80)
    if port not in _PORTS and not allow_private:
        raise InvalidRequest(f"Port {port} is not one for webhooks.", hint=_HOW_TO_ALLOW)
    path = _quoted(parts.path or "/") + (f"?{_quoted(parts.query)}" if parts.query else "")
    return Target(parts.scheme, host, port, path)


_HOW_TO_ALLOW: Final = "For a receiver of your own, allow it with --allow-private."


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    if ":" in host:
        if "%" in host:
            raise ValueError("an address of one link only")
        return str(IPv6Address(host))
    if host and not _LABELS.fullmatch(host):
        raise ValueError("the host's name is not one")
    return host.encode("idna").decode("ascii") if host else ""


def _quoted(part: str) -> str:
    """Return the part in ASCII; what is escaped already stays as it is."""
    return "".join(
        character
        if character.isascii()
        else "".join(f"%{byte:02X}" for byte in character.encode())
        for character in part
    )


def refusal(address: str, *, allow_private: bool) -> str:
    """Return why sygn does not connect to an IP address; "" if it does.

    Args:
        address: As a socket names its peer.
        allow_private: Whether this machine and private networks are meant.
    """
    try:
        judged = _unwrapped(ip_address(address.partition("%")[0]))
    except ValueError:
        return f"{address} is not an IP address"
    if "%" in address:
        return f"{address} is bound to one link"
    if any(judged in network for network in _OWN):
        return "" if allow_private else f"{address} is on this machine or a private network"
    if any(judged in network for network in _NEVER) or not judged.is_global:
        return f"{address} is no address of a public server"
    return ""


def _unwrapped(address: Address) -> Address:
    """Return the IPv4 address inside an IPv6 one, if there is one."""
    if isinstance(address, IPv4Address) or address in {IPv6Address("::"), IPv6Address("::1")}:
        return address
    for network, behind in _WRAPPERS:
        if address in network:
            return IPv4Address((int(address) >> behind) & 0xFFFFFFFF)
    return address
