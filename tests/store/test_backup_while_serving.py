"""A backup that is made while others go on lacks nothing that was there when it began."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta

import pytest

from sygn_cli.domain.listing import Filters
from sygn_cli.domain.webhook import Reach
from sygn_cli.store import backup
from sygn_cli.store.webhooks import Endpoints
from sygn_cli.store.workspace import Workspace
from tests.store.samples import PDF, START, created, creation, document_id
from tests.store.test_backup import NOW, opened, restored
from tests.store.test_webhooks import an_endpoint

OLDER = START - timedelta(days=40)


class Busy(io.BytesIO):
    """Lets others do something when the first file below a folder is about to be copied."""

    def __init__(self, folder, do):
        super().__init__()
        self._folder, self._do = folder.encode(), do

    def write(self, content, /):
        if self._folder and bytes(content[:200]).startswith(self._folder):
            self._folder = b""
            self._do()
        return super().write(content)


def copied_while(store, folder, do):
    out = Busy(folder, do)
    backup.write(store.workspace, store.log, out, keys=True, now=NOW)
    assert not out._folder, "nobody came in between"
    return out.getvalue()


@pytest.fixture
def store(workspace):
    return opened(workspace)


@pytest.fixture
def place(tmp_path):
    return tmp_path / "elsewhere" / ".sygn"


def jobs_of(store):
    return {job.id: job.attempts for job in store.outbox.pending()}


def test_jobs_that_keep_coming_keep_it_waiting_no_longer_than_those_that_were_there(store, place):
    created(store)

    class Busier(io.BytesIO):
        number = 0

        def write(self, content, /):
            if bytes(content[:7]) == b"outbox/":
                self.number += 1
                created(store, self.number)
            return super().write(content)

    out = Busier()
    backup.write(store.workspace, store.log, out, keys=True, now=NOW)
    assert out.number == 1
    restored(out.getvalue(), place)
    again = opened(Workspace.open(place, create=False))
    assert jobs_of(again) == jobs_of(store)


@pytest.mark.parametrize("tried", [False, True])
def test_jobs_that_are_taken_or_put_off_meanwhile_are_in_it(store, place, tried):
    for number in range(3):
        created(store, number)

    def work():
        for job in store.outbox.claim_some(now=NOW, lease=timedelta(seconds=90), limit=9):
            if tried:
                store.outbox.retry(job, at=NOW + timedelta(minutes=5))

    before = jobs_of(store)
    restored(copied_while(store, "outbox/", work), place)
    again = opened(Workspace.open(place, create=False))
    assert jobs_of(again).keys() == before.keys()
    assert len(list(again.outbox.pending())) == 3  # each once


def test_jobs_that_are_done_meanwhile_are_left_out(store, place):
    for number in range(3):
        created(store, number)
    first, *others = (job.id for job in store.outbox.pending())

    def work():
        for job in store.outbox.claim_some(now=NOW, lease=timedelta(seconds=90), limit=9):
            store.outbox.acknowledge(job)

    restored(copied_while(store, "outbox/", work), place)
    kept = jobs_of(opened(Workspace.open(place, create=False)))
    assert first in kept  # it was being copied
    assert not kept.keys() & set(others)


def test_a_document_that_comes_meanwhile_has_its_webhook(store, place):
    store.create(document_id(at=OLDER), creation(), at=OLDER, blobs=[PDF])
    created(store)
    endpoint = an_endpoint(reach=Reach.NAMED)

    def work():
        entry = creation()
        named = replace(entry, data={**entry.data, "webhook": endpoint.id})
        Endpoints(store.workspace.webhooks).add(endpoint)
        store.create(document_id(1, at=OLDER), named, at=OLDER, blobs=[PDF])

    restored(copied_while(store, "documents/", work), place)
    workspace = Workspace.open(place, create=False)
    named = [one.webhook for one in opened(workspace).list(Filters(), limit=9).documents]
    assert sorted(named) == ["", "", endpoint.id]
    assert Endpoints(workspace.webhooks).all() == [endpoint]


def test_a_first_document_that_comes_meanwhile_has_the_key_of_its_links(store, place):
    restored(copied_while(store, "sygn.toml", lambda: created(store)), place)
    again = opened(Workspace.open(place, create=False))
    assert len(again.list(Filters(), limit=9).documents) == 1
    assert again.keys.kept_link_key() == store.keys.kept_link_key()
