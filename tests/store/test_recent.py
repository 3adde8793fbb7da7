"""Documents from memory are only given out for the bytes they were made from."""

from __future__ import annotations

import pytest

from sygn_cli.domain.document import DocumentStatus
from sygn_cli.domain.errors import NotFound, Tampered
from sygn_cli.store import reading
from sygn_cli.store.documents import WorkspaceStore
from sygn_cli.store.workspace import Workspace
from tests.store.samples import START, created, voiding


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return Workspace.open(tmp_path / ".sygn")


@pytest.fixture
def store(workspace) -> WorkspaceStore:
    return WorkspaceStore(workspace)


def test_a_document_is_made_once_while_its_files_stay_the_same(store, monkeypatch):
    document = created(store)
    first = store.load(document.id)
    monkeypatch.setattr(reading, "read", None)
    assert store.load(document.id) is first


def test_what_another_process_commits_is_seen_at_once(store, workspace):
    document = created(store)
    store.load(document.id)
    WorkspaceStore(workspace).commit(document, voiding(document), at=START)
    assert store.load(document.id).status is DocumentStatus.VOIDED


def test_a_changed_byte_is_found_though_the_document_is_in_memory(store, workspace):
    document = created(store)
    store.load(document.id)
    trail = workspace.folder(document.id).trail
    trail.write_bytes(trail.read_bytes().replace(b"Lovelace", b"Loveless"))
    with pytest.raises(Tampered):
        store.load(document.id)


def test_a_document_that_is_gone_is_not_found(store, workspace):
    document = created(store)
    store.load(document.id)
    workspace.folder(document.id).path.rename(workspace.path / "tmp" / "gone")
    with pytest.raises(NotFound):
        store.load(document.id)


def test_only_the_last_documents_are_kept(store):
    documents = [created(store, number) for number in range(130)]
    for document in documents:
        store.load(document.id)
    assert len(store._recent._kept) == 128
    assert [store.load(one.id) for one in documents] == documents
