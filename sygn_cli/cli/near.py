"""What ``sygn serve`` says where people sign close by: on phones in the network, or at one device."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sygn_cli.cli import console

if TYPE_CHECKING:
    from sygn_cli.services.desk import Desk
    from sygn_cli.services.runtime import Runtime

LOOPBACK = "127.0.0.1"
_ALL = frozenset({"0.0.0.0", "::", ""})  # noqa: S104 - asked whether, not told to


def address(named: str | None) -> str:
    """Return the address that phones reach, and say which it is and which others there are.

    Args:
        named: What the user chose; "all addresses" are none that a link could name.

    Raises:
        NetworkFailed: This machine is in no local network.
    """
    if named and named not in _ALL:
        return named
    from sygn_cli.delivery import lan

    chosen, others = lan.choose()
    console.narrate(f"phones in the same network reach this machine at {chosen}")
    real = [str(one) for one in others if not one.is_virtual]
    if real:
        console.narrate(f"it has other addresses, too: {', '.join(real)}")
        console.hint("If phones are in another network: --lan --host ADDRESS")
    return chosen.ip


def own(url: str) -> str:
    """Return where this machine itself reaches what is served to phones under a URL."""
    return f"http://{LOOPBACK}:{urlsplit(url).port}"


def tell(rt: Runtime, url: str, *, lan: bool, qr: str | None, desk: Desk | None) -> None:
    """Print what people need who sign close by.

    Args:
        rt: The workspace.
        url: How signers reach the server.
        lan: Other devices of the network reach it.
        qr: Id of the document whose links are to be shown.
        desk: The document that is signed on one device.
    """
    if lan:
        _warn(url)
    if qr:
        _show_links(rt, qr, url)
    if desk:
        _show_desk(desk, url)


def _warn(url: str) -> None:
    """Say what is open to whom, and what to look at where a phone gets no answer."""
    port = urlsplit(url).port
    console.narrate(
        "warning: this is plain HTTP. Whoever listens in this network can read documents and "
        "links, and whoever has a link can sign with it. Use a network that you trust."
    )
    console.narrate("other devices get the signers' pages only; your own page and the API do not.")
    console.hint(
        f"If a phone gets no answer: is it in the same Wi-Fi (no guest network), and does the "
        f"firewall let port {port} in?"
    )
    _lead_here(url)


def tell_elsewhere(url: str, usual: str) -> None:
    """Say how links of other commands lead to the server, where they do not.

    Args:
        url: How signers reach the server.
        usual: What other commands take for that.
    """
    if url.rstrip("/") != usual:
        _lead_here(url)


def _lead_here(url: str) -> None:
    console.hint(
        f"Links of other commands lead here with: export SYGN_PUBLIC_URL={url} "
        "(or public_url in sygn.toml)"
    )


def _show_links(rt: Runtime, document_id: str, url: str) -> None:
    """Print link and QR code of everybody who may sign now; the audit trail records it."""
    from sygn_cli.domain import routing
    from sygn_cli.engine import qr
    from sygn_cli.services import documents, links

    here = replace(rt, settings=replace(rt.settings, public_url=url))
    document = documents.get(here, document_id)
    for signer in routing.next_signers(document):
        link = links.reveal(here, document.id, signer.id)
        console.narrate(f"for {signer.name}, and nobody else:")
        console.emit(link)
        for line in qr.terminal(link).splitlines():
            console.note(line)


def _show_desk(desk: Desk, url: str) -> None:
    """Print the address of the desk, good for the first device that opens it."""
    from sygn_cli.engine import qr

    link = desk.url(url)
    console.narrate("open this on the device that goes from hand to hand; it works once:")
    console.emit(link)
    for line in qr.terminal(link).splitlines():
        console.note(line)
