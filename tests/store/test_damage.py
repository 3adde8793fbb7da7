"""Whatever happens to the files, damage is named and never shown as a state."""

from __future__ import annotations

import contextlib
import json
import shutil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tinydb import TinyDB

from sygn_cli.domain.document import DocumentStatus
from sygn_cli.domain.errors import NotFound, Tampered
from sygn_cli.domain.listing import Filters
from sygn_cli.store.documents import WorkspaceStore
from sygn_cli.store.workspace import Workspace
from tests.store.samples import PDF, START, completed, created, signed, voiding


@pytest.fixture
def document(store):
    return signed(store, created(store), "s1")


@pytest.fixture
def folder(store, document):
    return store.workspace.folder(document.id)


def flipped(content, place):
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


def test_every_flipped_byte_of_a_trail_is_found(store, document, folder):
    content = folder.trail.read_bytes()
    for place in range(len(content)):
        folder.trail.write_bytes(flipped(content, place))
        with pytest.raises(Tampered):
            store.load(document.id)
        with pytest.raises(Tampered):
            store.trail(document.id)
    folder.trail.write_bytes(content)
    assert store.load(document.id) == document


@pytest.mark.parametrize("bit", range(8))
def test_no_byte_of_the_last_line_feed_makes_an_event_disappear(store, document, folder, bit):
    content = folder.trail.read_bytes()
    folder.trail.write_bytes(content[:-1] + bytes([content[-1] ^ (1 << bit)]))
    with pytest.raises(Tampered):
        store.commit(document, voiding(document), at=START)
    assert folder.trail.read_bytes()[:-1] == content[:-1]


def test_without_its_projection_a_cut_trail_is_found_by_whoever_writes(store, document, folder):
    content = folder.trail.read_bytes()
    folder.projection.unlink()
    folder.trail.write_bytes(content[:-1])
    shorter = store.load(document.id)  # a reader alone cannot know better
    with pytest.raises(Tampered, match="workspace log"):
        store.commit(shorter, voiding(shorter), at=START)
    assert folder.trail.read_bytes() == content[:-1]


def test_every_flipped_byte_of_a_blob_is_found(store, document, folder):
    for blob in folder.blobs.iterdir():
        content = blob.read_bytes()
        for place in range(len(content)):
            blob.write_bytes(flipped(content, place))
            with pytest.raises(Tampered):
                store.blob(document.id, blob.stem)
        blob.write_bytes(content)
        assert store.blob(document.id, blob.stem) == content


def test_a_blob_that_is_gone_is_damage_and_not_unknown(store, document, folder):
    (folder.blobs / f"{document.files[0].sha256}.pdf").unlink()
    with pytest.raises(Tampered, match="gone"):
        store.blob(document.id, document.files[0].sha256)
    with pytest.raises(NotFound):
        store.blob(document.id, "0" * 64)


def test_a_flipped_byte_of_a_projection_changes_nothing(store, document, folder):
    content = folder.projection.read_bytes()
    for place in range(0, len(content), 7):
        folder.projection.write_bytes(flipped(content, place))
        assert store.load(document.id) == document


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"null", b"[]", b"\x00" * 500, b"[" * 100_000, b'{"check":"' + b"0" * 64]
)
def test_a_damaged_projection_is_made_again_by_the_next_change(store, document, folder, damage):
    folder.projection.write_bytes(damage)
    assert store.load(document.id) == document
    document = store.commit(document, voiding(document), at=START)
    assert folder.projection.read_bytes() != damage
    assert store.load(document.id) == document
    assert list(store.check()) == []


def test_an_old_projection_is_not_believed(store, document, folder):
    old = folder.projection.read_bytes()
    document = store.commit(document, voiding(document), at=START)
    folder.projection.write_bytes(old)
    assert store.load(document.id).status is DocumentStatus.VOIDED


def test_the_projection_of_another_document_is_not_believed(store, document, folder):
    other = store.workspace.folder(created(store, 1).id)
    shutil.copy(other.projection, folder.projection)
    assert store.load(document.id) == document


def test_the_projection_is_a_tiny_db_file_with_a_table_per_thing(document, folder):
    with TinyDB(folder.projection) as database:
        assert database.tables() == {"document", "signers", "fields", "marks", "meta"}
        assert [row["name"] for row in database.table("signers")] == [
            "Ada Lovelace",
            "Алан Тьюринг",
        ]
        assert [row["head"] for row in database.table("meta")] == [document.head]


def test_a_title_that_looks_like_a_check_does_no_harm(store):
    document = created(store, title='"check":"' + "1" * 64 + '"')
    assert store.load(document.id) == document
    assert json.loads(store.workspace.folder(document.id).projection.read_bytes())


@pytest.mark.parametrize("torn", [b"\xff", b'{"actor":{}', b"\x00" * 4096])
def test_an_event_that_was_never_finished_does_not_count_and_is_cut_off(
    store, document, folder, torn
):
    content = folder.trail.read_bytes()
    folder.trail.write_bytes(content + torn)
    assert store.load(document.id) == document
    assert folder.trail.read_bytes() == content + torn  # readers do not write
    document = store.commit(document, voiding(document), at=START)
    assert folder.trail.read_bytes().startswith(content)
    assert torn not in folder.trail.read_bytes()
    assert store.load(document.id) == document


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: lines[1:],
        lambda lines: [*lines, lines[-1]],
        lambda lines: [lines[1], lines[0], *lines[2:]],
        lambda lines: [lines[0], *lines[2:]],
        lambda lines: [*lines[:-1], b""],
        lambda lines: [line + b"\r" for line in lines],
        lambda lines: [b"", *lines],
        lambda lines: lines[:-1],
        lambda lines: [],
    ],
    ids=[
        "first gone",
        "last twice",
        "swapped",
        "middle gone",
        "last empty",
        "CRLF",
        "blank first",
        "last gone",
        "all gone",
    ],
)
def test_lines_that_move_are_found(store, document, folder, change):
    lines = folder.trail.read_bytes().splitlines()
    folder.trail.write_bytes(b"".join(line + b"\n" for line in change(lines)))
    with pytest.raises(Tampered):
        store.load(document.id)


def test_the_trail_of_another_document_is_found(store, document, folder):
    other = store.workspace.folder(created(store, 1).id)
    shutil.copy(other.trail, folder.trail)
    with pytest.raises(Tampered):
        store.load(document.id)


def test_a_document_without_its_trail_is_damaged_and_not_unknown(store, document, folder):
    folder.trail.unlink()
    with pytest.raises(Tampered, match="gone"):
        store.load(document.id)


def test_one_damaged_document_does_not_hide_the_others(store, document, folder, expects_warnings):
    other = created(store, 1)
    folder.trail.write_bytes(b"nonsense\n")
    assert store.list(Filters(), limit=5).documents == (other,)
    assert "leaves out" in expects_warnings.text


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    store = WorkspaceStore(Workspace.open(tmp_path_factory.mktemp("w") / ".sygn"))
    document = completed(store, signed(store, signed(store, created(store), "s1"), "s2"))
    folder = store.workspace.folder(document.id)
    files = sorted(
        path for path in folder.path.rglob("*") if path.is_file() and path.stat().st_size
    )
    return store, document, {path: path.read_bytes() for path in files}


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_no_damage_to_any_file_shows_a_wrong_state(finished, data):
    store, document, files = finished
    path = data.draw(st.sampled_from(sorted(files)))
    content = files[path]
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, len(content)))
    path.write_bytes(content[:start] + data.draw(st.binary(max_size=20)) + content[end:])
    try:
        with contextlib.suppress(Tampered):
            assert store.load(document.id) == document
            assert store.blob(document.id, document.files[0].sha256) == PDF
    finally:
        path.write_bytes(content)
