"""HTTP to places that somebody else named: never to where only we could reach (CWE-918).

The address that counts is that of the socket: each address of a name is judged right before it is
connected to, and the peer once more when it is. So it does not matter how a host is spelled, or
whether a name server answers differently each time. Redirects are not followed, proxies from the
environment are not used, and one deadline covers everything after the look-up of the name.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from sygn_cli.domain import target
from sygn_cli.domain.errors import InvalidRequest, NetworkFailed
from sygn_cli.domain.webhook import Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


# What socket.getaddrinfo gives and takes.
Found: TypeAlias = "Sequence[tuple[int, int, int, str, tuple[str | int, ...]]]"
Resolve: TypeAlias = "Callable[[str, int], Found]"
TIMEOUT: Final = 15.0  # seconds
MOST_ANSWER_BYTES: Final = 64 * 1024


def system_resolver(host: str, port: int) -> Found:
    """Return the addresses that the system knows for a name."""
    return socket.getaddrinfo(  # type: ignore[return-value]  # typeshed types sockaddr narrower
        host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP
    )


@dataclass(frozen=True, slots=True)
class GuardedHttp:
    """An HTTP client for URLs that others wrote.

    Attributes:
        resolve: Looks names up.
        timeout: For one request from connecting to the end of the answer, in seconds.
    """

    resolve: Resolve = system_resolver
    timeout: float = TIMEOUT

    def post(
        self, url: str, body: bytes, headers: Mapping[str, str], *, allow_private: bool
    ) -> Answer:
        """Send a body, and return what the receiver said to it, whatever its status.

        Raises:
            InvalidRequest: It is no URL that sygn sends to.
            NetworkFailed: There was no answer, or the address is not allowed.
        """
        started = time.monotonic()
        with _Call(self, url, allow_private=allow_private) as call:
            response = call.send("POST", body, headers)
            content = call.read(response, most=MOST_ANSWER_BYTES)
            milliseconds = round((time.monotonic() - started) * 1000)
            return Answer(
                response.status, response.headers.get("Retry-After", ""), content, milliseconds
            )

    def fetch(self, url: str, *, most: int, allow_private: bool = False) -> bytes:
        """Return what lies at a URL.

        Args:
            most: Bytes; more is an error and not a shorter file.

        Raises:
            InvalidRequest: It is no URL that sygn reads from, or the file is larger.
            NetworkFailed: There was no answer, another status than 200, or the address is not
                allowed.
        """
        with _Call(self, url, allow_private=allow_private) as call:
            response = call.send("GET", None, {"Accept": "application/pdf, */*;q=0.1"})
            if response.status != http.client.OK:
                raise NetworkFailed(f"{call.target.host} answered {response.status}.")
            content = call.read(response, most=most + 1)
            if len(content) > most:
                raise InvalidRequest(f"The file at {call.target.host} is too large.")
            if response.length:
                raise NetworkFailed(f"{call.target.host} sent only a part of the file.")
            return content


class _Call:
    """One request on one connection."""

    def __init__(self, client: GuardedHttp, url: str, *, allow_private: bool) -> None:
        self.target = target.parse(url, allow_private=allow_private)
        self._client = client
        self._allow_private = allow_private
        self._deadline = 0.0
        self._wire: _Wire | None = None

    def __enter__(self) -> _Call:
        """Connect, as far as that is allowed."""
        found = self._look_up()
        self._deadline = time.monotonic() + self._client.timeout
        self._wire = _Wire(self._connect(found), self._deadline)
        return self

    def __exit__(self, *_: object) -> None:
        """Hang up."""
        if self._wire is not None:
            self._wire.hang_up()

    def send(
        self, method: str, body: bytes | None, headers: Mapping[str, str]
    ) -> http.client.HTTPResponse:
        """Send the request and return the answer's head."""
        connection = http.client.HTTPConnection(self.target.host)
        connection.sock = self._wire  # has all that it calls
        try:
            connection.putrequest(
                method, self.target.path, skip_host=True, skip_accept_encoding=True
            )
            connection.putheader("Host", self.target.authority)
            connection.putheader("Accept-Encoding", "identity")
            connection.putheader("Connection", "close")
            for name, value in headers.items():
                connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            return connection.getresponse()
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise self._failed(error) from error

    def read(self, response: http.client.HTTPResponse, *, most: int) -> bytes:
        """Return the answer's body, or its first bytes."""
        try:
            return response.read(most)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise self._failed(error) from error

    def _look_up(self) -> Found:
        try:
            return self._client.resolve(self.target.host, self.target.port)
        except (OSError, UnicodeError) as error:
            raise NetworkFailed(f"The host {self.target.host} is not known.") from error

    def _connect(self, found: Found) -> socket.socket:
        """Return a socket to the first address that may be used and answers."""
        failure = NetworkFailed(f"The host {self.target.host} has no address.")
        for family, kind, protocol, _, address in found:
            try:
                self._require_allowed(str(address[0]))
                return self._open(family, kind, protocol, address)
            except NetworkFailed as error:
                failure = error
            except (OSError, ValueError) as error:
                failure = self._failed(error)
        raise failure

    def _open(
        self, family: int, kind: int, protocol: int, address: tuple[str | int, ...]
    ) -> socket.socket:
        raw = socket.socket(family, kind, protocol)
        try:
            raw.settimeout(_left(self._deadline))
            raw.connect(address)
            # Some addresses lead elsewhere: 0.0.0.0 is this machine on Linux.
            self._require_allowed(raw.getpeername()[0])
            return self._encrypted(raw)
        except BaseException:
            raw.close()
            raise

    def _encrypted(self, raw: socket.socket) -> socket.socket:
        if self.target.scheme != "https":
            return raw
        raw.settimeout(_left(self._deadline))
        return ssl.create_default_context().wrap_socket(raw, server_hostname=self.target.host)

    def _require_allowed(self, address: str) -> None:
        why_not = target.refusal(address, allow_private=self._allow_private)
        if why_not:
            raise NetworkFailed(
                f"{self.target.host} may not be called: {why_not}.",
                hint="A receiver of your own needs: sygn webhooks add URL --allow-private",
            )

    def _failed(self, error: Exception) -> NetworkFailed:
        return NetworkFailed(f"{self.target.host}: {_why(error)}.")


class _Wire(io.RawIOBase):
    """A socket as ``http.client`` uses one, that gives up at a moment and not after a silence."""

    def __init__(self, connected: socket.socket, deadline: float) -> None:
        self._socket = connected
        self._deadline = deadline

    def sendall(self, content: bytes) -> None:
        self._socket.settimeout(_left(self._deadline))
        self._socket.sendall(content)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        self._socket.settimeout(_left(self._deadline))
        return self._socket.recv_into(buffer)  # type: ignore[arg-type]  # any writable buffer

    def close(self) -> None:
        """Stay open: ``http.client`` closes its socket while the answer is still to be read."""

    def hang_up(self) -> None:
        self._socket.close()


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its X.509 certificate is not valid: {error.verify_message}"
    if isinstance(error, http.client.RemoteDisconnected):
        return "the connection was closed without an answer"
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return f"the answer is not HTTP ({type(error).__name__})"
