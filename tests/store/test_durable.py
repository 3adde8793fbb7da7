"""All or nothing, also when the disk takes less than it was given."""

from __future__ import annotations

import errno
import os
import threading

import pytest

from sygn_cli.domain.errors import WorkspaceUnusable
from sygn_cli.store import durable, trouble
from tests.store.faults import FaultyOs


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "log"
    path.write_bytes(b"one\n")
    return path


def test_an_append_adds_the_line(file):
    durable.append(file, b"two\n", at=4)
    assert file.read_bytes() == b"one\ntwo\n"


def test_an_append_cuts_off_what_was_never_finished(file):
    file.write_bytes(b"one\nhalf a li")
    durable.append(file, b"two\n", at=4)
    assert file.read_bytes() == b"one\ntwo\n"


def test_an_append_to_a_file_that_became_shorter_is_refused(file):
    with pytest.raises(OSError, match="shorter"):
        durable.append(file, b"two\n", at=10)
    assert file.read_bytes() == b"one\n"


def test_short_writes_are_continued(file, monkeypatch):
    monkeypatch.setattr(durable, "os", FaultyOs(longest_write=3))
    durable.append(file, b"a longer line\n", at=4)
    assert file.read_bytes() == b"one\na longer line\n"


@pytest.mark.parametrize("call", ["write", "fsync"])
def test_an_append_that_fails_leaves_the_file_as_it_was(file, monkeypatch, call):
    faulty = FaultyOs(longest_write=3)
    monkeypatch.setattr(durable, "os", faulty)
    for number in range(1, 30):
        faulty.fail(call, at=number, code=errno.ENOSPC)
        try:
            durable.append(file, b"a longer line\n", at=4)
        except OSError:
            assert file.read_bytes() == b"one\n"
        else:
            break
    assert number > 1
    assert file.read_bytes() == b"one\na longer line\n"


def test_an_interrupted_append_leaves_the_file_as_it_was(file, monkeypatch):
    faulty = FaultyOs()
    faulty.fail("fsync", at=1, error=KeyboardInterrupt())
    monkeypatch.setattr(durable, "os", faulty)
    with pytest.raises(KeyboardInterrupt):
        durable.append(file, b"two\n", at=4)
    assert file.read_bytes() == b"one\n"


@pytest.mark.parametrize("call", ["open", "write", "fsync", "replace"])
def test_a_replacement_that_fails_leaves_the_old_file_and_no_other(file, monkeypatch, call):
    faulty = FaultyOs()
    faulty.fail(call, at=1, code=errno.EIO)
    monkeypatch.setattr(durable, "os", faulty)
    with pytest.raises(OSError, match="error"):
        durable.replace(file, b"new")
    assert file.read_bytes() == b"one\n"
    assert [one.name for one in file.parent.iterdir()] == ["log"]


def test_of_many_that_put_at_once_one_wins_and_all_see_its_content(tmp_path):
    path = tmp_path / "key"
    made: list[bytes] = []
    barrier = threading.Barrier(8)

    def put(content):
        barrier.wait()
        if durable.put_if_absent(path, content):
            made.append(content)

    threads = [threading.Thread(target=put, args=(bytes([n]) * 1000,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [path.read_bytes()] == made
    assert [one.name for one in tmp_path.iterdir()] == ["key"]


def test_without_hard_links_still_only_one_wins(tmp_path, monkeypatch):
    faulty = FaultyOs()
    faulty.fail("link", at=None, code=errno.EPERM)
    monkeypatch.setattr(durable, "os", faulty)
    path = tmp_path / "key"
    assert durable.put_if_absent(path, b"first")
    assert not durable.put_if_absent(path, b"second")
    assert path.read_bytes() == b"first"


def test_a_folder_does_not_move_onto_another(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "full").touch()
    with pytest.raises(FileExistsError):
        durable.move_folder(tmp_path / "a", tmp_path / "b")


def test_a_folder_whose_move_cannot_be_flushed_moves_back(tmp_path, monkeypatch):
    (tmp_path / "a").mkdir()
    faulty = FaultyOs()
    faulty.fail("fsync", at=1, code=errno.EIO)
    monkeypatch.setattr(durable, "os", faulty)
    with pytest.raises(OSError, match="error"):
        durable.move_folder(tmp_path / "a", tmp_path / "b")
    assert [one.name for one in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (errno.ENOSPC, "no space left"),
        (errno.EDQUOT, "no space left"),
        (errno.EROFS, "cannot be written"),
        (errno.EACCES, "cannot be written"),
        (errno.EIO, "cannot be used"),
        (errno.EMFILE, "cannot be used"),
    ],
)
def test_errors_of_the_system_become_plain_sentences(tmp_path, code, says):
    with pytest.raises(WorkspaceUnusable, match=says), trouble.guarded(tmp_path):
        raise OSError(code, os.strerror(code))
