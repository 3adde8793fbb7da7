"""Endpoints of single documents: whose they are, who shares one, which make room for others."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from sygn_cli.domain.document import Mode
from sygn_cli.domain.errors import Forbidden, InvalidRequest, NotFound
from sygn_cli.domain.webhook import Reach
from sygn_cli.services import document_webhooks, documents, webhook_delivery, webhooks
from sygn_cli.services.webhooks import Owner, Wanted
from sygn_cli.store.webhooks import Endpoints
from tests.runtimes import a_document, memory_runtime
from tests.webhook_fakes import on_disk

URL = "https://example.com/hook"
LIVE, TEST = Owner("local", Mode.LIVE), Owner("local", Mode.TEST)


@pytest.fixture
def runtime(tmp_path, clock, http):
    return on_disk(memory_runtime(clock), tmp_path, http)


@pytest.fixture
def two(monkeypatch) -> None:
    """Let an account have two such endpoints."""
    monkeypatch.setattr(document_webhooks, "MOST_ENDPOINTS", 2)


def an_endpoint(runtime, url=URL, *, account="local", mode=Mode.LIVE):
    return document_webhooks.endpoint_for(runtime, url, account=account, mode=mode)


def order(number: int) -> str:
    return f"{URL}?order={number}"


def urls(runtime) -> list[str]:
    return [one.url for one in webhooks.show(runtime)]


def test_documents_of_a_mode_that_name_the_same_url_share_an_endpoint(runtime):
    one, is_new = an_endpoint(runtime)
    again, is_new_again = an_endpoint(runtime)
    other, _ = an_endpoint(runtime, account="acct_b")
    trial, _ = an_endpoint(runtime, mode=Mode.TEST)
    assert (one, is_new, is_new_again) == (again, True, False)
    assert len({one.id, other.id, trial.id}) == 3


def test_an_endpoint_belongs_to_the_mode_of_its_document(runtime):
    for mode, owner, stranger in ((Mode.LIVE, LIVE, TEST), (Mode.TEST, TEST, LIVE)):
        made, _ = an_endpoint(runtime, mode=mode)
        assert webhooks.show(runtime, owner=owner) == [made]
        with pytest.raises(Forbidden):
            webhooks.get(runtime, made.id, owner=stranger)


def test_an_endpoint_of_before_that_names_no_mode_belongs_to_the_live_one(runtime):
    made, _ = an_endpoint(runtime)
    runtime.webhooks.endpoints.change(made.id, lambda one: replace(one, mode=None))
    assert webhooks.get(runtime, made.id, owner=LIVE).mode is None
    assert webhooks.show(runtime, owner=TEST) == []
    again, is_new = an_endpoint(runtime)
    assert (again.id, is_new) == (made.id, False)


def test_a_file_of_before_is_read(runtime, tmp_path):
    made, _ = an_endpoint(runtime)
    (path,) = tmp_path.glob(f".sygn/**/{made.id}.json")
    content = json.loads(path.read_bytes())
    del content["named_at"], content["check"]
    path.write_text(json.dumps(content))
    assert webhooks.get(runtime, made.id) == made


def test_they_do_not_count_as_the_accounts_own(runtime):
    for number in range(webhooks.MOST_ENDPOINTS + 1):
        an_endpoint(runtime, order(number))
    webhooks.add(runtime, Wanted(URL, account="local", mode=Mode.LIVE))


def test_the_endpoint_of_an_ended_document_makes_room(runtime, clock, two):
    ended = a_document(runtime, webhook=order(1))
    a_document(runtime, webhook=order(2))
    documents.void(runtime, ended.id)
    list(webhook_delivery.deliver_due(runtime))
    clock.sleep(7200)
    a_document(runtime, webhook=order(3))
    assert urls(runtime) == [order(2), order(3)]


def test_what_is_still_needed_stays(runtime, clock, two):
    a_document(runtime, webhook=order(1))
    a_document(runtime, webhook=order(2), draft=True)
    list(webhook_delivery.deliver_due(runtime))
    clock.sleep(7200)
    with pytest.raises(InvalidRequest, match="all still needed"):
        a_document(runtime, webhook=order(3))
    assert urls(runtime) == [order(1), order(2)]


def test_an_endpoint_with_something_left_to_deliver_stays(runtime, clock, http, two):
    ended = [a_document(runtime, webhook=order(number)) for number in (1, 2)]
    for one in ended:
        documents.void(runtime, one.id)
    clock.sleep(7200)
    with pytest.raises(InvalidRequest, match="all still needed"):
        an_endpoint(runtime, order(3))
    list(webhook_delivery.deliver_due(runtime))
    assert len(http.received) == 4
    an_endpoint(runtime, order(3))
    assert urls(runtime) == [order(3)]


def test_an_endpoint_that_was_just_named_stays(runtime, clock, two):
    """Its document may not be stored yet."""
    for number in (1, 2):
        an_endpoint(runtime, order(number))
    clock.sleep(7200)
    an_endpoint(runtime, order(2))
    an_endpoint(runtime, order(3))
    assert urls(runtime) == [order(2), order(3)]


def test_a_document_never_names_an_endpoint_that_is_retired_meanwhile(runtime, clock):
    made, _ = an_endpoint(runtime)
    clock.sleep(7200)

    class Retiring:
        """Endpoints of which one goes between being found and being named."""

        def __getattr__(self, name):
            return getattr(runtime.webhooks.endpoints, name)

        def change(self, endpoint_id, decide):
            latest = clock.now() - timedelta(hours=1)
            assert document_webhooks._retire(runtime, endpoint_id, latest)
            return runtime.webhooks.endpoints.change(endpoint_id, decide)

    slow = replace(runtime, webhooks=replace(runtime.webhooks, endpoints=Retiring()))
    other, is_new = an_endpoint(slow)
    assert is_new
    assert [one.id for one in webhooks.show(runtime)] == [other.id]
    with pytest.raises(NotFound):
        webhooks.get(runtime, made.id)


def test_an_event_reads_no_endpoint_of_another_document(runtime, tmp_path, monkeypatch):
    for number in range(5):
        a_document(runtime, webhook=order(number))
    webhooks.add(runtime, Wanted(URL))
    read: list[Reach] = []
    get = Endpoints.get

    def counted(self, endpoint_id):
        read.append(get(self, endpoint_id).reach)
        return get(self, endpoint_id)

    last = a_document(runtime, webhook=order(4))
    monkeypatch.setattr(Endpoints, "get", counted)
    documents.void(runtime, last.id)
    assert sorted(read) == [Reach.ALL, Reach.NAMED]
