"""A stated sentence is an English text that remembers how it was made."""

from __future__ import annotations

import json
import pickle

import pytest

from sygn_cli.domain.errors import Tampered
from sygn_cli.domain.stated import Stated, stated, stated_n
from sygn_cli.languages import translator

FOUND = stated("Revision {revision}: {what}.", revision=3, what=stated("the page was added"))


def test_it_is_the_english_sentence_to_everybody_who_asks_for_no_other():
    assert FOUND == "Revision 3: the page was added."
    assert json.dumps([FOUND]) == '["Revision 3: the page was added."]'
    assert len({FOUND, str(FOUND)}) == 1


def test_it_is_said_again_with_all_that_is_in_it():
    assert translator("de").again(FOUND) == "Fassung 3: die Seite wurde hinzugefügt."


@pytest.mark.parametrize(
    ("n", "words"), [(1, "1 zdarzenie"), (3, "3 zdarzenia"), (5, "5 zdarzeń")]
)
def test_a_counted_one_takes_the_forms_of_each_language(n, words):
    counted = stated_n(
        "The audit trail inside holds {n} event in an unbroken chain.",
        "The audit trail inside holds {n} events in an unbroken chain.",
        n,
    )
    assert f"{n} event" in counted
    assert counted.endswith("chain.")
    assert ("events" in counted) is (n != 1)
    assert words in translator("pl").again(counted)


def test_it_survives_the_way_out_of_a_worker_process_inside_an_error_as_well():
    error = pickle.loads(pickle.dumps(Tampered(FOUND)))
    assert isinstance(error.message, Stated)
    assert translator("fr").again(error.message) == translator("fr").again(FOUND)


def test_what_is_filled_in_is_text_whatever_it_looks_like():
    signed = stated("Signed by {signer}, unchanged since.", signer="{signer.__class__} {0}")
    assert signed == "Signed by {signer.__class__} {0}, unchanged since."
    assert "{signer.__class__} {0}" in translator("es").again(signed)


def test_a_plain_sentence_is_said_again_if_it_has_a_translation():
    assert translator("de").again("Signed") == "Unterschrieben"
    assert translator("de").again("Nobody says this.") == "Nobody says this."
