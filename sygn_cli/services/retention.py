"""Purging documents whose time of retention is over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from sygn_cli.domain import retention
from sygn_cli.domain.errors import NotFound, SygnError
from sygn_cli.domain.evidence import OPERATOR
from sygn_cli.domain.listing import Filters
from sygn_cli.services import documents

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from datetime import datetime

    from sygn_cli.domain.audit import Entry, Event
    from sygn_cli.domain.document import Document
    from sygn_cli.domain.retention import Retention
    from sygn_cli.services.runtime import Runtime


class Purging(Protocol):
    """A store's way to take documents out for good."""

    def alone(self) -> AbstractContextManager[None]:
        """Hold off other purges and backups; at the end the last traces are removed."""
        ...

    def bury(self, document: Document, decided: Entry, *, at: datetime) -> Event:
        """Put a tombstone in the place of a document as it was loaded."""
        ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one document.

    Attributes:
        error: Why it was not purged; None if it was.
    """

    document: Document
    error: SygnError | None = None


def due(runtime: Runtime, rule: Retention) -> Iterator[Document]:
    """Yield the documents that the rule covers, newest first within each state."""
    for status in rule.states:
        for document in documents.every(runtime, Filters(status=status)):
            if rule.covers(document):
                yield document


def purge(runtime: Runtime, purging: Purging, rule: Retention) -> Iterator[Outcome]:
    """Purge the documents that the rule covers; yield what became of each.

    One that cannot be purged, because it is damaged or somebody changes it, stays and keeps
    no other. Killed at any moment, what was begun is finished by the next command.

    Raises:
        WorkspaceUnusable: The workspace cannot be written.
    """
    with purging.alone():
        for document in list(due(runtime, rule)):
            decided = retention.purge(document, rule, actor=OPERATOR)
            if decided is None:
                continue
            try:
                purging.bury(document, decided, at=runtime.clock.now())
            except NotFound:
                continue  # purged by somebody else
            except SygnError as error:
                if error.code == "workspace_unusable":
                    raise
                yield Outcome(document, error)
            else:
                yield Outcome(document)
