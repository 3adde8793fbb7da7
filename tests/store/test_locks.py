"""Locks exclude threads and processes, let their own thread in again, and die with their holder."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from sygn_cli.domain.errors import WorkspaceUnusable
from sygn_cli.store import locks

HOLDER = """
import sys
from pathlib import Path
from sygn_cli.store import locks
with locks.hold(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / ".lock"


@pytest.fixture
def holder(path):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdin.close()
    process.stdout.close()


def is_free(path):
    """Ask from another thread, which is another holder."""
    answers: list[bool] = []

    def ask():
        with locks.hold_if_free(path) as free:
            answers.append(free)

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    return answers[0]


def test_a_lock_is_held_until_the_outermost_block_ends(path):
    with locks.hold(path):
        with locks.hold(path), locks.hold_if_free(path) as again:
            assert again
        assert not is_free(path)
    assert is_free(path)


def test_an_error_inside_lets_go(path):
    with pytest.raises(ZeroDivisionError), locks.hold(path):
        1 / 0  # noqa: B018
    assert is_free(path)


def test_another_process_excludes_us_until_it_is_killed(path, holder):
    assert not is_free(path)
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    with locks.hold(path):
        assert not is_free(path)


def test_waiting_ends_when_the_other_process_lets_go(path, holder):
    got = threading.Event()

    def wait():
        with locks.hold(path):
            got.set()

    thread = threading.Thread(target=wait)
    thread.start()
    assert not got.wait(timeout=0.05)
    holder.stdin.write("\n")
    holder.stdin.flush()
    assert got.wait(timeout=30)
    thread.join()


def test_the_child_of_a_fork_does_not_hold_what_its_parent_holds(path):
    with locks.hold(path):
        child = os.fork()
        if child == 0:
            with locks.hold_if_free(path) as free:
                os._exit(1 if free else 0)
        assert os.waitpid(child, 0)[1] == 0


def test_the_child_of_a_fork_does_not_keep_the_lock_alive(path):
    reader, writer = os.pipe()
    with locks.hold(path):
        child = os.fork()
        if child == 0:
            os.close(writer)
            os.read(reader, 1)
            os._exit(0)
    os.close(reader)
    deadline = time.monotonic() + 30  # the child lets go of it as soon as it runs
    while not is_free(path) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert is_free(path)
    os.close(writer)
    os.waitpid(child, 0)


@pytest.mark.parametrize("code", [errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS])
def test_a_file_system_without_locks_is_refused(path, monkeypatch, code):
    def no_locks(*_):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(fcntl, "flock", no_locks)
    with pytest.raises(WorkspaceUnusable, match="without locks"), locks.hold(path):
        pass
    with pytest.raises(WorkspaceUnusable), locks.hold_if_free(path):
        pass


def test_a_folder_that_is_not_there_is_unusable(tmp_path):
    with pytest.raises(WorkspaceUnusable), locks.hold(tmp_path / "none" / ".lock"):
        pass
