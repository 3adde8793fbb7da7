"""What a signer has entered is kept for them, and for nobody longer than it is of use."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sygn_cli.domain.errors import (
    ConsentMissing,
    InvalidRequest,
    NotFound,
    NotYourTurn,
    WorkspaceUnusable,
)
from sygn_cli.domain.evidence import COMMAND_LINE
from sygn_cli.domain.signer import Invitee
from sygn_cli.services import delegation, documents, links, maintenance, progress, signing
from tests.runtimes import a_document, memory_runtime, token_of

TYPED = {"kind": "typed", "text": "Berlin"}
BOB = Invitee("Bob", "bob@example.com")


@pytest.fixture
def runtime():
    return memory_runtime()


@pytest.fixture
def document(runtime):
    return a_document(runtime)


def token(runtime, document, signer="s1"):
    now = runtime.store.load(document.id)
    return token_of(links.signing_url(runtime, now, now.signer(signer)))


def consent(runtime, document, signer="s1"):
    link = token(runtime, document, signer)
    signing.give_consent(runtime, link, locale="en", evidence=COMMAND_LINE)


def keep(runtime, document, *, revision=0, **marks):
    field = document.fields_of("s1")[0].id
    given = marks or {field: TYPED}
    return progress.save(runtime, token(runtime, document), given, revision=revision)


def kept(runtime, document):
    now = runtime.store.load(document.id)
    return progress.of(runtime, now, now.signer("s1"))


def test_what_was_entered_is_given_back_and_is_no_event(runtime, document):
    consent(runtime, document)
    before = len(runtime.store.trail(document.id))
    saved, is_mine = keep(runtime, document)
    assert is_mine
    assert kept(runtime, document) == saved
    assert saved.revision == 1
    assert len(runtime.store.trail(document.id)) == before


def test_nothing_is_kept_before_consent_or_out_of_turn(runtime, document):
    with pytest.raises(ConsentMissing):
        keep(runtime, document)
    with pytest.raises(NotYourTurn):
        progress.save(runtime, token(runtime, document, "s2"), {}, revision=0)


def test_fields_of_others_are_left_out_and_nonsense_is_refused(runtime, document):
    consent(runtime, document)
    (other,) = [one.id for one in document.fields_of("s2")][:1]
    saved, _ = keep(runtime, document, **{other: TYPED, "nowhere": TYPED})
    assert saved.marks == {}
    mine = document.fields_of("s1")[0].id
    with pytest.raises(InvalidRequest):
        keep(runtime, document, revision=1, **{mine: "words"})


def test_an_older_page_does_not_overwrite_a_newer_one_unawares(runtime, document):
    consent(runtime, document)
    first, _ = keep(runtime, document)
    keep(runtime, document, revision=first.revision)
    newest, is_mine = keep(runtime, document, revision=first.revision)
    assert (newest.revision, is_mine) == (2, False)
    assert keep(runtime, document, revision=newest.revision)[1]


def sign(runtime, document):
    signing.sign_headlessly(runtime, document.id, "s1", name="Ada", values={})


def decline(runtime, document):
    link = token(runtime, document)
    signing.decline(runtime, link, reason="No", evidence=COMMAND_LINE)


def void(runtime, document):
    documents.void(runtime, document.id)


def expire(runtime, document):
    runtime.clock.at += timedelta(days=365)
    documents.get(runtime, document.id)


def rotate(runtime, document):
    links.reveal(runtime, document.id, "s1", rotate=True)


def pass_on(runtime, document):
    link = token(runtime, document)
    delegation.delegate(runtime, link, BOB, reason="Ill", evidence=COMMAND_LINE)


ENDS = [sign, decline, void, expire, rotate, pass_on]


@pytest.mark.parametrize("end", ENDS)
def test_it_is_forgotten_when_it_is_of_no_use(runtime, document, end):
    consent(runtime, document)
    keep(runtime, document)
    end(runtime, document)
    assert list(runtime.progress.all()) == []


@pytest.mark.parametrize("end", [void, expire])
def test_it_is_kept_where_the_end_cannot_be_written(runtime, document, end, monkeypatch):
    consent(runtime, document)
    keep(runtime, document)
    with monkeypatch.context() as full:
        full.setattr(runtime.store, "commit", _cannot)
        with pytest.raises(WorkspaceUnusable):
            end(runtime, document)
    assert list(runtime.progress.all()) == [(document.id, "s1")]


def _cannot(*_args, **_kwargs):
    raise WorkspaceUnusable("There is no space left.")


def test_a_link_that_is_dead_keeps_nothing(runtime, document):
    consent(runtime, document)
    old = token(runtime, document)
    rotate(runtime, document)
    with pytest.raises(NotFound):
        progress.save(runtime, old, {}, revision=0)


def test_what_was_left_behind_is_swept_and_what_is_in_use_is_not(runtime, document):
    consent(runtime, document)
    keep(runtime, document)
    left = runtime.progress.get(document.id, "s1")
    runtime.progress.put(document.id, "s2", left)  # as if a process had died before it forgot
    runtime.progress.put("doc_01jd0000000000000000000000", "s1", left)
    maintenance.resume(runtime)
    assert list(runtime.progress.all()) == [(document.id, "s1")]
