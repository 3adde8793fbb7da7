"""One file per signer: whole, private, forgiving."""

from __future__ import annotations

import errno
import os
import stat

import pytest

from sygn_cli.domain.progress import Progress
from sygn_cli.store.progress import FileProgress, MemoryProgress

DOC = "doc_01jd0000000000000000000000"
OTHER = "doc_01jd0000000000000000000001"
KEPT = Progress(3, 1, {"f1": {"kind": "typed", "text": "Łódź </script>"}})


@pytest.fixture(params=["files", "memory"])
def keeper(request, tmp_path):
    return FileProgress(tmp_path / "progress") if request.param == "files" else MemoryProgress()


def test_what_is_put_is_got_until_it_is_removed(keeper):
    assert keeper.get(DOC, "s1") is None
    assert list(keeper.all()) == []
    keeper.put(DOC, "s1", Progress(1, 0, {}))
    keeper.put(DOC, "s1", KEPT)
    assert keeper.get(DOC, "s1") == KEPT
    keeper.remove(DOC, "s1")
    keeper.remove(DOC, "s1")
    assert keeper.get(DOC, "s1") is None


def test_all_of_a_document_is_removed_at_once_and_nothing_else(keeper):
    for document, signer in ((DOC, "s1"), (DOC, "s10"), (OTHER, "s1")):
        keeper.put(document, signer, KEPT)
    keeper.remove(DOC)
    assert list(keeper.all()) == [(OTHER, "s1")]


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"revision": 1}', b"\xff", b"[" * 99_999])
def test_a_damaged_file_is_no_file(tmp_path, damage):
    keeper = FileProgress(tmp_path)
    keeper.put(DOC, "s1", KEPT)
    (tmp_path / f"{DOC}.s1.json").write_bytes(damage)
    assert keeper.get(DOC, "s1") is None


def test_only_the_owner_can_read_it(tmp_path):
    FileProgress(tmp_path / "new").put(DOC, "s1", KEPT)
    (file,) = (tmp_path / "new").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_forgetting_is_never_an_error(tmp_path, monkeypatch):
    """A document has ended by then, and whoever ended it must not hear that it did not."""
    keeper = FileProgress(tmp_path)
    keeper.put(DOC, "s1", KEPT)
    with monkeypatch.context() as patched:
        patched.setattr(os, "listdir", _too_many_open)
        keeper.remove(DOC)
    assert keeper.get(DOC, "s1") == KEPT
    keeper.remove(DOC)
    assert keeper.get(DOC, "s1") is None


def _too_many_open(_path):
    raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
