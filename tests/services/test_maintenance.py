"""What is found undone at the start is done."""

from __future__ import annotations

from datetime import timedelta

from sygn_cli.domain.document import DocumentStatus
from sygn_cli.domain.errors import SealFailed, Tampered
from sygn_cli.engine import seal
from sygn_cli.services import documents, maintenance, signing
from tests.runtimes import ADA, a_document, sample


def unsealed(runtime, monkeypatch):
    def broken(*_, **__):
        raise SealFailed("the key is gone")

    document = a_document(runtime, pdf=sample("letter.pdf"), invitees=(ADA,))
    with monkeypatch.context() as patch:
        patch.setattr(seal, "seal", broken)
        signing.sign_headlessly(runtime, document.id, "s1", name="Ada", values={})
    return document


def test_what_waits_for_its_seal_is_sealed(runtime, monkeypatch):
    document = unsealed(runtime, monkeypatch)
    assert maintenance.resume(runtime) == 1
    assert runtime.store.load(document.id).status is DocumentStatus.COMPLETED


def test_what_is_overdue_expires(runtime, clock):
    document = a_document(runtime)
    assert maintenance.resume(runtime) == 0
    clock.at += timedelta(days=31)
    assert maintenance.resume(runtime) == 1
    assert runtime.store.load(document.id).status is DocumentStatus.EXPIRED


def test_who_is_told_to_stop_leaves_the_rest_to_the_next_time(runtime, clock):
    made = [a_document(runtime) for _ in range(3)]
    clock.at += timedelta(days=31)
    answers = iter([False, False])  # before tidying and before the first document
    assert maintenance.resume(runtime, stopped=lambda: next(answers, True)) == 1
    assert maintenance.resume(runtime) == len(made) - 1


def test_who_is_told_to_stop_while_tidying_does_not_ask_who_is_due(runtime, monkeypatch):
    monkeypatch.setattr(runtime.store, "due", None)
    assert maintenance.resume(runtime, stopped=lambda: True) == 0


def test_one_hopeless_document_does_not_stop_the_others(runtime, monkeypatch):
    hopeless = [unsealed(runtime, monkeypatch) for _ in range(3)][1].id
    get = documents.get

    def damaged(runtime, document_id):
        if document_id == hopeless:
            raise Tampered("damaged")
        return get(runtime, document_id)

    monkeypatch.setattr(documents, "get", damaged)
    assert maintenance.resume(runtime) == 2
