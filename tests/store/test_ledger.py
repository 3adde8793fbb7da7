"""Anybody can follow from an event to the signed head of the workspace log."""

from __future__ import annotations

import pytest

from sygn_cli.domain.errors import NotFound, Tampered
from sygn_cli.store import checkpoint, merkle
from sygn_cli.store.ledger import WorkspaceLedger
from tests.store.samples import created, signed


@pytest.fixture
def ledger(store):
    return WorkspaceLedger(store)


def climbed(inclusion):
    top = merkle.leaf(inclusion.entry)
    for step in inclusion.steps:
        top = merkle.node(step.hash, top) if step.left else merkle.node(top, step.hash)
    return top


@pytest.mark.parametrize("others", range(9))
def test_every_event_leads_to_the_signed_root(store, ledger, others):
    document = signed(store, created(store, 0), "s1")
    for number in range(others):
        created(store, number + 1)
    document = signed(store, document, "s2")
    note = ledger.checkpoint()
    head = checkpoint.open_note(note, verifier=ledger.verifier())
    proofs = ledger.inclusions(document.id, note)
    assert [one.seq for one in proofs] == [event.seq for event in store.trail(document.id)]
    assert {climbed(one) for one in proofs} == {head.root}


def test_proofs_lead_to_an_older_checkpoint_too(store, ledger):
    document = created(store, 0)
    note = ledger.checkpoint()
    signed(store, document, "s1")
    head = checkpoint.open_note(note, verifier=ledger.verifier())
    (proof,) = ledger.inclusions(document.id, note)
    assert climbed(proof) == head.root


def test_a_changed_log_proves_nothing(store, ledger):
    document = created(store, 0)
    content = store.log.entries.read_bytes()
    store.log.entries.write_bytes(content.replace(b'"seq":0', b'"seq":1'))
    with pytest.raises(Tampered):
        ledger.inclusions(document.id, ledger.checkpoint())


def test_a_workspace_without_events_has_no_checkpoint(ledger):
    with pytest.raises(NotFound):
        ledger.checkpoint()
