"""A backup is whole and consistent or it is refused; a restore happens all at once or not at all."""

from __future__ import annotations

import errno
import gzip
import io
import os
import random
import shutil
import subprocess
import tarfile
import threading
from datetime import timedelta

import pytest

from sygn_cli.domain.errors import Conflict, InvalidRequest, Tampered, WorkspaceUnusable
from sygn_cli.domain.listing import Filters
from sygn_cli.store import archive, backup, durable, locks
from sygn_cli.store.documents import WorkspaceStore
from sygn_cli.store.findings import Level
from sygn_cli.store.restore import restore
from sygn_cli.store.workspace import Workspace
from tests.store.faults import FaultyOs
from tests.store.jobs import jobs_for
from tests.store.samples import START, completed, consented, created, signed, voiding

NOW = START + timedelta(days=1)
SOAK = os.environ.get("SYGN_SOAK") == "1"


def opened(workspace):
    return WorkspaceStore(workspace, jobs_for=jobs_for)


def copied(store, *, keys=True):
    out = io.BytesIO()
    made = backup.write(store.workspace, store.log, out, keys=keys, now=NOW)
    return out.getvalue(), made


def restored(content, place, *, force=False):
    return restore(io.BytesIO(content), place, force=force, now=NOW, open_store=opened)


def repacked(members):
    """Return an archive with a right manifest over these names and contents."""
    out = io.BytesIO()
    writer = archive.Writer(out, at=0)
    for name, content in members:
        writer.add(name, content)
    writer.finish()
    writer.close()
    return out.getvalue()


def unpacked(content):
    return [
        (member.name, b"".join(member.chunks)) for member in archive.members(io.BytesIO(content))
    ]


def everything(folder):
    return {
        path.relative_to(folder): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and path.name != ".lock"
        and not {"cache", "inflight"} & set(path.relative_to(folder).parts)
    }


@pytest.fixture
def store(workspace):
    return opened(workspace)


@pytest.fixture
def document(store):
    return completed(store, signed(store, signed(store, created(store), "s1"), "s2"))


@pytest.fixture
def place(tmp_path):
    return tmp_path / "elsewhere" / ".sygn"


def test_what_is_restored_is_what_was_there(store, document, place):
    consented(store, created(store, 1), "s1")
    content, made = copied(store)
    told = restored(content, place)
    assert (made.documents, told.documents, made.damaged) == (2, 2, {})
    before, after = everything(store.workspace.path), everything(place)
    frontier = [path for path in before if path.name == "frontier"]
    for path in frontier:
        del before[path]
        after.pop(path, None)
    assert after == before
    again = opened(Workspace.open(place, create=False))
    assert list(again.check()) == []
    assert again.load(document.id) == document
    assert created(again, 5).seq == 0


def test_tar_and_sha256sum_read_it_without_us(store, document, tmp_path):
    content, _ = copied(store)
    (tmp_path / "b.tar").write_bytes(content)
    folder = tmp_path / "out"
    folder.mkdir()
    subprocess.run(["tar", "-xf", tmp_path / "b.tar", "-C", folder], check=True)
    subprocess.run(["sha256sum", "--quiet", "-c", archive.MANIFEST], cwd=folder, check=True)
    assert (folder / "documents").is_dir()


def test_a_backup_without_keys_holds_no_secret_and_can_be_checked(store, document, place):
    store.keys.link_key()
    workspace = store.workspace
    (workspace.webhooks / "hook.json").write_text('{"secret":"whsec"}')
    secrets = [path.read_bytes() for path in workspace.keys.glob("*.key")]
    content, _ = copied(store, keys=False)
    assert secrets
    assert not [one for one in (*secrets, b"whsec") if one in content]
    told = restored(content, place)
    assert told.keys is False
    again = opened(Workspace.open(place, create=False))
    assert again.load(document.id) == document
    (told,) = again.check()
    assert told.level is Level.BROKEN
    assert "nothing can be added" in told.what


def test_a_backup_made_in_the_midst_of_changes_is_consistent(store, tmp_path):
    documents = [created(store, number) for number in range(12)]
    stop = threading.Event()
    done: list[int] = []

    def work():
        busy = opened(store.workspace)
        for number, document in enumerate(documents * 40):
            if stop.is_set():
                return
            done.append(number)
            now = busy.load(document.id)
            if number % 5 == 0:
                created(busy, 100 + number)
            else:
                from sygn_cli.domain import lifecycle
                from sygn_cli.domain.evidence import COMMAND_LINE, OPERATOR

                busy.commit(
                    now, lifecycle.downloaded(now, "original", OPERATOR, COMMAND_LINE), at=START
                )

    worker = threading.Thread(target=work)
    worker.start()
    contents = []
    try:
        for _ in range(20 if SOAK else 6):
            before = len(done)
            while len(done) == before and worker.is_alive():
                threading.Event().wait(0.001)
            contents.append(copied(store)[0])
    finally:
        stop.set()
        worker.join()
    for number, content in enumerate(contents):
        place = tmp_path / str(number)
        restored(content, place)
        again = opened(Workspace.open(place, create=False))
        assert list(again.check()) == []
        assert {one.id for one in documents} <= {
            one.id for one in again.list(Filters(), limit=500).documents
        }
    assert len(set(contents)) > 1


@pytest.mark.parametrize("packed", [False, True])
def test_a_backup_that_is_cut_or_changed_anywhere_is_refused(store, document, place, packed):
    content, _ = copied(store)
    if packed:
        content = gzip.compress(content, mtime=0)
    chance = random.Random(7)  # noqa: S311 - the same places each time
    cuts = [0, 1, 511, 512, len(content) // 2, len(content) - 1]
    cuts += [chance.randrange(len(content)) for _ in range(200 if SOAK else 10)]
    for cut in cuts:
        if not packed and not content[cut:].strip(b"\0") and len(content) - cut < 1024:
            cut -= 1024  # noqa: PLW2901 - inside the zeros that end a tar
        with pytest.raises(Tampered):
            restored(content[:cut], place)
    for _ in range(1000 if SOAK else 40):
        where, bit = chance.randrange(len(content)), 1 << chance.randrange(8)
        changed = bytearray(content)
        changed[where] ^= bit
        try:
            restored(bytes(changed), place)
        except (Tampered, InvalidRequest):
            assert not place.exists()
        else:
            # Times, owners, padding: parts of tar and gzip that are no content.
            assert everything(place).keys() >= set()
            assert list(opened(Workspace.open(place, create=False)).check()) == []
            shutil.rmtree(place)
    assert not place.parent.exists() or list(place.parent.iterdir()) == []


@pytest.mark.parametrize(
    "name",
    ["../evil", "/etc/evil", "a/../../evil", "a//b", "./x", "a/..", "x\ny", "tmp/x",
     "inflight/x", "keys/.lock", "a/b/c/d/e/f/g", "ümlaut", "-" * 200],
)  # fmt: skip
def test_names_that_lead_elsewhere_are_refused(store, place, name):
    members = unpacked(copied(store)[0])
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for known, content in [members[0], (name, b"evil"), *members[1:]]:
            info = tarfile.TarInfo(known)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    with pytest.raises(Tampered):
        restored(out.getvalue(), place)
    assert not place.exists()


@pytest.mark.parametrize(
    "kind",
    [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE,
     tarfile.DIRTYPE, tarfile.GNUTYPE_SPARSE, tarfile.XHDTYPE],
)  # fmt: skip
def test_what_is_no_plain_file_is_refused(store, place, kind):
    info = tarfile.TarInfo("documents")
    info.type, info.linkname = kind, "/etc"
    content = copied(store)[0]
    first = 512 + -(-len(unpacked(content)[0][1]) // 512) * 512
    with pytest.raises(Tampered):
        restored(content[:first] + info.tobuf(tarfile.USTAR_FORMAT) + content[first:], place)
    assert not place.exists()


def test_a_bomb_is_refused_before_it_fills_the_disk(store, place):
    head, *_ = unpacked(copied(store)[0])
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=9) as packed:
        writer = archive.Writer(packed, at=0)
        writer.add(*head)
        zeros = bytes(1 << 20)
        writer.add_stream("sygn.toml", 300 << 20, (zeros for _ in range(300)))
        writer.finish()
        writer.close()
    with pytest.raises(Tampered, match="far more"):
        restored(out.getvalue(), place)
    assert not place.exists()


def test_files_that_are_in_it_twice_are_refused(store, document, place):
    members = unpacked(copied(store)[0])
    for again in (members[-1], ("keys", b"a file"), ("log/entries.jsonl/x", b"a folder")):
        with pytest.raises(Tampered):
            restored(repacked([*members, again]), place)
    assert not place.exists()


def test_a_backup_whose_evidence_was_changed_is_refused_in_spite_of_a_right_manifest(
    store, document, place
):
    members = unpacked(copied(store)[0])
    for part in ("audit.jsonl", "entries.jsonl", "checkpoint", ".pdf"):
        changed = [
            (name, content.replace(b"2", b"3", 1) if name.endswith(part) else content)
            for name, content in members
            if not (part == ".pdf" and name.endswith(".pdf"))
        ]
        with pytest.raises(Tampered):
            restored(repacked(changed), place)
    assert not place.exists()


@pytest.mark.parametrize("name", ["sygn-backup.json", "sygn.json", "log/checkpoint"])
def test_one_that_is_nested_without_end_is_refused(store, document, place, name):
    nested = [
        (one, b"[" * 99_999 if one == name else content)
        for one, content in unpacked(copied(store)[0])
    ]
    with pytest.raises(Tampered):
        restored(repacked(nested), place)
    assert not place.exists()


def test_one_of_a_newer_format_or_of_something_else_is_refused(store, place):
    head, *rest = unpacked(copied(store)[0])
    newer = (head[0], head[1].replace(b'"format": 2', b'"format": 3'))
    with pytest.raises(InvalidRequest, match="format 3"):
        restored(repacked([newer, *rest]), place)
    with pytest.raises(Tampered, match="no backup"):
        restored(repacked(rest), place)
    for told in (b"1e999", b"NaN", b"true", b'"2"', b"[2]", b"9" * 5000):
        header = (head[0], head[1].replace(b'"format": 2', b'"format": ' + told))
        with pytest.raises((Tampered, InvalidRequest)):
            restored(repacked([header, *rest]), place)
    for nonsense in (b"", b"hello", b"PK\x03\x04" + bytes(2000), b"\x1f\x8b" + bytes(2000)):
        with pytest.raises(Tampered):
            restored(nonsense, place)


def test_what_was_damaged_already_is_copied_as_it_is_and_told(store, document, place):
    other = created(store, 1)
    folder = store.workspace.folder(document.id)
    next(folder.blobs.glob("*.json")).write_bytes(b"{}")
    content, made = copied(store)
    assert list(made.damaged) == [document.id]
    told = restored(content, place)
    assert list(told.damaged) == [document.id]
    again = opened(Workspace.open(place, create=False))
    assert again.load(other.id) == other
    assert Level.DAMAGE in {one.level for one in again.check(only=document.id)}


def test_nothing_is_overwritten_unasked_and_nothing_lost_if_asked(store, document, place):
    content, _ = copied(store)
    path = store.workspace.path
    with pytest.raises(InvalidRequest, match="There is a workspace"):
        restored(content, path)
    (place.parent / "other").mkdir(parents=True)
    (place.parent / "other" / "letter.txt").write_text("mine")
    with pytest.raises(InvalidRequest, match="not empty"):
        restored(content, place.parent / "other", force=True)
    newer = created(store, 1)
    with pytest.raises(Conflict, match="not in the backup"):
        restored(content, path, force=True)
    assert opened(Workspace.open(path)).load(newer.id) == newer
    assert [one.name for one in path.parent.iterdir() if "restor" in one.name] == []


def test_with_force_the_old_workspace_is_moved_aside(store, document):
    path = store.workspace.path
    content, _ = copied(store)
    cut = store.workspace.folder(document.id)
    cut.projection.write_bytes(b"damaged")
    told = restored(content, path, force=True)
    assert told.replaced is not None
    assert (told.replaced.aside / "sygn.json").exists()
    again = opened(Workspace.open(path))
    assert again.load(document.id) == document
    assert list(again.check()) == []


def test_a_backup_without_keys_takes_over_those_of_its_own_workspace(store, document):
    path = store.workspace.path
    content, _ = copied(store, keys=False)
    assert restored(content, path, force=True).keys
    again = opened(Workspace.open(path))
    assert list(again.check()) == []
    assert created(again, 3).seq == 0


def test_a_purged_document_stays_purged_in_a_backup(store, document, place):
    from tests.store.test_purging import purge

    before, _ = copied(store)
    purge(store, document)
    content, _ = copied(store)
    restored(content, place)
    (told,) = opened(Workspace.open(place, create=False)).check()
    assert told.level is Level.PURGED
    # An older backup brings it back, and says so: here all else is older too, so nothing is lost.
    told = restored(before, place, force=True)
    assert told.replaced is not None
    assert told.replaced.revived == 1


def test_whichever_call_fails_a_restore_happened_or_did_not(tmp_path, monkeypatch):
    source = opened(Workspace.open(tmp_path / "source"))
    document = signed(source, created(source), "s1")
    source.commit(document, voiding(document), at=START)
    content, _ = copied(source)
    faulty = FaultyOs()
    refused = 0
    for number in range(1, 400):
        place = tmp_path / "here" / str(number)
        with monkeypatch.context() as patch:
            patch.setattr(durable, "os", faulty)
            patch.setattr(locks, "os", faulty)
            faulty.fail("*", at=number, code=errno.ENOSPC)
            try:
                restored(content, place)
            except WorkspaceUnusable:
                refused += 1
                assert not place.exists()
            else:
                assert list(opened(Workspace.open(place, create=False)).check()) == []
            reached = faulty.count >= number
        if not place.exists():
            restored(content, place)
        assert [one.name for one in place.parent.iterdir() if "restoring" in one.name] == []
        shutil.rmtree(place)
        if not reached:
            break
    assert refused > 20


def test_what_a_killed_restore_left_is_removed_by_the_next(store, document, place):
    content, _ = copied(store)
    left = place.with_name(".sygn.restoring-0123456789abcdef")
    left.mkdir(parents=True)
    (left / "sygn.json").write_text("{")
    theirs = place.with_name(".sygn.restoring-notes")
    theirs.mkdir()
    restored(content, place)
    assert not left.exists()
    assert theirs.exists()


def test_a_backup_that_cannot_be_written_says_so(store, document):
    class Full(io.BytesIO):
        def write(self, content, /):
            raise OSError(errno.ENOSPC, "full")

    with pytest.raises(OSError, match="full"):
        backup.write(store.workspace, store.log, Full(), keys=True, now=NOW)
