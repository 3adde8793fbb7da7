"""Where the bytes of a document lie: hashed once, and again when anybody touched them."""

from __future__ import annotations

import os

import pytest

from sygn_cli.domain.errors import NotFound, Tampered
from sygn_cli.store import blobs
from sygn_cli.store.documents import WorkspaceStore
from sygn_cli.store.workspace import Workspace
from tests.store.samples import created


@pytest.fixture
def store(tmp_path) -> WorkspaceStore:
    return WorkspaceStore(Workspace.open(tmp_path / ".sygn"))


@pytest.fixture
def document(store):
    return created(store)


def test_a_file_is_hashed_once(store, document, monkeypatch):
    digest = document.files[0].sha256
    path = store.blob_at_hand(document.id, digest)
    assert path.read_bytes() == store.blob(document.id, digest)
    monkeypatch.setattr(blobs, "get", None)
    assert store.blob_at_hand(document.id, digest) == path


def test_other_bytes_of_the_same_length_and_age_are_noticed(store, document):
    digest = document.files[0].sha256
    path = store.blob_at_hand(document.id, digest)
    before = path.stat()
    with path.open("r+b") as file:
        file.write(b"%PDF-9")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(Tampered, match="not what was stored"):
        store.blob_at_hand(document.id, digest)


def test_a_file_that_is_gone_was_there(store, document):
    digest = document.files[0].sha256
    store.blob_at_hand(document.id, digest).unlink()
    with pytest.raises(Tampered, match="is gone"):
        store.blob_at_hand(document.id, digest)


def test_a_file_that_goes_between_two_looks_is_gone(store, document, monkeypatch):
    find = blobs.find

    def found_and_lost(folder, wanted):
        path = find(folder, wanted)
        if path is not None:
            path.unlink()
        return path

    monkeypatch.setattr(blobs, "find", found_and_lost)
    with pytest.raises(Tampered, match="is gone"):
        store.blob_at_hand(document.id, document.files[0].sha256)


def test_what_never_was_there_is_not_found(store, document):
    with pytest.raises(NotFound):
        store.blob_at_hand(document.id, "0" * 64)


def test_only_the_last_files_are_remembered(store):
    for number in range(260):
        document = created(store, number)
        store.blob_at_hand(document.id, document.files[0].sha256)
    assert len(store._checked._good) == 256
