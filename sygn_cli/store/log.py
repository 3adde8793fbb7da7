"""The workspace log: one line for each event of each document, as one growing Merkle tree.

A trail alone cannot tell that its end was cut off or that all of it was written anew. The log
knows the head of every trail after every event, and its own head is signed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sygn_cli.domain.errors import Tampered
from sygn_cli.store import audit, checkpoint, durable, locks, merkle
from sygn_cli.store.checkpoint import Checkpoint, Signer
from sygn_cli.store.entries import Entries, Logged, entry, leaf
from sygn_cli.store.merkle import Frontier

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from sygn_cli.store.keyring import Keyring

KEY: Final = "log.key"
VERIFIER: Final = "log.pub"
_FRONTIER_BYTES: Final = 4096  # one hash for each bit of the size, and room to spare


@dataclass(frozen=True, slots=True)
class _Tail:
    """Where the log ends: the tree over all its entries, and their length in bytes."""

    frontier: Frontier
    size: int


class WorkspaceLog(Entries):
    """The files of ``log/``.

    Attributes:
        origin: The log's name in its checkpoints.
    """

    def __init__(self, folder: Path, keys: Keyring, *, workspace_id: str) -> None:
        super().__init__(folder)
        self._folder = folder
        self._keys = keys
        self._signer: Signer | None = None
        self.origin = f"sygn.local/{workspace_id}"

    def append(self, entries: Sequence[Logged], *, again: bool = False) -> None:
        """Add entries of one document, in their order, and sign the new head; durable on return.

        Args:
            again: Some may be there already.

        Raises:
            Tampered: The log is not what was signed last; nothing is added and nothing signed.
            OSError, WorkspaceUnusable: It could not be written.
        """
        with locks.hold(self._folder / ".lock"):
            tail = self._tail()
            if again and entries:
                known = self.heads(entries[0].doc)
                entries = [one for one in entries if one.seq not in known]
            lines = [one.line() for one in entries]
            if lines:
                content = b"".join(line + b"\n" for line in lines)
                durable.append(self.entries, content, at=tail.size)
                grown = tail.frontier.grown(one.leaf() for one in entries)
                tail = _Tail(grown, tail.size + len(content))
            # Entries first: a head that was signed must never lose an entry.
            self._sign(tail)

    def heads(self, document_id: str) -> dict[int, str]:
        """Return the logged heads of a document by event number; looks through the whole log."""
        return {seq: one.head for seq, one in self.about(document_id).items()}

    def about(self, document_id: str) -> dict[int, Logged]:
        """Return the entries of a document by event number; looks through the whole log."""
        wanted = f'"{document_id}"'.encode()
        found = (entry(line) for line in self.lines() if wanted in line)
        return {one.seq: one for one in found}

    def forget(self, gone: Mapping[str, int]) -> None:
        """Keep only leaf hashes of documents that were purged; the tree stays what it was.

        The file keeps its length and each line its place; it is replaced in one step.

        Args:
            gone: By document the number of its last event, which is that of its tombstone and
                stays whole.

        Raises:
            Tampered: The log is not what was signed; nothing is changed.
            OSError, WorkspaceUnusable: It could not be written.
        """
        with locks.hold(self._folder / ".lock"):
            self.verify()
            lines = self.lines()
            kept = [_forgotten(line, gone) for line in lines]
            if kept != lines:
                durable.replace(self.entries, b"".join(line + b"\n" for line in kept))
                durable.sync_folder(self._folder)

    def verify(self) -> None:
        """Check the log against what was signed last; reads all of it.

        Raises:
            Tampered: It is damaged.
            WorkspaceUnusable: Its key is damaged.
        """
        note = self.checkpoint()
        if note is not None:
            verifier = self._signing_key().verifier()
            self._rebuilt(checkpoint.open_note(note, verifier=verifier))
        elif self.lines():
            raise Tampered("The checkpoint of the workspace log is gone.")

    def lacks_key(self) -> bool:
        """Tell whether the log has entries and nothing to sign more with, as in some backups."""
        return self.checkpoint() is not None and self._keys.read(KEY) is None

    def checkpoint(self) -> bytes | None:
        """Return the signed head as it is; None before the first event."""
        try:
            return durable.read(self._folder / "checkpoint")
        except FileNotFoundError:
            return None

    def verifier(self) -> str | None:
        """Return the public key of the log (C2SP signed-note); None before the first event."""
        kept = self._keys.read(VERIFIER)
        return None if kept is None else kept.decode("ascii", "replace").strip()

    def _tail(self) -> _Tail:
        """Return the end of the log, after checking that it continues what was signed last."""
        signer = self._signing_key()
        note = self.checkpoint()
        if note is None:
            self._start(signer)
            return _Tail(Frontier(), 0)
        signed = checkpoint.open_note(note, verifier=signer.verifier())
        if signed.size == 0:
            durable.sync_folder(self._folder)  # whoever began the log may have died before this
        kept = _load_tail(self._folder / "frontier")
        if (
            kept is not None
            and (kept.frontier.size, kept.frontier.root()) == (signed.size, signed.root)
            and kept.size == self.size()
        ):
            return kept
        tail = self._rebuilt(signed)
        if tail.frontier.size > signed.size:
            durable.flush(self.entries)  # whoever added them may have died before this
        return tail

    def _start(self, signer: Signer) -> None:
        self.verify()
        # From the first event on a missing checkpoint is a sign of damage, not of a beginning.
        durable.put_if_absent(self.entries, b"")
        empty = Checkpoint(self.origin, 0, merkle.EMPTY)
        durable.put_if_absent(self._folder / "checkpoint", signer.sign(empty))

    def _rebuilt(self, signed: Checkpoint) -> _Tail:
        lines = self.lines()
        before = Frontier().grown(map(leaf, lines[: signed.size]))
        if (before.size, before.root()) != (signed.size, signed.root):
            raise Tampered(
                "The workspace log is not what was signed.", hint="See what is wrong: sygn doctor"
            )
        frontier = before.grown(map(leaf, lines[signed.size :]))
        return _Tail(frontier, sum(len(line) + 1 for line in lines))

    def _sign(self, tail: _Tail) -> None:
        head = Checkpoint(self.origin, tail.frontier.size, tail.frontier.root())
        durable.replace(self._folder / "checkpoint", self._signing_key().sign(head))
        # Checked against the checkpoint whenever it is read, so half of it does no harm.
        durable.overwrite(self._folder / "frontier", _serialise(tail))

    def _signing_key(self) -> Signer:
        if self._signer is None:
            pem = self._keys.read(KEY)
            if pem is None:
                if self.checkpoint() is not None:
                    raise Tampered(f"The key of the workspace log (keys/{KEY}) is gone.")
                pem = self._keys.put_if_absent(KEY, checkpoint.new_key())
            signer = checkpoint.load_key(pem, name=self.origin)
            own = signer.verifier().encode() + b"\n"
            public = self._keys.read(VERIFIER) or self._keys.put_if_absent(VERIFIER, own)
            if public != own:
                raise Tampered(f"keys/{KEY} and keys/{VERIFIER} do not belong together.")
            self._signer = signer
        return self._signer


def verify_log(
    entries: bytes, note: bytes, *, verifier: str, kept: Sequence[bytes] = ()
) -> Iterator[Logged]:
    """Yield all entries of a log that is what its key signed.

    Args:
        entries: The content of ``log/entries.jsonl``. What lies behind its last line feed or was
            not signed yet is no damage.
        note: The content of ``log/checkpoint``.
        verifier: The public key, best from somewhere else than the workspace.
        kept: Earlier checkpoints that were kept elsewhere, for example from receipts.

    Raises:
        Tampered: The log is not what was signed, or not the one that a kept checkpoint saw.
    """
    lines = audit.lines(audit.split(entries)[0])
    for one in (note, *kept):
        signed = checkpoint.open_note(one, verifier=verifier)
        if signed.size > len(lines):
            raise Tampered(
                f"The workspace log has {len(lines)} entries; {signed.size} were signed."
            )
        if merkle.root([leaf(line) for line in lines[: signed.size]]) != signed.root:
            raise Tampered("The workspace log is not what was signed.")
    yield from map(entry, lines)


def _forgotten(line: bytes, gone: Mapping[str, int]) -> bytes:
    one = entry(line)
    if one.head and one.seq < gone.get(one.doc, 0):
        return one.forgotten().line()
    return line


def _serialise(tail: _Tail) -> bytes:
    return (
        json.dumps(
            {
                "entries": tail.frontier.size,
                "bytes": tail.size,
                "hashes": [one.hex() for one in tail.frontier.hashes],
            }
        )
        .encode()
        .ljust(_FRONTIER_BYTES)
    )


def _load_tail(path: Path) -> _Tail | None:
    """Return what was kept to save time; None if it is missing or damaged."""
    try:
        data: dict[str, Any] = json.loads(durable.read(path))
        hashes = tuple(bytes.fromhex(one) for one in data["hashes"])
        if int(data["entries"]).bit_count() != len(hashes):
            return None
        return _Tail(Frontier(int(data["entries"]), hashes), int(data["bytes"]))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
