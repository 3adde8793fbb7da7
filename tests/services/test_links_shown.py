"""Links that the operator is shown: on record, and only once."""

from __future__ import annotations

import pytest

from sygn_cli.domain.evidence import COMMAND_LINE
from sygn_cli.domain.signer import Invitee
from sygn_cli.services import delegation, documents, links
from tests.runtimes import a_document, token_of

BOB = Invitee("Bob", "bob@example.com")


def revealed(runtime, document) -> list[str]:
    trail = runtime.store.trail(document.id)
    return [str(one.data["signer"]) for one in trail if one.type == "link.revealed"]


def pass_on(runtime, document, signer: str) -> None:
    token = token_of(links.signing_url(runtime, document, document.signer(signer)))
    delegation.delegate(runtime, token, BOB, reason="His.", evidence=COMMAND_LINE)


def shown(runtime, document) -> list[str]:
    now = links.record_shown(runtime, runtime.store.load(document.id))
    assert now == runtime.store.load(document.id)
    return revealed(runtime, document)


def test_who_created_a_document_has_its_links_already(runtime):
    assert shown(runtime, a_document(runtime)) == []


def test_links_that_a_visitor_got_are_recorded_when_they_are_shown(runtime):
    document = a_document(runtime, links_to="visitor")
    assert shown(runtime, document) == ["s1", "s2"]
    assert shown(runtime, document) == ["s1", "s2"]


def test_each_new_link_is_recorded_for_itself(runtime):
    document = a_document(runtime)
    pass_on(runtime, document, "s1")
    assert shown(runtime, document) == ["s1"]
    links.reveal(runtime, document.id, "s2", rotate=True)
    assert shown(runtime, document) == ["s1", "s2"]
    delegation.replace_signer(runtime, document.id, "s1", Invitee("Eve", "eve@example.com"))
    assert shown(runtime, document) == ["s1", "s2", "s1"]


def test_only_what_is_shown_is_recorded(runtime):
    document = a_document(runtime, links_to="visitor")
    links.record_shown(runtime, document, [document.signer("s2")])
    assert revealed(runtime, document) == ["s2"]


@pytest.mark.parametrize("draft", [True, False])
def test_where_no_link_is_shown_nothing_is_recorded(runtime, draft):
    document = a_document(runtime, links_to="visitor", draft=draft)
    if not draft:
        documents.void(runtime, document.id)
    assert shown(runtime, document) == []
