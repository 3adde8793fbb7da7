"""What a workspace can show of its log: the signed head, and why an event is in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sygn_cli.domain.errors import NotFound, Tampered
from sygn_cli.store import audit, checkpoint, durable, entries, log, merkle

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sygn_cli.store.documents import WorkspaceStore
    from sygn_cli.store.findings import Finding


@dataclass(frozen=True, slots=True)
class Step:
    """One hash on the way from an entry to the root.

    Attributes:
        left: It stands left of what was hashed so far, else right.
    """

    hash: bytes
    left: bool


@dataclass(frozen=True, slots=True)
class Inclusion:
    """Why one event of a document is in the log under a checkpoint.

    Attributes:
        seq: The event's number.
        entry: The canonical bytes of its line in the log, without the line feed.
        steps: From the bottom up.
    """

    seq: int
    entry: bytes
    steps: tuple[Step, ...]


class WorkspaceLedger:
    """The log of one workspace, for reading."""

    def __init__(self, store: WorkspaceStore) -> None:
        self._store = store

    def checkpoint(self) -> bytes:
        """Return the signed head (a C2SP signed note).

        Raises:
            NotFound: Nothing has happened in the workspace yet.
        """
        note = self._store.log.checkpoint()
        if note is None:
            raise NotFound("The workspace has no log yet: nothing has happened in it.")
        return note

    def verifier(self) -> str:
        """Return the public key of the log, as C2SP signed-note writes it.

        Raises:
            Tampered: It is gone.
        """
        key = self._store.log.verifier()
        if key is None:
            raise Tampered(f"The public key of the workspace log (keys/{log.VERIFIER}) is gone.")
        return key

    def inclusions(self, document_id: str, note: bytes) -> list[Inclusion]:
        """Return why each event of a document is in the log, in their order.

        Args:
            document_id: Whose events.
            note: The checkpoint that the proofs lead to.

        Raises:
            Tampered: The log is not what the checkpoint says.
        """
        signed = checkpoint.open_note(note, verifier=self.verifier())
        content = durable.read(self._store.log.entries)
        lines = audit.lines(audit.split(content)[0])[: signed.size]
        leaves = [entries.leaf(line) for line in lines]
        if (len(leaves), merkle.root(leaves)) != (signed.size, signed.root):
            raise Tampered("The workspace log is not what was signed.")
        wanted = f'"{document_id}"'.encode()
        found = [
            Inclusion(entries.entry(line).seq, line, _steps(leaves, index))
            for index, line in enumerate(lines)
            if wanted in line
        ]
        return sorted(found, key=lambda one: one.seq)

    def check(
        self, document_id: str | None = None, *, kept: Sequence[bytes] = ()
    ) -> Iterator[Finding]:
        """Yield what is wrong with the workspace, or with the log and one document.

        Args:
            document_id: Which one; None for all.
            kept: Checkpoints that were kept elsewhere, which the log must continue.
        """
        return self._store.check(kept=kept, only=document_id)


def _steps(leaves: Sequence[bytes], index: int) -> tuple[Step, ...]:
    """Return the path with its sides, found as a verifier finds them (RFC 9162, 2.1.3.2)."""
    steps = []
    place, last = index, len(leaves) - 1
    for hashed in merkle.inclusion_proof(leaves, index):
        left = bool(place & 1) or place == last
        while left and not place & 1 and place:
            place, last = place >> 1, last >> 1
        steps.append(Step(hashed, left))
        place, last = place >> 1, last >> 1
    return tuple(steps)
