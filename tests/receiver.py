"""A receiver of webhooks on this machine, as good or as bad as it is told to be."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Reply:
    """What the receiver answers.

    Attributes:
        reset: Close the connection with a reset instead.
        drip: Send the body a byte at a time until the other side gives up.
        silent: Say nothing until the other side gives up.
    """

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"ok"
    reset: bool = False
    drip: bool = False
    silent: bool = False


@dataclass
class Call:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Receiver:
    """Listens on a loopback port; remembers every request, and counts every connection."""

    def __init__(self, decide: Callable[[Call], Reply]) -> None:
        self.calls: list[Call] = []
        self.decide = decide
        self._lock = threading.Lock()
        self.closing = threading.Event()
        self.connections = 0
        self.server = self._server()
        self.server.daemon_threads = True
        self.port = self.server.server_port
        self.url = f"http://127.0.0.1:{self.port}/hook"

    def _server(self) -> ThreadingHTTPServer:
        receiver = self

        class Server(ThreadingHTTPServer):
            def get_request(self):
                receiver.connections += 1
                return super().get_request()

        return Server(("127.0.0.1", 0), self._handler())

    def _handler(self) -> type[BaseHTTPRequestHandler]:  # noqa: C901 - a class in a function
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def handle_call(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                self.close_connection = True
                if len(body) < length:
                    return  # whoever sent it died meanwhile: that is no request
                call = Call(self.command, self.path, dict(self.headers.items()), body)
                with receiver._lock:
                    receiver.calls.append(call)
                    reply = receiver.decide(call)
                with contextlib.suppress(OSError):
                    self._answer(reply)

            do_GET = do_POST = handle_call  # noqa: N815 - the library's names

            def _answer(self, reply: Reply) -> None:
                if reply.reset:
                    linger = struct.pack("ii", 1, 0)
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                    self.connection.close()
                    return
                if reply.silent:
                    self._until_given_up()
                    return
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                if reply.drip:
                    self.end_headers()
                    while not receiver.closing.wait(0.01):
                        self.wfile.write(b"x")
                    return
                self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                self.wfile.write(reply.body)

            def _until_given_up(self) -> None:
                self.connection.settimeout(30)
                self.connection.recv(1)

            def log_message(self, *_: object) -> None:
                pass

        return Handler


@contextlib.contextmanager
def receiving(decide: Callable[[Call], Reply] | Reply | None = None) -> Iterator[Receiver]:
    if not callable(decide):
        fixed = decide or Reply()
        made = Receiver(lambda _call: fixed)
    else:
        made = Receiver(decide)
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield made
    finally:
        made.closing.set()
        made.server.shutdown()
        thread.join()
        made.server.server_close()
