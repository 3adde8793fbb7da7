"""The completion certificate in the document's language; what machines read is the same in all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sygn_cli.domain import consent
from sygn_cli.domain.language import LANGUAGES
from sygn_cli.engine.certificate_content import ConsentView
from sygn_cli.languages import translator
from tests.engine.test_completion_certificate import HASH, VIEW, opened, text


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_are_translated_and_hashes_and_commands_are_not(language):
    document = opened(replace(VIEW, locale=language))
    told, say = text(document), translator(language)
    for label in ("Completion certificate", "Signers", "What this proves", "How to verify"):
        assert say.t(label) in told, label
    assert say.t("page {n} of {total}", n=1, total=document.page_count) in told
    for same in (HASH, "sygn verify signed.pdf", "sha256sum signed.pdf", "SHA-256", "UTC"):
        assert same in told, same
    assert document.language == language
    assert "?" not in told, "a letter was lost"


def test_the_consent_stands_there_in_the_language_in_which_it_was_given():
    given = tuple(
        ConsentView(language, words, consent.fingerprint(words))
        for language, words in consent.WORDINGS.items()
    )
    told = text(opened(replace(VIEW, locale="pl", consents=given)))
    for one in given:
        assert one.words in told, one.language
        assert one.sha256 in told
    assert "Na co wyrażono zgodę" in told


def test_without_a_language_it_is_in_english_with_dates_in_the_international_form():
    told = text(opened(VIEW))
    assert "2026-06-13 12:00:00 UTC" in told
    assert "13.06.2026, 12:00:00 UTC" in text(opened(replace(VIEW, locale="de")))
