"""Locales, and how they go from the invitation into the trail and the state."""

from __future__ import annotations

import pytest

from sygn_cli.domain import language, record
from sygn_cli.domain.errors import InvalidRequest
from sygn_cli.domain.signer import Invitee
from tests.life import Life

ADA = Invitee("Ada Lovelace", "ada@example.com", locale="de-AT")
ALAN = Invitee("Alan Turing", "alan@example.com")


@pytest.mark.parametrize("written", ["de", "DE", "de_at", "pt-br", "es-419", " nl "])
def test_a_locale_is_written_in_one_way(written):
    tag = language.locale(written)
    assert language.locale(tag) == tag
    assert language.language_of(tag) in language.LANGUAGES


@pytest.mark.parametrize(
    "written", ["xx", "d", "deutsch", "de-", "de-AUT", "de/../en", "\u0138l", "de-\u0131t"]
)
def test_a_language_that_nobody_wrote_is_refused(written):
    with pytest.raises(InvalidRequest):
        language.locale(written)


def test_a_signer_reads_their_own_language_or_the_document_s():
    document = Life().create(invitees=(ADA, ALAN), locale="fr")
    assert [document.locale_of(one) for one in document.signers] == ["de-AT", "fr"]
    assert record.document_from_json(record.document_to_json(document)) == document


def test_a_trail_without_languages_is_as_it_always_was():
    life = Life()
    document = life.create()
    created = life.events[0].data
    assert "locale" not in created
    signers = created["signers"]
    assert isinstance(signers, list)
    assert all("locale" not in one for one in signers)
    assert document.locale_of(document.signers[0]) == ""
