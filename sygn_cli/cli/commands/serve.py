"""``sygn serve``: the signing pages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from sygn_cli.cli import console
from sygn_cli.cli.options import WorkspaceOption, runtime


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
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
    workspace: WorkspaceOption = None,
) -> None:
    """Serve the signing pages until Ctrl-C."""
    import threading

    from sygn_cli.server import serve as server
    from sygn_cli.services import maintenance

    rt = runtime(workspace)
    settings = rt.settings
    if public_url:
        settings = replace(settings, public_url=public_url)
    if trusted_proxy:
        settings = replace(settings, trusted_proxies=tuple(trusted_proxy))

    def ready(url: str) -> None:
        console.narrate(f"serving on {url} (stop with Ctrl-C)")
        threading.Thread(target=maintenance.resume, args=(rt,), daemon=True).start()

    server.run(
        replace(rt, settings=settings),
        host=host,
        port=port,
        ready_file=ready_file,
        on_ready=ready,
    )
    console.narrate("stopped")
