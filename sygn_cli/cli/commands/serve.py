"""``sygn serve``: the signing pages."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sygn_cli.cli import console
from sygn_cli.cli.options import WorkspaceOption, begun, warn_if_it_ends_soon
from sygn_cli.domain.errors import InvalidRequest, SealFailed
from sygn_cli.services.runtime import DEFAULT_PUBLIC_URL

if TYPE_CHECKING:
    from sygn_cli.services.runtime import Runtime


def serve(
    host: Annotated[
        str | None,
        typer.Option(help="Address to listen on, 127.0.0.1 if not told.", show_default=False),
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 7447,
    public_url: Annotated[
        str | None,
        typer.Option(
            envvar="SYGN_PUBLIC_URL",
            help="How signers reach this server, if not by that address.",
            show_default=False,
        ),
    ] = None,
    trusted_proxy: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CIDR", help="Believe X-Forwarded-For from there.", show_default=False
        ),
    ] = None,
    ready_file: Annotated[
        Path | None,
        typer.Option(help="Write the base URL there when listening.", show_default=False),
    ] = None,
    lan: Annotated[
        bool,
        typer.Option("--lan", help="Let phones in this network reach the signers' pages."),
    ] = False,
    qr: Annotated[
        str | None,
        typer.Option(
            metavar="DOC",
            help="Print link and QR code of each signer of a document.",
            show_default=False,
        ),
    ] = None,
    kiosk: Annotated[
        str | None,
        typer.Option(
            metavar="DOC",
            help="Let the signers of a document sign in person, one after the other, on one "
            "device.",
            show_default=False,
        ),
    ] = None,
    open_: Annotated[
        bool, typer.Option("--open", help="Open the owner's page in the browser.")
    ] = False,
    new_owner_link: Annotated[
        bool, typer.Option("--new-owner-link", help="Make another owner's link; the old one dies.")
    ] = False,
    no_owner: Annotated[
        bool, typer.Option("--no-owner", help="Serve no owner's page, only the signers'.")
    ] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Serve the signing pages, and the owner's page under a private link, until Ctrl-C."""
    import threading

    from sygn_cli.cli import near
    from sygn_cli.server import serve as server
    from sygn_cli.server.outbox_worker import resume
    from sygn_cli.services import documents, owner
    from sygn_cli.services.desk import Desk

    named = _base_of_links(public_url)
    rt = begun(workspace)
    _try_the_key(rt)
    usual = rt.settings.public_url
    # Phones reach the address that is served and no other, whatever the settings name.
    named = named or (DEFAULT_PUBLIC_URL if lan else rt.settings.public_url)
    settings = replace(
        rt.settings,
        public_url=named,
        trusted_proxies=tuple(trusted_proxy or rt.settings.trusted_proxies),
        owner_page="off" if no_owner else rt.settings.owner_page,
    )
    rt = replace(rt, settings=settings)
    shown = documents.find(rt, qr).id if qr else None
    desk = Desk(rt, documents.find(rt, kiosk).id) if kiosk else None
    if new_owner_link:
        owner.renew(rt)
    opened = contextlib.ExitStack()

    def ready(url: str) -> None:
        if ready_file is not None:
            console.write_file(ready_file, f"{url}\n".encode(), force=True)
        console.narrate(f"serving on {url} (stop with Ctrl-C)")
        if settings.owner_page != "off":
            _show_owner(owner.url(rt, near.own(url) if lan else url), opened if open_ else None)
        reached = url if named == DEFAULT_PUBLIC_URL else named
        if not lan:
            near.tell_elsewhere(reached, usual)
        near.tell(rt, reached, lan=lan, qr=shown, desk=desk)
        threading.Thread(target=resume, args=(rt, threading.Event()), daemon=True).start()

    with opened:
        server.run(
            rt,
            host=near.address(host) if lan else host or near.LOOPBACK,
            port=port,
            on_ready=ready,
            lan=lan,
            desk=desk,
        )
    console.narrate("stopped")


def _base_of_links(public_url: str | None) -> str:
    from sygn_cli.services.settings import base_of_links

    base = base_of_links(public_url) if public_url else ""
    if base is None:
        raise InvalidRequest(
            f"{public_url!r} is no address of a server.",
            hint="Like --public-url https://sign.example.com.",
        )
    return base


def _show_owner(link: str, opened: contextlib.ExitStack | None) -> None:
    """Print the owner's link, on stdout as it is a result and no log; open it if that is asked."""
    console.narrate("your documents, for nobody else to open:")
    console.emit(link)
    if opened is not None:
        from sygn_cli.cli.browser import open_privately

        open_privately(link, opened)


def _try_the_key(rt: Runtime) -> None:
    """See now whether the key can seal, and ask for its passphrase while somebody is there.

    Raises:
        Unauthorized: It is under a passphrase that nobody gave.
        WorkspaceUnusable: The key of all links is lost: no page could be opened.
    """
    from sygn_cli.engine import credential

    rt.keys.link_key()
    try:
        credential.test_sign(rt.keys.credential(), now=rt.clock.now())
        warn_if_it_ends_soon(rt)
    except SealFailed as error:
        # People can go on signing; what they sign is sealed when the key is right again.
        console.narrate(f"warning: nothing can be sealed: {error.message}")
        console.hint(error.hint or "Look with: sygn doctor")
