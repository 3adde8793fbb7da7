"""Where a result goes: into a new file, through a link, into a pipe, or nowhere with an error."""

from __future__ import annotations

import errno
import os
import subprocess
import threading

import pytest

from sygn_cli.cli import outputs
from sygn_cli.domain.errors import InvalidRequest
from tests.cli.terminal import SYGN


def write(path, content=b"new", **options):
    with outputs.whole_file(path, **{"force": False, **options}) as file:
        file.write(content)


def names(folder):
    return sorted(one.name for one in folder.iterdir())


def test_a_file_that_is_there_is_kept_unless_forced(tmp_path):
    path = tmp_path / "out.pdf"
    write(path)
    with pytest.raises(InvalidRequest, match="exists") as refused:
        write(path, b"newer")
    assert refused.value.hint == "Overwrite it with --force."
    assert path.read_bytes() == b"new"
    write(path, b"newer", force=True)
    assert path.read_bytes() == b"newer"
    assert names(tmp_path) == ["out.pdf"]


@pytest.mark.parametrize("force", [False, True])
def test_a_folder_is_named_as_one(tmp_path, force):
    with pytest.raises(InvalidRequest, match="is a folder") as refused:
        write(tmp_path, force=force)
    assert refused.value.hint == "Name a file in it."


@pytest.mark.parametrize("force", [False, True])
def test_a_pipe_is_written_into_and_stays_one(tmp_path, force):
    pipe, got = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()), daemon=True)
    reader.start()
    write(pipe, force=force)
    reader.join(timeout=20)
    assert got == [b"new"]
    assert pipe.is_fifo()


def test_a_link_is_followed(tmp_path):
    target, link = tmp_path / "there" / "target", tmp_path / "link"
    target.parent.mkdir()
    link.symlink_to(target)
    write(link)
    write(link, b"newer", force=True)
    assert link.is_symlink()
    assert target.read_bytes() == b"newer"
    assert names(target.parent) == ["target"]


@pytest.mark.parametrize("code", [errno.EPERM, errno.EOPNOTSUPP])
def test_a_drive_without_hard_links_will_do(tmp_path, monkeypatch, code):
    def refuse(*_):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "link", refuse)
    path = tmp_path / "out.pdf"
    write(path)
    assert path.read_bytes() == b"new"
    other = tmp_path / "meanwhile.pdf"
    with pytest.raises(InvalidRequest, match="exists"), outputs.whole_file(other, force=False):
        other.write_bytes(b"of somebody else")
    assert other.read_bytes() == b"of somebody else"
    assert names(tmp_path) == ["meanwhile.pdf", "out.pdf"]


def test_an_output_without_a_name_is_refused_as_that(completed):
    answer = completed("download", "@last", "-o", "")
    assert answer.code == 2
    assert "name of the output file is empty" in answer.err


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("sygn create - --signer 'Ada <ada@example.com>' <&-", "Standard input is closed."),
        ("sygn restore - <&-", "Standard input is closed."),
        ("sygn list >&-", "standard output is closed."),
        ("sygn download @last >&-", "standard output is closed."),
        ("sygn --version >&-", "standard output is closed."),
    ],
)
def test_what_cannot_be_read_or_reaches_nobody_is_an_error(completed, command, told):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("SYGN_")}
    done = subprocess.run(
        ["/bin/sh", "-c", command], cwd=completed.folder,
        env={**environment, "PATH": f"{SYGN.parent}:{os.environ['PATH']}"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.startswith("sygn: error: ")
    assert told in done.stderr
