"""The consent in each language, found again by its hash."""

from __future__ import annotations

import pytest

from sygn_cli.domain import consent
from sygn_cli.domain.language import LANGUAGES


def test_there_is_a_wording_in_each_language_and_none_is_another_s():
    assert tuple(consent.WORDINGS) == LANGUAGES
    assert len(set(consent.WORDINGS.values())) == len(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_wording_is_found_by_locale_and_by_hash(language):
    words = consent.wording(f"{language}-ZZ")
    assert words == consent.WORDINGS[language]
    assert consent.language_of(consent.fingerprint(words)) == language
    assert consent.language_for(f"{language}-ZZ") == language


def test_whoever_reads_none_of_the_languages_is_asked_in_english():
    for locale in ("", "en-GB", "ar-XB"):
        assert consent.wording(locale) == consent.CONSENT
        assert consent.language_for(locale) == "en"
    assert consent.language_of("0" * 64) == ""


def test_the_english_wording_keeps_its_hash():
    """Old trails name it: who changes the words makes another consent."""
    assert consent.fingerprint(consent.CONSENT) == (
        "4ec6badcfdb942c711f4df3106d969e0af75d9b79a78fda55aaf94ca9a9c62e3"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_wording_says_five_things_and_promises_no_more_than_the_law(language):
    words = consent.WORDINGS[language]
    assert words.count(". ") == 4 or language == "pl"
    assert "IP" in words
    assert "{" not in words
    assert "<" not in words
