"""Foreign PDFs are read in children that can be killed, and whose death harms nobody."""

import os
import pickle
import signal
import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from sygn_cli.domain.errors import NotFound, PdfRefused, RefusalReason
from sygn_cli.engine.intake import inspect
from sygn_cli.engine.render import page_picture
from sygn_cli.engine.seal import TRAIL_NAME, Attachment, seal
from sygn_cli.engine.stamp import stamp
from sygn_cli.engine.verify import Status, verify
from sygn_cli.engine.worker import Inline, WorkerFailed, Workers
from tests.engine import bombs, chores
from tests.engine.conftest import NOON
from tests.engine.papers import paper


@pytest.fixture(scope="module")
def workers():
    pool = Workers(size=1)
    yield pool
    pool.close()


@pytest.fixture
def hurried():
    pool = Workers(size=1, cpu_seconds=1, wall_seconds=2)
    yield pool
    pool.close()


@pytest.mark.parametrize("make", [Inline, Workers])
def test_a_call_gives_what_the_function_returns(make):
    runner = make()
    try:
        assert runner.call(chores.double, "ab") == "abab"
        assert runner.call(inspect, paper(3)) == inspect(paper(3))
    finally:
        runner.close()


def test_sealing_and_judging_can_be_done_by_a_child(workers, credential, ca, trail):
    stamped = workers.call(stamp, [paper()], [], title="T")
    done = workers.call(
        seal,
        stamped,
        credential,
        at=NOON,
        reason="r",
        attachments=[Attachment(TRAIL_NAME, trail)],
    )
    verdict = workers.call(verify, done.pdf, trust=[ca.cert_pem])

    assert verdict == verify(done.pdf, trust=[ca.cert_pem])
    assert verdict.status is Status.VALID


def test_our_errors_come_back_as_themselves(workers):
    with pytest.raises(PdfRefused, match="No") as refused:
        workers.call(chores.refuse)
    assert (refused.value.reason, refused.value.hint) == (RefusalReason.XFA, "Try another.")
    with pytest.raises(NotFound):
        workers.call(chores.miss)


def test_a_bug_comes_back_with_its_traceback(workers):
    with pytest.raises(WorkerFailed, match="ZeroDivisionError: a bug"):
        workers.call(chores.stumble)


def test_a_child_serves_many_calls(workers):
    assert workers.call(chores.process_id) == workers.call(chores.process_id)
    assert workers.call(chores.process_id) != os.getpid()


def test_a_child_that_has_grown_makes_room_for_a_fresh_one(workers):
    before = workers.call(chores.process_id)
    workers.call(chores.grow, 600 * 2**20)

    assert workers.call(chores.process_id) != before


def test_a_child_of_a_large_parent_serves_many_calls():
    script = """
        from sygn_cli.engine.worker import Workers
        from tests.engine import chores

        ballast = bytes(600 * 2**20)
        pool = Workers(size=1)
        print(pool.call(chores.process_id) == pool.call(chores.process_id))
        pool.close()
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.returncode) == ("True\n", 0), done.stderr


def test_what_a_library_prints_is_no_answer(workers):
    assert workers.call(chores.babble) == "fine"


def test_a_child_does_not_load_the_command_line_or_the_server(workers):
    loaded = workers.call(chores.loaded_modules)

    assert not {"typer", "flask", "rich", "sygn_cli.cli", "sygn_cli.server"} & set(loaded)


@pytest.mark.parametrize(
    "chore", [chores.spin, chores.hang_without_python, chores.crash], ids=lambda f: f.__name__
)
def test_what_does_not_end_or_dies_is_refused_and_the_next_call_works(hurried, chore):
    with pytest.raises(PdfRefused) as refused:
        hurried.call(chore)

    assert refused.value.reason is RefusalReason.LIMIT_EXCEEDED
    assert hurried.call(chores.double, 2) == 4


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_call_whose_child_is_killed_by_others_is_made_again(workers, tmp_path, number):
    assert workers.call(chores.end_by_signal_once, str(tmp_path), number) == "done"


def test_a_call_is_not_made_a_third_time(workers, tmp_path):
    with pytest.raises(PdfRefused) as refused:
        workers.call(chores.end_by_signal, signal.SIGKILL)

    assert refused.value.reason is RefusalReason.LIMIT_EXCEEDED
    assert workers.call(chores.double, 2) == 4


def test_memory_is_limited(workers):
    with pytest.raises(PdfRefused) as refused:
        workers.call(chores.hog_memory)

    assert refused.value.reason is RefusalReason.LIMIT_EXCEEDED


def test_an_answer_cannot_make_the_parent_call_anything(workers):
    with pytest.raises(pickle.UnpicklingError, match="system"):
        workers.call(chores.smuggle)
    assert workers.call(chores.double, 2) == 4


def test_threads_share_the_children():
    pool = Workers(size=2)
    try:
        with ThreadPoolExecutor(8) as threads:
            served = list(threads.map(lambda _: pool.call(chores.nap), range(8)))
    finally:
        pool.close()

    assert len(set(served)) == 2


def test_closing_ends_a_busy_child(tmp_path):
    pool = Workers(size=1)
    with ThreadPoolExecutor(1) as threads:
        busy = threads.submit(pool.call, chores.announce_and_hang, str(tmp_path / "pid"))
        child = _announced(tmp_path / "pid")
        pool.close()
        with pytest.raises(RuntimeError, match="closed"):
            busy.result(timeout=5)

    assert _ends(child)


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_a_busy_child_dies_with_its_parent(tmp_path):
    script = f"""
        from sygn_cli.engine.worker import Workers
        from tests.engine import chores
        Workers(size=1).call(chores.announce_and_hang, {str(tmp_path / "pid")!r})
    """
    parent = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)], env=os.environ | {"PYTHONPATH": "."}
    )
    child = _announced(tmp_path / "pid")

    parent.kill()
    parent.wait()

    assert _ends(child)


def _announced(path, *, within=20.0):
    until = time.monotonic() + within
    while time.monotonic() < until:
        if path.exists() and path.read_text():
            return int(path.read_text())
        time.sleep(0.01)
    raise AssertionError("the child never started its work")


def _ends(process, *, within=5.0):
    until = time.monotonic() + within
    while time.monotonic() < until:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.01)
    return False


def test_a_small_file_that_takes_for_ever_is_refused_in_time(hurried):
    with pytest.raises(PdfRefused) as refused:
        hurried.call(page_picture, bombs.nested_forms(), 1)

    assert refused.value.reason is RefusalReason.LIMIT_EXCEEDED


def test_a_page_tree_that_contains_itself_is_refused(workers):
    with pytest.raises(PdfRefused) as refused:
        workers.call(inspect, bombs.looped_pages())

    assert refused.value.reason is RefusalReason.DAMAGED


def test_a_child_does_not_know_our_secrets(monkeypatch):
    monkeypatch.setenv("SYGN_PASSPHRASE", "secret")
    pool = Workers(size=1)
    try:
        assert pool.call(os.getenv, "SYGN_PASSPHRASE") is None
    finally:
        pool.close()
