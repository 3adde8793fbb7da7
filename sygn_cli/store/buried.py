"""Checking what is left of a document that was purged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sygn_cli.domain import retention
from sygn_cli.store.entries import Logged
from sygn_cli.store.findings import Finding, Level, damage
from sygn_cli.store.purging import is_left

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sygn_cli.domain.audit import Event
    from sygn_cli.store.workspace import DocumentFolder


def buried_document(
    folder: DocumentFolder, buried: Event, logged: dict[int, Logged] | None
) -> Iterator[Finding]:
    """Yield that the document was purged, and whatever is wrong with what is left.

    Args:
        folder: Where it lay.
        buried: Its tombstone.
        logged: Its entries in the workspace log by event number; None if the log is of no use.
    """
    yield Finding(Level.PURGED, folder.id, retention.words(buried))
    if logged is not None:
        yield from _against_log(buried, logged)
    whole = [seq for seq, one in (logged or {}).items() if one.head and seq < buried.seq]
    if whole or is_left(folder):
        yield Finding(Level.UNFINISHED, folder.id, "Something of it has still to be removed.")


def _against_log(buried: Event, logged: dict[int, Logged]) -> Iterator[Finding]:
    leaves = retention.kept_leaves(buried)
    leaves[buried.seq] = Logged(buried.doc, buried.seq, buried.hash()).leaf().hex()
    for seq, one in logged.items():
        if leaves.get(seq) != one.leaf().hex():
            yield damage(buried.doc, f"Event {seq} is another than in the workspace log.")
    missing = sorted(set(leaves) - set(logged))
    if missing == [buried.seq]:
        yield Finding(Level.UNFINISHED, buried.doc, "Its purge is not in the workspace log yet.")
    elif missing:
        yield damage(buried.doc, f"Event {missing[0]} is gone from the workspace log.")
