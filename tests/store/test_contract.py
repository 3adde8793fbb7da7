"""What every store promises, whatever it is made of."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from sygn_cli.domain import history, lifecycle, sending
from sygn_cli.domain.audit import sha256
from sygn_cli.domain.document import DocumentStatus
from sygn_cli.domain.errors import Conflict, InvalidRequest, NotFound
from sygn_cli.domain.evidence import COMMAND_LINE, OPERATOR
from sygn_cli.domain.listing import Filters
from sygn_cli.store.documents import WorkspaceStore
from sygn_cli.store.memory import MemoryStore
from sygn_cli.store.workspace import Workspace
from tests.store.samples import (
    PDF,
    PICTURE,
    START,
    completed,
    consented,
    created,
    creation,
    document_id,
    signature,
    signed,
    voiding,
)

EVERYTHING = Filters()


@pytest.fixture(params=["memory", "workspace"])
def store(request, tmp_path):
    if request.param == "memory":
        return MemoryStore()
    return WorkspaceStore(Workspace.open(tmp_path / ".sygn"))


def test_a_created_document_is_loaded_as_it_was_returned(store):
    document = created(store)
    assert store.load(document.id) == document
    assert document.status is DocumentStatus.SENT
    assert [signer.name for signer in document.signers] == ["Ada Lovelace", "Алан Тьюринг"]


def test_every_committed_event_is_in_the_state_and_in_the_trail(store):
    document = signed(store, created(store), "s1")
    assert store.load(document.id) == document
    assert [str(event.type) for event in store.trail(document.id)] == [
        "created",
        "consent.given",
        "signed",
    ]
    assert store.trail(document.id)[-1].hash() == document.head


def test_the_state_is_what_the_trail_folds_to(store):
    document = completed(store, signed(store, signed(store, created(store), "s1"), "s2"))
    assert document.status is DocumentStatus.COMPLETED
    assert (
        history.fold(store.trail(document.id), lambda sha: store.blob(document.id, sha))
        == document
        == store.load(document.id)
    )


def test_source_files_and_attachments_are_blobs(store):
    document = consented(store, created(store), "s1")
    entry = signature(document, "s1", drawn=True)
    assert entry is not None
    document = store.commit(document, entry, at=START)
    assert store.blob(document.id, document.files[0].sha256) == PDF
    assert store.blob(document.id, sha256(PICTURE)) == PICTURE
    assert store.blob(document.id, document.signer("s1").values_sha256) == entry.attachments[0]


def test_an_id_can_be_used_once(store):
    created(store)
    with pytest.raises(Conflict):
        created(store, title="Another")
    assert store.load(document_id()).title == "Mutual NDA"


def test_of_two_changes_to_the_same_version_the_second_is_refused(store):
    document = created(store)
    store.commit(document, voiding(document), at=START)
    with pytest.raises(Conflict):
        store.commit(document, voiding(document), at=START)
    assert len(store.trail(document.id)) == 2


def test_an_event_that_refers_to_bytes_nobody_gave_is_a_mistake(store):
    with pytest.raises(ValueError, match="not given"):
        store.create(document_id(), creation(), at=START, blobs=[])
    with pytest.raises(NotFound):
        store.load(document_id())


@pytest.mark.parametrize("unknown", [document_id(7), "doc_1", "", "../../etc", "doc_7" + "z" * 25])
def test_what_is_not_there_is_not_found(store, unknown):
    for ask in (store.load, store.trail, store.resolve):
        with pytest.raises(NotFound):
            ask(unknown)
    with pytest.raises(NotFound):
        store.blob(unknown, "0" * 64)
    with pytest.raises(NotFound), store.exclusive(unknown):
        pass


@pytest.mark.parametrize("unknown", ["0" * 64, "", "../audit.jsonl", "0" * 63 + "/"])
def test_a_blob_the_document_does_not_have_is_not_found(store, unknown):
    document = created(store)
    with pytest.raises(NotFound):
        store.blob(document.id, unknown)


def test_whoever_is_inside_may_enter_again_load_and_commit(store):
    document = created(store)
    with store.exclusive(document.id), store.exclusive(document.id):
        document = store.commit(store.load(document.id), voiding(document), at=START)
    assert store.load(document.id).status is DocumentStatus.VOIDED


def test_while_one_thread_is_inside_another_waits(store):
    document = created(store)
    order: list[str] = []
    inside, tried = threading.Event(), threading.Event()

    def other():
        inside.wait()
        tried.set()
        with store.exclusive(document.id):
            order.append("second")

    thread = threading.Thread(target=other)
    thread.start()
    with store.exclusive(document.id):
        inside.set()
        tried.wait()
        thread.join(timeout=0.05)  # long enough to go wrong, if it could
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_threads_that_count_together_lose_nothing(store):
    document = created(store)

    def download_five_times():
        for _ in range(5):
            with store.exclusive(document.id):
                current = store.load(document.id)
                entry = lifecycle.downloaded(current, "original", OPERATOR, COMMAND_LINE)
                store.commit(current, entry, at=START)

    threads = [threading.Thread(target=download_five_times) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.load(document.id).seq == 20


def due(store, at, days=()):
    return {one.id for one in store.due(days=days, now=at)}


def test_a_document_is_due_when_its_deadline_passes_and_not_once_it_has_ended(store):
    documents = [created(store, number) for number in range(3)]
    store.commit(documents[1], voiding(documents[1]), at=START)
    deadline = START + timedelta(days=30)
    assert due(store, deadline - timedelta(seconds=1)) == set()
    assert due(store, deadline) == {documents[0].id, documents[2].id}


def test_a_document_is_due_when_signers_are_to_be_reminded(store):
    document = created(store)
    at = START + timedelta(days=27)
    assert due(store, at) == due(store, at - timedelta(hours=1), days=(3, 1)) == set()
    assert due(store, at, days=(3, 1)) == {document.id}
    entry, _ = sending.remind(document, channel=sending.EMAIL, actor=OPERATOR, now=at)
    store.commit(document, entry, at=at)
    assert due(store, at, days=(3, 1)) == set()
    assert due(store, at + timedelta(days=2), days=(3, 1)) == {document.id}


def test_what_everyone_has_signed_is_due_until_it_is_sealed(store):
    document = signed(store, signed(store, created(store), "s1"), "s2")
    assert due(store, START) == {document.id}
    completed(store, document)
    assert due(store, START) == set()


def test_a_list_shows_the_newest_first(store):
    documents = [created(store, number) for number in range(3)]
    page = store.list(EVERYTHING, limit=10)
    assert [one.id for one in page.documents] == [one.id for one in reversed(documents)]
    assert page.documents[0] == documents[2]
    assert page.next_cursor is None


def test_an_empty_store_lists_nothing(store):
    assert store.list(EVERYTHING, limit=10).documents == ()


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 6])
def test_following_the_cursor_shows_every_document_once(store, limit):
    documents = [created(store, number) for number in range(5)]
    shown: list[str] = []
    cursor = None
    while True:
        page = store.list(EVERYTHING, limit=limit, cursor=cursor)
        assert len(page.documents) <= limit
        shown += [one.id for one in page.documents]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert shown == [one.id for one in reversed(documents)]


def test_a_document_created_meanwhile_does_not_disturb_the_cursor(store):
    for number in range(4):
        created(store, number)
    first = store.list(EVERYTHING, limit=2)
    created(store, 9)
    second = store.list(EVERYTHING, limit=2, cursor=first.next_cursor)
    assert [one.id for one in second.documents] == [document_id(1), document_id(0)]


@pytest.mark.parametrize("cursor", ["", "x", "AAAA", "é", "a" * 500, "=", "ZG9jXzAx"])
def test_a_foreign_cursor_is_refused(store, cursor):
    with pytest.raises(InvalidRequest):
        store.list(EVERYTHING, limit=2, cursor=cursor)


def test_a_changed_cursor_is_refused(store):
    for number in range(3):
        created(store, number)
    cursor = store.list(EVERYTHING, limit=1).next_cursor
    assert cursor is not None
    for place in range(len(cursor)):
        other = "A" if cursor[place] != "A" else "B"
        with pytest.raises(InvalidRequest):
            store.list(EVERYTHING, limit=1, cursor=cursor[:place] + other + cursor[place + 1 :])


def test_filters_choose_by_account_status_and_time(store):
    mine = created(store, 0)
    theirs = created(store, 1, account="acme")
    voided = store.commit(created(store, 2), voiding(created(store, 3)), at=START)

    def ids(**filters):
        return {one.id for one in store.list(Filters(**filters), limit=10).documents}

    assert ids(account="acme") == {theirs.id}
    assert ids(status=DocumentStatus.VOIDED) == {voided.id}
    assert ids(account="local", status=DocumentStatus.SENT) == {mine.id, document_id(3)}
    assert ids(since=START + timedelta(seconds=2)) == {voided.id, document_id(3)}
    assert ids(account="nobody") == set()


def test_a_filtered_list_has_pages_too(store):
    for number in range(6):
        created(store, number, account="acme" if number % 2 else "local")
    first = store.list(Filters(account="acme"), limit=2)
    assert [one.id for one in first.documents] == [document_id(5), document_id(3)]
    second = store.list(Filters(account="acme"), limit=2, cursor=first.next_cursor)
    assert [one.id for one in second.documents] == [document_id(1)]
    assert second.next_cursor is None


def test_a_status_filter_follows_every_change(store):
    document = created(store)
    assert store.list(Filters(status=DocumentStatus.SENT), limit=5).documents == (document,)
    document = signed(store, document, "s1")
    assert store.list(Filters(status=DocumentStatus.SENT), limit=5).documents == ()
    partially = Filters(status=DocumentStatus.PARTIALLY_SIGNED)
    assert store.list(partially, limit=5).documents == (document,)


def test_words_are_looked_for_in_titles_people_and_ids_in_any_case(store):
    document = created(store, 0)
    other = created(store, 1, account="acme")

    def ids(words):
        return {one.id for one in store.list(Filters(words=words), limit=10).documents}

    both = {document.id, other.id}
    assert ids(document.title[2:5].upper()) == both
    assert ids("тьЮринг") == both
    assert ids(document.signers[0].email) == both
    assert ids(document.id[4:]) == {document.id}
    assert ids("%") == ids("_x") == ids("nobody") == set()


def test_documents_are_counted_by_status(store):
    created(store, 0)
    created(store, 1, account="acme")
    store.commit(created(store, 2), voiding(created(store, 3)), at=START)
    assert store.counts(EVERYTHING) == {DocumentStatus.SENT: 3, DocumentStatus.VOIDED: 1}
    assert store.counts(Filters(account="acme")) == {DocumentStatus.SENT: 1}
    assert store.counts(Filters(words="nobody")) == {}


def test_documents_whose_seal_failed_can_be_picked_out(store):
    fine = created(store, 0)
    stuck = created(store, 1)
    entry = lifecycle.seal_failed(stuck, "The key is gone")
    assert entry is not None
    store.commit(stuck, entry, at=START)
    assert [one.id for one in store.list(Filters(in_trouble=True), limit=5).documents] == [
        stuck.id
    ]
    assert [one.id for one in store.list(Filters(in_trouble=False), limit=5).documents] == [
        fine.id
    ]


def test_a_unique_beginning_of_an_id_is_enough(store):
    document = created(store)
    for length in (4, 10, 20, len(document.id)):
        assert store.resolve(document.id[:length]) == document.id
    assert store.resolve(document.id.upper()) == document.id


def test_a_beginning_that_fits_several_ids_is_refused(store):
    created(store, 0)
    created(store, 1)
    with pytest.raises(InvalidRequest, match="Several"):
        store.resolve("doc_")


def test_last_is_the_newest(store):
    with pytest.raises(NotFound):
        store.resolve("@last")
    created(store, 0)
    created(store, 2)
    created(store, 1)
    assert store.resolve("@last") == document_id(2)


def test_a_new_idempotency_key_is_bound(store):
    assert store.remember("local", "key", "request", document_id(1)) is None
    created(store, 1)
    assert store.remember("local", "key", "request", document_id(2)) == document_id(1)


def test_a_key_used_with_another_request_is_refused(store):
    store.remember("local", "key", "request", document_id(1))
    with pytest.raises(InvalidRequest):
        store.remember("local", "key", "another", document_id(2))


def test_accounts_have_their_own_keys(store):
    store.remember("local", "key", "request", document_id(1))
    assert store.remember("acme", "key", "another", document_id(2)) is None


def test_a_key_whose_document_never_came_to_be_is_taken_over_and_kept_from_the_first(store):
    store.remember("local", "key", "request", document_id(1))
    assert store.remember("local", "key", "request", document_id(2)) is None
    with pytest.raises(Conflict):
        created(store, 1)
    created(store, 2)
    assert store.remember("local", "key", "request", document_id(3)) == document_id(2)
    assert len(store.list(EVERYTHING, limit=5).documents) == 1


def test_a_key_that_was_let_go_of_is_free_for_another_request(store):
    store.remember("local", "key", "request", document_id(1))
    store.release(document_id(1))
    assert store.remember("local", "key", "another", document_id(2)) is None
    created(store, 2)
    assert store.remember("local", "key", "another", document_id(3)) == document_id(2)


def test_a_key_that_was_taken_over_stays_with_its_new_owner(store):
    store.remember("local", "key", "request", document_id(1))
    store.remember("local", "key", "request", document_id(2))
    store.release(document_id(1))
    with pytest.raises(InvalidRequest):
        store.remember("local", "key", "another", document_id(3))
    created(store, 2)


def test_who_lost_a_key_makes_no_document_when_its_new_owner_let_go_of_it(store):
    store.remember("local", "key", "request", document_id(1))
    store.remember("local", "key", "request", document_id(2))
    store.release(document_id(2))
    with pytest.raises(Conflict):
        created(store, 1)
    assert store.list(EVERYTHING, limit=5).documents == ()


def test_a_key_whose_document_was_created_cannot_be_let_go_of(store):
    store.remember("local", "key", "request", document_id(1))
    created(store, 1)
    store.release(document_id(1))
    assert store.remember("local", "key", "request", document_id(2)) == document_id(1)


def test_a_document_that_cannot_be_stored_lets_go_of_its_key(store):
    store.remember("local", "key", "request", document_id(1))
    with pytest.raises(ValueError, match="bytes"):
        store.create(document_id(1), creation(), at=START, blobs=[])
    assert store.remember("local", "key", "another", document_id(2)) is None
    created(store, 2)
    assert store.remember("local", "key", "another", document_id(3)) == document_id(2)
