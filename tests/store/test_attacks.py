"""Who may write all files of a workspace, and what of their doings is found: the README's table.

Three watchers: the hash chain of each trail alone; the workspace with its log and signed
checkpoint; and both with a checkpoint that was kept elsewhere.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from sygn_cli.domain import audit
from sygn_cli.domain.document import Document
from sygn_cli.domain.errors import SygnError
from sygn_cli.store import checkpoint, log, merkle, records
from sygn_cli.store.documents import WorkspaceStore
from sygn_cli.store.entries import Logged
from sygn_cli.store.findings import Level
from sygn_cli.store.ledger import WorkspaceLedger
from sygn_cli.store.workspace import DocumentFolder, Workspace
from tests.store.samples import START, created, signed, voiding

ROOT = Path(__file__).parents[2]


@dataclass
class Scene:
    """A workspace with a victim, a bystander, and a copy from before the victim's last event."""

    store: WorkspaceStore
    victim: Document
    other: Document
    backup: Path

    @property
    def folder(self) -> DocumentFolder:
        return self.store.workspace.folder(self.victim.id)

    @property
    def keys(self) -> Path:
        return self.store.workspace.keys

    def trail(self, document_id: str) -> Path:
        return self.store.workspace.folder(document_id).trail

    def lines(self) -> list[bytes]:
        return self.folder.trail.read_bytes().splitlines(keepends=True)

    def write(self, lines: list[bytes]) -> None:
        self.folder.trail.write_bytes(b"".join(lines))

    def rechain(self, count: int | None = None) -> None:
        """Tell the victim's story anew, an hour later, with all hashes right."""
        after, told = None, []
        for event in list(audit.verify(line.rstrip(b"\n") for line in self.lines()))[:count]:
            entry = audit.Entry(event.type, event.actor, event.data)
            after = audit.chain(
                entry, doc=event.doc, after=after, at=event.at + timedelta(hours=1)
            )
            told.append(after.line() + b"\n")
        self.write(told)

    def entries(self) -> list[Logged]:
        """Return what the log would hold if the trails had always been as they are."""
        heads = {
            (one.doc, one.seq): Logged(one.doc, one.seq, one.hash())
            for document in (self.victim, self.other)
            for one in map(audit.parse, self.trail(document.id).read_bytes().splitlines())
        }
        logged, _ = self.store.log.read(start=0)
        return [heads[one.doc, one.seq] for one in logged if (one.doc, one.seq) in heads]

    def relog(self) -> None:
        """Write the log anew, without its key."""
        lines = [one.line() + b"\n" for one in self.entries()]
        self.store.log.entries.write_bytes(b"".join(lines))

    def sign_log(self, signer: checkpoint.Signer) -> None:
        leaves = [merkle.leaf(one.line()) for one in self.entries()]
        head = checkpoint.Checkpoint(self.store.log.origin, len(leaves), merkle.root(leaves))
        (self.store.workspace.log / "checkpoint").write_bytes(signer.sign(head))
        (self.store.workspace.log / "frontier").unlink()
        # Whoever covers their tracks has the projection written anew, too.
        self.folder.projection.unlink()

    def own_signer(self) -> checkpoint.Signer:
        return checkpoint.load_key((self.keys / log.KEY).read_bytes(), name=self.store.log.origin)

    def new_signer(self) -> checkpoint.Signer:
        (self.keys / log.KEY).write_bytes(checkpoint.new_key())
        return self.own_signer()


def reopened(store: WorkspaceStore) -> WorkspaceStore:
    return WorkspaceStore(Workspace.open(store.workspace.path, create=False))


@pytest.fixture
def scene(store, tmp_path) -> Scene:
    other = signed(store, created(store, 1), "s1")
    victim = signed(store, created(store, 0), "s1")
    shutil.copytree(store.workspace.path, tmp_path / "backup")
    return Scene(store, victim, other, tmp_path / "backup")


def edit(scene: Scene) -> None:
    scene.write([line.replace(b"Ada", b"Eve") for line in scene.lines()])


def delete(scene: Scene) -> None:
    first, _, *rest = scene.lines()
    scene.write([first, *rest])


def reorder(scene: Scene) -> None:
    first, second, third, *rest = scene.lines()
    scene.write([first, third, second, *rest])


def duplicate(scene: Scene) -> None:
    first, second, *rest = scene.lines()
    scene.write([first, second, second, *rest])


def swap_files(scene: Scene) -> None:
    other = scene.store.workspace.folder(scene.other.id).trail
    mine, others = scene.folder.trail.read_bytes(), other.read_bytes()
    scene.folder.trail.write_bytes(others)
    other.write_bytes(mine)


def edit_the_last_line(scene: Scene) -> None:
    *rest, last = scene.lines()
    assert b'"2026-' in last
    scene.write([*rest, last.replace(b'"2026-', b'"2027-')])


def truncate(scene: Scene) -> None:
    scene.write(scene.lines()[:-1])


def rechain(scene: Scene) -> None:
    scene.rechain()


def edit_document_json(scene: Scene) -> None:
    known = records.read(scene.folder.projection, doc=scene.victim.id)
    assert known is not None
    changed = replace(known, document=replace(known.document, title="Another title"))
    records.write(scene.folder.projection, changed)


def delete_a_document(scene: Scene) -> None:
    shutil.rmtree(scene.folder.path)


def truncate_both_logs(scene: Scene) -> None:
    truncate(scene)
    scene.folder.projection.unlink()
    lines = scene.store.log.entries.read_bytes().splitlines(keepends=True)
    scene.store.log.entries.write_bytes(b"".join(lines[:-1]))


def rechain_both_without_the_key(scene: Scene) -> None:
    scene.rechain()
    scene.folder.projection.unlink()
    scene.relog()


def new_key(scene: Scene) -> None:
    scene.rechain()
    scene.relog()
    scene.sign_log(checkpoint.load_key(checkpoint.new_key(), name=scene.store.log.origin))


def delete_the_checkpoint(scene: Scene) -> None:
    rechain_both_without_the_key(scene)
    (scene.store.workspace.log / "checkpoint").unlink()


def rechain_everything_with_the_key(scene: Scene) -> None:
    scene.rechain()
    scene.relog()
    scene.sign_log(scene.own_signer())
    reopened(scene.store).settle(scene.victim.id)


def roll_back(scene: Scene) -> None:
    shutil.rmtree(scene.store.workspace.path)
    shutil.copytree(scene.backup, scene.store.workspace.path)


def truncate_with_the_key(scene: Scene) -> None:
    truncate(scene)
    scene.relog()
    scene.sign_log(scene.own_signer())
    reopened(scene.store).settle(scene.victim.id)


def new_key_and_its_public_key(scene: Scene) -> None:
    scene.rechain()
    scene.relog()
    signer = scene.new_signer()
    (scene.keys / log.VERIFIER).write_text(signer.verifier() + "\n")
    scene.sign_log(signer)
    reopened(scene.store).settle(scene.victim.id)


@dataclass(frozen=True)
class Row:
    """What each watcher finds."""

    attack: Callable[[Scene], None]
    chain: bool
    log: bool
    kept: bool


# The first 17 are the README's table; the last tells what "new key" takes for granted.
ROWS = [
    Row(edit, True, True, True),
    Row(delete, True, True, True),
    Row(reorder, True, True, True),
    Row(duplicate, True, True, True),
    Row(swap_files, True, True, True),
    Row(edit_the_last_line, False, True, True),
    Row(truncate, False, True, True),
    Row(rechain, False, True, True),
    Row(edit_document_json, False, True, True),
    Row(delete_a_document, False, True, True),
    Row(truncate_both_logs, False, True, True),
    Row(rechain_both_without_the_key, False, True, True),
    Row(new_key, False, True, True),
    Row(delete_the_checkpoint, False, True, True),
    Row(rechain_everything_with_the_key, False, False, True),
    Row(roll_back, False, False, True),
    Row(truncate_with_the_key, False, False, False),
    Row(new_key_and_its_public_key, False, False, True),
]


def chain_is_broken(store: WorkspaceStore) -> bool:
    for trail in store.workspace.documents.rglob("audit.jsonl"):
        lines = trail.read_bytes().splitlines()
        try:
            list(audit.verify(lines, doc=trail.parent.name))
        except SygnError:
            return True
    return False


def damage(store: WorkspaceStore, *kept: bytes) -> bool:
    findings = WorkspaceLedger(reopened(store)).check(kept=kept)
    return any(one.level is Level.DAMAGE for one in findings)


@pytest.mark.parametrize("row", ROWS, ids=[row.attack.__name__ for row in ROWS])
def test_an_attack_is_found_by_these_watchers_and_no_others(scene, row):
    newest = scene.store.commit(scene.victim, voiding(scene.victim), at=START)
    kept = WorkspaceLedger(scene.store).checkpoint()
    if row.attack is truncate_with_the_key:
        # The event came after the checkpoint that was kept, and is cut off again.
        scene.store.commit(newest, audit.Entry(audit.EventType.DOWNLOADED, {}, {}), at=START)
    assert not damage(scene.store, kept)
    row.attack(scene)
    found = (chain_is_broken(scene.store), damage(scene.store), damage(scene.store, kept))
    assert found == (row.chain, row.log, row.kept)


def test_the_readme_tells_the_same():
    """Each line of its table holds attacks and the three outcomes."""
    readme = (ROOT / "README.md").read_text()
    for row in ROWS:
        words = row.attack.__name__.replace("_", " ")
        cells = "|".join(
            " found " if one else " **not found** " for one in (row.chain, row.log, row.kept)
        )
        told = [line for line in readme.splitlines() if line.endswith(f"|{cells}|")]
        assert any(f"{words};" in line or f"{words} |" in line for line in told), words
