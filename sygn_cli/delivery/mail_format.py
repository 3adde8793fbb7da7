"""A letter as the bytes that mail servers take: MIME, RFC 5322, headers that nobody can add to."""

from __future__ import annotations

from dataclasses import replace
from email import policy, utils
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import HeaderParser
from typing import TYPE_CHECKING, Final

from sygn_cli.domain.errors import InvalidRequest

if TYPE_CHECKING:
    from sygn_cli.domain.mail import Letter, Mailbox

_LONGEST_LINE: Final = 900  # RFC 5322, 2.1.1: at most 998 characters


def host_in_ascii(host: str) -> str:
    """Return a host name as DNS knows it (IDNA).

    Raises:
        InvalidRequest: It is none.
    """
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise InvalidRequest(f"{host!r} is no host name.") from error


def addr_spec(mailbox: Mailbox) -> str:
    """Return the address with its host in ASCII; what is before the @ stays as it is."""
    local, _, host = mailbox.email.rpartition("@")
    return f"{local}@{host_in_ascii(host)}"


def is_international(letter: Letter) -> bool:
    """Tell whether an address needs a server that knows SMTPUTF8 (RFC 6531)."""
    boxes = [letter.sender, letter.to, *([letter.reply_to] if letter.reply_to else [])]
    return not all(addr_spec(one).isascii() for one in boxes)


def message_bytes(letter: Letter) -> bytes:
    """Return the letter with CRLF line ends.

    What the library has written is read again before it leaves: older versions of it let the
    display name of an address add an address once it is encoded and folded. A name that does not
    survive is left out.

    Raises:
        InvalidRequest: An address cannot be written into a header.
    """
    content = _build(letter).as_bytes()
    if _reads_back(letter, content):
        return content
    bare = replace(
        letter,
        to=replace(letter.to, name=""),
        sender=replace(letter.sender, name=""),
        reply_to=letter.reply_to and replace(letter.reply_to, name=""),
    )
    content = _build(bare).as_bytes()
    if not _reads_back(bare, content):
        raise InvalidRequest(f"No mail can be addressed to {letter.to.email!r}.")
    return content


def _build(letter: Letter) -> EmailMessage:
    rules = policy.SMTPUTF8 if is_international(letter) else policy.SMTP
    message = EmailMessage(policy=rules)
    host = addr_spec(letter.sender).rpartition("@")[2]
    try:
        message["From"] = _address(letter.sender)
        message["To"] = _address(letter.to)
        if letter.reply_to is not None:
            message["Reply-To"] = _address(letter.reply_to)
        message["Subject"] = " ".join(letter.subject.split())
        message["Date"] = utils.format_datetime(letter.at)
        message["Message-ID"] = f"<{letter.id}@{host}>"
        message["References"] = f"<{letter.thread}@{host}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834, 5
    except (ValueError, IndexError) as error:
        raise InvalidRequest(f"No mail can be addressed to {letter.to.email!r}.") from error
    message.set_content(letter.text, cte=_encoding(letter.text))
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    message["Content-Language"] = letter.locale  # not before: the library would drop it
    for one in letter.enclosures:
        main, _, sub = one.media_type.partition("/")
        message.add_attachment(one.content, maintype=main, subtype=sub, filename=one.name)
    return message


def _address(mailbox: Mailbox) -> Address:
    local, _, host = addr_spec(mailbox).rpartition("@")
    if local.isascii():
        return Address(display_name=mailbox.name, addr_spec=f"{local}@{host}")
    # The library refuses to parse such an address, but writes it (RFC 6532).
    return Address(display_name=mailbox.name, username=local, domain=host)


def _encoding(text: str) -> str:
    """Leave plain text as it is, so that a long link is whole for whoever looks at the source."""
    longest = max(map(len, text.splitlines()), default=0)
    return "7bit" if text.isascii() and longest <= _LONGEST_LINE else "quoted-printable"


def _reads_back(letter: Letter, content: bytes) -> bool:
    """Tell whether the addresses that a reader finds are those that were meant."""
    headers = content.partition(b"\r\n\r\n")[0].decode("utf-8")
    seen = HeaderParser(policy=policy.SMTPUTF8).parsestr(headers)
    wanted = {"From": letter.sender, "To": letter.to}
    if letter.reply_to is not None:
        wanted["Reply-To"] = letter.reply_to
    for name, mailbox in wanted.items():
        header = seen[name]
        if header is None or [one.addr_spec for one in header.addresses] != [addr_spec(mailbox)]:
            return False
    return True
