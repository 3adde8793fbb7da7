"""Run the web application until somebody ends it: waitress, with limits that hold.

waitress' own defaults let 100 idle connections stop the server, take bodies of 1 GiB and starve
behind four slow requests.
"""

from __future__ import annotations

import contextlib
import logging
import signal
import socket
import sys
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import waitress

from sygn_cli.domain.errors import NetworkFailed
from sygn_cli.server import open_files, outbox_worker
from sygn_cli.server.app import MOST_BODY_BYTES, create_app
from sygn_cli.server.raw_errors import Channel
from sygn_cli.services.runtime import DEFAULT_PUBLIC_URL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    from flask import Flask
    from waitress.server import BaseWSGIServer

    from sygn_cli.services.desk import Desk
    from sygn_cli.services.runtime import Runtime

_MOST_CONNECTIONS: Final = 1000
# What the threads read and write besides, pipes to workers, locks, deliveries.
_OTHER_FILES: Final = 500
_LIMITS: Final = {
    "threads": 16,
    "connection_limit": _MOST_CONNECTIONS,
    "channel_timeout": 20,
    "cleanup_interval": 5,
    "max_request_body_size": MOST_BODY_BYTES,
    "max_request_header_size": 32 * 1024,
    # X-Forwarded-For is judged by evidence.py, against the networks the user trusts.
    "clear_untrusted_proxy_headers": False,
    "ident": "",
}
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1"})
# A last signer's request stamps and seals; it may take seconds on a slow machine.
_DRAIN_SECONDS: Final = 30


def run(
    runtime: Runtime,
    *,
    host: str,
    port: int,
    on_ready: Callable[[str], None],
    lan: bool = False,
    desk: Desk | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT, then finish the requests that are under way.

    Args:
        runtime: What the application works with.
        host: Address to listen on.
        port: Port to listen on; 0 takes a free one.
        on_ready: Called with the base URL once requests are taken.
        lan: Other devices reach the host's address; this one is served on its loopback as well.
        desk: A document that is signed in person.

    Raises:
        NetworkFailed: The address cannot be used.
    """
    open_files.allow(_MOST_CONNECTIONS + _OTHER_FILES)
    server = Server(runtime, host=host, port=port, lan=lan, desk=desk)
    with _logging_to_stderr(), _ended_by_signals(server):
        on_ready(server.base_url)
        with outbox_worker.working(server.runtime):
            server.run()


class Server:
    """A listening server; requests wait in the backlog until :meth:`run`.

    Attributes:
        base_url: Where it listens, with the port that was taken.
        runtime: What it works with; links name the address that is served.
    """

    def __init__(
        self,
        runtime: Runtime,
        *,
        host: str,
        port: int,
        lan: bool = False,
        desk: Desk | None = None,
    ) -> None:
        listener = _listen(host, port)
        self.base_url = _base_url(listener)
        self.runtime = _reachable(runtime, self.base_url)
        self._stopped = threading.Event()
        app = create_app(self.runtime, desk=desk, lan=lan)
        self._waitress = waitress.create_server(app, sockets=[listener], **_LIMITS)
        self._waitress.channel_class = Channel
        is_near = listener.getsockname()[0] in _LOOPBACK
        self._near = self._listen_near(app, listener) if lan and not is_near else None

    def _listen_near(self, app: Flask, listener: socket.socket) -> BaseWSGIServer:
        """Listen on the loopback too, where the owner is let in; the same threads do the work."""
        near = _listen("127.0.0.1", listener.getsockname()[1])
        server = waitress.create_server(
            app,
            sockets=[near],
            map=self._waitress._map,
            _dispatcher=self._waitress.task_dispatcher,
            **_LIMITS,
        )
        server.channel_class = Channel
        return server

    def run(self) -> None:
        """Serve until :meth:`stop`, then let what was begun come to its end."""
        while not self._stopped.is_set():
            self._turn()
        for server in self._servers():
            server.accepting = False
        deadline = time.monotonic() + _DRAIN_SECONDS
        while self._is_busy() and time.monotonic() < deadline:
            self._turn()
        self._waitress.task_dispatcher.shutdown()
        for server in self._servers():
            for channel in list(server.active_channels.values()):
                channel.handle_close()
            server.close()

    def stop(self) -> None:
        """Ask :meth:`run` to end; safe from any thread and from a signal handler."""
        self._stopped.set()
        self._waitress.pull_trigger()

    def _turn(self) -> None:
        # poll and not select, which fails on file descriptors above 1023.
        self._waitress.asyncore.loop(timeout=1, use_poll=True, map=self._waitress._map, count=1)

    def _is_busy(self) -> bool:
        channels = [one for server in self._servers() for one in server.active_channels.values()]
        return any(channel.requests or channel.total_outbufs_len for channel in channels)

    def _servers(self) -> list[BaseWSGIServer]:
        return [self._waitress, *([self._near] if self._near else [])]


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise NetworkFailed(f"The address {host!r} cannot be used: {error.strerror}.") from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        listener.close()
        raise NetworkFailed(
            f"Port {port} of {host} cannot be used: {error.strerror}.",
            hint="Another program may hold it; --port 0 takes a free one.",
        ) from error
    return listener


def _base_url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - asked whether, not told to
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _reachable(runtime: Runtime, base_url: str) -> Runtime:
    """Make links name the address that is served, where the user has not named another."""
    if runtime.settings.public_url != DEFAULT_PUBLIC_URL:
        return runtime
    return replace(runtime, settings=replace(runtime.settings, public_url=base_url))


@contextlib.contextmanager
def _ended_by_signals(server: Server) -> Iterator[None]:
    def end(_number: int, _frame: FrameType | None) -> None:
        server.stop()

    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may set handlers
        return
    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def _logging_to_stderr() -> Iterator[None]:
    logger = logging.getLogger("sygn")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("sygn: %(message)s"))
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)
