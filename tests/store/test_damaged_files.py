"""Every file of a workspace harmed in every way: evidence never unnoticed, the rest never in the way."""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import pytest

from sygn_cli.domain.errors import NotFound, SygnError, Tampered
from sygn_cli.domain.listing import Filters
from sygn_cli.store.cache import FolderCache
from sygn_cli.store.documents import WorkspaceStore
from sygn_cli.store.findings import Level
from sygn_cli.store.ledger import WorkspaceLedger
from sygn_cli.store.workspace import Workspace
from tests.store.harm import FLIPS, HARMS, crlf, flipped, one_less
from tests.store.jobs import jobs_for
from tests.store.samples import START, completed, created, signed, voiding


def opened(path):
    return WorkspaceStore(Workspace.open(path, create=False), jobs_for=jobs_for)


class Scene:
    """A workspace with documents in three states, and a way back to how it was."""

    def __init__(self, path: Path) -> None:
        store = WorkspaceStore(Workspace.open(path), jobs_for=jobs_for)
        done = completed(store, signed(store, signed(store, created(store), "s1"), "s2"))
        sent = signed(store, created(store, 1), "s1")
        gone = created(store, 2)
        gone = store.commit(gone, voiding(gone), at=START)
        store.keys.link_key()
        FolderCache(store.workspace.cache).put("picture-1", b"a page")
        store.list(Filters(), limit=5)
        self.path = store.workspace.path
        self.documents = {one.id: one for one in (done, sent, gone)}
        self.checkpoint = WorkspaceLedger(store).checkpoint()
        self.kept = {
            one: one.read_bytes()
            for one in sorted(self.path.rglob("*"))
            if one.is_file() and one.name not in {".lock", ".gitignore", "sygn.toml"}
        }

    def files(self, *parts: str) -> list[Path]:
        return [one for one in self.kept if any(part in str(one) for part in parts)]

    def mend(self) -> None:
        shutil.rmtree(self.path)
        for one, content in self.kept.items():
            one.parent.mkdir(parents=True, exist_ok=True)
            one.write_bytes(content)

    def assert_nothing_wrong_is_shown(self, *, all_of_it: bool) -> None:
        """A document is shown as it is, or as damaged, and never in another state."""
        store = opened(self.path)
        for document_id, document in self.documents.items():
            try:
                assert store.load(document_id) == document
            except Tampered:
                assert not all_of_it
        listed = store.list(Filters(), limit=9).documents
        assert [one for one in listed if one != self.documents[one.id]] == []
        assert len(listed) == 3 or not all_of_it

    def is_found(self) -> bool:
        """Tell whether a check, with a checkpoint that was kept elsewhere, says damage."""
        try:
            findings = list(opened(self.path).check(kept=[self.checkpoint]))
        except SygnError:
            return True
        return bool({Level.DAMAGE, Level.BROKEN} & {one.level for one in findings})


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    memory = Path("/dev/shm")
    base = tmp_path_factory.mktemp("scene")
    if os.access(memory, os.W_OK):
        base = memory / f"sygn-test-{os.getpid()}-{base.name}"
    yield Scene(base / ".sygn")
    shutil.rmtree(base, ignore_errors=True)


EVIDENCE = ("audit.jsonl", "/blobs/", "entries.jsonl", "/log/checkpoint")
DISPOSABLE = ("document.json", "frontier", "index.sqlite3", "/cache/")


@pytest.mark.usefixtures("expects_warnings")
@pytest.mark.parametrize("harm", HARMS)
def test_harmed_evidence_is_always_found(scene, harm):
    for path in scene.files(*EVIDENCE):
        changed = harm(scene.kept[path])
        if changed == scene.kept[path]:
            continue
        path.write_bytes(changed)
        assert scene.is_found(), f"{harm.__name__}: {path}"
        scene.assert_nothing_wrong_is_shown(all_of_it=False)
        scene.mend()


@pytest.mark.usefixtures("expects_warnings")
def test_evidence_that_is_gone_is_always_missed(scene):
    for path in scene.files(*EVIDENCE):
        path.unlink()
        assert scene.is_found(), path
        scene.assert_nothing_wrong_is_shown(all_of_it=False)
        scene.mend()


@pytest.mark.usefixtures("expects_warnings")
def test_evidence_in_the_place_of_another_is_always_found(scene):
    for kind in ("audit.jsonl", "/blobs/"):
        first, *others = scene.files(kind)
        for other in others:
            if scene.kept[first] == scene.kept[other]:
                continue
            first.write_bytes(scene.kept[other])
            other.write_bytes(scene.kept[first])
            assert scene.is_found(), (first, other)
            scene.assert_nothing_wrong_is_shown(all_of_it=False)
            scene.mend()


@pytest.mark.usefixtures("expects_warnings")
def test_one_flipped_bit_of_the_evidence_is_always_found(scene, tally):
    chance = random.Random(2026)  # noqa: S311 - the same places each time
    files = scene.files(*EVIDENCE)
    for number in range(FLIPS):
        path = files[number % len(files)]
        path.write_bytes(flipped(scene.kept[path], chance))
        assert scene.is_found(), path
        scene.assert_nothing_wrong_is_shown(all_of_it=False)
        scene.mend()
    tally("flipped bits of the evidence, all found", FLIPS)


@pytest.mark.usefixtures("expects_warnings")
@pytest.mark.parametrize("harm", [*HARMS, None])
def test_what_can_be_made_again_is_made_again_unasked(scene, harm):
    for path in scene.files(*DISPOSABLE):
        if harm is None:
            path.unlink()
        else:
            path.write_bytes(harm(scene.kept[path]))
        scene.assert_nothing_wrong_is_shown(all_of_it=True)
        store = opened(scene.path)
        for document_id in scene.documents:
            store.settle(document_id)
        assert list(store.check(kept=[scene.checkpoint])) == []
        scene.mend()


@pytest.mark.usefixtures("expects_warnings")
def test_a_flipped_bit_in_what_can_be_made_again_changes_nothing(scene, tally):
    chance = random.Random(7)  # noqa: S311
    files = scene.files(*DISPOSABLE)
    for number in range(FLIPS):
        path = files[number % len(files)]
        path.write_bytes(flipped(scene.kept[path], chance))
        # A list follows the index, which may leave a document out, and never says what is not so.
        scene.assert_nothing_wrong_is_shown(all_of_it="index" not in path.name)
        scene.mend()
    tally("flipped bits of what can be made again", FLIPS)


@pytest.mark.usefixtures("expects_warnings")
@pytest.mark.parametrize("harm", [*HARMS, None])
def test_harmed_keys_are_named_and_nothing_is_signed_with_them(scene, harm):
    for path in scene.files("/keys/"):
        if harm is None:
            path.unlink()
        elif harm(scene.kept[path]) == scene.kept[path]:
            continue
        else:
            path.write_bytes(harm(scene.kept[path]))
        scene.assert_nothing_wrong_is_shown(all_of_it=True)
        # PEM may end without a line feed or with two; a lost public key follows from the private.
        if path.name == "log.key" and harm not in {crlf, one_less}:
            assert scene.is_found(), path
        scene.mend()


@pytest.mark.usefixtures("expects_warnings")
def test_a_document_whose_folder_is_gone_is_missed(scene):
    for document_id in scene.documents:
        shutil.rmtree(opened(scene.path).workspace.folder(document_id).path)
        assert scene.is_found()
        with pytest.raises(NotFound):
            opened(scene.path).load(document_id)
        scene.mend()
