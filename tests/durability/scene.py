"""A workspace in a folder, a process that works in it, and what is found there afterwards.

What the world outside has taken, letters and messages, is in a file beside the folder.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Final, TypeAlias, cast

from sygn_cli import bootstrap
from sygn_cli.domain import history, ids
from sygn_cli.domain.audit import Event, EventType
from sygn_cli.domain.document import Document
from sygn_cli.domain.errors import SealFailed, Unauthorized
from sygn_cli.domain.listing import Filters
from sygn_cli.domain.mail import Handover, Letter, Outcome
from sygn_cli.domain.webhook import Answer
from sygn_cli.engine import keyfile
from sygn_cli.engine.worker import Inline
from sygn_cli.services import progress
from sygn_cli.services.mail_ports import Mails
from sygn_cli.services.runtime import Runtime
from sygn_cli.services.webhook_ports import Webhooks
from sygn_cli.store import mails, reading
from sygn_cli.store.delivery_log import DeliveryLog
from sygn_cli.store.documents import WorkspaceStore
from sygn_cli.store.findings import Level
from sygn_cli.store.fsck import fsck
from sygn_cli.store.mails import MailLog
from sygn_cli.store.outbox import Outbox
from sygn_cli.store.webhooks import Endpoints, message_of

START: Final = datetime.fromisoformat("2026-11-21T09:00:00.123+00:00")
HOUR: Final = timedelta(hours=1)
# What receivers answer.
GOOD: Final = 200
NO_MORE: Final = 410
DOWN: Final = 503
# What the keys are put under, if they are; whoever works knows the first.
PASSPHRASE: Final = b"a phrase"
ANOTHER: Final = b"another phrase"
CA: Final = "ca.pem"
SEAL: Final = "seal.pem"
# By what it is about, what a workspace says of it.
View: TypeAlias = dict[str, Any]


def known_id(number: int) -> str:
    """Return the id of a document that was there before anything was done."""
    return ids.document_id(START + timedelta(seconds=number), number.to_bytes(10, "big"))


_NUMBERS: Final = {known_id(number): number for number in range(10)}


def message_to(url: str, message: str) -> str:
    """Return what is heard of a message: the same comes to several endpoints."""
    return f"{message}@{url}"


class Outside:
    """Whoever takes letters and messages, and does not forget them when our power fails.

    Attributes:
        answers: What it says to them; what it is too :data:`DOWN` for it does not take.
    """

    def __init__(self, file: Path, told: Callable[[str], None] = lambda _: None) -> None:
        self._file = file
        self._told = told
        self.delivers = True
        self.answers = GOOD

    def send(self, letter: Letter) -> Handover:
        if self.answers == DOWN:
            return Handover(Outcome.LATER, "mx.example.com:25 is down")
        self._take(letter.id)
        return Handover(Outcome.ACCEPTED, "mx.example.com:25")

    def check(self) -> str:
        return "mx.example.com:25"

    def post(self, url: str, body: bytes, headers: Any, *, allow_private: bool) -> Answer:
        if self.answers != DOWN:
            self._take(message_to(url, dict(headers)["webhook-id"]))
        return Answer(self.answers, "", b"noted", 7)

    def fetch(self, url: str, *, most: int, allow_private: bool = False) -> bytes:
        raise NotImplementedError

    def heard(self) -> set[str]:
        return set(self.taken())

    def taken(self) -> list[str]:
        """Return all that was taken, each as often as it came."""
        return self._file.read_text().split() if self._file.exists() else []

    def _take(self, what: str) -> None:
        with self._file.open("a") as file:
            file.write(f"{what}\n")
        self._told(what)


class Chance:
    """A clock that stands, and chance that is the same for the same process."""

    def __init__(self, at: datetime, seed: str) -> None:
        self._at = at
        self._seed = seed
        self._asked = 0

    def now(self) -> datetime:
        return self._at

    def entropy(self, count: int) -> bytes:
        self._asked += 1
        return hashlib.shake_256(f"{self._seed} {self._asked}".encode()).digest(count)

    def sleep(self, seconds: float) -> None:
        raise NotImplementedError


class Process:
    """A process that works in ``FOLDER/.sygn`` for a while.

    Args:
        folder: The scene.
        seed: What its chance comes from.
        told: Hears at once what the world outside takes.
        outside: Where the world outside writes that down; None for beside the folder.
    """

    def __init__(
        self,
        folder: Path,
        *,
        at: datetime = START,
        seed: str = "",
        told: Callable[[str], None] = lambda _: None,
        outside: Path | None = None,
    ) -> None:
        self.folder = folder
        self.place = folder / ".sygn"
        self.at = at
        self.outside = Outside(outside or folder.with_name(f"{folder.name}.outside"), told)
        self._chance = Chance(at, seed)

    @cached_property
    def runtime(self) -> Runtime:
        opened = bootstrap.open_runtime(
            str(self.place), environment=knowing(PASSPHRASE), clock=self._chance
        )
        store = cast("WorkspaceStore", opened.store)
        workspace = store.workspace
        jobs = Outbox(workspace.outbox)
        return replace(
            opened,
            pdf=Inline(),
            webhooks=Webhooks(
                Endpoints(workspace.webhooks),
                DeliveryLog(workspace.webhooks / "log"),
                jobs,
                self.outside,
            ),
            mails=Mails(self.outside, MailLog(workspace.mail / "log"), jobs),
        )

    @property
    def store(self) -> WorkspaceStore:
        return cast("WorkspaceStore", self.runtime.store)

    @property
    def keys(self) -> Any:
        return self.runtime.keys


def knowing(passphrase: bytes) -> dict[str, str]:
    """Return the environment of somebody who knows a passphrase."""
    return {"SYGN_PASSPHRASE": passphrase.decode()}


def view(process: Process) -> View:
    """Return all that a workspace says; fails where something cannot be read."""
    runtime = process.runtime
    found: View = {}
    listed = {one.id for one in runtime.store.list(Filters(), limit=50).documents}
    for document_id in reading.walk(process.store.workspace.documents):
        name = f"document {_NUMBERS.get(document_id, 'new')}"
        assert name not in found, "made twice"
        found[name] = _document(process, document_id)
        assert (document_id in listed) == (found[name] != ("purged",))
    found["keys"] = sorted(
        (one.label, one.revoked_at is not None) for one in runtime.api_keys.list()
    )
    found["templates"] = [
        (one.slug, len(runtime.templates.pdf(one))) for one in runtime.templates.list()
    ]
    found["endpoints"] = sorted(
        (one.url, one.disabled, len(one.secrets)) for one in runtime.webhooks.endpoints.all()
    )
    found["put off"] = tuple(_put_off(process.store.outbox))
    found["entered"] = list(_entered(runtime))
    found["seal"] = runtime.keys.root_pem(), process.keys.certificate()
    found["revoked"] = [one.sha256 for one in runtime.keys.revocations()]
    found["under another passphrase"] = changed = tuple(_under_another(process))
    found["owner"] = runtime.keys.owner_key()
    found["link"] = runtime.keys.link_key()
    found["settings"] = (process.place / "sygn.toml").read_text()
    found["workspace"] = process.store.workspace.id
    passphrase = ANOTHER if SEAL in changed else PASSPHRASE
    keys = bootstrap.open_keys(str(process.place), environment=knowing(passphrase))
    if not found["revoked"]:
        keys.credential()
    else:
        try:
            keys.credential()
        except SealFailed:
            pass
        else:
            raise AssertionError("a revoked credential still seals")
    list(runtime.mails.log.newest())
    list(runtime.webhooks.log.newest())
    return found


def _document(process: Process, document_id: str) -> tuple[str, ...]:
    if process.store.workspace.folder(document_id).tombstone.exists():
        return ("purged",)
    document = process.store.load(document_id)
    trail = process.store.trail(document_id)
    types = [event.type for event in trail]
    assert types.count(EventType.SEALED) <= 1
    assert types.count(EventType.COMPLETED) <= 1
    assert (document.seq, document.head) == (len(trail) - 1, trail[-1].hash())
    return tuple(
        f"{event.type} {event.data.get('signer', '')}".strip()
        for event in trail
        if event.type is not EventType.SEAL_FAILED  # which is told, and not for good
    )


def _under_another(process: Process) -> Iterator[str]:
    """Yield which keys are; fails where one is under a passphrase that nobody gave."""
    for name in (CA, SEAL):
        content = (process.place / "keys" / name).read_bytes()
        if not keyfile.is_protected(content):
            continue
        try:
            keyfile.unprotected(content, ANOTHER)
        except Unauthorized:
            keyfile.unprotected(content, PASSPHRASE)
        else:
            yield name


def _put_off(jobs: Outbox) -> Iterator[str]:
    """Yield a word for each try that failed; whoever does it again may try a third time."""
    for job in jobs.pending():
        yield from [f"{job.kind} failed"] * min(job.attempts, 2)


def _entered(runtime: Runtime) -> Iterator[tuple[str, str, str]]:
    for document_id, signer_id in runtime.progress.all():
        document = runtime.store.load(document_id)
        kept = progress.of(runtime, document, document.signer(signer_id))
        if kept is not None:
            yield document_id, signer_id, str(kept.marks)


def assert_sound(process: Process) -> None:
    """After healing nothing is damaged or left to do, and no event lacks what follows from it."""
    store = process.store
    found = [one for one in store.check() if one.level not in {Level.LITTER, Level.PURGED}]
    assert found == []
    wrong = [one for one in fsck(store, now=process.at, repair=False) if _is_bad(one.level)]
    assert wrong == []
    assert list(store.workspace.inflight.iterdir()) == []
    waiting = {job.id for job in store.outbox.pending()}
    wanted, heard = _wanted(process), process.outside.heard()
    lost = {job for job in wanted.keys() - waiting if wanted[job] not in heard}
    assert not lost, f"neither waiting nor delivered: {lost}"
    # What comes twice has the same id, so that whoever gets it can tell.
    unknown = heard - set(wanted.values())
    assert not unknown, f"delivered, and follows from no event: {unknown}"


def left_of_purged(process: Process) -> list[str]:
    """Return what still tells of documents that lie under a tombstone."""
    store = process.store
    workspace = store.workspace
    gone = [
        one.removeprefix("doc_")
        for one in reading.walk(workspace.documents)
        if workspace.folder(one).tombstone.exists()
    ]
    if not gone:
        return []
    jobs = [one.name for one in workspace.outbox.glob("*")]
    return store.purging.unfinished() + [one for one in jobs if any(id_ in one for id_ in gone)]


def _is_bad(level: Level) -> bool:
    return level not in {Level.LITTER, Level.PURGED}


def _wanted(process: Process) -> dict[str, str]:
    """Return the jobs that follow from all events, with what is heard of each."""
    store = process.store
    wanted: dict[str, str] = {}
    for document_id in reading.walk(store.workspace.documents):
        folder = store.workspace.folder(document_id)
        if folder.tombstone.exists():
            continue
        document: Document | None = None
        for event in store.trail(document_id):
            document = history.evolve(document, event, lambda one: store.blob(document_id, one))  # noqa: B023 - used at once
            wanted.update(_jobs(process, document, event))
    return wanted


def _jobs(process: Process, document: Document, event: Event) -> Iterator[tuple[str, str]]:
    endpoints = Endpoints(process.store.workspace.webhooks)
    known = {one.id: one for one in endpoints.all()}
    for job in endpoints.jobs_for(document, event):
        endpoint, message = message_of(job)
        if known[endpoint].created_at <= event.at:
            yield job.id, message_to(known[endpoint].url, message.id)
    for job in mails.jobs_for(document, event, owner=""):
        yield job.id, job.id
