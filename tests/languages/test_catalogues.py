"""Every sentence in every language: there, certain, and saying the same things."""

from __future__ import annotations

import gettext
import html.parser
import io
import re
from functools import cache

import pytest

from fixtures import catalogues
from sygn_cli.domain.language import LANGUAGES
from sygn_cli.languages import FOLDER, NAMES, Catalogue, translator
from tests.languages.pseudo import NARROW_SPACES, Longer

TRANSLATED = catalogues.TRANSLATED
every_language = pytest.mark.parametrize("language", TRANSLATED)


@cache
def source():
    return {one.id for one in catalogues.said() if one.id}


def pairs(language):
    """Yield each translation that there is, with the English form that it stands for."""
    for entry in catalogues.read(language):
        if not entry.id:
            continue
        if isinstance(entry.id, str):
            forms = [(entry.id, entry.string)]
        else:
            one, many = entry.id
            forms = list(zip((one, many, many), entry.string or (), strict=False))
        yield from ((english, words) for english, words in forms if words)


def test_there_is_a_catalogue_for_each_language_but_english():
    folders = {path.name for path in FOLDER.iterdir()}
    assert folders == set(TRANSLATED) == set(LANGUAGES) - {"en"}
    assert list(NAMES) == list(LANGUAGES)


@every_language
def test_no_sentence_is_missing_left_over_or_uncertain(language):
    """``make words`` adds what is new and drops what nobody says; people write the rest."""
    catalogue = catalogues.read(language)
    assert {one.id for one in catalogue if one.id} == source()
    assert catalogues.missing(catalogue) == []


@every_language
def test_the_compiled_catalogue_is_what_the_written_one_says(language):
    written = gettext.GNUTranslations(io.BytesIO(catalogues.compiled(language)))
    kept = gettext.GNUTranslations(io.BytesIO(catalogues.mo_file(language).read_bytes()))
    for message in source():
        if isinstance(message, str):
            assert kept.gettext(message) == written.gettext(message)
        else:
            one, many = message
            for count in range(12):
                assert kept.ngettext(one, many, count) == written.ngettext(one, many, count)


@every_language
def test_the_same_places_are_filled_in(language):
    for english, words in pairs(language):
        assert catalogues.placeholders(words) == catalogues.placeholders(english), words
        assert words.count("{") == words.count("}") == len(re.findall(r"\{\w+\}", words))


class _Tags(html.parser.HTMLParser):
    def __init__(self, words: str) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[str] = []
        self.feed(words)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.found.append(f"{tag} {attrs}")

    def handle_entityref(self, name):
        self.found.append(name)

    def handle_charref(self, name):
        self.found.append(name)


@every_language
def test_no_translation_brings_html_of_its_own(language):
    """Sentences go into pages as they are: only what is filled in is escaped."""
    for english, words in pairs(language):
        assert sorted(_Tags(words).found) == sorted(_Tags(english).found), words
        assert words.count("<") == english.count("<"), words


@every_language
def test_sentences_begin_and_end_alike(language):
    for english, words in pairs(language):
        assert len(words) - len(words.lstrip()) == len(english) - len(english.lstrip()), words
        assert len(words) - len(words.rstrip()) == len(english) - len(english.rstrip()), words
        assert words.endswith(":") or not english.endswith(":"), words
        assert not set(words) & NARROW_SPACES, words


# A simple electronic signature must never be called an advanced or qualified one.
_MORE_THAN_SIMPLE = re.compile(
    r"qualifi|cualific|qualificat|gekwalific|kwalifikowan|fortgeschr", re.IGNORECASE
)


@every_language
def test_no_translation_promises_a_qualified_signature(language):
    for english, words in pairs(language):
        assert not _MORE_THAN_SIMPLE.search(english), "tell the translators, and this test"
        assert not _MORE_THAN_SIMPLE.search(words), words


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0 pól"), (1, "1 pole"), (2, "2 pola"), (4, "4 pola"), (5, "5 pól"), (12, "12 pól"),
     (22, "22 pola"), (25, "25 pól"), (112, "112 pól"), (1002, "1002 pola")],
)  # fmt: skip
def test_polish_has_three_forms(count, words):
    assert translator("pl").tn("{n} field", "{n} fields", count).replace("\xa0", "") == words


def test_french_counts_nothing_as_one():
    assert translator("fr").tn("{n} field", "{n} fields", 0) == "0 champ"


@every_language
def test_scripts_get_each_form_that_their_language_has(language):
    """Judged by CLDR's own rules, which browsers carry as ``Intl.PluralRules``."""
    from babel import Locale

    rule = Locale.parse(language).plural_form
    forms = translator(language).forms("{n} field", "{n} fields")
    for count in [*range(130), 1000, 1002, 1_000_005]:
        expected = translator(language).sentences("{n} field", "{n} fields", count)
        assert forms.get(rule(count), forms["other"]) == expected, count


def test_a_sentence_that_nobody_translated_is_said_in_english():
    assert translator("de").t("There is no such sentence, {name}.", name="Ada").endswith(", Ada.")


def test_a_region_has_the_words_of_its_language_and_dates_of_its_own():
    assert translator("pt-PT").t("Signed") == translator("pt").t("Signed")
    assert translator("de-ZZ").t("Signed") == "Unterschrieben"


def test_a_pseudo_language_stands_in_for_those_that_are_longer():
    longer = Catalogue("en-XA", Longer())
    assert len(longer.t("Decline to sign")) >= 1.4 * len("Decline to sign")
    assert "{total}" in longer.sentence("Page {n} of {total}")
    assert isinstance(Longer(), gettext.NullTranslations)


@pytest.mark.parametrize("language", ["fr", "it"])
def test_elisions_are_written_with_an_apostrophe_and_not_with_a_tick(language):
    spoken = [words for _, words in pairs(language)]
    assert any("\N{RIGHT SINGLE QUOTATION MARK}" in words for words in spoken)
    assert not [words for words in spoken if re.search(r"\w'\w", words)]
