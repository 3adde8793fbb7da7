"""Letters handed to a mail server: SMTP with STARTTLS or TLS, certificates checked, time bounded."""

from __future__ import annotations

import smtplib
import socket
import ssl
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sygn_cli.delivery.mail_format import addr_spec, is_international, message_bytes
from sygn_cli.domain import text
from sygn_cli.domain.errors import NetworkFailed, SygnError, WorkspaceUnusable
from sygn_cli.domain.mail import Handover, Outcome
from sygn_cli.services.mail_settings import Security

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sygn_cli.domain.mail import Letter
    from sygn_cli.services.mail_settings import Smtp

_PERMANENT: Final = range(500, 600)
_LONGEST_WORDS: Final = 300
_ASCII_ONLY: Final = "the mail server takes no addresses with letters beyond ASCII"
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class SmtpMailer:
    """One connection per letter: letters are few, and a connection that idles is dropped."""

    delivers = True

    def __init__(self, smtp: Smtp) -> None:
        self._smtp = smtp

    def send(self, letter: Letter) -> Handover:
        """Hand the letter over and say what the server said."""
        try:
            content = message_bytes(letter)
        except SygnError as error:
            return Handover(Outcome.REFUSED, error.message)
        try:
            with self._session() as server:
                return self._hand_over(server, letter, content)
        except SygnError as error:
            return Handover(Outcome.LATER, _short(error.message))

    def check(self) -> str:
        """Log in, send nothing, and say whom one reached.

        Raises:
            NetworkFailed: The server cannot be reached or used.
        """
        with self._session() as server:
            code, words = server.noop()
            if code in _PERMANENT:
                raise NetworkFailed(f"{self._where()} said: {_answer(code, words)}.")
        how = f"as {self._smtp.user}" if self._smtp.user else "without logging in"
        return f"{self._where()} by {self._smtp.security}, {how}"

    @contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        """Give a connection that is ready to take letters; all its errors become ours."""
        server: smtplib.SMTP | None = None
        try:
            server = self._connect()
            if self._smtp.user:
                self._log_in(server)
            yield server
        except smtplib.SMTPAuthenticationError as error:
            said = _answer(error.smtp_code, error.smtp_error)
            raise NetworkFailed(
                f"{self._where()} refused the login of {self._smtp.user}: {said}.",
                hint="Check user in [smtp], and SYGN_SMTP_PASSWORD or password_file.",
            ) from error
        except ssl.SSLCertVerificationError as error:
            raise NetworkFailed(
                f"The certificate of {self._where()} is not good: {error.verify_message}.",
                hint="If it is your own authority's, name that in ca_file of [smtp].",
            ) from error
        except smtplib.SMTPResponseException as error:
            said = _answer(error.smtp_code, error.smtp_error)
            raise NetworkFailed(f"{self._where()} said: {said}.") from error
        except TimeoutError as error:
            raise NetworkFailed(
                f"{self._where()} did not answer in {self._smtp.timeout} s."
            ) from error
        except (smtplib.SMTPException, OSError) as error:
            raise NetworkFailed(f"{self._where()} cannot be used: {_reason(error)}.") from error
        finally:
            if server is not None:
                with suppress(smtplib.SMTPException, OSError):
                    server.close()

    def _hand_over(self, server: smtplib.SMTP, letter: Letter, content: bytes) -> Handover:
        """Send the letter in a session; only what the server says about it is judged here."""
        server.ehlo_or_helo_if_needed()
        options = []
        if is_international(letter):
            if not server.has_extn("smtputf8"):
                return Handover(Outcome.REFUSED, _ASCII_ONLY)
            options = ["SMTPUTF8", "BODY=8BITMIME"]
        try:
            server.sendmail(addr_spec(letter.sender), [addr_spec(letter.to)], content, options)
        except smtplib.SMTPRecipientsRefused as error:
            code, words = next(iter(error.recipients.values()))
            return _judged(code, words)
        except smtplib.SMTPDataError as error:
            return _judged(error.smtp_code, error.smtp_error)
        # The letter is taken; a server that does not say goodbye changes nothing about that.
        with suppress(smtplib.SMTPException, OSError):
            server.quit()
        return Handover(Outcome.ACCEPTED, self._where())

    def _connect(self) -> smtplib.SMTP:
        where, timeout, name = (self._smtp.host, self._smtp.port), self._smtp.timeout, _own_name()
        if self._smtp.security is Security.TLS:
            return smtplib.SMTP_SSL(
                *where, local_hostname=name, timeout=timeout, context=self._trust()
            )
        server = smtplib.SMTP(*where, local_hostname=name, timeout=timeout)
        if self._smtp.security is Security.STARTTLS:
            try:
                server.starttls(context=self._trust())
            except BaseException:
                server.close()
                raise
        return server

    def _trust(self) -> ssl.SSLContext:
        trust = ssl.create_default_context()
        if self._smtp.ca_file:
            try:
                trust.load_verify_locations(Path(self._smtp.ca_file).expanduser())
            except OSError as error:
                raise WorkspaceUnusable(
                    f"{self._smtp.ca_file} cannot be used: {error.strerror or error}.",
                    hint="It is the setting ca_file of [smtp].",
                ) from error
        return trust

    def _log_in(self, server: smtplib.SMTP) -> None:
        if self._smtp.security is Security.PLAIN and self._smtp.host not in _LOOPBACK:
            raise NetworkFailed(
                f"No password is sent to {self._where()} without TLS.",
                hint='Set security to "starttls" or "tls" in [smtp].',
            )
        server.login(self._smtp.user, self._password())

    def _password(self) -> str:
        if self._smtp.password or not self._smtp.password_file:
            return self._smtp.password
        path = Path(self._smtp.password_file).expanduser()
        try:
            return path.read_text(encoding="utf-8").partition("\n")[0].rstrip("\r")
        except (OSError, UnicodeDecodeError) as error:
            raise WorkspaceUnusable(
                f"The password file {path} cannot be read.",
                hint="It is the setting password_file of [smtp].",
            ) from error

    def _where(self) -> str:
        return f"{self._smtp.host}:{self._smtp.port}"


def _judged(code: int, words: bytes | str) -> Handover:
    outcome = Outcome.REFUSED if code in _PERMANENT else Outcome.LATER
    return Handover(outcome, _answer(code, words))


def _answer(code: int, words: bytes | str) -> str:
    said = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return _short(f"{code} {' '.join(said.split())}")


def _reason(error: Exception) -> str:
    if isinstance(error, socket.gaierror):
        return "there is no such host"
    return _short(getattr(error, "strerror", None) or str(error) or type(error).__name__)


def _short(words: str) -> str:
    return text.printable(words.rstrip("."))[:_LONGEST_WORDS]


def _own_name() -> str:
    """Return how to introduce ourselves; asking DNS, as smtplib does, may take seconds."""
    name = socket.gethostname()
    return name if "." in name and name.isascii() else "[127.0.0.1]"
