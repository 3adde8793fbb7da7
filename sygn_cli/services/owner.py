"""The owner's link: the one address that opens the pages of whoever runs the workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sygn_cli.domain import owner_link

if TYPE_CHECKING:
    from sygn_cli.services.runtime import Runtime

PATH = "/owner"


def url(runtime: Runtime, base_url: str) -> str:
    """Return the link; whoever holds it can do everything that the owner can.

    Args:
        runtime: The workspace.
        base_url: Where the server listens.
    """
    return f"{base_url.rstrip('/')}{PATH}?t={owner_link.token(runtime.keys.owner_key())}"


def renew(runtime: Runtime) -> None:
    """Make another link; the old one is dead at once, and so is every page that it opened."""
    runtime.keys.renew_owner_key()
