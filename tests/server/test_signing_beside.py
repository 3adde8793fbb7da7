"""What a signer can do besides signing: keep what was entered, pass it on, ask."""

from __future__ import annotations

import json
import re

import pytest

from sygn_cli.services import links
from tests.server import stage
from tests.server.site import BROWSER, serve

ENTERED = {"f1": {"kind": "typed", "text": "Ada </script> Lovelace"}}
BOB = {"name": "Bob", "email": "bob@example.com", "reason": "She leads it now."}


def data_of(page: str) -> dict[str, object]:
    found = re.search(r'<script type="application/json" id="data"[^>]*>(.*?)</script>', page)
    assert found is not None
    return json.loads(found[1])


def test_what_was_entered_comes_back_with_the_page_and_is_gone_after_signing(site):
    site.consent()
    assert site.keep(ENTERED).json == {"revision": 1}
    assert data_of(site.open().text)["draft"] == {"revision": 1, "marks": ENTERED}
    site.sign()
    assert data_of(site.open().text)["draft"] is None


def test_an_older_page_is_told_what_a_newer_one_kept(site):
    site.consent()
    site.keep(ENTERED)
    answer = site.keep({}, revision=0)
    assert answer.json == {"revision": 1, "marks": ENTERED}
    assert site.keep({}, revision=1).json == {"revision": 2}


def test_nothing_is_kept_without_consent(site):
    assert site.keep(ENTERED).json["error"] == "consent_missing"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"marks": []},
        {"marks": {}, "revision": -1},
        {"marks": {}, "revision": True},
        {"marks": {}, "revision": 2**53},
        {"marks": {"f1": "words"}, "revision": 0},
        {"marks": {"f1": {"strokes": [[[[[[[[[1]]]]]]]]]}}, "revision": 0},
        {"marks": {"f1": {"text": float("nan")}}, "revision": 0},
        {"marks": {"f1": {"text": float("inf")}}, "revision": 0},
    ],
)
def test_nonsense_is_not_kept(site, body):
    site.consent()
    own = {"X-Signing-Token": site.token()}
    assert site.client.put("/x/draft", json=body, headers=own).status_code == 400


def test_too_much_or_too_often_is_not_kept(site):
    site.consent()
    large = {"f1": {"kind": "typed", "text": "x" * (2 * 1024 * 1024)}}
    assert site.keep(large).status_code == 413
    answers = [site.keep(ENTERED, revision=n).status_code for n in range(40)]
    assert 429 in answers


@pytest.mark.parametrize("path", ["/x/draft", "/x/delegate", "/x/ask"])
def test_no_other_site_and_no_stranger_can_do_it(site, path):
    method = site.client.put if path == "/x/draft" else site.client.post
    body = {**BOB, "question": "?", "marks": {}, "revision": 0}
    foreign = {"X-Signing-Token": site.token(), "Origin": "https://evil.example"}
    assert method(path, json=body, headers=foreign).status_code == 403
    assert method(path, json=body, headers={"X-Signing-Token": "x"}).status_code == 404
    assert site.events() == ["created"]


def test_who_passes_it_on_is_told_so_under_the_old_link_and_the_other_starts_anew(site):
    old = site.token()
    site.consent()
    site.keep(ENTERED)
    assert site.post("/x/delegate", BOB).status_code == 204
    page = site.client.get("/x", query_string={"t": old}, headers=BROWSER)
    assert page.status_code == 410
    assert "You have passed this on to <bdi>Bob</bdi>" in page.text
    for secret in ("bob@example.com", site.token()):
        assert secret not in page.text
    fresh = site.open()
    assert "Bob" in fresh.text
    assert data_of(fresh.text)["draft"] is None
    assert site.sign().json["error"] == "consent_missing"
    for path in ("/x/document.pdf", "/x/certificate.pdf"):
        assert site.client.get(path, query_string={"t": old}).status_code == 404


def test_a_link_that_was_renewed_and_not_passed_on_says_nothing(site):
    old = site.token()
    links.reveal(site.runtime, site.document.id, "s1", rotate=True)
    site.post("/x/delegate", BOB)
    page = site.client.get("/x", query_string={"t": old}, headers=BROWSER)
    assert page.status_code == 404
    assert "Bob" not in page.text


@pytest.mark.parametrize(
    "change",
    [{"email": "bob"}, {"name": " "}, {"reason": ""}, {"name": "a\u202eb"}, {"email": 1}],
)
def test_nobody_is_nobody(site, change):
    assert site.post("/x/delegate", {**BOB, **change}).status_code == 400
    assert site.events() == ["created"]


def test_what_the_sender_forbids_is_neither_offered_nor_taken():
    site = serve(stage.Contract(allow_delegation=False))
    assert 'data-opens="delegate"' not in site.open().text
    assert site.post("/x/delegate", BOB).status_code == 403


def test_a_question_is_recorded_once_however_often_its_answer_is_lost(site):
    for _ in range(3):
        assert site.post("/x/ask", {"question": "For ever?"}).status_code == 204
    assert site.events() == ["created", "asked"]
    assert "For ever" not in json.dumps(site.last_event())
    assert site.now().questions[0].text == "For ever?"
