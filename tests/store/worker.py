"""What a process of its own does to a workspace: ``worker.py WORKSPACE ACTION [NUMBER ...]``."""

from __future__ import annotations

import sys
from pathlib import Path

from sygn_cli.domain import lifecycle
from sygn_cli.domain.errors import Conflict
from sygn_cli.domain.evidence import COMMAND_LINE, OPERATOR
from sygn_cli.store.aftermath import no_jobs
from sygn_cli.store.documents import WorkspaceStore
from sygn_cli.store.workspace import Workspace
from tests.store.samples import START, created, document_id, signed


def open_store(workspace: str, *, jobs=no_jobs) -> WorkspaceStore:
    return WorkspaceStore(Workspace.open(Path(workspace)), jobs_for=jobs)


def main(workspace: str, action: str, *numbers: str) -> None:
    if action == "many":
        many(open_store(workspace), *map(int, numbers))
    elif action == "count":
        count(open_store(workspace), *map(int, numbers))
    else:
        raise SystemExit(f"unknown action {action}")


def many(store: WorkspaceStore, first: int, number: int) -> None:
    """Create documents and sign each; print each id once it is acknowledged."""
    for n in range(first, first + number):
        print(signed(store, created(store, n), "s1").id, flush=True)


def count(store: WorkspaceStore, number: int) -> None:
    """Add events to one document that others change at the same time, without a lock around."""
    done = 0
    while done < number:
        document = store.load(document_id(0))
        entry = lifecycle.downloaded(document, "original", OPERATOR, COMMAND_LINE)
        try:
            store.commit(document, entry, at=START)
        except Conflict:
            continue
        done += 1
        print(done, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
