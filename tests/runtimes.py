"""Fakes of the ports, and runtimes made of them."""

from __future__ import annotations

import functools
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from fixtures import build
from sygn_cli.delivery.keys import WorkspaceKeys
from sygn_cli.domain.document import Document, SigningOrder
from sygn_cli.domain.signer import Invitee
from sygn_cli.engine.worker import Inline
from sygn_cli.services import creation
from sygn_cli.services.runtime import Runtime, Settings
from sygn_cli.store.answers import MemoryAnswers
from sygn_cli.store.apikeys import MemoryApiKeys
from sygn_cli.store.cache import MemoryCache
from sygn_cli.store.memory import MemoryStore
from sygn_cli.store.progress import MemoryProgress
from sygn_cli.store.templates import MemoryTemplates
from tests.ledger_fakes import NoLedger
from tests.life import NOW
from tests.mail_fakes import memory_mails
from tests.webhook_fakes import memory_webhooks

if TYPE_CHECKING:
    from sygn_cli.services.ports import Clock, Keys, PdfWork

ADA = Invitee("Ada Lovelace", "ada@example.com")
ALAN = Invitee("Alan Turing", "alan@example.com")


class FixedClock:
    """A clock that goes only when told to; chance that counts up."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at
        self._counter = 0

    def now(self) -> datetime:
        return self.at

    def entropy(self, count: int) -> bytes:
        self._counter += 1
        return self._counter.to_bytes(count, "big")

    def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class MemoryKeyFiles:
    """Key files that live as long as the process; the link key is always the same."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def link_key(self) -> bytes:
        return b"k" * 32

    def read(self, name: str) -> bytes | None:
        return self.files.get(name)

    def put_if_absent(self, name: str, content: bytes) -> bytes:
        return self.files.setdefault(name, content)

    def replace(self, name: str, content: bytes) -> None:
        self.files[name] = content

    def require_not_lost(self, name: str) -> None:
        """Nothing gets lost here."""


@functools.cache
def _key_files() -> MemoryKeyFiles:
    """Return one set of keys for all tests: making them takes longer than most tests."""
    files = MemoryKeyFiles()
    WorkspaceKeys(files, FixedClock(), "Test workspace").credential()
    return files


def memory_runtime(
    clock: Clock | None = None,
    settings: Settings | None = None,
    *,
    pdf: PdfWork | None = None,
    keys: Keys | None = None,
) -> Runtime:
    clock = clock or FixedClock()
    return Runtime(
        store=MemoryStore(),
        clock=clock,
        pdf=pdf or Inline(),
        keys=keys or WorkspaceKeys(_key_files(), FixedClock(), "Test workspace"),
        cache=MemoryCache(),
        settings=settings or Settings(),
        api_keys=MemoryApiKeys(),
        templates=MemoryTemplates(),
        answers=MemoryAnswers(),
        webhooks=memory_webhooks(),
        mails=memory_mails(),
        ledger=NoLedger(),
        progress=MemoryProgress(),
    )


@functools.cache
def sample(name: str) -> bytes:
    """Return a drawn PDF by its file name."""
    return build.DRAWINGS[name]()


def a_request(pdf: bytes | None = None, **changes) -> creation.Request:
    content = sample("nda.pdf") if pdf is None else pdf
    values = {
        "files": (creation.GivenFile("nda.pdf", content),),
        "invitees": (ADA, ALAN),
        "signing_order": SigningOrder.SEQUENTIAL,
    }
    return creation.Request(**{**values, **changes})


def a_document(runtime: Runtime, **changes) -> Document:
    return creation.create(runtime, a_request(**changes))[0]


def token_of(url: str) -> str:
    return url.partition("?t=")[2]
