"""Mail without a network: a mailer that is told what to say, and runtimes whose commits make letters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from sygn_cli.domain.audit import Event
from sygn_cli.domain.document import Document
from sygn_cli.domain.mail import Handover, Letter, Outcome, Posting
from sygn_cli.services.mail_ports import Mailer, Mails
from sygn_cli.services.runtime import Runtime
from sygn_cli.store import mails
from sygn_cli.store.documents import WorkspaceStore
from sygn_cli.store.outbox import Job, Outbox
from sygn_cli.store.workspace import Workspace
from tests.webhook_fakes import MemoryJobs

ACCEPTED = Handover(Outcome.ACCEPTED, "mx.example.com:25")
LATER = Handover(Outcome.LATER, "451 come back later")
REFUSED = Handover(Outcome.REFUSED, "550 no such user")


@dataclass
class ScriptedMailer:
    """Says what it is told to, or that all is well.

    Attributes:
        script: What it says to the next letters; an exception is raised.
    """

    script: list[Handover | BaseException] = field(default_factory=list)
    sent: list[Letter] = field(default_factory=list)
    otherwise: Handover = ACCEPTED
    delivers: bool = True

    def send(self, letter: Letter) -> Handover:
        self.sent.append(letter)
        said = self.script.pop(0) if self.script else self.otherwise
        if isinstance(said, BaseException):
            raise said
        return said

    def check(self) -> str:
        return "mx.example.com:25"


class MemoryMailLog:
    def __init__(self) -> None:
        self.postings: list[Posting] = []

    def add(self, posting: Posting) -> None:
        self.postings.append(posting)

    def newest(self):
        return reversed(self.postings)

    def forget(self, *, now, older_than) -> int:
        return 0


def memory_mails(mailer: Mailer | None = None) -> Mails:
    """Return mail that goes nowhere, and that no commit makes jobs for."""
    return Mails(mailer or ScriptedMailer(), MemoryMailLog(), MemoryJobs())


def mailing(runtime: Runtime, folder: Path, mailer: Mailer, **changes) -> Runtime:
    """Return the runtime on disk, with jobs for letters derived from its commits."""
    workspace = Workspace.open(folder / ".sygn")
    settings = replace(runtime.settings, owner="Olga Owner <olga@example.com>")

    def jobs_for(document: Document, event: Event) -> Sequence[Job]:
        return mails.jobs_for(document, event, owner=settings.owner)

    return replace(
        runtime,
        store=WorkspaceStore(workspace, jobs_for=jobs_for),
        mails=Mails(mailer, mails.MailLog(workspace.mail / "log"), Outbox(workspace.outbox)),
        **{"settings": settings, **changes},
    )
