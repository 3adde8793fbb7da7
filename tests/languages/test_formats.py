"""Dates and numbers, as each language writes them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sygn_cli.languages import translator

AT = datetime(2026, 3, 7, 14, 5, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("locale", "written"),
    [
        ("", "2026-03-07 14:05 UTC"),
        ("en-GB", "7 March 2026, 14:05 UTC"),
        ("de", "7. März 2026, 14:05 UTC"),
        ("de-ZZ", "7. März 2026, 14:05 UTC"),
        ("fr", "7 mars 2026, 14:05 UTC"),
        ("es", "7 de marzo de 2026, 14:05 UTC"),
        ("it", "7 marzo 2026, 14:05 UTC"),
        ("pt", "7 de março de 2026, 14:05 UTC"),
        ("nl", "7 maart 2026, 14:05 UTC"),
        ("pl", "7 marca 2026, 14:05 UTC"),
    ],
)
def test_a_moment_is_written_as_people_do_and_says_that_it_is_utc(locale, written):
    assert translator(locale).moment(AT) == written


def test_a_moment_may_have_seconds():
    assert translator("").moment(AT, seconds=True) == "2026-03-07 14:05:09 UTC"
    assert translator("de").moment(AT, seconds=True) == "07.03.2026, 14:05:09 UTC"


def test_numbers_are_grouped_as_people_do():
    assert translator("de").number(1234567) == "1.234.567"
    assert translator("en").number(1234567) == "1,234,567"
    assert translator("pl").number(999) == "999"


def test_names_are_listed_as_in_a_sentence():
    assert translator("de").listed(["Ada", "Alan", "Grace"]) == "Ada, Alan und Grace"
    assert translator("").listed(["Ada"]) == "Ada"
    assert translator("").listed([]) == ""
