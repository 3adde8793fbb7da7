"""Which language a signer's page is in, and what says so."""

from __future__ import annotations

import re
import unicodedata

import pymupdf
import pytest

from sygn_cli.domain import consent
from sygn_cli.domain.language import LANGUAGES
from sygn_cli.domain.signer import Invitee
from sygn_cli.languages import NAMES
from sygn_cli.server import negotiation
from tests.server import stage
from tests.server.site import Site, serve


def opened(site: Site, accepted: str = "", **query: str):
    address = {"t": site.token(), **query}
    return site.client.get("/x", query_string=address, headers={"Accept-Language": accepted})


def language_of(answer) -> str:
    found = re.search(r'<html lang="([\w-]+)" dir="ltr">', answer.text)
    assert found is not None
    assert answer.headers["Content-Language"] == found[1]
    assert "Accept-Language" in answer.headers["Vary"]
    return found[1]


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-AT, de;q=0.9, en;q=0.8", "de-AT"),
        ("zh-Hant-TW, tlh, pl;q=0.5", "pl"),
        ("ja, *;q=0.1", "en"),
        ("fr;q=0, es;q=0.2", "es"),
        ("en-GB, fr;q=0.9", "en-GB"),
        ("\x00, ;;;q=x, nl", "nl"),
    ],
)
def test_the_browser_s_languages_are_taken_in_their_order(site, accepted, chosen):
    assert language_of(opened(site, accepted)) == chosen


def test_a_page_is_in_the_language_that_its_address_asks_for(site):
    answer = opened(site, "de", lang="pl")
    assert language_of(answer) == "pl"
    assert consent.WORDINGS["pl"] in answer.text


def test_a_language_that_is_not_there_is_not_taken(site):
    assert language_of(opened(site, "fr", lang="../../x")) == "fr"


def test_the_signer_s_own_language_goes_before_the_browser_s():
    site = serve(
        stage.Contract(invitees=(Invitee("Ada", "ada@example.com", locale="de-AT"), stage.ALAN))
    )
    assert language_of(opened(site, "fr")) == "de-AT"
    assert language_of(opened(site, lang="nl")) == "nl"


def test_every_page_offers_all_languages_by_their_own_names(site):
    for answer in (site.open(), site.client.get("/x?t=no"), site.client.get("/verify")):
        offered = dict(
            re.findall(r'<a href="[^"]*lang=(\w+)"[^>]* lang="\1"[^>]*>\s*(\w+)', answer.text)
        )
        assert offered == NAMES
        assert answer.text.count('aria-current="true"') == 1
    assert set(NAMES) == set(LANGUAGES)


def test_the_switch_keeps_the_rest_of_the_address(site):
    assert f'href="?t={site.token()}&amp;lang=de"' in opened(site, lang="fr").text


def test_the_switch_of_an_answer_to_a_form_leads_to_a_page(site):
    app = site.client.application
    with app.test_request_context("/x/identity?t=abc", method="POST"):
        assert negotiation.choices()[1].address == "/x?t=abc&lang=de"
    with app.test_request_context("/elsewhere?a=b", method="POST"):
        assert negotiation.choices() == []


def test_consent_is_recorded_in_the_language_that_was_shown(site):
    site.post("/x/consent", {"locale": "pl"})
    given = site.last_event()
    assert given["locale"] == "pl"
    assert given["text_sha256"] == consent.fingerprint(consent.WORDINGS["pl"])
    # What was accepted is shown as it was, whatever the page speaks by now.
    answer = opened(site, lang="de")
    assert f'lang="pl">{consent.WORDINGS["pl"]}' in answer.text
    assert "data-given" in answer.text


def test_a_refusal_is_told_in_the_page_s_language_and_to_programs_in_english(site):
    german = site.post("/x/sign", {"marks": 7}, **{"Accept-Language": "de"}).get_json()
    english = site.post("/x/sign", {"marks": 7}).get_json()
    assert german["error"] == english["error"] == "invalid_request"
    assert english["message"] == "The marks are missing."
    assert german["message"] != english["message"]


def test_the_certificate_prints_what_was_agreed_to_in_the_language_of_the_page(site):
    for signer, tag in (("s1", "pl"), ("s2", "fr")):
        site.post("/x/consent", {"locale": tag}, signer)
        site.sign(signer)
    with pymupdf.open(stream=site.get("/x/certificate.pdf").data, filetype="pdf") as pdf:
        told = " ".join(" ".join(page.get_text() for page in pdf).split())
    for tag in ("pl", "fr"):
        assert unicodedata.normalize("NFKC", consent.WORDINGS[tag]) in unicodedata.normalize(
            "NFKC", told
        )


def test_a_page_that_a_browser_translated_is_agreed_to_in_the_language_it_was_sent_in(site):
    """Translating browsers rewrite ``<html lang>``; the page's own data stay as they were."""
    assert '"locale": "nl"' in opened(site, lang="nl").text
    site.post("/x/consent", {"locale": "tlh"}, **{"Accept-Language": "it"})
    assert site.last_event()["locale"] == "it"
