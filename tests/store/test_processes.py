"""Processes that work in one workspace at once lose nothing and do nothing twice."""

from __future__ import annotations

import subprocess
import sys

import pytest

from sygn_cli.domain.document import DocumentStatus
from sygn_cli.domain.listing import Filters
from sygn_cli.store import reading
from tests.store.samples import created, document_id

PROCESSES = 4


def run(*arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "tests.store.worker", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(processes):
    lines: list[str] = []
    # First all, then the judgement: a process that is left alone breaks some other test.
    said = [process.communicate(timeout=300) for process in processes]
    for process, (out, err) in zip(processes, said, strict=True):
        assert (process.returncode, err) == (0, "")
        lines += out.splitlines()
    return lines


@pytest.mark.slow
def test_four_processes_that_create_and_sign_lose_nothing(store):
    path = store.workspace.path
    acknowledged = finish([run(path, "many", 1000 * n, 50) for n in range(PROCESSES)])
    assert len(set(acknowledged)) == PROCESSES * 50
    assert set(reading.walk(store.workspace.documents)) == set(acknowledged)
    for one in acknowledged:
        assert store.load(one).status is DocumentStatus.PARTIALLY_SIGNED
    assert len(store.list(Filters(), limit=1000).documents) == PROCESSES * 50
    assert list(store.workspace.inflight.iterdir()) == []
    assert list(store.check()) == []


@pytest.mark.slow
def test_four_processes_that_change_one_document_lose_nothing(store):
    created(store)
    finish([run(store.workspace.path, "count", 25) for _ in range(PROCESSES)])
    assert store.load(document_id(0)).seq == PROCESSES * 25
    assert list(store.check()) == []
