"""Whether letters would reach anybody, found out before one has to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sygn_cli.domain.errors import SygnError
from sygn_cli.services import letters, mailbox
from sygn_cli.services.mail_settings import Security
from sygn_cli.services.runtime import DEFAULT_PUBLIC_URL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sygn_cli.services.runtime import Runtime

_MOST_COUNTED: Final = 1000


def examine(runtime: Runtime) -> Iterator[tuple[str, str]]:
    """Yield levels, ``ok``, ``warn`` or ``fail``, each with words; logs in to the mail server."""
    mailer = runtime.mails.mailer
    try:
        letters.sender(runtime)
        letters.owner(runtime)
        reached = mailer.check()
    except SygnError as error:
        yield "fail", " ".join(filter(None, (error.message, error.hint)))
        return
    if not mailer.delivers:
        yield "ok", f"no server is set: letters are only kept in {reached}"
        return
    yield "ok", f"goes to {reached}"
    yield from _warnings(runtime)


def _warnings(runtime: Runtime) -> Iterator[tuple[str, str]]:
    smtp = runtime.settings.smtp
    if smtp is not None and smtp.user and smtp.security is Security.PLAIN:
        yield "warn", "the password goes over loopback without TLS"
    if runtime.settings.public_url == DEFAULT_PUBLIC_URL:
        yield "warn", "links in letters lead to this machine only; set public_url in sygn.toml"
    failed = mailbox.newest(runtime, failed=True, limit=_MOST_COUNTED)
    if failed:
        last = f"the one to {failed[0].notice.email}: {failed[0].handover.words}"
        yield "warn", f"{len(failed)} given up, last {last}; see: sygn mail list --failed"
