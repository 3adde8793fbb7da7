"""Creating documents: what is found, routed, refused and remembered."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, cast

import pytest

from sygn_cli.domain.document import Mode
from sygn_cli.domain.errors import (
    IdempotencyKeyReused,
    InvalidRequest,
    NoFieldsDetected,
    NotFound,
    PayloadTooLarge,
    PdfRefused,
    SealFailed,
)
from sygn_cli.domain.field import Field, FieldType
from sygn_cli.domain.geometry import Box
from sygn_cli.domain.listing import Filters
from sygn_cli.domain.signer import Invitee
from sygn_cli.engine.worker import Inline
from sygn_cli.services import creation, identity, once, wire
from sygn_cli.services.creation import GivenFile
from sygn_cli.services.once import Once
from sygn_cli.services.runtime import Settings
from tests.runtimes import ADA, ALAN, FixedClock, a_document, a_request, memory_runtime, sample

if TYPE_CHECKING:
    from collections.abc import Callable


def test_fields_are_found_and_routed_by_their_block(runtime):
    document = a_document(runtime)
    assert document.detected_fields
    by_signer = {one: {f.type for f in document.fields_of(one)} for one in ("s1", "s2")}
    assert FieldType.SIGNATURE in by_signer["s1"] & by_signer["s2"]
    assert FieldType.DATE in by_signer["s1"] & by_signer["s2"]


def test_a_role_binds_a_block_to_a_signer(runtime):
    people = (
        Invitee("Grace", "grace@example.com", role="Recipient"),
        Invitee("Edsger", "edsger@example.com", role="Company"),
    )
    document = a_document(runtime, invitees=people)
    first = next(f for f in document.fields_of("s2") if f.type is FieldType.SIGNATURE)
    other = next(f for f in document.fields_of("s1") if f.type is FieldType.SIGNATURE)
    assert first.box.x < other.box.x  # COMPANY stands on the left


def test_assignments_go_before_blocks(runtime):
    plan = creation.plan(runtime, a_request())
    ids = [one.id for one in plan.proposal.fields]
    document = a_document(runtime, assignments=dict.fromkeys(ids, "s2") | {ids[0]: "s1"})
    assert [f.id for f in document.fields_of("s1")] == [ids[0]]


def test_given_fields_are_taken_as_they_are(runtime):
    fields = (Field("here", FieldType.SIGNATURE, 1, Box(72, 600, 200, 36)),)
    document = a_document(runtime, fields=fields, invitees=(ADA,))
    assert not document.detected_fields
    assert [f.id for f in document.fields_of("s1")] == ["here"]


def test_several_files_are_one_document(runtime):
    files = tuple(GivenFile(f"{n}.pdf", sample("letter.pdf")) for n in range(1, 21))
    document = a_document(runtime, files=files, invitees=(ADA,))
    assert len(document.files) == 20
    assert {f.file for f in document.fields} == set(range(1, 21))
    assert len({f.id for f in document.fields}) == len(document.fields)


def test_of_several_files_the_refused_one_is_named(runtime):
    files = (GivenFile("nda.pdf", sample("nda.pdf")), GivenFile("notes.txt", b"words"))
    with pytest.raises(PdfRefused) as refused:
        a_document(runtime, files=files)
    assert refused.value.message == "notes.txt: The file is not a PDF."


def test_planning_stores_nothing(runtime):
    creation.plan(runtime, a_request())
    assert runtime.store.list(Filters(), limit=9).documents == ()


def test_the_title_is_the_files_name_unless_given(runtime):
    assert a_document(runtime).title == "nda"
    assert a_document(runtime, title="Mutual NDA").title == "Mutual NDA"
    folder = GivenFile("C:\\contracts\\nda.pdf", sample("nda.pdf"))
    assert a_document(runtime, files=(folder,)).title == "nda"


def test_a_test_document_is_marked(runtime):
    assert a_document(runtime, mode=Mode.TEST).mode is Mode.TEST


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"pdf": b"hello"}, PdfRefused),
        ({"files": ()}, InvalidRequest),
        ({"invitees": ()}, InvalidRequest),
        ({"invitees": (ADA,) * 21}, InvalidRequest),
        ({"assignments": {"f99": "s1"}}, InvalidRequest),
        ({"assignments": {"f1": "s9"}}, InvalidRequest),
        ({"expires": "yesterday"}, InvalidRequest),
        ({"cc": ("x",)}, InvalidRequest),
        ({"fields": ()}, InvalidRequest),
        ({"title": "a\u202e"}, InvalidRequest),
    ],
)
def test_what_is_refused_leaves_nothing_behind(runtime, changes, error):
    with pytest.raises(error):
        a_document(runtime, **changes)
    assert runtime.store.list(Filters(), limit=9).documents == ()


def test_prose_has_no_fields(runtime):
    with pytest.raises(NoFieldsDetected, match="No place to sign"):
        a_document(runtime, pdf=sample("without-fields.pdf"))


def test_a_pdf_over_the_limit_is_refused():
    runtime = memory_runtime(settings=Settings(largest_pdf=1000))
    with pytest.raises(PayloadTooLarge):
        a_document(runtime)


def test_a_key_that_cannot_seal_is_found_before_anybody_signs(runtime, monkeypatch):
    """An expired credential: the document is not created, so it cannot get stuck later."""
    late = memory_runtime(FixedClock(runtime.clock.now().replace(year=2120)))
    with pytest.raises(SealFailed):
        a_document(late)


def test_the_same_key_and_request_make_one_document(runtime):
    first, plan = once.create(runtime, Once("order-17", "as written"), a_request)
    again, none = once.create(runtime, Once("order-17", "as written"), a_request)
    assert (first.id, plan is None, none) == (again.id, False, None)
    with pytest.raises(IdempotencyKeyReused):
        once.create(runtime, Once("order-17", "another"), a_request)


def test_what_was_created_before_is_not_read_again(runtime):
    def gone():
        raise NotFound("There is no such template.")

    first, _ = once.create(runtime, Once("order-17", "as written"), a_request)
    assert once.create(runtime, Once("order-17", "as written"), gone) == (first, None)


def test_without_a_key_each_request_makes_a_document(runtime):
    first, _ = once.create(runtime, Once("", "as written"), a_request)
    assert once.create(runtime, Once("", "as written"), a_request)[0].id != first.id


@pytest.mark.parametrize("other", [{"account": "acme"}, {"mode": Mode.TEST}])
def test_a_key_belongs_to_its_account_and_mode(runtime, other):
    first, _ = once.create(runtime, Once("order-17", "one"), a_request)
    second, _ = once.create(runtime, Once("order-17", "two", **other), lambda: a_request(**other))
    assert first.id != second.id


def test_a_request_that_is_refused_lets_go_of_its_key(runtime):
    with pytest.raises(InvalidRequest):
        once.create(runtime, Once("order-17", "one"), lambda: a_request(expires="nonsense"))
    document, plan = once.create(runtime, Once("order-17", "two"), a_request)
    assert plan is not None
    assert once.create(runtime, Once("order-17", "two"), a_request) == (document, None)


@pytest.mark.parametrize("failure", [ZeroDivisionError, OSError, KeyboardInterrupt])
@pytest.mark.parametrize("where", ["reading", "preparing", "storing"])
def test_a_request_that_fails_lets_go_of_its_key(runtime, monkeypatch, failure, where):
    def fails(*_, **__):
        raise failure

    with monkeypatch.context() as patch:
        if where != "reading":
            patch.setattr(creation, {"preparing": "plan", "storing": "store"}[where], fails)
        with pytest.raises(failure):
            once.create(
                runtime, Once("order-17", "one"), fails if where == "reading" else a_request
            )
    document, plan = once.create(runtime, Once("order-17", "two"), a_request)
    assert plan is not None
    assert once.create(runtime, Once("order-17", "two"), a_request) == (document, None)


def test_a_document_that_was_stored_keeps_its_key_whatever_comes_after(runtime, monkeypatch):
    def fails(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(identity, "given", fails)
        once.create(runtime, Once("order-17", "one"), a_request)
    (stored,) = runtime.store.list(Filters(), limit=5).documents
    assert once.create(runtime, Once("order-17", "one"), a_request) == (stored, None)


def test_what_is_no_key_is_refused(runtime):
    with pytest.raises(InvalidRequest, match="printable"):
        once.create(runtime, Once("two words", "one"), a_request)


def test_the_answer_has_the_names_of_the_api(runtime):
    answer = wire.created(runtime, a_document(runtime))
    assert {
        "id", "status", "title", "signing_order", "field_count", "detected_fields", "signers",
        "created_at", "status_url", "webhook_note",
    } <= answer.keys()  # fmt: skip
    signers = cast("list[dict[str, str]]", answer["signers"])
    assert signers[0]["signing_url"].startswith("http://127.0.0.1:7447/x?t=doc_")
    assert answer["created_at"] == "2026-11-21T12:00:00.000Z"


def test_two_signers_may_share_an_address(runtime):
    document = a_document(runtime, invitees=(ADA, Invitee("Ada again", ADA.email), ALAN))
    assert [s.id for s in document.signers] == ["s1", "s2", "s3"]


class Slow(Inline):
    """Takes five seconds for whatever it does with a PDF; meanwhile something may happen."""

    def __init__(self, clock: FixedClock) -> None:
        self.clock = clock
        self.meanwhile: list[Callable[[], None]] = []

    def call(self, function, *args, **kwargs):
        self.clock.sleep(5)
        if self.meanwhile:
            self.meanwhile.pop()()
        return function(*args, **kwargs)


def test_who_asks_for_what_is_new_since_the_newest_misses_no_document_that_took_long():
    clock = FixedClock()
    work = Slow(clock)
    runtime = memory_runtime(clock, pdf=work)
    known = []

    def another():
        known.append(a_document(runtime))

    work.meanwhile.append(another)
    slow = a_document(runtime)
    newest = known[0].created_at
    found = runtime.store.list(Filters(since=newest), limit=9).documents
    assert {one.id for one in found} == {known[0].id, slow.id}


def test_the_deadline_is_counted_from_the_time_of_creation():
    clock = FixedClock()
    document = a_document(memory_runtime(clock, pdf=Slow(clock)), expires="30d")
    assert document.expires_at == document.created_at + timedelta(days=30)


def test_a_deadline_that_passes_while_the_pdf_is_looked_at_is_refused():
    clock = FixedClock()
    runtime = memory_runtime(clock, pdf=Slow(clock))
    soon = (clock.now() + timedelta(seconds=6)).isoformat()
    with pytest.raises(InvalidRequest, match="in the past"):
        a_document(runtime, expires=soon)
    assert runtime.store.list(Filters(), limit=9).documents == ()
