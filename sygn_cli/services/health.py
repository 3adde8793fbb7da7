"""Checks that find trouble before a signer does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sygn_cli.domain import moment
from sygn_cli.domain.errors import NotFound, SygnError
from sygn_cli.domain.listing import Filters
from sygn_cli.engine import credential, intake
from sygn_cli.services import expiry, mail_health
from sygn_cli.services.settings import usual_deadline

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sygn_cli.services.ports import PdfWork
    from sygn_cli.services.runtime import Runtime

# The smallest file that every reader opens, to see whether PDF work is possible at all.
_TINY_PDF: Final = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check.

    Attributes:
        level: ``ok``, ``warn`` or ``fail``.
    """

    check: str
    level: str
    message: str


def examine(runtime: Runtime) -> Iterator[Finding]:
    """Yield one finding per check."""
    yield _key(runtime)
    yield from _link_key(runtime)
    yield _pdf_work(runtime.pdf)
    yield from (Finding("mail", level, words) for level, words in mail_health.examine(runtime))
    yield from _deadline(runtime)
    yield from _documents(runtime)


def examine_machine(pdf: PdfWork, *, now: datetime) -> Iterator[Finding]:
    """Yield what can be checked where there is no workspace."""
    yield _trial(now)
    yield _pdf_work(pdf)


def _trial(now: datetime) -> Finding:
    """Return whether this machine can make keys and use them; none is kept."""
    try:
        made = credential.make_seal_credential(credential.make_ca("Trial", now=now), "T", now=now)
        credential.test_sign(made, now=now)
    except SygnError as error:
        return Finding("seal key", "fail", error.message)
    return Finding("seal key", "ok", "none yet; one made for a trial works")


def _key(runtime: Runtime) -> Finding:
    now = runtime.clock.now()
    try:
        runtime.keys.root_pem()  # whoever only looks makes no key
    except NotFound:
        return _trial(now)
    except SygnError as error:
        return Finding("seal key", "fail", " ".join(filter(None, (error.message, error.hint))))
    try:
        held = runtime.keys.credential()
        credential.test_sign(held, now=now)
        until = expiry.credential_ends_at(held)
    except SygnError as error:
        return Finding("seal key", "fail", " ".join(filter(None, (error.message, error.hint))))
    day = moment.to_wire(until)[:10]
    if expiry.ends_soon(until, now=now):
        words = f"works, but its credential ends on {day}. {expiry.HINT}"
        return Finding("seal key", "warn", words)
    return Finding("seal key", "ok", f"works; its credential is good until {day}")


def _link_key(runtime: Runtime) -> Iterator[Finding]:
    try:
        runtime.keys.link_key()
    except SygnError as error:
        yield Finding("link key", "fail", " ".join(filter(None, (error.message, error.hint))))


def _pdf_work(pdf: PdfWork) -> Finding:
    try:
        pdf.call(intake.inspect, _TINY_PDF)
    except SygnError as error:
        return Finding("pdf engine", "fail", error.message)
    return Finding("pdf engine", "ok", "reads a PDF in a process of its own")


def _deadline(runtime: Runtime) -> Iterator[Finding]:
    try:
        usual_deadline(runtime.settings, now=runtime.clock.now())
    except SygnError as error:
        yield Finding("deadline", "warn", " ".join(filter(None, (error.message, error.hint))))


def _documents(runtime: Runtime) -> Iterator[Finding]:
    counted, unsealed = sum(runtime.store.counts(Filters()).values()), 0
    for document in runtime.store.due(days=(), now=runtime.clock.now()):
        if document.awaits_seal:
            unsealed += 1
            why = document.seal_error or "it has not been tried since"
            yield Finding("sealing", "fail", f"{document.id} is signed by all: {why}")
    if not unsealed:
        words = "1 document" if counted == 1 else f"{counted} documents"
        yield Finding("sealing", "ok", f"{words}, none waits for its seal")
