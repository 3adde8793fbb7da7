"""Webhooks in memory, and workspaces on disk whose commits make webhook jobs."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from sygn_cli.delivery.clock import SystemClock
from sygn_cli.domain.errors import NetworkFailed, NotFound
from sygn_cli.domain.webhook import Answer, Attempt, Endpoint
from sygn_cli.services.runtime import Runtime
from sygn_cli.services.webhook_ports import Http, Webhooks
from sygn_cli.store.delivery_log import DeliveryLog
from sygn_cli.store.documents import WorkspaceStore
from sygn_cli.store.outbox import Job, Outbox
from sygn_cli.store.webhooks import Endpoints
from sygn_cli.store.workspace import Workspace


class MemoryEndpoints:
    def __init__(self) -> None:
        self.kept: dict[str, Endpoint] = {}

    def all(self) -> list[Endpoint]:
        return [self.kept[one] for one in sorted(self.kept)]

    def get(self, endpoint_id: str) -> Endpoint:
        if endpoint_id not in self.kept:
            raise NotFound(f"There is no webhook endpoint {endpoint_id!r}.")
        return self.kept[endpoint_id]

    def add(self, endpoint: Endpoint) -> None:
        self.kept[endpoint.id] = endpoint

    def change(self, endpoint_id: str, decide: Callable[[Endpoint], Endpoint]) -> Endpoint:
        self.kept[endpoint_id] = decide(self.get(endpoint_id))
        return self.kept[endpoint_id]

    def remove(self, endpoint_id: str) -> None:
        self.get(endpoint_id)
        del self.kept[endpoint_id]


class MemoryDeliveryLog:
    def __init__(self) -> None:
        self.attempts: list[Attempt] = []

    def add(self, attempt: Attempt) -> None:
        self.attempts.append(attempt)

    def newest(self):
        return reversed(self.attempts)

    def forget(self, *, now, older_than) -> int:
        return 0


class MemoryJobs:
    def __init__(self) -> None:
        self.kept: dict[str, Job] = {}

    def put(self, jobs, *, again: bool = False) -> None:
        for job in jobs:
            self.kept.setdefault(job.id, job)

    def claim_some(self, *, now, lease: timedelta, limit: int, kind=None, prefix="") -> list[Job]:
        due = [
            job
            for job in self.pending()
            if job.due <= now and kind in {None, job.kind} and job.id.startswith(prefix)
        ]
        claimed = [replace(job, due=now + lease) for job in due[:limit]]
        self.kept.update({job.id: job for job in claimed})
        return claimed

    def acknowledge(self, job: Job) -> None:
        self.kept.pop(job.id, None)

    def retry(self, job: Job, *, at, counts: bool = True) -> Job:
        later = replace(job, due=at, attempts=job.attempts + counts)
        self.kept[job.id] = later
        return later

    def held(self):
        return nullcontext()

    def pending(self):
        return iter(sorted(self.kept.values(), key=lambda job: job.due))


@dataclass
class Received:
    url: str
    body: bytes
    headers: dict[str, str]
    allow_private: bool


@dataclass
class ScriptedHttp:
    """A receiver without a network: answers what it is told to, or 200.

    Attributes:
        script: Answers to the next requests; an exception is raised.
    """

    script: list[int | Answer | Exception] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    otherwise: int | Exception = 200
    files: dict[str, bytes] = field(default_factory=dict)
    fetched: list[tuple[str, bool]] = field(default_factory=list)

    def post(self, url, body, headers, *, allow_private) -> Answer:
        self.received.append(Received(url, body, dict(headers), allow_private))
        said = self.script.pop(0) if self.script else self.otherwise
        if isinstance(said, Exception):
            raise said
        return said if isinstance(said, Answer) else Answer(said, "", b"noted", 7)

    def fetch(self, url, *, most, allow_private=False) -> bytes:
        self.fetched.append((url, allow_private))
        if url not in self.files:
            raise NetworkFailed("example.com answered 404.")
        return self.files[url]


def memory_webhooks(http: Http | None = None) -> Webhooks:
    return Webhooks(MemoryEndpoints(), MemoryDeliveryLog(), MemoryJobs(), http or ScriptedHttp())


def disk_webhooks(workspace: Workspace, http: Http) -> tuple[WorkspaceStore, Webhooks]:
    """Return a store on disk and the webhooks that its commits lead to."""
    endpoints = Endpoints(workspace.webhooks)
    store = WorkspaceStore(workspace, jobs_for=endpoints.jobs_for)
    log = DeliveryLog(workspace.webhooks / "log")
    return store, Webhooks(endpoints, log, Outbox(workspace.outbox), http)


def on_disk(runtime: Runtime, folder: Path, http: Http | None = None, *, clock=None) -> Runtime:
    """Return the runtime with its documents and webhooks in a workspace on disk."""
    workspace = Workspace.open(folder / ".sygn")
    store, webhooks = disk_webhooks(workspace, http or ScriptedHttp())
    return replace(runtime, store=store, webhooks=webhooks, clock=clock or runtime.clock)


def present() -> SystemClock:
    """Return the real clock: the judges of signatures look at the time."""
    return SystemClock()
