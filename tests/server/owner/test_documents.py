"""The list of documents, and what may be done with one."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from sygn_cli.domain import lifecycle, webhook, webhook_messages
from sygn_cli.domain.audit import EventType
from sygn_cli.domain.document import DocumentStatus, SigningOrder
from sygn_cli.domain.signer import Invitee
from sygn_cli.server.owner.state_words import _EVENTS
from sygn_cli.services import documents, links
from tests.server import stage
from tests.server.owner.office import SCRIPT

HOSTILE = "</script><script>alert(1)</script> {{7*7}} <img src=x onerror=alert(1)>"


def events(owner, document) -> list[str]:
    return [str(one.type) for one in owner.runtime.store.trail(document.id)]


def test_the_list_says_where_each_document_stands_and_who_is_next(owner):
    stage.put(owner.runtime)
    page = owner.get("/").text
    assert "Mutual non-disclosure agreement" in page
    assert "Sent</span>" in page
    assert "<bdi>Ada Lovelace</bdi>" in page
    assert "0 of 2 signed" in page


def test_an_empty_workspace_says_how_to_start(owner):
    assert "Start with a PDF" in owner.get("/").text


def test_documents_are_filtered_counted_and_searched(owner):
    stage.put(owner.runtime, stage.Contract(title="Lease of a flat"))
    voided = stage.put(owner.runtime, stage.Contract(title="Old offer"))
    documents.void(owner.runtime, voided.id)
    page = owner.get("/?state=voided").text
    assert "Old offer" in page
    assert "Lease of a flat" not in page
    assert 'All <span class="count">2</span>' in page
    assert 'Voided <span class="count">1</span>' in page
    assert "Old offer" not in owner.get("/?q=LEASE").text
    assert "Nothing fits" in owner.get("/?q=nothing+such").text


def test_the_list_has_pages(owner):
    for number in range(26):
        stage.put(owner.runtime, stage.Contract(title=f"Contract {number:02}"))
    first = owner.get("/").text
    assert "Contract 25" in first
    assert "Contract 00<" not in first
    older = first.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    second = owner.client.get(older, headers={"Host": "127.0.0.1:7447"}).text
    assert "Contract 00" in second
    assert "Contract 25" not in second


def test_a_seal_that_failed_is_seen_at_once(owner):
    stuck = stage.put(owner.runtime)
    entry = lifecycle.seal_failed(stuck, "The key is gone")
    owner.runtime.store.commit(stuck, entry, at=stage.START)
    page = owner.get("/?state=trouble").text
    assert 'Problems <span class="count">1</span>' in page
    assert "The seal failed." in page
    assert "The key is gone" in owner.get(f"/documents/{stuck.id}").text


def test_a_webhook_that_was_not_reached_is_seen_until_it_is(owner):
    document = stage.put(owner.runtime)
    [message] = webhook_messages.messages(document, owner.runtime.store.trail(document.id)[0])
    attempt = webhook.Attempt("d1", "whe_1", message, 1, stage.START, 500, 12, error="HTTP 500")
    owner.runtime.webhooks.log.add(attempt)
    assert "A webhook was not reached." in owner.get("/").text
    page = owner.get(f"/documents/{document.id}").text
    assert "A message to a webhook was not received." in page
    assert "doc.created: HTTP 500" in page
    owner.runtime.webhooks.log.add(replace(attempt, number=2, status=200, error=""))
    assert "A webhook was not reached." not in owner.get("/").text
    assert "was not received" not in owner.get(f"/documents/{document.id}").text


def test_a_document_tells_its_story_in_words(owner):
    document = stage.put(owner.runtime)
    links.reveal(owner.runtime, document.id, "s1")
    page = owner.get(f"/documents/{document.id}").text
    assert "The document was created" in page
    assert "The signing link of <bdi>Ada Lovelace</bdi> was shown to you" in page


def test_every_event_has_words():
    # A purge stands in the place of a trail and in none.
    assert set(EventType) - {"purged"} == _EVENTS.keys() - {"purged"}


def test_a_link_is_shown_once_asked_for_and_that_is_recorded(owner):
    document = stage.put(owner.runtime)
    path = f"/documents/{document.id}/signers/s1/link"
    page = owner.post(path)
    url = links.signing_url(owner.runtime, document, document.signer("s1"))
    assert url in page.text
    assert events(owner, document)[-1] == "link.revealed"
    assert url not in owner.get(f"/documents/{document.id}").text
    told = owner.post(path, headers=SCRIPT)
    assert told.json == {"signing_url": url}


def test_a_link_can_be_replaced(owner):
    document = stage.put(owner.runtime)
    old = links.signing_url(owner.runtime, document, document.signer("s1"))
    answer = owner.post(
        f"/documents/{document.id}/signers/s1/link", {"replace": "yes"}, headers=SCRIPT
    )
    assert answer.json["signing_url"] != old
    assert events(owner, document)[-2:] == ["link.rotated", "link.revealed"]


def test_a_document_is_sent_reminded_of_moved_and_voided(owner):
    document = owner.draft()
    at = f"/documents/{document.id}"
    owner.post(f"{at}/send")
    owner.post(f"{at}/remind")
    owner.post(f"{at}/deadline", {"expires": "2027-01-01"})
    owner.post(f"{at}/void", {"reason": "Wrong flat"})
    assert events(owner, document)[1:] == ["sent", "reminded", "deadline.changed", "voided"]
    page = owner.get(at).text
    assert "Wrong flat" in page
    assert "Void this document" not in page


def test_no_deadline_is_an_empty_date(owner):
    document = owner.draft()
    owner.post(f"/documents/{document.id}/deadline", {"expires": ""})
    assert owner.runtime.store.load(document.id).expires_at is None


def test_what_cannot_be_done_is_said_with_the_reason(owner):
    document = stage.put(owner.runtime)
    documents.void(owner.runtime, document.id)
    answer = owner.post(f"/documents/{document.id}/remind")
    assert answer.status_code == 410
    assert "was voided by the sender" in answer.text
    told = owner.post(f"/documents/{document.id}/remind", headers=SCRIPT)
    assert told.json["error"] == "voided"


@pytest.mark.parametrize("path", ["", "/fields", "/details", "/signed.pdf", "/original-1.pdf"])
@pytest.mark.parametrize("wrong", ["doc_x", "doc_01aaaaaaaaaaaaaaaaaaaaaaaa", "..%2f..%2fetc"])
def test_a_document_that_is_not_there_is_not_found(lasting, path, wrong):
    assert lasting.get(f"/documents/{wrong}{path}").status_code == 404


def test_the_original_can_be_taken_away_and_the_signed_file_not_before_it_is_there(owner):
    document = stage.put(owner.runtime)
    original = owner.get(f"/documents/{document.id}/original-1.pdf")
    assert original.data.startswith(b"%PDF-")
    assert "sandbox" in original.headers["Content-Security-Policy"]
    assert owner.get(f"/documents/{document.id}/original-2.pdf").status_code == 404
    for name in ("signed.pdf", "certificate.pdf", "evidence.zip", "verdict"):
        answer = owner.get(f"/documents/{document.id}/{name}")
        assert answer.status_code == 409
        assert "not fully signed" in answer.text


def test_hostile_words_are_only_words(owner):
    contract = stage.Contract(
        title=HOSTILE,
        invitees=(Invitee(HOSTILE[:100], "a@example.com"), stage.ALAN),
        order=SigningOrder.PARALLEL,
    )
    document = stage.put(owner.runtime, contract)
    for path in ("/", f"/documents/{document.id}", f"/?q={HOSTILE}"):
        page = owner.client.get(f"{owner.home}{path}", headers={"Host": "127.0.0.1:7447"}).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "49" not in page.partition("<main")[2].partition("doc_")[0]


def test_ten_thousand_characters_find_nothing_and_break_nothing(owner):
    stage.put(owner.runtime)
    assert owner.get("/?q=" + "x" * 10_000).status_code == 200
    assert owner.get("/?q=%E2%80%AE%00").status_code == 200
    assert owner.get("/?after=nonsense").status_code == 400


def test_a_deadline_that_passed_is_seen(owner):
    document = stage.put(owner.runtime)
    owner.runtime.clock.at = document.expires_at
    owner.enter()
    assert "The deadline has passed." in owner.get("/").text
    assert owner.runtime.store.load(document.id).status is DocumentStatus.SENT
    owner.get(f"/documents/{document.id}")
    assert owner.runtime.store.load(document.id).status is DocumentStatus.EXPIRED


def test_a_completed_document_hands_out_everything(owner, completed):
    at = f"/documents/{completed.id}"
    assert owner.get(f"{at}/signed.pdf").data.startswith(b"%PDF-")
    assert owner.get(f"{at}/certificate.pdf").data.startswith(b"%PDF-")
    assert "Valid: sealed, and unchanged since" in owner.get(f"{at}/verdict").text


@pytest.fixture
def completed(owner):
    """A document that both have signed."""
    document = stage.put(owner.runtime)
    client = owner.client
    for signer, field in (("s1", "f1"), ("s2", "f2")):
        now = owner.runtime.store.load(document.id)
        headers = {
            "Host": "127.0.0.1:7447",
            "X-Signing-Token": stage.token(owner.runtime, now, signer),
            "Content-Type": "application/json",
        }
        client.post("/x/consent", data="{}", headers=headers)
        marks = {"marks": {field: {"kind": "typed", "text": "A. Person"}}}
        answer = client.post("/x/sign", data=json.dumps(marks), headers=headers)
        assert answer.status_code == 200, answer.text
    return owner.runtime.store.load(document.id)
