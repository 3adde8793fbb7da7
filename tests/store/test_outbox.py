"""A committed event has its jobs; each is done by one at a time, and again if that one dies."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pytest

from sygn_cli.store import durable
from sygn_cli.store.documents import WorkspaceStore
from sygn_cli.store.outbox import Job, Outbox
from tests.store.jobs import jobs_for
from tests.store.samples import START, created, signed

MINUTE = timedelta(minutes=1)


@pytest.fixture
def outbox(tmp_path):
    (tmp_path / "outbox").mkdir()
    return Outbox(tmp_path / "outbox")


def job(name, *, due=START, **payload):
    return Job(id=name, kind="webhook", due=due, payload=payload)


def test_a_job_comes_back_as_it_was_put(outbox):
    outbox.put([job("a", url="https://example.com/ü", n=[1, {"x": None}])])
    assert list(outbox.pending()) == [job("a", url="https://example.com/ü", n=[1, {"x": None}])]


def test_the_folder_is_flushed_once_for_all_jobs_of_an_event(outbox, tmp_path, monkeypatch):
    flushed: list[tuple[Path, int]] = []

    def flush(folder):
        flushed.append((folder, len(list(folder.iterdir()))))

    monkeypatch.setattr(durable, "sync_folder", flush)
    outbox.put([job(name) for name in "abc"])
    assert flushed == [(tmp_path / "outbox", 3)]
    outbox.put([])
    assert len(flushed) == 1


def test_nothing_is_due_before_its_moment(outbox):
    outbox.put([job("a", due=START + MINUTE)])
    assert outbox.claim(now=START, lease=MINUTE) is None
    assert outbox.claim(now=START + MINUTE, lease=MINUTE) is not None


def test_the_job_that_is_due_longest_comes_first(outbox):
    outbox.put([job("late", due=START), job("early", due=START - MINUTE)])
    claimed = outbox.claim(now=START, lease=MINUTE)
    assert claimed is not None
    assert claimed.id == "early"


def test_a_claimed_job_is_gone_until_its_lease_ends(outbox):
    outbox.put([job("a")])
    claimed = outbox.claim(now=START, lease=MINUTE)
    assert claimed == job("a", due=START + MINUTE)
    assert outbox.claim(now=START, lease=MINUTE) is None
    assert outbox.claim(now=START + MINUTE, lease=MINUTE) is not None


def test_what_a_clock_that_was_ahead_put_off_for_years_is_due(outbox):
    """Nothing is put off for longer than 24 hours and a fifth."""
    day = timedelta(days=1)
    outbox.put([job("years", due=START + 3653 * day), job("tomorrow", due=START + 1.2 * day)])
    outbox.put([job("now"), job("other", due=START + 3653 * day)])
    claimed = outbox.claim_some(now=START, lease=MINUTE, limit=2)
    assert [one.id for one in claimed] == ["now", "other"]
    assert {one.due for one in claimed} == {START + MINUTE}
    (rest,) = outbox.claim_some(now=START, lease=MINUTE, limit=2)
    assert rest.id == "years"
    assert outbox.claim_some(now=START, lease=MINUTE, limit=2) == []


def test_a_look_for_what_is_due_reads_nothing_that_is_not(outbox, monkeypatch):
    outbox.put([job(f"job-{number}", due=START + number * MINUTE) for number in range(1, 1500)])
    read = durable.read
    seen: list[Path] = []

    def noted(path):
        seen.append(path)
        return read(path)

    monkeypatch.setattr(durable, "read", noted)
    assert outbox.claim_some(now=START, lease=MINUTE, limit=9) == []
    assert seen == []
    assert len(outbox.claim_some(now=START + 3 * MINUTE, lease=MINUTE, limit=9)) == 3
    assert len(seen) == 3


def test_a_job_can_be_put_off_without_counting_an_attempt(outbox):
    outbox.put([job("a")])
    claimed = outbox.claim(now=START, lease=MINUTE)
    outbox.retry(claimed, at=START + 5 * MINUTE, counts=False)
    (again,) = outbox.pending()
    assert (again.attempts, again.due) == (0, START + 5 * MINUTE)


def test_an_acknowledged_job_is_gone_for_good(outbox):
    outbox.put([job("a")])
    outbox.acknowledge(outbox.claim(now=START, lease=MINUTE))
    assert list(outbox.pending()) == []


def test_a_job_put_off_is_due_later_and_one_attempt_older(outbox):
    outbox.put([job("a")])
    claimed = outbox.claim(now=START, lease=MINUTE)
    outbox.retry(claimed, at=START + 5 * MINUTE)
    assert outbox.claim(now=START + 4 * MINUTE, lease=MINUTE) is None
    again = outbox.claim(now=START + 5 * MINUTE, lease=MINUTE)
    assert again is not None
    assert again.attempts == 1


def test_whoever_lost_the_lease_can_neither_finish_nor_put_off(outbox):
    outbox.put([job("a")])
    slow = outbox.claim(now=START, lease=MINUTE)
    fast = outbox.claim(now=START + MINUTE, lease=MINUTE)
    outbox.acknowledge(slow)
    outbox.retry(slow, at=START)
    assert list(outbox.pending()) == [fast]


def test_of_many_that_claim_at_once_each_job_has_one(outbox):
    outbox.put([job(f"job-{number}") for number in range(20)])
    claimed: list[str] = []
    barrier = threading.Barrier(4)

    def work():
        barrier.wait()
        while (one := outbox.claim(now=START, lease=MINUTE)) is not None:
            claimed.append(one.id)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed) == sorted(f"job-{number}" for number in range(20))


def test_a_job_that_is_put_again_stays_as_it_is(outbox):
    outbox.put([job("a")])
    claimed = outbox.claim(now=START, lease=MINUTE)
    outbox.put([job("a")], again=True)
    assert list(outbox.pending()) == [claimed]


def test_foreign_and_damaged_files_are_passed_over(outbox, tmp_path):
    outbox.put([job("good")])
    (tmp_path / "outbox" / "note.txt").write_text("x")
    (tmp_path / "outbox" / "20200101T000000000Z_bad.json").write_text("{")
    (tmp_path / "outbox" / "99999999T999999999Z_odd.json").write_text("{}")
    claimed = outbox.claim(now=START, lease=MINUTE)
    assert claimed is not None
    assert claimed.id == "good"


@pytest.mark.parametrize("name", ["", "a/b", "a b", "x" * 151])
def test_a_job_needs_an_id_that_is_a_file_name(name):
    with pytest.raises(ValueError, match="job id"):
        job(name)


def test_a_committed_event_has_its_jobs(workspace):
    store = WorkspaceStore(workspace, jobs_for=jobs_for)
    document = signed(store, created(store), "s1")
    jobs = {one.id: one for one in store.outbox.pending()}
    assert set(jobs) == {f"{document.id}.{seq}.webhook" for seq in range(3)}
    assert jobs[f"{document.id}.2.webhook"].payload["head"] == document.head


def test_a_job_that_was_done_is_not_made_again(workspace):
    store = WorkspaceStore(workspace, jobs_for=jobs_for)
    document = created(store)
    (job,) = store.outbox.pending()
    store.outbox.acknowledge(job)
    folder = workspace.folder(document.id)
    folder.projection.unlink()
    store.settle(document.id)
    assert list(store.outbox.pending()) == []
    document = signed(store, document, "s1")
    assert {one.id for one in store.outbox.pending()} == {
        f"{document.id}.{seq}.webhook" for seq in (1, 2)
    }


def test_a_mistake_in_deriving_jobs_shows_before_anything_is_written(workspace):
    def broken(document, event):
        raise ZeroDivisionError

    document = created(WorkspaceStore(workspace))
    store = WorkspaceStore(workspace, jobs_for=broken)
    with pytest.raises(ZeroDivisionError):
        signed(store, document, "s1")
    with pytest.raises(ZeroDivisionError):
        created(store, 1)
    assert store.load(document.id) == document
    assert list(store.check()) == []


def test_an_event_whose_jobs_could_not_be_stored_is_not_logged_before_they_are(
    workspace, expects_warnings
):
    """Otherwise a lost projection would take the jobs along: the log would call them done."""
    store = WorkspaceStore(workspace, jobs_for=jobs_for)
    document = created(store)
    workspace.outbox.rename(workspace.path / "away")
    document = signed(store, document, "s1")
    assert set(store.log.heads(document.id)) == {0}
    assert "put its jobs into the outbox" in expects_warnings.text
    (workspace.path / "away").rename(workspace.outbox)
    workspace.folder(document.id).projection.unlink()
    assert store.heal() == 1
    assert len(list(store.outbox.pending())) == 3
    assert list(store.check()) == []
