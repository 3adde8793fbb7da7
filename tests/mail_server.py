"""A mail server on this machine (aiosmtpd, which we did not write), as good or as bad as it is told."""

from __future__ import annotations

import asyncio
import datetime
import ipaddress
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PASSWORD = "correct horse"
OK = "250 OK"


@dataclass
class Received:
    """One letter that was taken, or whose sender never heard so."""

    sender: str
    to: list[str]
    content: bytes
    tls: bool
    options: list[str]

    @property
    def message(self) -> EmailMessage:
        """The letter as Python's own parser reads it."""
        parsed = BytesParser(policy=policy.default).parsebytes(self.content)
        assert isinstance(parsed, EmailMessage)
        assert not parsed.defects
        return parsed


@dataclass
class MailServer:
    """What the server says and what it heard.

    Attributes:
        at_recipient: Answers to the next recipients; then all is well.
        at_data: Answers to the next letters; "drop" closes the connection with the letter taken,
            "silence" says nothing for so long that the other side gives up.
        silent: How long that is, in seconds.
    """

    at_recipient: list[str] = field(default_factory=list)
    at_data: list[str] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)
    host: str = "127.0.0.1"
    port: int = 0

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if self.at_recipient:
            said = self.at_recipient.pop(0)
            if not said.startswith("2"):
                return said
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return OK

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope):  # noqa: N802
        self.received.append(
            Received(
                sender=envelope.mail_from or "",
                to=list(envelope.rcpt_tos),
                content=envelope.original_content or b"",
                tls=session.ssl is not None,
                options=[str(one) for one in envelope.mail_options],
            )
        )
        said = self.at_data.pop(0) if self.at_data else OK
        if said == "drop":
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        if said == "silence":
            await server.loop.create_future()  # until the other side hangs up
        return said

    def login(self, server, session, envelope, mechanism, data) -> AuthResult:
        given = (data.login.decode(), data.password.decode())
        self.logins.append(given)
        return AuthResult(success=given[1] == PASSWORD, handled=False)


@contextmanager
def serving(server: MailServer | None = None, *, tls=None, starttls=None, **options):
    """Run a mail server in a thread while the block runs.

    Args:
        server: What it says; all is well if nothing else is said.
        tls: Context of a server that speaks TLS from the first byte.
        starttls: Context of one that is asked to.
        options: Of ``aiosmtpd.smtp.SMTP``.
    """
    server = server or MailServer()

    def protocol() -> SMTP:
        return SMTP(
            server,
            hostname="mx.test",
            authenticator=server.login,
            tls_context=starttls,
            **{"enable_SMTPUTF8": True, **options},
        )

    loop = asyncio.new_event_loop()
    listener = loop.run_until_complete(loop.create_server(protocol, server.host, 0, ssl=tls))
    server.port = listener.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, name="mail-server")
    thread.start()
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(_end(listener), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end(listener: asyncio.Server) -> None:
    listener.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for one in others:
        one.cancel()
    await asyncio.gather(*others, return_exceptions=True)


@dataclass(frozen=True)
class Authority:
    """A certification authority and a server's certificate."""

    ca_file: Path
    context: ssl.SSLContext


def authority(folder: Path, *, name: str = "127.0.0.1") -> Authority:
    """Make one for a server of that address."""
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = _certificate("Test root", root_key, root_key, "Test root", ca=True)
    leaf = _certificate(name, key, root_key, "Test root", ca=False)
    ca_file, chain = folder / "ca.pem", folder / "server.pem"
    ca_file.write_bytes(root.public_bytes(serialization.Encoding.PEM))
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    chain.write_bytes(secret + leaf.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    return Authority(ca_file, context)


def _certificate(subject, key, issuer_key, issuer, *, ca) -> x509.Certificate:
    now = datetime.datetime.now(datetime.UTC)  # noqa: TID251 - the judges look at the wall
    names = [x509.IPAddress(ipaddress.ip_address(subject))] if not ca else []
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def until(condition: Callable[[], object], *, seconds: float = 60) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "in vain"
        threading.Event().wait(0.02)
