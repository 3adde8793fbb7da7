"""What other devices of the local network may ask for: the signers' pages and nothing else.

The owner's pages and the API stay with this machine, even for whoever holds a key: over plain
HTTP a key would be read by everybody in the network.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

from flask import request

from sygn_cli.domain.errors import NotFound

if TYPE_CHECKING:
    from flask import Flask

# An allow-list: a page that is added one day is closed until somebody opens it here.
_OPEN: Final = (
    "/x",
    "/in-person",
    "/assets",
    "/source",
    "/healthz",
    "/favicon.ico",
    "/robots.txt",
)


def admit_to_signing_only(app: Flask) -> None:
    """Answer devices other than this one on the signers' pages only."""

    @app.before_request
    def check() -> None:
        if not _is_here(request.remote_addr or "") and not is_open(request.path):
            raise NotFound("There is nothing at this address.")


def is_open(path: str) -> bool:
    """Tell whether a path is for everybody who was given its address."""
    return any(path == one or path.startswith(f"{one}/") for one in _OPEN)


def _is_here(peer: str) -> bool:
    try:
        address = ip_address(peer)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
